//! `trust-principal-orphaned`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use crate::repair::{Change, Repair};
use crate::situation::Situation;
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-principal-orphaned",
    summary: "the principal is what is left of a deleted user or role",
    page: include_str!("trust_principal_orphaned.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.is_plain_denial() || !situation.is_uncovered_principal() {
        return None;
    }
    let orphan = situation.principals().into_iter().find(|principal| is_unique_id(principal.text))?;
    let caller = situation.caller_principal()?;
    let message = format!(
        "the principal {} is the id of a user or role that was deleted; one made again with the same name has another id", quoted(&orphan.text));
    let advice = "write the ARN of the caller's role or user again, now that it exists";
    let amendments = vec![Amendment::write(orphan.span, orphan.text, &caller)];
    let change = Change::Trust { amendments, intended: situation.intended() };
    let finding = Finding::proved(message, Repair::new(advice, change).decided_by_owner()).ranked(79).about("Principal.AWS");
    let finding = finding.asking([caller], Some(orphan.text));
    Some(Finding { statement: Some(orphan.statement), span: Some(orphan.span), ..finding })
}

fn is_unique_id(text: &str) -> bool {
    (text.starts_with("AROA") || text.starts_with("AIDA")) && !text.contains(':')
}
