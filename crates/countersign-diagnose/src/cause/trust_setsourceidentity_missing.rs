//! `trust-setsourceidentity-missing`

use super::{Cause, Finding, Side};
use crate::message::PolicyLayer;
use crate::repair::policy_edit::add_to_list;
use crate::repair::{Change, Repair};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-setsourceidentity-missing",
    summary: "the call sets a source identity, and the trust policy does not allow sts:SetSourceIdentity",
    page: include_str!("trust_setsourceidentity_missing.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

const ACTION: &str = "sts:SetSourceIdentity";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.may_be(PolicyLayer::Trust) || !situation.actions.iter().any(|action| action == ACTION) {
        return None;
    }
    let advice = "allow sts:SetSourceIdentity in the statement that lets the caller in, in every role of the chain, and in the caller's policies; a source identity cannot be taken off";
    let named = situation.named_action().is_some_and(|action| action.eq_ignore_ascii_case(ACTION));
    if situation.guesses_at_trust() {
        let message = format!("the call needs {ACTION} besides its own action, and the trust policy may not allow it");
        let rank = if named { 75 } else { 42 };
        let finding = Finding::consistent(rank, message, Repair::advice(advice)).about("Action").asking([ACTION], None);
        return Some(finding.separated_by(situation.get_role()));
    }
    let meant = situation.meant()?;
    if !situation.uncovered().contains(&ACTION) {
        let fails = meant.failing().next().is_some();
        let message = format!("the message names {ACTION}, but the trust policy allows it already");
        return (named && fails).then(|| Finding::contradicted(message).about("Action").asking([ACTION], None));
    }
    let trust = situation.evidence.trust.as_ref()?;
    let actions: Vec<_> = trust.document.statements.get(meant.index)?.actions.iter().flat_map(|element| &element.patterns).collect();
    let spans: Vec<_> = actions.iter().map(|action| action.span).collect();
    let written: Vec<String> = actions.iter().map(|action| action.value.display()).collect();
    let edits = vec![add_to_list(&trust.text, &spans, ACTION)?];
    let message = format!("the call needs {ACTION} besides its own action, and statement {} allows only {}", meant.index + 1, written.join(", "));
    let change = Change::Trust { edits, intended: situation.intended() };
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(70).about("Action");
    let finding = finding.asking([ACTION], Some(&written.join(", ")));
    Some(Finding { statement: Some(meant.index), span: spans.first().copied(), ..finding })
}
