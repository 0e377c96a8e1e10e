//! HCL: Terraform, OpenTofu, Terragrunt, Packer.
//!
//! A variable is unknown, whatever its default: a `.tfvars` file or the environment may set another value.

use std::borrow::Cow;

use super::entry::{EntryPoint, Key};
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, together, unescape};
use super::tree::{Id, Tree};
use crate::call::{Name, Quoting};

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_hcl::LANGUAGE),
    form,
    entry_points: &[
        EntryPoint::assume_role("assume_role", "terraform").session("*").keys(BLOCK),
        EntryPoint::web_identity("assume_role_with_web_identity", "terraform").keys(TOKEN),
        EntryPoint::assume_role("backend", "terraform-backend").session("*").keys(BACKEND),
        EntryPoint::assume_role("config", "terraform-backend").session("*").keys(BACKEND),
    ],
    strings: &["string_lit", "quoted_template"],
    double: Quoting::Hcl,
    single: Quoting::Hcl,
    separator: Separator::Line,
    scoping: Scoping::Function,
    wrap: ["", ""],
    number: ["", ""],
};

const EXTERNAL_ID: Key = Key::new(Name::ExternalId, "external_id");
const SESSION_NAME: Key = Key::new(Name::RoleSessionName, "session_name");
const DURATION: Key = Key::new(Name::DurationSeconds, "duration");
const SOURCE_IDENTITY: Key = Key::new(Name::SourceIdentity, "source_identity");

/// The arguments of `assume_role`.
const BLOCK: &[Key] = &[EXTERNAL_ID, SESSION_NAME, DURATION, SOURCE_IDENTITY];
/// Those of `assume_role_with_web_identity`.
const TOKEN: &[Key] = &[SESSION_NAME, DURATION];
/// Those that stood in the backend itself.
const BACKEND: &[Key] = &[EXTERNAL_ID, SESSION_NAME];

/// Attributes that hold a call when their value is an object.
const CALLS: [&str; 3] = ["assume_role", "assume_role_with_web_identity", "config"];

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "block" => {
            let name = tree.text(tree.child(id, "identifier")?);
            Some(Form::Call { name, receiver: None, arguments: None, record: tree.child(id, "body") })
        }
        "attribute" => {
            let mut parts = tree.named(id);
            pair(tree, id, parts.next()?, parts.next()?)
        }
        "object_elem" => pair(tree, id, field("key")?, field("val")?),
        "body" | "object" => Some(Form::Record),
        "expression" | "literal_value" | "template_expr" | "collection_value" => {
            let mut parts = tree.named(id);
            match (parts.next()?, parts.next()) {
                (only, None) => Some(Form::Same(only)),
                // `local.role`
                (object, Some(attribute)) if tree.kind(attribute) == "get_attr" => {
                    Some(Form::Member { object, name: Cow::Borrowed(tree.text(attribute)), at: attribute })
                }
                _ => None,
            }
        }
        "variable_expr" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "string_lit" | "quoted_template" => string(tree, id),
        "numeric_lit" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "null_lit" => Some(Form::Nothing),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

fn pair<'t>(tree: &Tree<'t>, id: Id, name: Id, value: Id) -> Option<Form<'t>> {
    let key = tree.text(name).trim_matches('"');
    if block_around(tree, id).is_some_and(|block| block == "locals") {
        return Some(Form::Define { name: format!("local.{key}"), value });
    }
    let object = tree.subtree(value).take(4).find(|id| tree.kind(*id) == "object");
    match CALLS.iter().find(|call| **call == key).and(object) {
        record @ Some(_) => Some(Form::Call { name: key, receiver: None, arguments: None, record }),
        None => Some(Form::Pair { key: Cow::Borrowed(key), name, value }),
    }
}

/// The kind of the block an attribute stands in.
fn block_around<'t>(tree: &Tree<'t>, attribute: Id) -> Option<&'t str> {
    let body = tree.parent(attribute)?;
    let block = tree.parent(body).filter(|block| tree.kind(*block) == "block")?;
    tree.child(block, "identifier").map(|name| tree.text(name))
}

fn string<'t>(tree: &Tree<'t>, id: Id) -> Option<Form<'t>> {
    let (start, end) = (tree.child(id, "quoted_template_start")?, tree.child(id, "quoted_template_end")?);
    let mut all = Vec::new();
    // Blanks at the ends of a literal part are in no node.
    let mut at = tree.span(start).end;
    let text = |from: u32, to: u32| literal(tree.source().get(from as usize..to as usize)?);
    for child in tree.named(id) {
        match tree.kind(child) {
            "template_interpolation" => {
                let span = tree.span(child);
                all.push(Piece::Text(Cow::Owned(text(at, span.start)?)));
                all.push(Piece::Value(tree.child(child, "expression")?));
                at = span.end;
            }
            "template_literal" | "quoted_template_start" | "quoted_template_end" => {}
            _ => return None,
        }
    }
    all.push(Piece::Text(Cow::Owned(text(at, tree.span(end).start)?)));
    Some(together(all))
}

/// The text of a literal part, with its escapes undone.
fn literal(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        out.push_str(rest.get(..at)?);
        rest = rest.get(at..)?;
        let length = match rest.as_bytes() {
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            // `$${` is `${`.
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => {
                rest = rest.get(1..)?;
                2
            }
            _ => 1,
        };
        let piece = rest.get(..length)?;
        if piece.starts_with('\\') {
            out.push_str(&unescape(piece)?)
        } else {
            out.push_str(piece)
        }
        rest = rest.get(length..)?;
    }
    out.push_str(rest);
    Some(out)
}
