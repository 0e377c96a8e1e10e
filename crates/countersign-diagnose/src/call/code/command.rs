//! The aws CLI started by a program: its words stand in a list, or among arguments.

use countersign_policy::document::Span;

use super::form::Form;
use super::layout::elements;
use super::program::{Program, Worth};
use super::tree::{Id, Patience};
use crate::call::shell::aws::{Writing, operation, sts_call};
use crate::call::shell::options::{Given, Word};
use crate::call::{Call, Quoting, Slot, Style};

/// How the CLI spells its operations, from the start.
pub(in crate::call) const OPERATION: &str = "assume-role";
/// A word that needs no quotes to be a text.
const PLAIN: &str = "scalar";
/// More calls than this are not looked for in one text.
const CALLS: usize = 64;
/// What adds words to a list.
const GROWS: &[&str] = &["Add", "AddRange", "add", "addAll", "append", "concat", "extend", "insert", "push", "unshift"];
/// How many nodes may lie between a word and its place in the list.
const HEIGHT: usize = 4;

/// The calls whose command is written out.
pub(super) fn calls(program: &Program<'_>, style: Style, patience: Patience<'_>) -> Vec<Call> {
    let tree = program.tree;
    let is_text = |kind| program.language.strings.contains(&kind) || kind == PLAIN;
    let is_word = |id: &Id| is_text(tree.kind(*id)) && tree.text(*id).contains(OPERATION);
    let lists = tree.all().filter(is_word).filter_map(|word| list_of(program, word));
    let mut seen = Vec::new();
    let mut calls = Vec::new();
    for list in lists {
        if seen.contains(&list) || calls.len() == CALLS {
            continue;
        }
        seen.push(list);
        let words: Vec<Word> = elements(program, list).map(|id| Word::of(program, id)).collect();
        let Some(found) = operation(&words) else { continue };
        let writing = Writing {
            style,
            replace: &|span| replacing(program, span),
            add: &|anchor, option| beside(program, &words, anchor, option),
        };
        let mut call = sts_call(program, list, found, &words, &writing, patience);
        if grows(program, list) {
            call.may_send_more("", program.tree.span(list));
        }
        calls.push(call);
    }
    calls
}

/// Whether a list gets more words than stand in it: it is added to another, or to its variable.
fn grows(program: &Program<'_>, list: Id) -> bool {
    let tree = program.tree;
    let is_sum = |id: Id| tree.kind(id).contains("binary");
    let above = || std::iter::successors(tree.parent(list), |id| tree.parent(*id)).take(HEIGHT);
    let around = above().find(|id| !matches!(program.form(*id), Form::Same(_)));
    if around.is_some_and(is_sum) {
        return true;
    }
    let bound = above().find_map(|id| match program.form(id) {
        Form::Bind { target, value: Some(value) } if tree.is_within(list, value) => Some(tree.text(target)),
        _ => None,
    });
    let Some(name) = bound else { return false };
    let is_named = |id: Id| tree.text(program.bare(id)) == name;
    program.binding(list, name).is_none()
        || tree.all().any(|id| match program.form(id) {
            Form::Call { name: called, receiver: Some(receiver), .. } => GROWS.contains(&called) && is_named(receiver),
            Form::Template(_) | Form::Other => is_sum(id) && tree.named(id).any(is_named),
            _ => false,
        })
}

/// The list that a word is an element of.
fn list_of(program: &Program<'_>, word: Id) -> Option<Id> {
    let Worth::Text(_, at) = program.worth(word) else { return None };
    let mut above = std::iter::successors(program.tree.parent(at), |id| program.tree.parent(*id)).take(HEIGHT);
    above.find(|id| !matches!(program.form(*id), Form::Same(_)))
}

/// The quotes that a text stands in, as the language writes them.
fn quoting<'w>(program: &Program<'_>, text: &'w str) -> Option<(&'w str, Quoting)> {
    let language = program.language;
    let quote = text.get(..1)?;
    match quote {
        "\"" => Some((quote, language.double)),
        "'" if language.single != language.double => Some((quote, language.single)),
        _ => (language.single == Quoting::Yaml).then_some(("", Quoting::Yaml)),
    }
}

/// A value that is a word; of `"--role-arn=…"` the value is only a part.
fn replacing(program: &Program<'_>, span: Span) -> Option<Slot> {
    let text = program.tree.source().get(span.start as usize..span.end as usize)?;
    let (quote, quoting) = quoting(program, text)?;
    (!text.trim_start_matches(quote).starts_with("--")).then(|| Slot::replace(span, quoting))
}

/// Two more words behind an option and its value, set as those are.
fn beside(program: &Program<'_>, words: &[Word], anchor: &Given, option: &str) -> Option<Slot> {
    let source = program.tree.source();
    let (quote, quoting) = quoting(program, &anchor.word.written)?;
    let value = anchor.values.first().filter(|_| anchor.joined.is_none())?;
    let before = words.iter().rev().find(|word| word.span.end <= anchor.word.span.start)?;
    let is_lines = quoting == Quoting::Yaml || program.language.single == Quoting::Yaml;
    let between = |from: u32, to: u32| {
        let text = source.get(from as usize..to as usize)?;
        // A comment there is of the other option.
        text.chars().all(|c| c == ',' || c.is_whitespace() || (is_lines && c == '-')).then_some(text)
    };
    let lead = between(before.span.end, anchor.word.span.start).unwrap_or(", ");
    let gap = between(anchor.word.span.end, value.span.start).unwrap_or(", ");
    Some(Slot::insert(anchor.end(), format!("{lead}{quote}--{option}{quote}{gap}"), "", quoting))
}
