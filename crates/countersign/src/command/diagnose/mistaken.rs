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
    let kind = Path::new(name).extension().and_then(|extension| extension.to_str());
    let kind = kind.filter(|kind| RequestText::reads(kind))?;
    let calls = RequestText::new(name, Some(kind), text).calls;
    (!calls.is_empty()).then(|| format!("`{name}` holds a call, and no error: give it with --call"))
}

/// A trust policy that is an error's text.
pub(super) fn trust_text(name: &str, text: &str) -> Option<anyhow::Error> {
    let is_error = !text.trim_start().starts_with(['{', '[']) && !message::read(text).is_empty();
    is_error.then(|| {
        let help = "give it as FILE; --trust takes the role's trust policy";
        said(format!("`{name}` holds an error, and no policy"), help)
    })
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

/// A policy of the caller, or one that limits it, which is a trust policy. A resource control policy has a `Principal` too.
///
/// # Errors
/// When it is.
pub(super) fn identity(file: &PolicyFile) -> anyhow::Result<()> {
    let only_sts = file.document.statements.iter().all(|statement| statement.resources.is_empty());
    if matches!(file.embedding, Embedding::Direct) && only_sts && has_principal(&file.document) {
        let message = format!("`{}` holds a trust policy, and none of an identity", file.input.name);
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
