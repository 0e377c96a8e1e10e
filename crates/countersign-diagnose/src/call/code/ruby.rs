//! Ruby: the AWS SDK.

use std::borrow::Cow;

use super::entry::EntryPoint;
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, pieces, unescape};
use super::tree::{Id, Tree};
use crate::call::Quoting;

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_ruby::LANGUAGE),
    form,
    entry_points: &[
        EntryPoint::assume_role("assume_role", "aws-sdk-ruby"),
        EntryPoint::assume_role("AssumeRoleCredentials", "aws-sdk-ruby"),
        EntryPoint::web_identity("assume_role_with_web_identity", "aws-sdk-ruby"),
        EntryPoint::web_identity("AssumeRoleWebIdentityCredentials", "aws-sdk-ruby"),
        EntryPoint::saml("assume_role_with_saml", "aws-sdk-ruby"),
    ],
    strings: &["string"],
    double: Quoting::Interpolating,
    single: Quoting::Backslash('\''),
    separator: Separator::Comma,
    scoping: Scoping::Lexical,
    wrap: ["", ""],
    number: ["", ""],
};

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "call" => {
            let (name, receiver) = (tree.text(field("method")?), field("receiver"));
            if matches!(name, "freeze" | "to_s" | "dup") {
                return Some(Form::Same(receiver?));
            }
            Some(Form::Call { name, receiver, arguments: field("arguments"), record: None })
        }
        "hash" => Some(Form::Record),
        "pair" => {
            let name = field("key")?;
            // `role_arn:` alone takes the value of the variable of that name.
            let value = field("value").unwrap_or(name);
            Some(Form::Pair { key: key(tree, name)?, name, value })
        }
        "hash_splat_argument" => Some(Form::Splat(tree.named(id).next()?)),
        "assignment" => Some(Form::Bind { target: field("left")?, value: Some(field("right")?) }),
        "operator_assignment" => Some(Form::Bind { target: field("left")?, value: None }),
        "keyword_parameter" | "optional_parameter" | "splat_parameter" | "hash_splat_parameter" => {
            Some(Form::Bind { target: field("name")?, value: None })
        }
        "block_parameters" | "for" => Some(Form::Bind { target: field("pattern").unwrap_or(id), value: None }),
        "identifier" | "constant" | "instance_variable" | "global_variable" | "class_variable" | "hash_key_symbol" => {
            Some(Form::Name(Cow::Borrowed(tree.text(id))))
        }
        "element_reference" => {
            let object = field("object")?;
            let at = tree.named(id).find(|child| *child != object)?;
            Some(Form::Member { object, name: key(tree, at)?, at })
        }
        "string" => Some(string(tree, id)),
        "integer" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "binary" if tree.text(field("operator")?) == "+" => {
            Some(Form::Template(vec![Piece::Value(field("left")?), Piece::Value(field("right")?)]))
        }
        "nil" => Some(Form::Nothing),
        "parenthesized_statements" => Some(Form::Same(tree.named(id).next()?)),
        "method" | "singleton_method" | "lambda" | "block" | "do_block" => Some(Form::Function),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

/// A key that is written out: a symbol in one of its spellings, or a string.
fn key<'t>(tree: &Tree<'t>, id: Id) -> Option<Cow<'t, str>> {
    match tree.kind(id) {
        "hash_key_symbol" => Some(Cow::Borrowed(tree.text(id))),
        "simple_symbol" => Some(Cow::Borrowed(tree.text(id).strip_prefix(':')?)),
        "string" => match string(tree, id) {
            Form::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn string<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    // In single quotes only the quote and the backslash are escaped.
    let single = |sequence: &str| match sequence {
        "\\'" => Some("'".to_owned()),
        "\\\\" => Some("\\".to_owned()),
        other => Some(other.to_owned()),
    };
    let unescape = if tree.text(id).starts_with('\'') { single } else { unescape };
    pieces(tree, id, &["string_content"], &["interpolation"], unescape)
}
