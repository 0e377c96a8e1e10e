//! Python: boto3 and botocore.

use std::borrow::Cow;

use super::entry::{Added, EntryPoint, Key};
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, pieces, together, unescape};
use super::tree::{Id, Tree};
use crate::call::{Name, Quoting};

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_python::LANGUAGE),
    form,
    entry_points: &[
        EntryPoint::assume_role("assume_role", "boto3"),
        EntryPoint::web_identity("assume_role_with_web_identity", "boto3"),
        EntryPoint::saml("assume_role_with_saml", "boto3"),
        EntryPoint::assume_role("AssumeRoleCredentialFetcher", "botocore")
            .positions(2, None)
            .under("extra_args")
            .session("botocore-session-*")
            .added(Added::Under { before: "extra_args={\"{key}\": ", behind: "}" }),
        EntryPoint::assume_role("ProviderAssumeRoleArgs", "pulumi").session("*").keys(PROVIDER),
        EntryPoint::assume_role("AwsProviderAssumeRole", "terraform").session("*").keys(PROVIDER),
    ],
    strings: &["string"],
    double: Quoting::Backslash('"'),
    single: Quoting::Backslash('\''),
    separator: Separator::Comma,
    scoping: Scoping::Function,
    wrap: ["", ""],
    number: ["", ""],
};

/// The arguments of a provider's role.
const PROVIDER: &[Key] = &[
    Key::new(Name::ExternalId, "external_id"),
    Key::new(Name::RoleSessionName, "session_name"),
    Key::new(Name::SourceIdentity, "source_identity"),
];

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "call" => call(tree, id),
        "pair" => Some(Form::Pair { key: key(tree, field("key")?)?, name: field("key")?, value: field("value")? }),
        "keyword_argument" => Some(Form::Pair {
            key: Cow::Borrowed(tree.text(field("name")?)),
            name: field("name")?,
            value: field("value")?,
        }),
        "dictionary" => Some(Form::Record),
        "dictionary_splat" => Some(Form::Splat(tree.named(id).next()?)),
        "assignment" => Some(Form::Bind { target: field("left")?, value: Some(field("right")?) }),
        "augmented_assignment" | "for_statement" | "for_in_clause" => {
            Some(Form::Bind { target: field("left")?, value: None })
        }
        "named_expression" => Some(Form::Bind { target: field("name")?, value: Some(field("value")?) }),
        "as_pattern" => Some(Form::Bind { target: field("alias")?, value: None }),
        "default_parameter" | "typed_default_parameter" => Some(Form::Bind { target: field("name")?, value: None }),
        "typed_parameter" | "list_splat_pattern" | "dictionary_splat_pattern" => {
            Some(Form::Bind { target: tree.named(id).next()?, value: None })
        }
        "delete_statement" | "global_statement" | "nonlocal_statement" => Some(Form::Bind { target: id, value: None }),
        "identifier" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "attribute" => {
            let at = field("attribute")?;
            Some(Form::Member { object: field("object")?, name: Cow::Borrowed(tree.text(at)), at })
        }
        "subscript" => {
            let at = field("subscript")?;
            Some(Form::Member { object: field("value")?, name: key(tree, at)?, at })
        }
        "string" => Some(string(tree, id)),
        "concatenated_string" => Some(together(tree.named(id).map(Piece::Value).collect())),
        "binary_operator" if tree.text(field("operator")?) == "+" => {
            Some(Form::Template(vec![Piece::Value(field("left")?), Piece::Value(field("right")?)]))
        }
        "integer" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "none" => Some(Form::Nothing),
        "parenthesized_expression" | "await" => Some(Form::Same(tree.named(id).next()?)),
        "function_definition" | "lambda" => Some(Form::Function),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

fn call<'t>(tree: &Tree<'t>, id: Id) -> Option<Form<'t>> {
    let function = tree.field(id, "function")?;
    let arguments = tree.field(id, "arguments");
    let (name, receiver) = match tree.kind(function) {
        "attribute" => (tree.field(function, "attribute")?, tree.field(function, "object")),
        _ => (function, None),
    };
    // `str(x)` of a text is that text.
    if tree.text(function) == "str" && receiver.is_none() {
        return Some(Form::Same(tree.named(arguments?).next()?));
    }
    Some(Form::Call { name: tree.text(name), receiver, arguments, record: None })
}

/// A key that is a string literal.
fn key<'t>(tree: &Tree<'t>, id: Id) -> Option<Cow<'t, str>> {
    match string(tree, id) {
        Form::Text(text) if tree.kind(id) == "string" => Some(text),
        _ => None,
    }
}

fn string<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let start = tree.child(id, "string_start").map_or("", |start| tree.text(start)).to_ascii_lowercase();
    if start.contains(['b', 't']) {
        return Form::Other;
    }
    if start.contains('r') && !start.contains('f') {
        let content = tree.child(id, "string_content").map_or("", |content| tree.text(content));
        return Form::Text(Cow::Borrowed(content));
    }
    pieces(tree, id, &["string_content"], &["interpolation"], unescape)
}
