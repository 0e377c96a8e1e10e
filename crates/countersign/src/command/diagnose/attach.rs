//! What is left to do when a policy is written: the file is not what AWS looks at.

use countersign_diagnose::diagnosis::Diagnosis;
use countersign_diagnose::{Evidence, Part, Patch};

use crate::mended::Mended;

/// How AWS gets what was written.
pub(super) fn to_do(patch: &Patch, file: &Mended, evidence: &Evidence, diagnosis: &Diagnosis) -> Option<String> {
    let is_template = evidence.trust.as_ref().is_some_and(|trust| !trust.pieces.is_empty());
    if patch.part == Part::Trust && is_template {
        let is_terraform = [".tf", ".tofu"].iter().any(|ending| file.path().ends_with(ending));
        let command = if is_terraform { "terraform plan, and apply it" } else { "deploy the template" };
        return Some(command.to_owned());
    }
    let path = shell_word(file.path());
    let role = diagnosis.call.role.as_deref().and_then(entity).map_or("ROLE", |(_, name)| name);
    match patch.part {
        Part::Trust => Some(format!(
            "aws iam update-assume-role-policy --role-name {} --policy-document file://{path}",
            shell_word(role)
        )),
        Part::NewIdentity => Some(attach(diagnosis.call.caller.as_deref(), role, &path)),
        Part::Identity | Part::Call => None,
    }
}

/// How a new policy gets to the caller.
fn attach(caller: Option<&str>, role: &str, path: &str) -> String {
    let policy = shell_word(&format!("Assume-{role}")).into_owned();
    let document = format!("--policy-name {policy} --policy-document file://{path}");
    match caller.and_then(entity) {
        Some((_, name)) if name.starts_with("AWSReservedSSO_") => {
            format!(
                "the caller is a permission set's role: put the policy into the permission set, with aws sso-admin put-inline-policy-to-permission-set --inline-policy file://{path}"
            )
        }
        Some((Kind::User, name)) => format!("aws iam put-user-policy --user-name {} {document}", shell_word(name)),
        Some((Kind::Role, name)) => format!("aws iam put-role-policy --role-name {} {document}", shell_word(name)),
        None => format!("attach it to the caller: aws iam put-role-policy --role-name CALLER {document}"),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Role,
}

/// The user or role of an ARN, and its name.
fn entity(arn: &str) -> Option<(Kind, &str)> {
    let resource = arn.splitn(6, ':').nth(5)?;
    match resource.split_once('/')? {
        ("user", path) => Some((Kind::User, path.rsplit('/').next()?)),
        ("role", path) => Some((Kind::Role, path.rsplit('/').next()?)),
        ("assumed-role", session) => Some((Kind::Role, session.split('/').next()?)),
        _ => None,
    }
}

/// A word of a shell, with quotes where it needs them.
fn shell_word(text: &str) -> std::borrow::Cow<'_, str> {
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c));
    if is_plain { text.into() } else { format!("'{}'", text.replace('\'', r"'\''")).into() }
}
