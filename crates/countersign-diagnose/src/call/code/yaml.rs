//! YAML and JSON: records and their values.

use std::borrow::Cow;

use super::form::{Form, Language, Scoping, Separator, unescape};
use super::tree::{Id, Tree};
use crate::call::Quoting;

pub(in crate::call) static YAML: Language = Language {
    grammar: || tree_sitter_yaml::LANGUAGE.into(),
    form: yaml,
    entry_points: &[],
    strings: &["double_quote_scalar"],
    double: Quoting::Backslash('"'),
    single: Quoting::Yaml,
    separator: Separator::Line,
    scoping: Scoping::Function,
    wrap: ["", ""],
};

pub(in crate::call) static JSON: Language = Language {
    grammar: || tree_sitter_json::LANGUAGE.into(),
    form: json,
    entry_points: &[],
    strings: &["string"],
    double: Quoting::Backslash('"'),
    single: Quoting::Backslash('"'),
    separator: Separator::Comma,
    scoping: Scoping::Function,
    wrap: ["", ""],
};

fn yaml<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let read = || match tree.kind(id) {
        "block_mapping" | "flow_mapping" => Some(Form::Record),
        "block_mapping_pair" | "flow_pair" => {
            let (name, value) = (tree.field(id, "key")?, tree.field(id, "value")?);
            let mut node = name;
            let key = loop {
                match yaml(tree, node) {
                    Form::Text(key) => break key,
                    Form::Same(inner) => node = inner,
                    _ => return None,
                }
            };
            Some(Form::Pair { key, name, value })
        }
        // A tag makes a value of something else: `!Ref RoleArn`.
        "block_node" | "flow_node" if tree.child(id, "tag").is_some() => None,
        "block_node" | "flow_node" | "plain_scalar" => Some(Form::Same(scalar(tree, id)?)),
        "string_scalar" | "integer_scalar" | "float_scalar" | "boolean_scalar" => text(tree.text(id)),
        "null_scalar" => Some(Form::Nothing),
        "double_quote_scalar" => text(&json_text(tree, id)?).map(Form::into_owned),
        "single_quote_scalar" => {
            let inside = tree.text(id).strip_prefix('\'')?.strip_suffix('\'')?;
            text(&inside.replace("''", "'")).map(Form::into_owned)
        }
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

/// The scalar or collection in a node.
fn scalar(tree: &Tree<'_>, id: Id) -> Option<Id> {
    tree.named(id).find(|child| !matches!(tree.kind(*child), "anchor" | "tag"))
}

/// A value, unless a template fills it later or it goes over lines.
fn text(text: &str) -> Option<Form<'_>> {
    let is_template = text.contains("${") || text.contains("{{") || text.contains('\n');
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
