//! One statement guards a third party, another lets it in.

use super::leak::{Kind, leaks};
use super::{Audit, Check, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

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
        let help = "statements add up: give this one the same condition on sts:ExternalId, or remove it";
        reporter.report(leak.report(examined, message, help));
    }
}
