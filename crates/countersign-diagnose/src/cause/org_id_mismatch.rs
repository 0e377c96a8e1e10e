//! `org-id-mismatch`

use super::{Cause, Finding, Side};
use countersign_policy::request::context_key::{self, SetBy};

use crate::cause::finding::listed;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "org-id-mismatch",
    summary: "the caller's account is not in the organization that is asked for",
    page: include_str!("org_id_mismatch.md"),
    side: Side::Trust,
    time: "hours",
    situation: None,
    condition: Some(recognise),
};

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    context_key::lookup(&test.key).filter(|row| row.set_by == SetBy::Organization)?;
    let sent = test.sent.as_ref().map(|sent| sent.join(", "));
    let message = match &sent {
        Some(sent) => format!("statement {} asks for the organization {}, and the caller's account is in {sent}", statement.index + 1, listed(&test.required), sent = quoted(&sent)),
        None => format!("statement {} asks for the organization {}; an account outside of any has no {}", statement.index + 1, listed(&test.required), quoted(&test.key)),
    };
    let advice = "put the right organization id into the policy, or make an exception for this caller's account, with its own condition";
    let values = situation.satisfying(statement.index, test)?;
    let change = Change::HaveKey { key: test.key.clone(), values };
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(70).at(statement, test);
    Some(finding.separated_by("aws organizations describe-organization --query Organization.Id  # with the caller's credentials"))
}
