//! YAML and JSON: records and their values.

use std::borrow::Cow;

use countersign_policy::document::Span;
use granit_parser::{Event, Options, Parser, ScalarStyle};

use super::form::{Form, Language, Scoping, Separator, grammar, unescape};
use super::tree::{Id, Tree};
use crate::call::Quoting;

/// YAML, as [`parse`] yields it.
pub(in crate::call) static YAML: Language = Language {
    grammar: grammar!(tree_sitter_json::LANGUAGE),
    form: yaml,
    entry_points: &[],
    strings: &["double"],
    double: Quoting::Backslash('"'),
    single: Quoting::Yaml,
    separator: Separator::Line,
    scoping: Scoping::Function,
    wrap: ["", ""],
    number: ["", ""],
};

pub(in crate::call) static JSON: Language = Language {
    grammar: grammar!(tree_sitter_json::LANGUAGE),
    form: json,
    entry_points: &[],
    strings: &["string"],
    double: Quoting::Backslash('"'),
    single: Quoting::Backslash('"'),
    separator: Separator::Comma,
    scoping: Scoping::Function,
    wrap: ["", ""],
    number: ["", ""],
};

/// The tree of a YAML text, as far as it can be read. A grammar of tree-sitter would do, but its scanner ends the process at
/// deep nesting.
pub(in crate::call) fn parse(text: &str) -> Tree<'_> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut tree = Tree::empty(text);
    let root = tree.push("stream", Span::new(0, text.len()), None);
    let mut open: Vec<Id> = vec![root];
    let mut end = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        let Ok((event, range)) = event else {
            tree.note_error();
            break;
        };
        let place = range.byte_range().map(|range| Span::new(range.start, range.end)).unwrap_or_default();
        let kind = match &event {
            Event::Scalar(_, ScalarStyle::DoubleQuoted, _, None) => "double",
            Event::Scalar(_, ScalarStyle::Plain | ScalarStyle::SingleQuoted, _, None) => "scalar",
            Event::Scalar(_, _, _, None) => "block",
            Event::MappingStart(..) if text.as_bytes().get(place.start as usize) == Some(&b'{') => "flow_mapping",
            Event::MappingStart(..) => "block_mapping",
            Event::SequenceStart(..) => "sequence",
            // A tag or an alias: a value of something else.
            Event::Scalar(..) | Event::Alias(_) => "other",
            Event::MappingEnd | Event::SequenceEnd => {
                let closed = open.pop().unwrap_or(root);
                let at = if text.as_bytes().get(place.start as usize).is_some_and(|byte| b"}]".contains(byte)) {
                    place.end
                } else {
                    end
                };
                tree.close(closed, at);
                end = end.max(at);
                close_pair(&mut tree, &mut open, end);
                continue;
            }
            _ => continue,
        };
        // A key opens its pair.
        let parent = open.last().copied().unwrap_or(root);
        let parent = if tree.kind(parent).ends_with("mapping") {
            let pair = tree.push("pair", place, Some(parent));
            open.push(pair);
            pair
        } else {
            parent
        };
        let node = tree.push(kind, place, Some(parent));
        if let Event::MappingStart(..) | Event::SequenceStart(..) = event {
            open.push(node);
            continue;
        }
        if let Event::Scalar(value, ..) = event {
            tree.set_value(node, value.into_owned());
        }
        end = end.max(place.end);
        close_pair(&mut tree, &mut open, end);
    }
    while let Some(left) = open.pop() {
        tree.close(left, if left == root { Span::new(0, text.len()).end } else { end });
    }
    tree
}

/// A pair ends with its value.
fn close_pair(tree: &mut Tree<'_>, open: &mut Vec<Id>, end: u32) {
    let pair = open.last().copied().filter(|pair| tree.kind(*pair) == "pair");
    if let Some(pair) = pair.filter(|pair| tree.parts(*pair) == 2) {
        tree.close(pair, end);
        open.pop();
    }
}

fn yaml<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let read = || match tree.kind(id) {
        "block_mapping" | "flow_mapping" => Some(Form::Record),
        "pair" => {
            let mut parts = tree.named(id);
            let (name, value) = (parts.next()?, parts.next()?);
            Some(Form::Pair { key: Cow::Owned(tree.value(name)?.to_owned()), name, value })
        }
        "scalar" if matches!(tree.text(id), "" | "~" | "null" | "Null" | "NULL") => Some(Form::Nothing),
        "scalar" | "double" => text(tree.value(id)?).map(Form::into_owned),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

/// A value, unless a template fills it later.
fn text(text: &str) -> Option<Form<'_>> {
    let is_template = text.contains("${") || text.contains("{{");
    (!is_template).then_some(Form::Text(Cow::Borrowed(text)))
}

fn json<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let read = || match tree.kind(id) {
        "object" => Some(Form::Record),
        "pair" => {
            let (name, value) = (tree.field(id, "key")?, tree.field(id, "value")?);
            Some(Form::Pair { key: Cow::Owned(json_text(tree, name)?), name, value })
        }
        "string" => text(&json_text(tree, id)?).map(Form::into_owned),
        "number" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "null" => Some(Form::Nothing),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

/// The text in double quotes, with its escapes undone.
fn json_text(tree: &Tree<'_>, id: Id) -> Option<String> {
    let mut rest = tree.text(id).strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at)?);
        let length = if rest.as_bytes().get(at + 1) == Some(&b'u') { 6 } else { 2 };
        out.push_str(&unescape(rest.get(at..at + length)?)?);
        rest = rest.get(at + length..)?;
    }
    out.push_str(rest);
    Some(out)
}
