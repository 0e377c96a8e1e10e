//! C#: the AWS SDK for .NET.

use std::borrow::Cow;

use super::entry::{Added, EntryPoint, Key};
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, last_name, pieces, unescape};
use super::tree::{Id, Tree};
use crate::call::{Name, Quoting};

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_c_sharp::LANGUAGE),
    form,
    entry_points: &[
        EntryPoint::assume_role("AssumeRoleRequest", "aws-sdk-net"),
        EntryPoint::assume_role("AssumeRoleAsync", "aws-sdk-net"),
        EntryPoint::assume_role("AssumeRoleAWSCredentials", "aws-sdk-net").positions(1, Some(2)).keys(OPTIONS).added(
            Added::Argument { before: "new AssumeRoleAWSCredentialsOptions { {key} = {wrap}", behind: "{close} }" },
        ),
        EntryPoint::assume_role("ProviderAssumeRoleArgs", "pulumi").session("*").keys(PULUMI),
        EntryPoint::web_identity("AssumeRoleWithWebIdentityRequest", "aws-sdk-net"),
        EntryPoint::web_identity("AssumeRoleWithWebIdentityCredentials", "aws-sdk-net").positions(1, Some(2)).keys(&[]),
        EntryPoint::saml("AssumeRoleWithSAMLRequest", "aws-sdk-net"),
    ],
    strings: &["string_literal"],
    double: Quoting::Backslash('"'),
    single: Quoting::Backslash('"'),
    separator: Separator::Comma,
    scoping: Scoping::Lexical,
    wrap: ["", ""],
    number: ["", ""],
};

/// The properties of the role of Pulumi's provider.
const PULUMI: &[Key] = &[
    Key::new(Name::ExternalId, "ExternalId"),
    Key::new(Name::RoleSessionName, "SessionName"),
    Key::new(Name::SourceIdentity, "SourceIdentity"),
];

/// The properties of the options.
const OPTIONS: &[Key] = &[
    Key::new(Name::ExternalId, "ExternalId"),
    Key::new(Name::DurationSeconds, "DurationSeconds"),
    Key::new(Name::SerialNumber, "MfaSerialNumber"),
    Key::new(Name::SourceIdentity, "SourceIdentity"),
];

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "object_creation_expression" => Some(Form::Call {
            name: last_name(tree.text(field("type")?)),
            receiver: None,
            arguments: field("arguments"),
            record: field("initializer"),
        }),
        "implicit_object_creation_expression" => Some(Form::Call {
            name: "",
            receiver: None,
            arguments: tree.child(id, "argument_list"),
            record: tree.child(id, "initializer_expression"),
        }),
        "invocation_expression" => {
            let function = field("function")?;
            let (name, receiver) = match (tree.field(function, "name"), tree.field(function, "expression")) {
                (Some(name), object @ Some(_)) => (tree.text(name), object),
                _ => (tree.text(function), None),
            };
            Some(Form::Call { name, receiver, arguments: field("arguments"), record: None })
        }
        "initializer_expression" => Some(Form::Record),
        "assignment_expression" => {
            let (left, right) = (field("left")?, field("right")?);
            let is_of_record = tree.parent(id).is_some_and(|parent| tree.kind(parent) == "initializer_expression");
            if is_of_record {
                return Some(Form::Pair { key: Cow::Borrowed(tree.text(left)), name: left, value: right });
            }
            let is_plain = field("operator").or_else(|| tree.child(id, "=")).is_some_and(|sign| tree.text(sign) == "=");
            Some(Form::Bind { target: left, value: Some(right).filter(|_| is_plain) })
        }
        "variable_declarator" => {
            let name = field("name")?;
            let value = tree.named(id).find(|child| *child != name)?;
            Some(Form::Bind { target: name, value: Some(value) })
        }
        "property_declaration" => Some(Form::Bind { target: field("name")?, value: field("value") }),
        "parameter" | "declaration_expression" | "declaration_pattern" => {
            Some(Form::Bind { target: field("name")?, value: None })
        }
        "foreach_statement" => Some(Form::Bind { target: field("left")?, value: None }),
        "identifier" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "member_access_expression" => {
            let at = field("name")?;
            Some(Form::Member { object: field("expression")?, name: Cow::Borrowed(tree.text(at)), at })
        }
        "string_literal" => Some(pieces(tree, id, &["string_literal_content"], &[], unescape)),
        "verbatim_string_literal" => {
            let text = tree.text(id).strip_prefix("@\"")?.strip_suffix('"')?;
            Some(Form::Text(Cow::Owned(text.replace("\"\"", "\""))))
        }
        "integer_literal" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "interpolated_string_expression" => interpolated(tree, id),
        "binary_expression" if tree.text(field("operator")?) == "+" => {
            Some(Form::Template(vec![Piece::Value(field("left")?), Piece::Value(field("right")?)]))
        }
        "null_literal" => Some(Form::Nothing),
        "argument" => Some(Form::Same(tree.named(id).last()?)),
        "parenthesized_expression" | "await_expression" => Some(Form::Same(tree.named(id).next()?)),
        "lambda_expression" | "method_declaration" | "constructor_declaration" | "local_function_statement" => {
            Some(Form::Function)
        }
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

/// `$"a{b}"`; with an alignment or a format it is not read, nor is a verbatim one.
fn interpolated<'t>(tree: &Tree<'t>, id: Id) -> Option<Form<'t>> {
    if !tree.text(id).starts_with("$\"") {
        return None;
    }
    let mut all = Vec::new();
    for child in tree.named(id) {
        match tree.kind(child) {
            "string_content" => all.push(Piece::Text(Cow::Borrowed(tree.text(child)))),
            "escape_sequence" => all.push(Piece::Text(Cow::Owned(unescape(tree.text(child))?))),
            "interpolation" => {
                let mut inside = tree.named(child).filter(|inner| tree.kind(*inner) != "interpolation_brace");
                let (Some(value), None) = (inside.next(), inside.next()) else { return None };
                all.push(Piece::Value(value));
            }
            "interpolation_start" | "interpolation_quote" => {}
            _ => return None,
        }
    }
    Some(super::form::together(all))
}
