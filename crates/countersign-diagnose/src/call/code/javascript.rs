//! JavaScript and TypeScript: the AWS SDK in both versions.

use std::borrow::Cow;

use super::entry::EntryPoint;
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, pieces, unescape};
use super::tree::{Id, Tree};
use crate::call::Quoting;

const ENTRY_POINTS: &[EntryPoint] = &[
    EntryPoint::assume_role("AssumeRoleCommand", "aws-sdk-js-v3"),
    EntryPoint::assume_role("assumeRole", "aws-sdk-js"),
    EntryPoint::assume_role("fromTemporaryCredentials", "aws-sdk-js-v3").under("params").session("aws-sdk-js-*"),
    EntryPoint::assume_role("ChainableTemporaryCredentials", "aws-sdk-js-v2").under("params"),
    EntryPoint::assume_role("TemporaryCredentials", "aws-sdk-js-v2"),
    EntryPoint::web_identity("AssumeRoleWithWebIdentityCommand", "aws-sdk-js-v3"),
    EntryPoint::web_identity("assumeRoleWithWebIdentity", "aws-sdk-js"),
    EntryPoint::web_identity("fromWebToken", "aws-sdk-js-v3"),
    EntryPoint::web_identity("fromTokenFile", "aws-sdk-js-v3"),
    EntryPoint::web_identity("WebIdentityCredentials", "aws-sdk-js-v2"),
    EntryPoint::saml("AssumeRoleWithSAMLCommand", "aws-sdk-js-v3"),
    EntryPoint::saml("assumeRoleWithSAML", "aws-sdk-js"),
];

const fn language(grammar: fn() -> &'static tree_sitter::Language) -> Language {
    Language {
        grammar,
        form,
        entry_points: ENTRY_POINTS,
        strings: &["string"],
        double: Quoting::Backslash('"'),
        single: Quoting::Backslash('\''),
        separator: Separator::Comma,
        scoping: Scoping::Lexical,
        wrap: ["", ""],
        number: ["", ""],
    }
}

pub(in crate::call) static JAVASCRIPT: Language = language(grammar!(tree_sitter_javascript::LANGUAGE));
pub(in crate::call) static TYPESCRIPT: Language = language(grammar!(tree_sitter_typescript::LANGUAGE_TYPESCRIPT));

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "call_expression" => {
            let (name, receiver) = called(tree, field("function")?);
            Some(Form::Call { name, receiver, arguments: field("arguments"), record: None })
        }
        "new_expression" => {
            let (name, receiver) = called(tree, field("constructor")?);
            Some(Form::Call { name, receiver, arguments: field("arguments"), record: None })
        }
        "object" => Some(Form::Record),
        "pair" => Some(Form::Pair { key: key(tree, field("key")?)?, name: field("key")?, value: field("value")? }),
        "shorthand_property_identifier" => Some(Form::Pair { key: Cow::Borrowed(tree.text(id)), name: id, value: id }),
        "spread_element" => Some(Form::Splat(tree.named(id).next()?)),
        "variable_declarator" => Some(Form::Bind { target: field("name")?, value: Some(field("value")?) }),
        "assignment_expression" => Some(Form::Bind { target: field("left")?, value: Some(field("right")?) }),
        "augmented_assignment_expression" | "for_in_statement" => {
            Some(Form::Bind { target: field("left")?, value: None })
        }
        "update_expression" => Some(Form::Bind { target: field("argument")?, value: None }),
        "required_parameter" | "optional_parameter" => Some(Form::Bind { target: field("pattern")?, value: None }),
        "assignment_pattern" => Some(Form::Bind { target: field("left")?, value: None }),
        "public_field_definition" | "field_definition" => {
            let name = field("name").or_else(|| field("property"))?;
            Some(Form::Define { name: format!("this.{}", tree.text(name)), value: field("value")? })
        }
        "catch_clause" => Some(Form::Bind { target: field("parameter")?, value: None }),
        "identifier" | "shorthand_property_identifier_pattern" if tree.text(id) == "undefined" => Some(Form::Nothing),
        "identifier" | "shorthand_property_identifier_pattern" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "member_expression" => {
            let at = field("property")?;
            Some(Form::Member { object: field("object")?, name: Cow::Borrowed(tree.text(at)), at })
        }
        "subscript_expression" => {
            let at = field("index")?;
            Some(Form::Member { object: field("object")?, name: key(tree, at)?, at })
        }
        "string" => Some(pieces(tree, id, &["string_fragment"], &[], unescape)),
        "template_string" => Some(pieces(tree, id, &["string_fragment"], &["template_substitution"], unescape)),
        "binary_expression" if tree.text(field("operator")?) == "+" => {
            Some(Form::Template(vec![Piece::Value(field("left")?), Piece::Value(field("right")?)]))
        }
        "number" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "null" | "undefined" => Some(Form::Nothing),
        "parenthesized_expression"
        | "await_expression"
        | "as_expression"
        | "satisfies_expression"
        | "non_null_expression" => Some(Form::Same(tree.named(id).next()?)),
        "function_declaration"
        | "function_expression"
        | "arrow_function"
        | "method_definition"
        | "generator_function"
        | "generator_function_declaration" => Some(Form::Function),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

fn called<'t>(tree: &Tree<'t>, function: Id) -> (&'t str, Option<Id>) {
    match (tree.field(function, "property"), tree.field(function, "object")) {
        (Some(property), object @ Some(_)) => (tree.text(property), object),
        _ => (tree.text(function), None),
    }
}

/// A key that is written out: a name or a string literal.
fn key<'t>(tree: &Tree<'t>, id: Id) -> Option<Cow<'t, str>> {
    match tree.kind(id) {
        "property_identifier" => Some(Cow::Borrowed(tree.text(id))),
        "string" => match form(tree, id) {
            Form::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
