//! Actions that a call needs besides its own: for the tags and the source identity that it passes.

use countersign_policy::document::{Amendment, Polarity};
use countersign_policy::evaluate::Decision;

use super::trust_action_mismatch::NOT_ACTION;
use super::{Finding, Side};
use crate::call::{Name, Parameter};
use crate::message::PolicyLayer;
use crate::repair::policy_edit::allow_in;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, spoken, spoken_in_words};

/// The trust policy does not allow `wanted`.
pub(super) fn in_trust(situation: &Situation<'_>, wanted: &'static str, advice: &'static str) -> Option<Finding> {
    if !situation.may_be(PolicyLayer::Trust) || !situation.actions.iter().any(|action| action == wanted) {
        return None;
    }
    let named = situation.named_action().is_some_and(|action| action.eq_ignore_ascii_case(wanted));
    if situation.guesses_at_trust() {
        let message = format!("the call needs {wanted} besides its own action, and the trust policy may not allow it");
        let rank = if named { 75 } else { 42 };
        let finding = Finding::consistent(rank, message, Repair::advice(advice)).about("Action").asking([wanted], None);
        return Some(finding.separated_by(situation.get_role()));
    }
    let meant = situation.meant()?;
    if !situation.uncovered().contains(&wanted) {
        let fails = meant.failing().next().is_some();
        let message = format!("the message names {wanted}, but the trust policy allows it already");
        return (named && fails).then(|| Finding::contradicted(message).about("Action").asking([wanted], None));
    }
    let trust = situation.evidence.trust.as_ref()?;
    let statement = trust.document.statements.get(meant.index)?;
    let span = statement.actions.iter().flat_map(|element| &element.patterns).map(|action| action.span).next();
    let (polarity, written) = spoken(statement);
    let message = format!(
        "the call needs {wanted} besides its own action, and statement {} allows {}",
        meant.index + 1,
        match polarity {
            Polarity::Listed => format!("only {}", spoken_in_words(statement)),
            Polarity::Excepted => spoken_in_words(statement),
        }
    );
    let repair = match polarity {
        Polarity::Listed => {
            let amendments = vec![Amendment::AddAction { statement: meant.index, action: wanted.to_owned() }];
            Repair::new(advice, Change::Trust { amendments, intended: situation.intended() })
        }
        Polarity::Excepted => Repair::new(NOT_ACTION, Change::SpeaksOfCall(meant.index)),
    };
    let finding = Finding::proved(message, repair);
    let finding = unasked(situation, wanted, finding).ranked(70).about("Action");
    let finding = finding.asking([wanted], Some(&written.join(", ")));
    Some(Finding { statement: Some(meant.index), span, ..finding })
}

/// The caller's policies do not allow `wanted`.
pub(super) fn in_identity(situation: &Situation<'_>, wanted: &'static str) -> Option<Finding> {
    if !situation.may_be(PolicyLayer::Identity) || !situation.actions.iter().any(|action| action == wanted) {
        return None;
    }
    let advice = format!("allow {wanted} on the role's ARN in the caller's policies, beside sts:AssumeRole");
    let named = situation.named_action().is_some_and(|action| action.eq_ignore_ascii_case(wanted));
    let blamed = situation.blames() == Some(PolicyLayer::Identity) && named;
    let policies = situation.identity();
    let role = situation.role_text.clone()?;
    if policies.is_empty() {
        let open = named && situation.trust_allows() != Some(false) && situation.needs_identity();
        let message = format!("the caller's policies may not allow {wanted}");
        let repair = Repair::advice(advice);
        let finding = if blamed { Finding::told(message, repair) } else { Finding::consistent(66, message, repair) };
        let command = format!(
            "aws iam simulate-principal-policy --policy-source-arn CALLER --action-names {wanted} --resource-arns ROLE"
        );
        return (blamed || open).then(|| finding.about("Action").asking([wanted], None).separated_by(command));
    }
    let main = situation.actions.first()?;
    let lacks = situation.say_of(&policies, wanted)? == Decision::ImplicitDeny
        && situation.say_of(&policies, main)? == Decision::Allowed;
    if !lacks || !situation.needs_identity() {
        return None;
    }
    let edits = allow_in(&situation.evidence.identity.first()?.text, wanted, &role)?;
    let message = format!("the caller's policies allow {main} on the role, but not {wanted}, which the call needs too");
    let finding = Finding::proved(message, Repair::new(advice, Change::Identity(edits)));
    Some(unasked(situation, wanted, finding).ranked(69).about("Action").asking([wanted], Some(main)))
}

/// Where the tool sends tags that nobody asked it for, to send none is less than to allow them.
fn unasked(situation: &Situation<'_>, wanted: &str, finding: Finding) -> Finding {
    let can_leave_out = situation.call().is_some_and(|call| {
        let is_unasked = matches!(call.parameter(Name::Tags), Parameter::Implied { .. });
        is_unasked && call.removals.contains_key(&Name::Tags)
    });
    if wanted != "sts:TagSession" || !can_leave_out {
        return finding;
    }
    let advice =
        format!("leave out the tags, which the tool sends unasked; if the role needs them, {}", finding.repair.advice);
    Finding { repair: Repair::new(advice, Change::send(Name::Tags, None)), ..finding }.on(Side::Request)
}
