//! The aws CLI's command lines.

use std::collections::BTreeMap;

use countersign_policy::document::Span;

use super::options::{Given, Word, options};
use crate::call::code::program::Program;
use crate::call::code::tree::{Id, Patience};
use crate::call::code::{entry, record};
use crate::call::slot::{removals, slots};
use crate::call::{Call, Name, Operation, Parameter, Quoting, Slot, Style};
use crate::edit::Edit;

/// More calls than this are not looked for in one text.
const CALLS: usize = 64;

/// Commands that add words to those of the command they run, or fill them.
const FILLERS: &[&str] = &["find", "parallel", "xargs"];

/// The calls of a script. `source` is the text before prompts were taken out of it.
pub(super) fn calls(program: &Program<'_>, source: &str, patience: Patience<'_>) -> Vec<Call> {
    let tree = program.tree;
    let commands = tree.all().filter(|id| tree.kind(*id) == "command");
    let mut profiles = Vec::new();
    let mut calls = Vec::new();
    for command in commands {
        if calls.len() == CALLS {
            break;
        }
        let mut words = words(program, command);
        let Some(name) = words.iter().position(is_aws) else { continue };
        let added = adds(program, &mut words, name);
        let behind = words.get(name + 1..).unwrap_or_default();
        match operation(behind) {
            Some(found) => {
                let writing = Writing {
                    style: Style::Shell,
                    replace: &|span| Some(replacing(source, span)),
                    add: &|anchor, option| beside(source, anchor, option),
                };
                let mut call = sts_call(program, command, found, behind, &writing, patience);
                if let Some(word) = added {
                    call.may_send_more(word, program.tree.span(command));
                }
                calls.push(call);
            }
            None if profiles.len() < CALLS => profiles.extend(profile_call(program, command, behind)),
            None => {}
        }
    }
    // Commands that come after an `assume-role` use what it returned.
    if calls.is_empty() { profiles } else { calls }
}

fn words(program: &Program<'_>, command: Id) -> Vec<Word> {
    let tree = program.tree;
    let is_word = |id: &Id| !matches!(tree.kind(*id), "variable_assignment" | "file_redirect" | "herestring_redirect");
    tree.named(command).filter(is_word).map(|id| Word::of_shell(program, id)).collect()
}

/// What adds words to those of the command at `name`: `xargs`, or a function of the script in the command's place. Words
/// that it fills are not known.
fn adds(program: &Program<'_>, words: &mut [Word], name: usize) -> Option<&'static str> {
    let tree = program.tree;
    let is_function = |id: Id| {
        let named = || tree.field(id, "name").map(|name| tree.text(name));
        tree.kind(id) == "function_definition" && named() == words.get(name).and_then(|word| word.value.as_deref())
    };
    if tree.all().any(is_function) {
        return Some("a function");
    }
    let (before, behind) = words.split_at_mut_checked(name)?;
    let last = |word: &Word| word.value.as_deref().and_then(|value| value.rsplit('/').next()).map(str::to_owned);
    let at = before.iter().position(|word| last(word).is_some_and(|name| FILLERS.contains(&name.as_str())))?;
    let own = before.get(at + 1..).unwrap_or_default();
    // `-I{}`, `-I {}`
    let marks =
        own.windows(2).filter(|pair| matches!(pair, [option, _] if option.is("-I"))).filter_map(|pair| pair.last());
    let joined = own.iter().filter_map(|word| word.value.as_deref()?.strip_prefix("-I"));
    let marks = marks.filter_map(|word| word.value.as_deref()).chain(joined).chain(["{}"]);
    let marks: Vec<&str> = marks.filter(|mark| !mark.is_empty()).collect();
    for word in behind {
        if word.value.as_deref().is_some_and(|value| marks.iter().any(|mark| value.contains(mark))) {
            *word = word.clone().unknown();
        }
    }
    Some("xargs")
}

/// How options are written to a command.
pub(in crate::call) struct Writing<'w> {
    /// What the command stands in.
    pub(in crate::call) style: Style,
    /// The value at a place.
    pub(in crate::call) replace: &'w dyn Fn(Span) -> Option<Slot>,
    /// One more option, of a name, behind another.
    pub(in crate::call) add: &'w dyn Fn(&Given, &str) -> Option<Slot>,
}

fn is_aws(word: &Word) -> bool {
    let name = word.value.as_deref().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    // A recipe of make may start with marks of its own.
    let name = name.strip_suffix(".exe").unwrap_or(name).trim_start_matches(['@', '-', '+']);
    matches!(name, "aws" | "aws2" | "awslocal") || name.split(':').next() == Some("aws-cli")
}

