//! One statement guards a third party, another lets it in.

use countersign_policy::document::{Effect, Statement};

use super::leak::{Kind, external_id_condition, leaks};
use super::{Audit, Check, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;

pub(super) static AUDIT: Audit = Audit {
    id: "unguarded-sibling-statement",
    summary: "another statement lets the same third party in without the ExternalId",
    page: include_str!("unguarded_sibling_statement.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for leak in leaks(examined).into_iter().filter(|leak| leak.kind == Kind::Sibling) {
        let document = &examined.exposed.document;
        let label = document
            .statements
            .get(leak.statement)
            .map_or_else(String::new, |statement| statement.label(leak.statement));
        let message = format!(
            "{label} lets {} assume `{}` without the ExternalId that another statement requires",
            leak.who(examined),
            examined.role.name
        );
        let entry = document.statements.iter().filter(|other| allows(other)).find_map(external_id_condition).cloned();
        let guard = entry.map(|entry| Remedy::GuardLike { statement: leak.statement, entry });
        let help = "statements add up: give this one the same condition on sts:ExternalId, or remove it";
        reporter.report(leak.report(examined, message, help).remedy(guard));
    }
}

fn allows(statement: &Statement) -> bool {
    statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow)
}
