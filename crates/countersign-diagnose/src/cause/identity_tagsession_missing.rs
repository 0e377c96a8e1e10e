//! `identity-tagsession-missing`

use super::{Cause, Finding, Side};
use countersign_policy::evaluate::Decision;

use crate::message::PolicyLayer;
use crate::repair::policy_edit::allow_in;
use crate::repair::{Change, Repair};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "identity-tagsession-missing",
    summary: "the caller's policies do not allow sts:TagSession",
    page: include_str!("identity_tagsession_missing.md"),
    side: Side::Identity,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

const ACTION: &str = "sts:TagSession";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.may_be(PolicyLayer::Identity) || !situation.actions.iter().any(|action| action == ACTION) {
        return None;
    }
    let advice = format!("allow {ACTION} on the role's ARN in the caller's policies, beside sts:AssumeRole");
    let named = situation.named_action().is_some_and(|action| action.eq_ignore_ascii_case(ACTION));
    let blamed = situation.blames() == Some(PolicyLayer::Identity) && named;
    let policies = situation.identity();
    let role = situation.role_text.clone()?;
    if policies.is_empty() {
        let open = named && situation.trust_allows() != Some(false) && situation.needs_identity();
        let message = format!("the caller's policies may not allow {ACTION}");
        let repair = Repair::advice(advice);
        let finding = if blamed { Finding::told(message, repair) } else { Finding::consistent(66, message, repair) };
        let command = "aws iam simulate-principal-policy --policy-source-arn CALLER --action-names sts:TagSession --resource-arns ROLE";
        return (blamed || open).then(|| finding.about("Action").asking([ACTION], None).separated_by(command));
    }
    let main = situation.actions.first()?;
    let lacks = situation.say_of(&policies, ACTION)? == Decision::ImplicitDeny && situation.say_of(&policies, main)? == Decision::Allowed;
    if !lacks || !situation.needs_identity() {
        return None;
    }
    let edits = allow_in(&situation.evidence.identity.first()?.text, ACTION, &role)?;
    let message = format!("the caller's policies allow {main} on the role, but not {ACTION}, which the call needs too");
    let finding = Finding::proved(message, Repair::new(advice, Change::Identity(edits))).ranked(69);
    Some(finding.about("Action").asking([ACTION], Some(main)))
}
