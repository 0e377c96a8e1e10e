//! `trust-principal-session-arn`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use crate::repair::{Change, Repair};
use crate::situation::{ArnText, Situation};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-principal-session-arn",
    summary: "the principal is one session of a role",
    page: include_str!("trust_principal_session_arn.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.is_plain_denial() || !situation.is_uncovered_principal() {
        return None;
    }
    let caller = situation.caller_arn()?;
    let principals = situation.principals();
    let named = principals.iter().find(|principal| {
        let Some(arn) = ArnText::parse(principal.text) else { return false };
        arn.resource.starts_with("assumed-role/") && arn.account == caller.account && arn.role_name() == caller.role_name()
    })?;
    let role = situation.caller_principal()?;
    let message = format!("the principal {} is one session by name, and the caller's session has another", quoted(&named.text));
    let advice = "name the role: its ARN covers every session of it";
    let amendments = vec![Amendment::write(named.span, named.text, &role)];
    let change = Change::Trust { amendments, intended: situation.intended() };
    let finding = Finding::proved(message, Repair::new(advice, change).decided_by_owner()).ranked(79).about("Principal.AWS");
    let finding = finding.asking([role], Some(named.text));
    Some(Finding { statement: Some(named.statement), span: Some(named.span), ..finding })
}
