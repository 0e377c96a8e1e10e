//! Java: the AWS SDK in both versions.

use std::borrow::Cow;

use super::entry::{Added, EntryPoint, Key};
use super::form::{Form, Language, Piece, Scoping, Separator, grammar, pieces, unescape};
use super::tree::{Id, Tree};
use crate::call::{Name, Quoting};

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_java::LANGUAGE),
    form,
    entry_points: &[
        EntryPoint::assume_role("AssumeRoleRequest", "aws-sdk-java"),
        EntryPoint::assume_role("assumeRole", "aws-sdk-java-v2"),
        EntryPoint::assume_role("refreshRequest", "aws-sdk-java-v2"),
        EntryPoint::assume_role("STSAssumeRoleSessionCredentialsProvider", "aws-sdk-java-v1")
            .positions(0, Some(1))
            .keys(PROVIDER)
            .added(Added::Link),
        EntryPoint::assume_role("ProviderAssumeRoleArgs", "pulumi").session("*").keys(PULUMI),
        EntryPoint::web_identity("AssumeRoleWithWebIdentityRequest", "aws-sdk-java"),
        EntryPoint::web_identity("assumeRoleWithWebIdentity", "aws-sdk-java-v2"),
        EntryPoint::web_identity("WebIdentityTokenFileCredentialsProvider", "aws-sdk-java-v2"),
        EntryPoint::saml("AssumeRoleWithSamlRequest", "aws-sdk-java-v2"),
        EntryPoint::saml("AssumeRoleWithSAMLRequest", "aws-sdk-java-v1"),
    ],
    strings: &["string_literal"],
    double: Quoting::Backslash('"'),
    single: Quoting::Backslash('"'),
    separator: Separator::Comma,
    scoping: Scoping::Lexical,
    wrap: ["", ""],
    number: ["", ""],
};

/// The setters of the role of Pulumi's provider.
const PULUMI: &[Key] = &[
    Key::new(Name::ExternalId, "externalId"),
    Key::new(Name::RoleSessionName, "sessionName"),
    Key::new(Name::SourceIdentity, "sourceIdentity"),
];

/// The setters of version 1's provider.
const PROVIDER: &[Key] =
    &[Key::new(Name::ExternalId, "withExternalId"), Key::new(Name::DurationSeconds, "withRoleSessionDurationSeconds")];

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let field = |name| tree.field(id, name);
    let read = || match tree.kind(id) {
        "method_invocation" => {
            let (name, receiver) = (tree.text(field("name")?), field("object"));
            Some(Form::Call { name, receiver, arguments: field("arguments"), record: None })
        }
        "object_creation_expression" => {
            let mut names = tree.text(field("type")?).rsplit('.');
            // `new STSAssumeRoleSessionCredentialsProvider.Builder(…)`
            let name = names.find(|name| *name != "Builder")?;
            Some(Form::Call { name: name.trim(), receiver: None, arguments: field("arguments"), record: None })
        }
        "variable_declarator" => Some(Form::Bind { target: field("name")?, value: Some(field("value")?) }),
        "assignment_expression" => {
            let is_plain = tree.text(field("operator")?) == "=";
            Some(Form::Bind { target: field("left")?, value: field("right").filter(|_| is_plain) })
        }
        "formal_parameter" | "catch_formal_parameter" | "enhanced_for_statement" | "resource" => {
            Some(Form::Bind { target: field("name")?, value: None })
        }
        "identifier" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "field_access" => {
            let at = field("field")?;
            Some(Form::Member { object: field("object")?, name: Cow::Borrowed(tree.text(at)), at })
        }
        // A text block strips its margin; that is not read.
        "string_literal" if tree.text(id).starts_with("\"\"\"") => None,
        "string_literal" => Some(pieces(tree, id, &["string_fragment"], &[], unescape)),
        "decimal_integer_literal" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "binary_expression" if tree.text(field("operator")?) == "+" => {
            Some(Form::Template(vec![Piece::Value(field("left")?), Piece::Value(field("right")?)]))
        }
        "null_literal" => Some(Form::Nothing),
        "parenthesized_expression" => Some(Form::Same(tree.named(id).next()?)),
        "cast_expression" => Some(Form::Same(field("value")?)),
        "lambda_expression" | "method_declaration" | "constructor_declaration" => Some(Form::Function),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}
