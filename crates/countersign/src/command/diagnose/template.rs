//! Roles in templates and dumps: which one is meant, and whether a template says what it should once it is changed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use countersign_audit::fix::Language;
use countersign_audit::input::Reading;
use countersign_audit::role::Role;
use countersign_audit::source::ProblemSeverity;
use countersign_diagnose::diagnosis::Diagnosis;
use countersign_diagnose::evidence::{Piece, PolicyText};
use countersign_diagnose::{Evidence, FixKind, Part, Patch};
use countersign_policy::document::{Embedding, Span};

use super::args::Given;
use crate::command::audit;
use crate::diagnostic::Diagnostic;
use crate::output::{quoted, quoted_list};
use crate::read;

type Overlay = BTreeMap<String, Arc<str>>;

/// The role that is meant: the one called `wanted`, or the only one. Nothing when the file at `path`, which holds `text`, or the
/// folder there has no role.
///
/// # Errors
/// When it is not clear which one is meant.
pub(super) fn role(path: &Path, text: Option<&str>, wanted: Option<&str>) -> anyhow::Result<Option<Role>> {
    let files: Overlay = text.map(|text| (read::name(path), text.into())).into_iter().collect();
    let reading = audit::roles(path, &files);
    let name = quoted(&read::name(path));
    let names: Vec<String> = reading.roles.iter().map(|role| role.name.clone()).collect();
    let (message, help) = match choose(&reading, wanted) {
        Ok(role) => return Ok(Some(role.clone())),
        Err(_) if names.is_empty() => return Ok(None),
        Err(Unclear::Several) => {
            (format!("{name} holds several roles"), format!("name one with --role: {}", quoted_list(&names)))
        }
        Err(Unclear::None) => return Err(no_role(&read::name(path), wanted.unwrap_or_default(), &names)),
    };
    Err(Box::new(Diagnostic::error(message, Some(help))).into())
}

/// That the role of a file with one is the one that is called `wanted`.
///
/// # Errors
/// When it is another one.
pub(super) fn only(name: &str, arn: &str, wanted: Option<&str>) -> anyhow::Result<()> {
    let is_wanted = |wanted: &str| arn == wanted || (!wanted.starts_with("arn:") && last(arn) == last(wanted));
    match wanted.filter(|wanted| !is_wanted(wanted)) {
        Some(wanted) => Err(no_role(name, wanted, &[arn.to_owned()])),
        None => Ok(()),
    }
}

fn no_role(name: &str, wanted: &str, names: &[String]) -> anyhow::Error {
    let message = format!("no role called {} in {}", quoted(wanted), quoted(name));
    Box::new(Diagnostic::error(message, Some(format!("it has {}", quoted_list(names))))).into()
}

/// The name at the end of an ARN or path.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Why no role is meant.
enum Unclear {
    None,
    Several,
}

fn choose<'r>(reading: &'r Reading, wanted: Option<&str>) -> Result<&'r Role, Unclear> {
    let named = |role: &&Role| wanted.is_none_or(|wanted| is_called(role, wanted));
    let mut roles = reading.roles.iter().filter(named);
    match (roles.next(), roles.next()) {
        (Some(role), None) => Ok(role),
        (Some(_), Some(_)) => Err(Unclear::Several),
        (None, _) => Err(Unclear::None),
    }
}

fn is_called(role: &Role, wanted: &str) -> bool {
    match &role.arn {
        Some(arn) if wanted.starts_with("arn:") => arn == wanted,
        _ => role.role_name.as_deref() == Some(last(wanted)) || role.name == wanted,
    }
}

/// The role's trust policy and the text that it is written in: the files of a template, or the policy's own where a tool
/// printed it.
pub(super) fn policy_text(path: &Path, role: &Role) -> PolicyText {
    let name = read::name(path);
    if let Some(text) = &role.decoded {
        return PolicyText { text: text.clone(), document: role.trust.clone(), ..PolicyText::new(name, "") };
    }
    let mut text = String::new();
    let mut pieces = Vec::new();
    for (base, file) in role.sources.laid() {
        // As far apart as their places are.
        text.extend(std::iter::repeat_n('\n', (base as usize).saturating_sub(text.len())));
        let span = Span::new(text.len(), text.len() + file.text().len());
        pieces.push(Piece { name: file.path().to_owned(), span });
        text.push_str(file.text());
    }
    if role.language == Language::Printed || role.embedding != Embedding::Direct {
        let span = role.trust.span;
        let own = text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
        let printed = PolicyText::new(name, own);
        return match printed.document.says_as(&role.trust) {
            true => printed,
            false => PolicyText { text: String::new(), document: role.trust.clone(), ..printed },
        };
    }
    PolicyText { name, text, document: role.trust.clone(), pieces }
}

