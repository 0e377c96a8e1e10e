//! `trust-self-assume-missing`

use super::{Cause, Finding, Side};
use crate::message::PolicyLayer;
use crate::repair::policy_edit::{json_string, name_in_trust};
use crate::repair::{Change, Intended, Repair};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-self-assume-missing",
    summary: "a role assumes itself, and its trust policy does not name it",
    page: include_str!("trust_self_assume_missing.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

const ADVICE: &str = "do not assume it: the credentials at hand are that role's already. Only where a tool insists, name the role in its \
                      own trust policy";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.may_be(PolicyLayer::Trust) {
        return None;
    }
    let covered = !situation.statements.is_empty() && !situation.is_uncovered_principal();
    if !situation.is_self() {
        return situation.is_self_by_name().filter(|_| situation.evidence.trust.is_none()).map(|rank| by_name(situation, rank));
    }
    if covered {
        return None;
    }
    let own = situation.role_text.clone()?;
    let advice = ADVICE;
    let message = "the caller is a session of the very role it asks for; a role lets itself in only if its trust policy says so";
    let change = match name_in_trust(situation, &own) {
        Some(amendments) => Change::Trust {
            amendments,
            intended: Some(Intended { principal: format!("{{\"AWS\":{}}}", json_string(&own)), condition: None }),
        },
        None => Change::Nothing,
    };
    let finding = Finding::told(message, Repair::new(advice, change).decided_by_owner()).ranked(88).about("Principal");
    Some(finding.asking([own], situation.caller_text.as_deref()))
}

/// Caller and role have one name, and their accounts are blacked out or shortened.
fn by_name(situation: &Situation<'_>, rank: u8) -> Finding {
    let message = "the caller is a session of a role with the very name of the one it asks for: if both are in one account it is the same role, \
                   which lets itself in only if its trust policy says so";
    let finding = Finding::consistent(rank, message, Repair::advice(ADVICE)).about("Principal");
    let finding = finding.asking(situation.shown_role(), situation.shown_caller());
    finding.separated_by("aws sts get-caller-identity (in the environment of the call): is its account the role's?")
}
