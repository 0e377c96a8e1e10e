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

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let covered = !situation.statements.is_empty() && !situation.is_uncovered_principal();
    if !situation.is_self() || covered || !situation.may_be(PolicyLayer::Trust) {
        return None;
    }
    let own = situation.role_text.clone()?;
    let advice = "do not assume it: the credentials at hand are that role's already. Only where a tool insists, name the \
                  role in its own trust policy";
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
