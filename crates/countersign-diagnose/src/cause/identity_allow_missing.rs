//! `identity-allow-missing`

use super::{Cause, Finding, Side};
use countersign_policy::evaluate::Decision;

use crate::cause::finding::listed;
use crate::message::PolicyLayer;
use crate::repair::policy_edit::{allow_in, new_policy};
use crate::repair::{Change, Repair};
use crate::quoted::quoted;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "identity-allow-missing",
    summary: "the caller's own policies do not allow the call",
    page: include_str!("identity_allow_missing.md"),
    side: Side::Identity,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let explicit = situation.denial.as_ref().and_then(|denial| denial.reason.as_ref()).is_some_and(|reason| reason.explicit);
    let action = situation.actions.first()?;
    if !situation.may_be(PolicyLayer::Identity) || explicit {
        return None;
    }
    let named = situation.named_action().is_none_or(|named| named.eq_ignore_ascii_case(action));
    let besides = match situation.trust_allows() {
        Some(false) => "then look at the trust policy",
        Some(true) | None => "the trust policy needs no change",
    };
    let advice = format!("allow {action} on exactly this role in the caller's policies; {besides}");
    let policies = situation.identity();
    let blamed = situation.blames() == Some(PolicyLayer::Identity);
    let role = situation.role_text.as_deref();
    if policies.is_empty() {
        if blamed && named {
            let change = role.map_or(Change::Nothing, |role| Change::NewIdentity(new_policy(action, role)));
            let also = match situation.trust_allows() {
                Some(false) => "the trust policy that was given does not allow the call either",
                Some(true) | None => "the trust policy is not what fails",
            };
            let message = format!("AWS says that no policy of the caller allows {action}; {also}");
            return Some(Finding::told(message, Repair::new(advice, change)).about("Action").asking([action.as_str()], None));
        }
        let fits = situation.may_lack_allow() && situation.trust_allows() != Some(false) && situation.needs_identity() && situation.shown_caller().is_some() && named;
        let message = format!("the caller's policies may not allow {action} on the role");
        let finding = Finding::consistent(48, message, Repair::advice(advice)).about("Action").asking([action.as_str()], None);
        let command = "aws iam simulate-principal-policy --policy-source-arn CALLER --action-names sts:AssumeRole --resource-arns ROLE  # with \
                       credentials of the caller's account";
        return fits.then(|| finding.separated_by(command));
    }
    let lacks = situation.say_of(&policies, action)? == Decision::ImplicitDeny && (blamed || situation.needs_identity());
    if let Some(finding) = of_condition(situation, action).filter(|_| lacks) {
        return Some(finding);
    }
    if !lacks || !situation.other_resources(action).is_empty() {
        return None;
    }
    // A policy without a statement gives no hold to an edit.
    let edits = allow_in(&situation.evidence.identity.first()?.text, action, role?);
    let change = edits.map_or_else(|| Change::NewIdentity(new_policy(action, role.unwrap_or_default())), Change::Identity);
    let message = format!("the caller needs a permission of its own, and its policies do not allow {action}");
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(68);
    Some(finding.about("Action").asking([action.as_str()], None))
}

/// The caller's policy speaks of the call, under a condition that the call does not meet.
fn of_condition(situation: &Situation<'_>, action: &str) -> Option<Finding> {
    let conditions = situation.own_conditions(action);
    let condition = conditions.iter().find(|condition| !condition.is_open).or(conditions.first())?;
    let key = &condition.key;
    let has = match &condition.sent {
        _ if condition.is_open => "it is not known what the call has".to_owned(),
        Some(sent) => format!("the call has {}", quoted(&sent.join(", "))),
        None => "the call has no such key".to_owned(),
    };
    let message = format!(
        "the caller's policy allows {action} on the role only under a condition: it tests {} with {} {}, and {has}",
        quoted(key),
        quoted(&condition.operator),
        listed(&condition.required)
    );
    let advice = "make the call meet the condition of the caller's policy, or have whoever keeps that policy say for which calls it is meant; \
                  do not take the condition away";
    let change = match situation.satisfying_own(key).filter(|_| !condition.is_open) {
        Some(values) => Change::HaveKey { key: key.clone(), values },
        None => Change::Nothing,
    };
    let finding = match change {
        Change::Nothing => Finding::consistent(66, message, Repair::advice(advice)),
        change => Finding::proved(message, Repair::new(advice, change)).ranked(69),
    };
    let sent = condition.sent.as_ref().map(|sent| sent.join(", "));
    let finding = finding.about(key.as_str()).asking(condition.required.iter().cloned(), sent.as_deref());
    Some(finding.separated_by(format!("what the call has as {}", quoted(key))))
}
