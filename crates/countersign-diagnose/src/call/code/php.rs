//! PHP: the AWS SDK.

use std::borrow::Cow;

use super::entry::EntryPoint;
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, last_name, unescape};
use super::tree::{Id, Tree};
use crate::call::Quoting;

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_php::LANGUAGE_PHP),
    form,
    entry_points: ENTRY_POINTS,
    strings: &["string", "encapsed_string"],
    double: Quoting::Interpolating,
    single: Quoting::Backslash('\''),
    separator: Separator::Comma,
    scoping: Scoping::Function,
    wrap: ["", ""],
    number: ["", ""],
};

/// Without the opening tag, as people paste it.
pub(in crate::call) static FRAGMENT: Language = Language {
    grammar: grammar!(tree_sitter_php::LANGUAGE_PHP_ONLY),
    form,
    entry_points: ENTRY_POINTS,
    strings: &["string", "encapsed_string"],
    double: Quoting::Interpolating,
    single: Quoting::Backslash('\''),
    separator: Separator::Comma,
    scoping: Scoping::Function,
    wrap: ["", ""],
    number: ["", ""],
};

const ENTRY_POINTS: &[EntryPoint] = &[
    EntryPoint::assume_role("assumeRole", "aws-sdk-php").under("assume_role_params"),
    EntryPoint::assume_role("assumeRoleAsync", "aws-sdk-php"),
    EntryPoint::assume_role("AssumeRoleCredentialProvider", "aws-sdk-php").under("assume_role_params"),
    EntryPoint::assume_role("assumeRoleCredentialProvider", "aws-sdk-php").under("assume_role_params"),
    EntryPoint::web_identity("assumeRoleWithWebIdentity", "aws-sdk-php"),
    EntryPoint::web_identity("AssumeRoleWithWebIdentityCredentialProvider", "aws-sdk-php"),
    EntryPoint::saml("assumeRoleWithSAML", "aws-sdk-php"),
];

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "member_call_expression" | "nullsafe_member_call_expression" => Some(Form::Call {
            name: tree.text(field("name")?),
            receiver: field("object"),
            arguments: field("arguments"),
            record: None,
        }),
        "scoped_call_expression" => Some(Form::Call {
            name: tree.text(field("name")?),
            receiver: field("scope"),
            arguments: field("arguments"),
            record: None,
        }),
        "function_call_expression" => Some(Form::Call {
            name: last_name(tree.text(field("function")?)),
            receiver: None,
            arguments: field("arguments"),
            record: None,
        }),
        "object_creation_expression" => Some(Form::Call {
            name: last_name(tree.text(tree.named(id).next()?)),
            receiver: None,
            arguments: tree.child(id, "arguments"),
            record: None,
        }),
        "array_creation_expression" => Some(Form::Record),
        "array_element_initializer" => element(tree, id),
        "const_element" => {
            let mut parts = tree.named(id);
            Some(Form::Bind { target: parts.next()?, value: Some(parts.next()?) })
        }
        "property_element" => Some(Form::Bind { target: field("name")?, value: Some(field("default_value")?) }),
        "assignment_expression" => Some(Form::Bind { target: field("left")?, value: Some(field("right")?) }),
        "augmented_assignment_expression" => Some(Form::Bind { target: field("left")?, value: None }),
        "simple_parameter" | "variadic_parameter" | "property_promotion_parameter" => {
            Some(Form::Bind { target: field("name")?, value: None })
        }
        "foreach_statement" => Some(Form::Bind { target: tree.named(id).nth(1)?, value: None }),
        "variable_name" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "name" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "subscript_expression" => {
            let mut parts = tree.named(id);
            let (object, at) = (parts.next()?, parts.next()?);
            Some(Form::Member { object, name: key(tree, at)?, at })
        }
        "member_access_expression" => {
            let at = field("name")?;
            Some(Form::Member { object: field("object")?, name: Cow::Borrowed(tree.text(at)), at })
        }
        "class_constant_access_expression" => {
            let mut parts = tree.named(id);
            let (_, name) = (parts.next()?, parts.next()?);
            Some(Form::Same(name))
        }
        "string" | "encapsed_string" => Some(string(tree, id)),
        "integer" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "binary_expression" if tree.text(field("operator")?) == "." => {
            Some(Form::Template(vec![Piece::Value(field("left")?), Piece::Value(field("right")?)]))
        }
        "null" => Some(Form::Nothing),
        "argument" | "parenthesized_expression" => Some(Form::Same(tree.named(id).last()?)),
        "function_definition" | "method_declaration" | "anonymous_function" | "arrow_function" => Some(Form::Function),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

fn element<'t>(tree: &Tree<'t>, id: Id) -> Option<Form<'t>> {
    let mut parts = tree.named(id);
    let first = parts.next()?;
    match parts.next() {
        Some(value) => Some(Form::Pair { key: key(tree, first)?, name: first, value }),
        // `...$other`
        None if tree.kind(first) == "variadic_unpacking" => Some(Form::Splat(tree.named(first).next()?)),
        None => None,
    }
}

fn key<'t>(tree: &Tree<'t>, id: Id) -> Option<Cow<'t, str>> {
    match string(tree, id) {
        Form::Text(text) if matches!(tree.kind(id), "string" | "encapsed_string") => Some(text),
        _ => None,
    }
}

fn string<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let is_single = tree.kind(id) == "string";
    let mut all = Vec::new();
    for child in tree.named(id) {
        let text = tree.text(child);
        all.push(match tree.kind(child) {
            "string_content" => Piece::Text(Cow::Borrowed(text)),
            // In single quotes only the quote and the backslash are escaped.
            "escape_sequence" if is_single && !matches!(text, "\\'" | "\\\\") => Piece::Text(Cow::Borrowed(text)),
            "escape_sequence" => match unescape(text) {
                Some(text) => Piece::Text(Cow::Owned(text)),
                None => return Form::Other,
            },
            _ => Piece::Value(child),
        });
    }
    super::form::together(all)
}
