//! A principal that was deleted.

use countersign_policy::evaluate::Principal;

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "orphaned-principal",
    summary: "a principal is the unique id of a user or role that was deleted",
    page: include_str!("orphaned_principal.md"),
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let elements = examined.exposed.document.statements.iter().flat_map(|statement| &statement.principals);
    for entry in elements.flat_map(|element| &element.entries) {
        let Principal::UniqueId(id) = Principal::compile(entry) else { continue };
        let message = format!(
            "the principal `{id}` of `{}` is what is left of a deleted user or role; it matches nobody",
            examined.role.name
        );
        let help = "remove it, or name the ARN of the principal that replaced it (IAM resolves the ARN when the policy is written)";
        reporter.report(Report::new(entry.span, message, help));
    }
}
