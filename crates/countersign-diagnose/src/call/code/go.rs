//! Go: the AWS SDK in both versions.

use std::borrow::Cow;

use super::entry::{Added, EntryPoint, Key};
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, last_name, pieces, unescape};
use super::tree::{Id, Tree};
use crate::call::{Name, Quoting};

const OPTIONS_V2: Added =
    Added::Argument { before: "func(o *{package}.AssumeRoleOptions) {\n{unit}o.{key} = {wrap}", behind: "{close}\n}" };
const OPTIONS_V1: Added =
    Added::Argument { before: "func(p *{package}.AssumeRoleProvider) {\n{unit}p.{key} = {wrap}", behind: "{close}\n}" };

/// The fields of the options, some of which are pointers.
const OPTIONS: &[Key] = &[
    Key::new(Name::ExternalId, "ExternalID"),
    Key::new(Name::RoleSessionName, "RoleSessionName").wrapped(["", ""]),
    Key::new(Name::DurationSeconds, "Duration").wrapped(["", " * time.Second"]),
    Key::new(Name::SerialNumber, "SerialNumber"),
    Key::new(Name::SourceIdentity, "SourceIdentity"),
];

/// The fields of the role of Pulumi's provider.
const PULUMI: &[Key] = &[
    Key::new(Name::ExternalId, "ExternalId").wrapped(["pulumi.String(", ")"]),
    Key::new(Name::RoleSessionName, "SessionName").wrapped(["pulumi.String(", ")"]),
    Key::new(Name::SourceIdentity, "SourceIdentity").wrapped(["pulumi.String(", ")"]),
];

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_go::LANGUAGE),
    form,
    entry_points: &[
        EntryPoint::assume_role("AssumeRoleInput", "aws-sdk-go"),
        EntryPoint::assume_role("NewAssumeRoleProvider", "aws-sdk-go-v2")
            .positions(1, None)
            .session("*")
            .keys(OPTIONS)
            .added(OPTIONS_V2),
        EntryPoint::assume_role("NewCredentials", "aws-sdk-go-v1")
            .positions(1, None)
            .session("*")
            .keys(OPTIONS)
            .added(OPTIONS_V1),
        EntryPoint::assume_role("NewCredentialsWithClient", "aws-sdk-go-v1")
            .positions(1, None)
            .session("*")
            .keys(OPTIONS)
            .added(OPTIONS_V1),
        EntryPoint::assume_role("AssumeRoleProvider", "aws-sdk-go-v1").keys(OPTIONS),
        EntryPoint::assume_role("ProviderAssumeRoleArgs", "pulumi").session("*").keys(PULUMI),
        EntryPoint::web_identity("AssumeRoleWithWebIdentityInput", "aws-sdk-go"),
        EntryPoint::web_identity("NewWebIdentityRoleProvider", "aws-sdk-go").positions(1, None).keys(&[]),
        EntryPoint::saml("AssumeRoleWithSAMLInput", "aws-sdk-go"),
    ],
    strings: &["interpreted_string_literal"],
    double: Quoting::Backslash('"'),
    single: Quoting::Backslash('"'),
    separator: Separator::Comma,
    scoping: Scoping::Lexical,
    wrap: ["aws.String(", ")"],
    number: ["aws.Int32(", ")"],
};

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "call_expression" => call(tree, id),
        "composite_literal" => {
            let name = last_name(tree.text(field("type")?));
            Some(Form::Call { name, receiver: None, arguments: None, record: field("body") })
        }
        "keyed_element" => {
            let (name, value) = (field("key")?, field("value")?);
            let key = tree.named(name).next()?;
            let key = if tree.kind(key) == "identifier" { tree.text(key) } else { return None };
            Some(Form::Pair { key: Cow::Borrowed(key), name, value })
        }
        "literal_value" => Some(Form::Record),
        "short_var_declaration" | "assignment_statement" => {
            let is_plain = matches!(tree.text(field("operator").or_else(|| tree.child(id, ":="))?), "=" | ":=");
            let target = field("left")?;
            let value = field("right").and_then(|right| only(tree, right)).filter(|_| is_plain);
            Some(Form::Bind { target: only(tree, target).unwrap_or(target), value: only(tree, target).and(value) })
        }
        "var_spec" | "const_spec" => {
            let value = field("value").and_then(|value| only(tree, value));
            Some(Form::Bind { target: field("name")?, value: Some(value?) })
        }
        "parameter_declaration" | "variadic_parameter_declaration" => {
            Some(Form::Bind { target: field("name")?, value: None })
        }
        "range_clause" | "receive_statement" => Some(Form::Bind { target: field("left")?, value: None }),
        "identifier" if tree.text(id) == "nil" => Some(Form::Nothing),
        "nil" => Some(Form::Nothing),
        "identifier" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "selector_expression" if unit(tree, id).is_some() => {
            Some(Form::Text(Cow::Owned(format!("{}s", unit(tree, id)?))))
        }
        "selector_expression" => {
            let at = field("field")?;
            Some(Form::Member { object: field("operand")?, name: Cow::Borrowed(tree.text(at)), at })
        }
        "interpreted_string_literal" => Some(pieces(tree, id, &["interpreted_string_literal_content"], &[], unescape)),
        "raw_string_literal" => Some(Form::Text(Cow::Borrowed(tree.text(id).trim_matches('`')))),
        "int_literal" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "binary_expression" if tree.text(field("operator")?) == "+" => {
            Some(Form::Template(vec![Piece::Value(field("left")?), Piece::Value(field("right")?)]))
        }
        "binary_expression" if tree.text(field("operator")?) == "*" => duration(tree, field("left")?, field("right")?),
        "unary_expression" if tree.text(field("operator")?) == "&" => Some(Form::Same(field("operand")?)),
        "parenthesized_expression" | "literal_element" | "variadic_argument" => {
            Some(Form::Same(tree.named(id).next()?))
        }
        "func_literal" | "function_declaration" | "method_declaration" => Some(Form::Function),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