/// Takes away patches of templates that would not say what was proved, and says why.
pub(super) fn check(diagnosis: &mut Diagnosis, given: &Given, evidence: &Evidence) {
    let template = evidence.trust.as_ref().filter(|trust| !trust.pieces.is_empty());
    let (Some(path), Some(template)) = (&given.trust, template) else { return };
    let text =
        |piece: &Piece| template.text.get(piece.span.start as usize..piece.span.end as usize).unwrap_or_default();
    let files: Overlay = template.pieces.iter().map(|piece| (piece.name.clone(), text(piece).into())).collect();
    let before = audit::roles(path, &files);
    let failure = |patch: &Patch| {
        let changed = || {
            let mut files = files.clone();
            files.insert(patch.name.clone(), patch.after.as_str().into());
            audit::roles(path, &files)
        };
        (patch.part == Part::Trust).then(|| reads_back(&before, &changed(), given, patch).err()).flatten()
    };
    let mut why: Option<String> = None;
    for cause in diagnosis.causes.iter_mut().filter(|cause| cause.kind == FixKind::EditTrustPolicy) {
        let failed = match &cause.patch {
            Some(patch) => failure(patch),
            None => Some("what has to change is no literal in the statement".to_owned()),
        };
        if failed.is_some() {
            why = why.or(failed);
            cause.patch = None;
            cause.fix.diff = None;
            cause.fix.safe = false;
        }
    }
    if let Some(plan) = &mut diagnosis.plan {
        let (kept, taken): (Vec<Patch>, Vec<Patch>) =
            std::mem::take(&mut plan.patches).into_iter().partition(|patch| failure(patch).is_none());
        plan.patches = kept;
        if let Some(patch) = taken.first() {
            why = why.or(failure(patch));
            let changes_trust = |place: &usize| {
                diagnosis.causes.get(*place).is_some_and(|cause| cause.kind == FixKind::EditTrustPolicy)
            };
            let by_hand: Vec<usize> = plan.causes.iter().copied().filter(changes_trust).collect();
            plan.by_hand.extend(by_hand);
        }
    }
    let why = why
        .map(|why| format!("the change of the trust policy cannot be written in {}: {why}", quoted(&read::name(path))));
    if let Some(plan) = &mut diagnosis.plan {
        plan.held_back = why.clone();
    }
    diagnosis.notes.extend(why);
}

/// Whether the changed template says what was proved, and the same as before of every other role.
fn reads_back(before: &Reading, after: &Reading, given: &Given, patch: &Patch) -> Result<(), String> {
    let wanted = choose(before, given.role.as_deref()).map_err(|_| "its role is not clear".to_owned())?;
    let broken = after.problems.iter().find(|problem| {
        problem.severity == ProblemSeverity::Error && !before.problems.iter().any(|old| old.message == problem.message)
    });
    if let Some(problem) = broken {
        return Err(format!("it could not be read any more: {}", problem.message));
    }
    for role in &before.roles {
        let Some(now) = after.roles.iter().find(|now| now.name == role.name) else {
            return Err(format!("{} would be gone", quoted(&role.name)));
        };
        let says = if role.name == wanted.name { patch.policy.as_ref() } else { Some(&role.trust) };
        let same_choices = now.alternatives.len() == role.alternatives.len();
        if same_choices && says.is_some_and(|says| now.trust.says_as(says)) {
            continue;
        }
        return Err(match role.name == wanted.name {
            true => "read again, it would not say what has to be said".to_owned(),
            false => format!("{} is written with the same text, and would let the caller in, too", quoted(&role.name)),
        });
    }
    Ok(())
}
