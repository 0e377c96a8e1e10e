//! A third party gets in, and nothing asks it for an ExternalId.

use countersign_policy::document::{PolicyDocument, Statement};
use countersign_policy::prove::{Deputy, Exposure, ExternalIdVerdict};

use super::leak::{Kind, leaks};
use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;

pub(super) static AUDIT: Audit = Audit {
    id: "missing-external-id",
    summary: "a third party may assume the role without an ExternalId",
    page: include_str!("missing_external_id.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

const HELP: &str = "require the id the third party chose for you: \"Condition\": {\"StringEquals\": {\"sts:ExternalId\": \"…\"}}; if the account is yours, declare it with --own";

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let mut explained = false;
    for leak in leaks(examined) {
        explained = true;
        if leak.kind != Kind::Missing {
            continue;
        }
        let message = format!("{} can assume `{}` without an ExternalId", leak.who(examined), examined.role.name);
        reporter.report(
            leak.report(examined, message, HELP).remedy(Remedy::RequireExternalId { statement: leak.statement }),
        );
    }
    // A proof that ran into its limits is not a clean bill.
    let unproved = examined.exposed.exposure == Exposure::Unknown
        && examined.open_when.is_empty()
        && !examined.role.trust.statements.is_empty();
    // Of everyone another audit says what it depends on.
    let public =
        |(deputy, verdict): &(Deputy, ExternalIdVerdict)| *deputy == Deputy::Public && verdict.request().is_some();
    let explained = explained || examined.exposed.deputies.iter().any(public);
    if unproved && !explained {
        let message = format!(
            "cannot show who needs an ExternalId to assume `{}`: it depends on {}",
            examined.role.name,
            examined.exposed.depends_on.join(", ")
        );
        let span = examined.role.trust.statements.first().map_or(examined.role.trust.span, |statement| statement.span);
        let help = "write the guard so that it can be decided: StringEquals on sts:ExternalId in every statement that names a third party";
        let report = Report::new(span, message, help).severity(Severity::Medium).confidence(Confidence::Low);
        reporter.report(report.persona(persona(&examined.role.trust)));
    }
}

/// What a template takes from elsewhere nobody mends here.
fn persona(trust: &PolicyDocument) -> Persona {
    let missing =
        |statement: &Statement| statement.unreadable.as_ref().is_some_and(|unreadable| unreadable.hole.is_some());
    if trust.statements.iter().all(missing) {
        Persona::Auditor
    } else if trust.statements.iter().any(missing) || trust.has_holes() {
        Persona::Pedantic
    } else {
        Persona::Regular
    }
}
