//! `identity-resource-mismatch`

use super::{Cause, Finding, Side};
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::evaluate::Decision;
use countersign_policy::similar;

use crate::message::{PolicyLayer, is_masked};
use crate::repair::policy_edit::{add_to_list, allow_in, replace_string};
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

const ADVICE: &str = "allow the call on the role's ARN as the message has it, in that statement or in one of its own; `Resource: *` would let the caller try every role";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let action = situation.actions.first()?;
    let policies = situation.identity();
    let account = situation.role_arn().and_then(|arn| arn.account);
    // What stands in an account's place may be a name that somebody wrote over it.
    let Some(role) = situation.role_text.as_deref().filter(|_| account.is_some()) else { return of_masked(situation, action) };
    if !situation.may_be(PolicyLayer::Identity) || !situation.needs_identity() || situation.say_of(&policies, action)? != Decision::ImplicitDeny {
        return None;
    }
    // Where the resource fits, it is a condition that does not.
    if !situation.own_conditions(action).is_empty() {
        return None;
    }
    let other = situation.other_resources(action);
    let nearest = other.iter().min_by_key(|(text, _)| similar::nearness(text, role))?;
    let message = format!("the caller's policy allows {action} on {}, and the role is {role}", quoted(&nearest.0), role = quoted(&role));
    let source = &situation.evidence.identity.first()?.text;
    let slip = similar::distance(&nearest.0, role) <= 3;
    let edits = if slip { vec![replace_string(nearest.1, role)] } else { add_to_list(source, &[nearest.1], role)? };
    let into = Change::Identity(edits);
    // Into a statement that allows more than the call the role does not belong.
    let beside = || allow_in(source, action, role).map(Change::Identity);
    let change = if into.is_checked(&[], situation, None) { into } else { beside().unwrap_or(into) };
    let finding = Finding::proved(message, Repair::new(ADVICE, change)).ranked(69);
    Some(finding.about("Resource").asking([role], Some(&nearest.0)))
}

/// The role's account is blacked out or written over, but its name alone is none that the policy allows.
fn of_masked(situation: &Situation<'_>, action: &str) -> Option<Finding> {
    let role = situation.shown_role()?;
    let name = |arn: &str| arn.splitn(6, ':').nth(5).map(str::to_owned);
    let shown = name(role).filter(|name| !is_masked(name))?;
    let other = situation.other_resources(action);
    let covers = |pattern: &str| {
        let pattern = name(pattern).unwrap_or_else(|| pattern.to_owned());
        Template::compile(&pattern, Wildcards::Match, Variables::Literal).matches(&shown, Case::Sensitive, &NoVariables)
    };
    let nearest = other.iter().min_by_key(|(text, _)| similar::distance(text, role))?;
    if !situation.may_be(PolicyLayer::Identity) || other.iter().any(|(text, _)| covers(text)) {
        return None;
    }
    let message = format!("the caller's policy allows {action} on {}, which does not cover {}", quoted(&nearest.0), quoted(&role));
    let finding = Finding::consistent(69, message, Repair::advice(ADVICE)).about("Resource").asking([role], Some(&nearest.0));
    Some(finding.separated_by("the role's ARN in full: what was blacked out decides only about the account"))
}
