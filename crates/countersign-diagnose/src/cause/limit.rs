//! What the causes in policies that only limit have in common: a boundary, a session's policy, guard rails, an endpoint.

use countersign_policy::evaluate::Decision;

use super::Finding;
use crate::evidence::{Guard, PolicyText};
use crate::message::PolicyLayer;
use crate::repair::{Change, Repair};
use crate::situation::Situation;

/// A kind of policy that limits.
pub(super) struct Limit {
    pub(super) layer: PolicyLayer,
    pub(super) what: &'static str,
    pub(super) advice: &'static str,
    pub(super) command: &'static str,
    /// Its rank while nothing speaks for it.
    pub(super) rank: u8,
}

/// Looks at a kind of policy: blamed by the message, given and denying, mentioned, or merely possible.
pub(super) fn limit(situation: &Situation<'_>, limit: &Limit) -> Option<Finding> {
    if !situation.is_bound_by(limit.layer) || !situation.may_be(limit.layer) {
        return None;
    }
    let guards = situation.guards(limit.layer);
    let policies: Vec<&PolicyText> = guards.iter().filter_map(|guard| guard.policy()).collect();
    let reason = situation.denial.as_ref().and_then(|denial| denial.reason.as_ref());
    let refused = situation.actions.iter().find(|action| refuses(situation, limit.layer, &policies, action));
    if let Some(action) = refused {
        let message = format!("{} does not allow {action} on the role", limit.what);
        let finding = Finding::proved(message, Repair::new(limit.advice, Change::WithoutLimit(limit.layer))).ranked(71);
        return Some(finding.about("Action").asking([action.as_str()], None));
    }
    if let Some(reason) = reason {
        let how = if reason.explicit { "denies the call" } else { "does not allow the call" };
        let named = reason.policy_arn.as_ref().map(|arn| format!(": {}", arn.text)).unwrap_or_default();
        let message = format!("AWS says that {} {how}{named}", limit.what);
        return Some(Finding::told(message, Repair::advice(limit.advice)).about("Action").separated_by(limit.command));
    }
    let words = guards.iter().find_map(|guard| match guard {
        Guard::Mentioned(words) => Some(words),
        Guard::Policy(_) => None,
    });
    if let Some(words) = words {
        let message = format!("{} is said to be there ({words}), and its text was not given", limit.what);
        let finding = Finding::consistent(68, message, Repair::advice(limit.advice)).about("Action");
        return Some(finding.separated_by(limit.command));
    }
    // Nothing speaks for it but that it was not shown.
    let possible =
        guards.is_empty() && situation.trust_allows() != Some(false) && situation.evidence.error_text.is_some();
    let denies = situation.denial.as_ref().is_some_and(|denial| denial.denies);
    possible.then(|| {
        let message = format!("{} was not given, and can deny what all the rest allows", limit.what);
        Finding::consistent(if denies { 50 + limit.rank } else { limit.rank }, message, Repair::advice(limit.advice))
            .separated_by(limit.command)
    })
}

fn refuses(situation: &Situation<'_>, layer: PolicyLayer, policies: &[&PolicyText], action: &str) -> bool {
    let says = |policy: &&PolicyText| situation.say_of(&[policy], action);
    policies.iter().any(|policy| match (layer, says(policy)) {
        (_, Some(Decision::ExplicitDeny)) => true,
        // `RCPFullAWSAccess` always stands beside a resource control policy.
        (PolicyLayer::Rcp, _) | (_, Some(Decision::Allowed) | None) => false,
        (_, Some(Decision::ImplicitDeny)) => true,
    })
}
