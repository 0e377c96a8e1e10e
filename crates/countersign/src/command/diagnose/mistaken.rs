//! Files given as what they are not: said in so many words, with the option that takes them.

use std::path::Path;

use countersign_audit::input::other_kind;
use countersign_diagnose::evidence::RequestText;
use countersign_diagnose::message;
use countersign_policy::account::AccountId;
use countersign_policy::document::{Embedding, PolicyDocument};

use super::args::Given;
use crate::diagnostic::Diagnostic;
use crate::policy_file::PolicyFile;
use crate::read::Input;

/// An error's text that is empty, or a policy.
///
/// # Errors
/// When it is.
pub(super) fn error(name: &str, text: &str) -> anyhow::Result<()> {
    if text.trim().is_empty() {
        return Err(said(format!("`{name}` is empty"), "give the error as it was printed"));
    }
    let is_json = text.trim_start().starts_with('{');
    let policy = is_json.then(|| PolicyFile::from_input(Input::new(name, text)));
    match policy {
        Some(Ok(file)) if !file.document.statements.is_empty() => {
            let option = if has_principal(&file.document) { "--trust" } else { "--identity" };
            Err(said(format!("`{name}` holds a policy, and no error"), &format!("give it with {option}")))
        }
        _ => Ok(()),
    }
}

/// What to do with a text that nothing was found in.
pub(super) fn hint(name: &str, text: &str) -> Option<String> {
    holds_call(name, text).then(|| format!("`{name}` holds a call, and no error: give it with --call"))
}

/// Whether a text holds a call, in what its name says it is written in; on stdin, a command.
fn holds_call(name: &str, text: &str) -> bool {
    let kind = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or("cli");
    RequestText::reads(kind) && !RequestText::new(name, Some(kind), text).calls.is_empty()
}

/// A trust policy that is an error's text, or a call.
pub(super) fn trust_text(name: &str, text: &str) -> Option<anyhow::Error> {
    let is_json = text.trim_start().starts_with(['{', '[']);
    if !is_json && !message::read(text).is_empty() {
        let help = "give it as FILE; --trust takes the role's trust policy";
        return Some(said(format!("`{name}` holds an error, and no policy"), help));
    }
    holds_call(name, text).then(|| {
        let help = "give it with --call; --trust takes the role's trust policy";
        said(format!("`{name}` holds a call, and no policy"), help)
    })
}

/// A text without a call, given as one. What was not understood may be a call all the same, where it speaks of a role.
///
/// # Errors
/// When it holds none.
pub(super) fn call(name: &str, text: &str) -> anyhow::Result<()> {
    let policy = PolicyFile::from_input(Input::new(name, text)).ok();
    if let Some(file) = policy.filter(|file| !file.document.statements.is_empty()) {
        let option = if has_principal(&file.document) { "--trust" } else { "--identity" };
        return Err(said(format!("`{name}` holds a policy, and no call"), &format!("give it with {option}")));
    }
    if !message::read(text).is_empty() {
        return Err(said(format!("`{name}` holds an error, and no call"), "give it as FILE"));
    }
    if text.to_ascii_lowercase().contains("role") {
        return Ok(());
    }
    let help = "--call takes the command, code, profile or configuration that made the call; without one, --external-id or \
                --no-external-id says what was sent";
    Err(said(format!("`{name}` holds no call for a role"), help))
}

/// A trust policy that is one of another kind.
///
/// # Errors
/// When it is.
pub(super) fn trust(file: &PolicyFile) -> anyhow::Result<()> {
    match other_kind(&file.document) {
        Some(problem) => Err(Box::new(Diagnostic::embedded(&file.input, file.embedding, &problem)).into()),
        None => Ok(()),
    }
}

/// A policy of the caller which is a trust policy.
///
/// # Errors
/// When it is.
pub(super) fn identity(file: &PolicyFile) -> anyhow::Result<()> {
    no_trust(file, "none of an identity")
}

/// A policy that limits calls which is a trust policy.
///
/// # Errors
/// When it is.
pub(super) fn guard(file: &PolicyFile) -> anyhow::Result<()> {
    no_trust(file, "none that limits what others allow")
}

/// Trust policies name principals and no resource; those of resources, endpoints and organizations that name a principal name a
/// resource, too.
fn no_trust(file: &PolicyFile, wanted: &str) -> anyhow::Result<()> {
    let only_sts = file.document.statements.iter().all(|statement| statement.resources.is_empty());
    if matches!(file.embedding, Embedding::Direct) && only_sts && has_principal(&file.document) {
        let message = format!("`{}` holds a trust policy, and {wanted}", file.input.name);
        return Err(said(message, "give it with --trust"));
    }
    Ok(())
}

fn has_principal(document: &PolicyDocument) -> bool {
    document.statements.iter().any(|statement| !statement.principals.is_empty())
}

/// A kind of call that is none.
///
/// # Errors
/// When it is.
pub(super) fn call_kind(kind: Option<&str>) -> anyhow::Result<()> {
    match kind.filter(|kind| !RequestText::reads(kind)) {
        Some(kind) => {
            let help = format!("kinds are {}", RequestText::kinds().collect::<Vec<_>>().join(", "));
            Err(said(format!("`{kind}` is no kind of call"), &help))
        }
        None => Ok(()),
    }
}

/// A caller that is nothing a call can come from. Of events, part of a caller's name chooses one.
///
/// # Errors
/// When it is.
pub(super) fn caller(args: &Given) -> anyhow::Result<()> {
    let is_caller = |caller: &str| caller.contains(['.', ':']) || caller.parse::<AccountId>().is_ok();
    match args.caller.as_deref().filter(|caller| args.event.is_empty() && !is_caller(caller)) {
        Some(caller) => {
            let help = "give the ARN that `aws sts get-caller-identity` prints, or a service as lambda.amazonaws.com";
            Err(said(format!("`{caller}` is no caller"), help))
        }
        None => Ok(()),
    }
}

fn said(message: String, help: &str) -> anyhow::Error {
    Box::new(Diagnostic::error(message, Some(help.to_owned()))).into()
}
