//! Any AWS account gets in.

use countersign_policy::document::Effect;
use countersign_policy::evaluate::{AttachedTo, evaluate};
use countersign_policy::prove::{Deputy, Exposure, ExternalIdVerdict};

use super::leak::principal_span;
use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "public-trust",
    summary: "any AWS account may assume the role",
    page: include_str!("public_trust.md"),
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let document = &examined.exposed.document;
    for (deputy, verdict) in &examined.exposed.deputies {
        let (Deputy::Public, Some(request)) = (deputy, verdict.request()) else { continue };
        let traces = evaluate(document, request, AttachedTo::Role, examined.assumptions).statements;
        let applying = traces.iter().find(|trace| trace.applies && trace.effect == Effect::Allow);
        let Some(statement) = applying.and_then(|trace| document.statements.get(trace.index)) else { continue };
        if examined.exposed.exposure == Exposure::Unknown {
            let (role, depends_on) = (&examined.role.name, examined.exposed.depends_on.join(", "));
            let message = format!("whether any AWS account can assume `{role}` depends on {depends_on}");
            let help = "name the accounts or roles you mean in `Principal`; a condition that is to narrow it has to be decided where the role is defined";
            let persona = if examined.role.trust.has_holes() { Persona::Pedantic } else { Persona::Regular };
            let report = Report::new(principal_span(statement, deputy), message, help).witness(Some(request));
            reporter.report(report.severity(Severity::High).confidence(Confidence::Low).persona(persona));
            continue;
        }
        let needs_id = matches!(verdict, ExternalIdVerdict::Bound { .. });
        let id = if needs_id { "; an ExternalId is an identifier, not a password" } else { "" };
        let message = format!("any AWS account can assume `{}`{id}", examined.role.name);
        let help = "name the accounts or roles you mean in `Principal`, or require your own aws:PrincipalOrgID with StringEquals";
        reporter.report(Report::new(principal_span(statement, deputy), message, help).witness(Some(request)));
    }
}
