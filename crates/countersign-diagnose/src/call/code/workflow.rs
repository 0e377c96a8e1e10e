//! GitHub's configure-aws-credentials step, and the commands that workflows and manifests run.

use countersign_policy::document::Span;

use super::call;
use super::entry::{EntryPoint, Key, parameter};
use super::form::Form;
use super::letters::Letters;
use super::program::{Program, Worth};
use super::site::{Entry, Site, Way};
use super::tree::{Id, Patience};
use crate::call::shell;
use crate::call::{Call, Name, Operation, Parameter, Style};

const TOOL: &str = "configure-aws-credentials";

const EXTERNAL_ID: Key = Key::new(Name::ExternalId, "role-external-id");
const SESSION_NAME: Key = Key::new(Name::RoleSessionName, "role-session-name");
const DURATION: Key = Key::new(Name::DurationSeconds, "role-duration-seconds");

/// With keys, or the credentials of an earlier step, the action calls `AssumeRole`.
static WITH_CREDENTIALS: EntryPoint = EntryPoint::assume_role("", TOOL).keys(&[EXTERNAL_ID, SESSION_NAME, DURATION]);
/// With the token of the workflow it does not, and the input for the ExternalId has no effect.
static WITH_TOKEN: EntryPoint = EntryPoint::web_identity("", TOOL).keys(&[SESSION_NAME, DURATION]);

/// Keys under which workflows and manifests have commands, one or a list of them.
const COMMANDS: [&str; 9] =
    ["run", "script", "command", "commands", "args", "before_script", "after_script", "pre_build", "entrypoint"];

/// How many commands of a text are read.
const SCRIPTS: usize = 64;

/// The calls of the steps of a workflow.
pub(super) fn calls(program: &Program<'_>, patience: Patience<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut scripts = 0;
    for id in program.tree.all() {
        if program.form(id) != Form::Record {
            continue;
        }
        for pair in program.tree.named(id) {
            let Form::Pair { key, value, .. } = program.form(pair) else { continue };
            match &*key {
                "with" if is_step(program, id) => calls.extend(step(program, value)),
                key if COMMANDS.contains(&key) => {
                    let value = program.bare(value);
                    let lines: Vec<Id> = match program.tree.kind(value) {
                        "sequence" => program.tree.named(value).collect(),
                        _ => vec![value],
                    };
                    for line in lines {
                        if scripts < SCRIPTS {
                            scripts += 1;
                            calls.extend(script(program, line, patience));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    calls
}

fn is_step(program: &Program<'_>, step: Id) -> bool {
    let uses = value_of(program, step, "uses");
    uses.is_some_and(|action| action.split('@').next().is_some_and(|name| name.ends_with("/configure-aws-credentials")))
}

fn value_of(program: &Program<'_>, record: Id, wanted: &str) -> Option<String> {
    program.tree.named(record).find_map(|pair| match program.form(pair) {
        Form::Pair { key, value, .. } if key == wanted => match program.worth(value) {
            Worth::Text(text, _) => Some(text),
            Worth::Nothing(_) | Worth::Unknown => Some(program.tree.text(value).to_owned()),
        },
        _ => None,
    })
}

fn step(program: &Program<'_>, with: Id) -> Option<Call> {
    let with = program.bare(with);
    let has = |key: &str| value_of(program, with, key);
    let entries: Vec<Entry> = program.tree.named(with).filter_map(|pair| entry(program, with, pair)).collect();
    entries.iter().find(|entry| entry.name == Name::RoleArn)?;
    let is_chained = has("role-chaining").as_deref() == Some("true");
    let has_keys = has("aws-access-key-id").is_some();
    let source = program.tree.source();
    // A workflow gets a token only where it asks for one; a lone step does not show whether it does.
    let gets_token = source.contains("id-token") || !source.contains("jobs:");
    let by_token = has("web-identity-token-file").is_some() || (gets_token && !has_keys && !is_chained);
    let entry_point = if by_token { &WITH_TOKEN } else { &WITH_CREDENTIALS };
    let mut call = call(program, &Site::of_record(entry_point, with, entries), Style::Yaml);
    call.parameters.entry(Name::RoleSessionName).or_insert(Parameter::Implied { pattern: "GitHubActions" });
    call.chained = is_chained.then_some(true);
    call.source = has_keys.then(|| "aws-access-key-id".into());
    let skips_tags = has("role-skip-session-tagging").as_deref() == Some("true");
    if call.operation == Operation::AssumeRole && !skips_tags {
        let pattern = "GitHub=Actions\nRepository=*\nWorkflow=*\nAction=*\nActor=*\nBranch=*\nCommit=*";
        call.parameters.entry(Name::Tags).or_insert(Parameter::Implied { pattern });
        let slot = super::insert::last_in(program, with, &EXTERNAL_ID, "role-skip-session-tagging: ", "");
        call.removals.insert(Name::Tags, slot.write_as_is("true"));
    }
    Some(call)
}

fn entry(program: &Program<'_>, record: Id, pair: Id) -> Option<Entry> {
    let Form::Pair { key, name, value } = program.form(pair) else { return None };
    let parameter = parameter(&key).filter(|_| key != "aws-session-token")?;
    Some(Entry { name: parameter, value, way: Way::Pair { container: record, pair, key: name } })
}

/// The calls of a command in the text: what stands before each line of a block is blank in a shell too.
fn script(program: &Program<'_>, value: Id, patience: Patience<'_>) -> Vec<Call> {
    let tree = program.tree;
    let node = program.bare(value);
    let span = tree.span(node);
    let text = tree.text(node);
    if !text.contains("aws") {
        return Vec::new();
    }
    let head = match tree.kind(node) {
        "double" | "scalar" if text.starts_with(['"', '\'']) => return quoted(program, node, patience),
        "block" if text.starts_with(['|', '>']) => text.find('\n').map_or(text.len(), |newline| newline + 1),
        "block" | "scalar" => 0,
        _ => return Vec::new(),
    };
    let Some(reading) = text.get(head..).and_then(|text| shell::read(text, patience)) else { return Vec::new() };
    let offset = span.start + u32::try_from(head).unwrap_or(0);
    let mut calls = reading.calls;
    for call in &mut calls {
        call.move_by(offset);
    }
    calls
}

/// The calls of a command in quotes; with escapes in it, it is not read.
fn quoted(program: &Program<'_>, node: Id, patience: Patience<'_>) -> Vec<Call> {
    let (text, start) = (program.tree.text(node), program.tree.span(node).start as usize);
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    if inside.contains(['\\', '\n']) || inside.contains("''") {
        return Vec::new();
    }
    let mut letters = Letters::default();
    for (at, letter) in inside.char_indices() {
        let place = Span::new(start + 1 + at, start + 1 + at + letter.len_utf8());
        if letters.push(letter, place, node, true).is_none() {
            return Vec::new();
        }
    }
    letters.calls(program.tree, node, Style::Shell, patience)
}
