//! Nobody can assume the role.

use countersign_policy::document::{Effect, Statement};
use countersign_policy::prove::Exposure;

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "unassumable-role",
    summary: "no call can satisfy the trust policy",
    page: include_str!("unassumable_role.md"),
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let document = &examined.exposed.document;
    if examined.exposed.exposure != Exposure::Unassumable {
        return;
    }
    let allow = document
        .statements
        .iter()
        .find(|statement| statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow));
    let telling = |statement: &Statement| statement.conditions.first().map_or(statement.span, |entry| entry.key.span);
    let span = allow.or(document.statements.first()).map_or(document.span, telling);
    let message = format!("nobody can assume `{}`: no call satisfies its trust policy", examined.role.name);
    let help = "compare each statement's principal, action and conditions with the call you expect: `countersign simulate` shows what fails";
    reporter.report(Report::new(span, message, help));
}
