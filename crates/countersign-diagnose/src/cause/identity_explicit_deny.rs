//! `identity-explicit-deny`

use super::{Cause, Finding, Side};
use countersign_policy::evaluate::Decision;

use super::mfa_missing::is_lifted_by_mfa;
use crate::message::PolicyLayer;
use crate::repair::{Change, Repair};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "identity-explicit-deny",
    summary: "a Deny of the caller's own policies applies",
    page: include_str!("identity_explicit_deny.md"),
    side: Side::Identity,
    time: "hours",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.may_be(PolicyLayer::Identity) {
        return None;
    }
    let advice = "narrow the Deny in the caller's policies so that it leaves this role out; no Allow helps against it";
    let blamed = situation.denial.as_ref().and_then(|denial| denial.reason.as_ref());
    let blamed = blamed.is_some_and(|reason| reason.layer == PolicyLayer::Identity && reason.explicit);
    let policies = situation.identity();
    let denies = |action: &String| situation.say_of(&policies, action) == Some(Decision::ExplicitDeny);
    let denied = situation.actions.iter().find(|action| denies(action));
    if !situation.is_machine() && denied.is_some_and(|action| is_lifted_by_mfa(situation, action)) {
        return None;
    }
    if !blamed && denied.is_none() {
        let guess = policies.is_empty() && situation.denial.as_ref().is_some_and(|denial| denial.denies);
        let message = "AWS says that a Deny applies, and not of which policy: it may be one of the caller's own";
        let finding = Finding::consistent(74, message, Repair::advice(advice)).about("Effect");
        let command = "aws iam simulate-principal-policy --policy-source-arn CALLER --action-names sts:AssumeRole --resource-arns ROLE";
        return guess.then(|| finding.separated_by(command));
    }
    let action = denied.or(situation.actions.first())?;
    let message = format!("a Deny in the caller's policies covers {action} on the role");
    let change = if denied.is_some() { Change::WithoutOwnDenies } else { Change::Nothing };
    let finding = if blamed { Finding::told(message, Repair::new(advice, change)) } else { Finding::proved(message, Repair::new(advice, change)) };
    Some(finding.ranked(71).about("Effect"))
}
