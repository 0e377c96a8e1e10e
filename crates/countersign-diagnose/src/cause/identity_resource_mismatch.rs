//! `identity-resource-mismatch`

use super::{Cause, Finding, Side};
use countersign_policy::evaluate::Decision;
use countersign_policy::similar;

use crate::message::PolicyLayer;
use crate::repair::policy_edit::{add_to_list, replace_string};
use crate::repair::{Change, Repair};
use crate::situation::Situation;
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "identity-resource-mismatch",
    summary: "the caller may assume another role",
    page: include_str!("identity_resource_mismatch.md"),
    side: Side::Identity,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let action = situation.actions.first()?;
    let policies = situation.identity();
    let role = situation.role_text.as_deref()?;
    if !situation.may_be(PolicyLayer::Identity) || !situation.needs_identity() || situation.say_of(&policies, action)? != Decision::ImplicitDeny {
        return None;
    }
    let other = situation.other_resources(action);
    let nearest = other.iter().min_by_key(|(text, _)| similar::nearness(text, role))?;
    let message = format!("the caller's policy allows {action} on {}, and the role is {role}", quoted(&nearest.0), role = quoted(&role));
    let advice = "put the role's ARN, as the message has it, into that statement; `Resource: *` would let the caller try every role";
    let source = &situation.evidence.identity.first()?.text;
    let slip = similar::distance(&nearest.0, role) <= 3;
    let edits = if slip { vec![replace_string(nearest.1, role)] } else { add_to_list(source, &[nearest.1], role)? };
    let finding = Finding::proved(message, Repair::new(advice, Change::Identity(edits))).ranked(69);
    Some(finding.about("Resource").asking([role], Some(&nearest.0)))
}
