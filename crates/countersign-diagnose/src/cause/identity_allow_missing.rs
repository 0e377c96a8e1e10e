//! `identity-allow-missing`

use super::{Cause, Finding, Side};
use countersign_policy::evaluate::Decision;

use crate::message::PolicyLayer;
use crate::repair::policy_edit::{allow_in, new_policy};
use crate::repair::{Change, Repair};
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
    let advice = format!("allow {action} on exactly this role in the caller's policies; the trust policy needs no change");
    let policies = situation.identity();
    let blamed = situation.blames() == Some(PolicyLayer::Identity);
    let role = situation.role_text.as_deref();
    if policies.is_empty() {
        if blamed && named {
            let change = role.map_or(Change::Nothing, |role| Change::NewIdentity(new_policy(action, role)));
            let message = format!("AWS says that no policy of the caller allows {action}; the trust policy is not what fails");
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