/// The STS operation among the words behind `aws`, and where it stands.
pub(in crate::call) fn operation(words: &[Word]) -> Option<(Operation, usize)> {
    let at = words.windows(2).position(|pair| matches!(pair, [service, _] if service.is("sts")))?;
    let operation = match words.get(at + 1)?.value.as_deref()? {
        "assume-role" => Operation::AssumeRole,
        "assume-role-with-web-identity" => Operation::AssumeRoleWithWebIdentity,
        "assume-role-with-saml" => Operation::AssumeRoleWithSaml,
        _ => return None,
    };
    Some((operation, at + 1))
}

/// The call that a command makes; `words` are those behind `aws`, or all of them.
pub(in crate::call) fn sts_call(
    program: &Program<'_>,
    command: Id,
    (operation, at): (Operation, usize),
    words: &[Word],
    writing: &Writing<'_>,
    patience: Patience<'_>,
) -> Call {
    let (mut given, _) = options(words.get(..at).unwrap_or_default());
    let (own, open) = options(words.get(at + 1..).unwrap_or_default());
    let profile = own.iter().chain(&given).find(|option| option.name == "profile").and_then(known);
    let mut parameters = BTreeMap::new();
    let input = own.iter().rfind(|option| matches!(option.name.as_str(), "cli-input-json" | "cli-input-yaml"));
    let input = input.map(|option| read_input(program, option, &mut parameters, patience)).unwrap_or_default();
    given.extend(own.iter().cloned());
    for option in &given {
        if let Some(name) = entry::parameter(&option.name) {
            let parameter = option.parameter();
            let parameter = if name == Name::Tags { tags(parameter) } else { parameter };
            parameters.insert(name, parameter);
        }
    }
    if let Some(word) = open.first() {
        for name in [Name::RoleArn, Name::RoleSessionName, Name::ExternalId] {
            let unknown = Parameter::Unknown { expression: word.written.clone(), span: word.span };
            parameters.entry(name).or_insert(unknown);
        }
    }
    let place = |name: Name| match parameters.get(&name) {
        _ if input.slots.contains_key(&name) => input.slots.get(&name).cloned(),
        Some(Parameter::Known { span, .. }) if *span != Span::default() => (writing.replace)(*span),
        Some(_) => None,
        None if takes(operation, name) => (writing.add)(anchor(&own)?, &entry::spelt_like("role-arn", name)),
        None => None,
    };
    let place = |name: Name| place(name).filter(|_| name != Name::ExternalId || operation == Operation::AssumeRole);
    let out = |name: Name| input.removals.get(&name).cloned().or_else(|| without(words, &own, name));
    let (slots, removals) = (slots(place), removals(out));
    Call {
        style: writing.style,
        operation,
        tool: "aws-cli",
        span: program.tree.span(command),
        parameters,
        source: profile.clone(),
        profile,
        device: None,
        chained: None,
        slots,
        removals,
    }
}

/// Whether the operation has an option for a parameter that can be added.
fn takes(operation: Operation, name: Name) -> bool {
    match operation {
        Operation::AssumeRole => !matches!(name, Name::RoleArn | Name::Region),
        Operation::AssumeRoleWithWebIdentity => matches!(name, Name::RoleSessionName | Name::DurationSeconds),
        Operation::AssumeRoleWithSaml => name == Name::DurationSeconds,
        Operation::SwitchRole => false,
    }
}

fn known(option: &Given) -> Option<Box<str>> {
    match option.parameter() {
        Parameter::Known { value, .. } => Some(value.into()),
        Parameter::Unknown { .. } | Parameter::Implied { .. } | Parameter::Absent => None,
    }
}

/// A value is replaced with its quotes, if it is one word; a value in a JSON text in its quotes there.
fn replacing(source: &str, span: Span) -> Slot {
    let text = source.get(span.start as usize..span.end as usize).unwrap_or_default();
    let quote =
        text.chars().next().filter(|quote| matches!(quote, '"' | '\'') && text.len() > 1 && text.ends_with(*quote));
    Slot::replace(span, quote.map_or(Quoting::Shell, Quoting::ShellIn))
}

/// The option that another is written behind: the role or the session name.
fn anchor(options: &[Given]) -> Option<&Given> {
    options.iter().rfind(|option| matches!(option.name.as_str(), "role-arn" | "role-session-name"))
}

/// Behind an option, in its way.
fn beside(source: &str, anchor: &Given, option: &str) -> Option<Slot> {
    let sign = if anchor.joined.is_some() { "=" } else { " " };
    let before = source.get(..anchor.word.span.start as usize)?;
    let line = before.rfind('\n').map_or("", |at| before.get(at + 1..).unwrap_or_default());
    let is_own = before.contains('\n') && line.chars().all(|c| c == ' ' || c == '\t');
    let above = before.get(..before.len() - line.len()).unwrap_or_default();
    let newline = if above.ends_with("\r\n") { "\r\n" } else { "\n" };
    let mark = above.trim_end_matches(['\n', '\r']).chars().last();
    let head = match mark {
        Some(mark @ ('\\' | '`' | '^')) if is_own => format!(" {mark}{newline}{line}"),
        _ => " ".to_owned(),
    };
    Some(Slot::insert(anchor.end(), format!("{head}--{option}{sign}"), "", Quoting::Shell))
}

