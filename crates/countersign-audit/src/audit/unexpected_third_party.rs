//! A third party gets in that the configuration does not allow on this role.

use countersign_policy::document::{Effect, Span};
use countersign_policy::evaluate::{AttachedTo, evaluate};
use countersign_policy::prove::{Deputy, ExternalIdVerdict};

use super::leak::{describe, principal_span};
use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "unexpected-third-party",
    summary: "a third party may assume the role that countersign.toml does not allow on it",
    page: include_str!("unexpected_third_party.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let known = &examined.third_parties;
    let Some(allowed) = known.allowed_on(&examined.role) else { return };
    let exposed = &examined.exposed;
    let proved = exposed.deputies.iter().map(|(deputy, verdict)| (deputy, verdict, Confidence::High));
    let gets_in = |deputy| {
        exposed.deputies.iter().any(|(other, verdict)| other == deputy && *verdict != ExternalIdVerdict::Unassumable)
    };
    let contested = exposed.contested.iter().flat_map(|(_, deputies)| deputies).filter(|(deputy, _)| !gets_in(deputy));
    let contested = contested.map(|(deputy, verdict)| (deputy, verdict, Confidence::Low));
    for (deputy, verdict, confidence) in proved.chain(contested) {
        // Everyone is a matter of its own: public-trust.
        let is_out = *verdict == ExternalIdVerdict::Unassumable || *deputy == Deputy::Public;
        if is_out || allowed.iter().any(|party| party.covers(deputy)) {
            continue;
        }
        let Some(span) = place(examined, deputy, verdict) else { continue };
        let who = describe(deputy, known);
        let confidence = match (verdict, deputy) {
            (ExternalIdVerdict::Unknown { .. }, _) | (_, Deputy::NotInInput { .. }) => Confidence::Low,
            _ => confidence,
        };
        let may = if confidence == Confidence::Low { "might" } else { "can" };
        let message = format!("{who} {may} assume `{}`, where it is not allowed", examined.role.name);
        let help = "take it out of the policy, or add it to the role's `vendors` in countersign.toml";
        let report = Report::new(span, message, help);
        reporter.report(report.witness(verdict.request()).confidence(confidence));
    }
}

/// The principal through which it gets in.
fn place(examined: &Examined, deputy: &Deputy, verdict: &ExternalIdVerdict) -> Option<Span> {
    let document = &examined.exposed.document;
    let lets_in = |request| {
        let traces = evaluate(document, request, AttachedTo::Role, examined.assumptions).statements;
        let trace = traces.into_iter().find(|trace| trace.applies && trace.effect == Effect::Allow)?;
        document.statements.get(trace.index)
    };
    let statement = verdict.request().and_then(lets_in).or(document.statements.first())?;
    Some(principal_span(statement, deputy))
}