/// The seconds of `time.Hour` and the like.
fn unit(tree: &Tree<'_>, id: Id) -> Option<u64> {
    match tree.text(id) {
        "time.Second" => Some(1),
        "time.Minute" => Some(60),
        "time.Hour" => Some(3_600),
        _ => None,
    }
}

/// `15 * time.Minute`, either way round.
fn duration<'t>(tree: &Tree<'t>, left: Id, right: Id) -> Option<Form<'t>> {
    let (times, seconds) = match (unit(tree, left), unit(tree, right)) {
        (None, Some(seconds)) => (left, seconds),
        (Some(seconds), None) => (right, seconds),
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let times: u64 = tree.text(times).replace('_', "").parse().ok()?;
    Some(Form::Text(Cow::Owned(format!("{}s", times.checked_mul(seconds)?))))
}

/// The only element of a list.
fn only(tree: &Tree<'_>, list: Id) -> Option<Id> {
    let mut elements = tree.named(list);
    elements.next().filter(|_| elements.next().is_none())
}

fn call<'t>(tree: &Tree<'t>, id: Id) -> Option<Form<'t>> {
    let function = tree.field(id, "function")?;
    let arguments = tree.field(id, "arguments")?;
    let (name, receiver) = match (tree.field(function, "field"), tree.field(function, "operand")) {
        (Some(name), operand @ Some(_)) => (tree.text(name), operand),
        _ => (tree.text(function), None),
    };
    if matches!(name, "String" | "Int32" | "Int64" | "string" | "ToString" | "To" | "Ptr") {
        return Some(Form::Same(only(tree, arguments)?));
    }
    // `stscreds.NewCredentials`; of other packages it is something else.
    if name == "NewCredentials" && !receiver.is_some_and(|package| tree.text(package).contains("sts")) {
        return None;
    }
    Some(Form::Call { name, receiver, arguments: Some(arguments), record: None })
}