/// A command without the option of a parameter, and without what stands before it: blanks, the end of a line.
fn without(words: &[Word], options: &[Given], name: Name) -> Option<Vec<Edit>> {
    let names: &[Name] = if name == Name::Tags { &[Name::Tags, Name::TransitiveTagKeys] } else { &[name] };
    let is_gone = |option: &&Given| entry::parameter(&option.name).is_some_and(|name| names.contains(&name));
    let gone: Vec<&Given> = options.iter().filter(is_gone).collect();
    gone.iter().find(|option| entry::parameter(&option.name) == Some(name))?;
    let edit = |option: &&Given| {
        let before = words.iter().rev().find(|word| word.span.end <= option.word.span.start)?;
        Some(Edit::replace(Span { start: before.span.end, end: option.end() }, ""))
    };
    gone.iter().map(edit).collect()
}

/// `Key=a,Value=b` words as lines, or JSON.
fn tags(parameter: Parameter) -> Parameter {
    let Parameter::Known { value, span } = parameter else { return parameter };
    let line = |word: &str| {
        let fields = || word.split(',').filter_map(|field| field.split_once('='));
        let of = |name: &str| fields().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        Some(format!("{}={}", of("Key")?, of("Value")?))
    };
    match value.lines().map(line).collect::<Option<Vec<String>>>() {
        Some(lines) => Parameter::Known { value: lines.join("\n"), span },
        None => Parameter::Unknown { expression: value, span },
    }
}

/// What can be written to a text inside of the command.
#[derive(Default)]
struct Input {
    slots: BTreeMap<Name, Slot>,
    removals: BTreeMap<Name, Vec<Edit>>,
}

/// The parameters in `--cli-input-json`, and the places for them in it.
fn read_input(
    program: &Program<'_>,
    option: &Given,
    parameters: &mut BTreeMap<Name, Parameter>,
    patience: Patience<'_>,
) -> Input {
    let text = match option.parameter() {
        Parameter::Known { value, span } if !value.starts_with("file://") => Some((value, span)),
        _ => None,
    };
    let call = text.as_ref().and_then(|(value, span)| {
        let call = record::read_json(value, patience)?.calls.into_iter().next()?;
        Some((call, *span))
    });
    let Some((mut call, span)) = call else {
        let expression = format!("--{} {}", option.name, option.values.first().map_or("", |word| &word.written));
        for name in [Name::RoleArn, Name::RoleSessionName, Name::ExternalId] {
            let span = option.word.span;
            parameters.insert(name, Parameter::Unknown { expression: expression.clone(), span });
        }
        return Input::default();
    };
    // In single quotes the text stands as it is, so that places in it are places in the command.
    let value = text.map(|(value, _)| value).unwrap_or_default();
    let written = program.tree.source().get(span.start as usize..span.end as usize).unwrap_or_default();
    let is_verbatim = written.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) == Some(value.as_str());
    call.move_by(span.start + 1);
    for (name, parameter) in call.parameters {
        parameters.insert(
            name,
            match parameter {
                Parameter::Known { value, span: place } => {
                    Parameter::Known { value, span: if is_verbatim { place } else { span } }
                }
                other => other,
            },
        );
    }
    if is_verbatim { Input { slots: call.slots, removals: call.removals } } else { Input::default() }
}

/// A command that takes its credentials from a profile, which may assume a role.
fn profile_call(program: &Program<'_>, command: Id, words: &[Word]) -> Option<Call> {
    let (given, _) = options(words);
    let tree = program.tree;
    let named = given.iter().find(|option| option.name == "profile").and_then(known);
    let own = tree.named(command).filter(|id| tree.kind(*id) == "variable_assignment").find_map(|assignment| {
        let name = tree.field(assignment, "name").map(|name| tree.text(name));
        let value = tree.field(assignment, "value").filter(|_| name == Some("AWS_PROFILE"))?;
        Word::of(program, value).value
    });
    let exported = || program.worth_of("AWS_PROFILE", command);
    let profile = named.or_else(|| own.or_else(exported).map(Into::into))?;
    let span = tree.span(command);
    let expression = format!("profile {profile}");
    let parameters = [Name::RoleArn, Name::ExternalId]
        .map(|name| (name, Parameter::Unknown { expression: expression.clone(), span }))
        .into();
    Some(Call {
        style: Style::Shell,
        operation: Operation::AssumeRole,
        tool: "shared-config",
        span,
        parameters,
        source: None,
        profile: Some(profile),
        device: None,
        chained: None,
        slots: BTreeMap::new(),
        removals: BTreeMap::new(),
    })
}
