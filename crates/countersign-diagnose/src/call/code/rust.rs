//! Rust: the AWS SDK.

use std::borrow::Cow;

use super::entry::{Added, EntryPoint, Key};
use super::form::{Form, Language, Scoping, Separator, grammar, pieces, unescape};
use super::tree::{Id, Tree};
use crate::call::{Name, Quoting};

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_rust::LANGUAGE),
    form,
    entry_points: &[
        EntryPoint::assume_role("assume_role", "aws-sdk-rust").added(Added::Link),
        EntryPoint::assume_role("AssumeRoleProvider", "aws-sdk-rust")
            .positions(0, None)
            .session("*")
            .keys(PROVIDER)
            .added(Added::Link),
        EntryPoint::web_identity("assume_role_with_web_identity", "aws-sdk-rust"),
        EntryPoint::saml("assume_role_with_saml", "aws-sdk-rust"),
    ],
    strings: &["string_literal"],
    double: Quoting::Backslash('"'),
    single: Quoting::Backslash('"'),
    separator: Separator::Comma,
    scoping: Scoping::Lexical,
    wrap: ["", ""],
    number: ["", ""],
};

/// The setters of the provider's builder.
const PROVIDER: &[Key] = &[
    Key::new(Name::ExternalId, "external_id"),
    Key::new(Name::RoleSessionName, "session_name"),
    Key::new(Name::DurationSeconds, "session_length").wrapped(["std::time::Duration::from_secs(", ")"]),
];

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "call_expression" => call(tree, id),
        // With `mut` it may change.
        "let_declaration" => {
            let is_fixed = tree.child(id, "mutable_specifier").is_none();
            Some(Form::Bind { target: field("pattern")?, value: Some(field("value")?).filter(|_| is_fixed) })
        }
        "const_item" | "static_item" => Some(Form::Bind { target: field("name")?, value: Some(field("value")?) }),
        "assignment_expression" | "compound_assignment_expr" => {
            Some(Form::Bind { target: field("left")?, value: None })
        }
        "parameter" | "for_expression" | "let_condition" | "match_pattern" => {
            Some(Form::Bind { target: field("pattern").unwrap_or(id), value: None })
        }
        "identifier" if tree.text(id) == "None" => Some(Form::Nothing),
        "identifier" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "field_expression" => {
            let at = field("field")?;
            Some(Form::Member { object: field("value")?, name: Cow::Borrowed(tree.text(at)), at })
        }
        "string_literal" if tree.text(id).starts_with('"') => {
            Some(pieces(tree, id, &["string_content"], &[], unescape))
        }
        "raw_string_literal" if tree.text(id).starts_with('r') => {
            Some(Form::Text(Cow::Borrowed(tree.text(tree.child(id, "string_content")?))))
        }
        "integer_literal" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "reference_expression" => Some(Form::Same(field("value")?)),
        "parenthesized_expression" | "await_expression" | "try_expression" => Some(Form::Same(tree.named(id).next()?)),
        "function_item" | "closure_expression" => Some(Form::Function),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

fn call<'t>(tree: &Tree<'t>, id: Id) -> Option<Form<'t>> {
    let function = tree.field(id, "function")?;
    let arguments = tree.field(id, "arguments")?;
    let (name, receiver) = match tree.kind(function) {
        "field_expression" => (tree.field(function, "field")?, tree.field(function, "value")),
        "scoped_identifier" => (tree.field(function, "name")?, tree.field(function, "path")),
        _ => (function, None),
    };
    let name = tree.text(name);
    if matches!(name, "to_string" | "to_owned" | "into" | "clone" | "as_str") {
        return Some(Form::Same(receiver?));
    }
    if matches!(name, "Some" | "from" | "from_secs") {
        let mut given = tree.named(arguments);
        return Some(Form::Same(given.next().filter(|_| given.next().is_none())?));
    }
    Some(Form::Call { name, receiver, arguments: Some(arguments), record: None })
}
