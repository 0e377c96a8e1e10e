//! `mfa-on-machine-principal`

use super::{Cause, Finding, Side};
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "mfa-on-machine-principal",
    summary: "MFA is asked of a caller that can never have it",
    page: include_str!("mfa_on_machine_principal.md"),
    side: Side::Trust,
    time: "minutes",
    situation: None,
    condition: Some(recognise),
};

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let asks = test.key.to_ascii_lowercase().starts_with("aws:multifactorauth");
    if !asks || !situation.is_machine() || test.sent.is_some() {
        return None;
    }
    let caller = situation.caller_text.as_deref().unwrap_or("the caller");
    let message = format!("statement {} asks for MFA, and {caller} is a machine, which has none", statement.index + 1, caller = quoted(&caller));
    let advice = "drop the MFA condition from the statement for this machine only, and keep its ExternalId; people get a statement \
                  of their own with MFA";
    let values = situation.satisfying(statement.index, test)?;
    let change = Change::HaveKey { key: test.key.clone(), values };
    Some(Finding::proved(message, Repair::new(advice, change)).ranked(73).at(statement, test))
}
