//! `trust-service-principal`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use countersign_policy::document::PrincipalKind;
use countersign_policy::similar;


use crate::repair::policy_edit::{json_string, name_in_trust_as};
use crate::repair::{Change, Intended, Repair};
use crate::call::Operation;
use crate::situation::{NamedPrincipal, Situation};
use crate::quoted::{quoted, quoted_list};

pub(super) static CAUSE: Cause = Cause {
    id: "trust-service-principal",
    summary: "the service that calls is not the one that is trusted",
    page: include_str!("trust_service_principal.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.is_plain_denial() {
        return None;
    }
    if !situation.is_service() {
        return of_some_service(situation);
    }
    let service = situation.caller_text.as_deref()?.trim_start_matches("service ").trim().to_owned();
    let advice = "name the service that calls in `Principal.Service`; keep to aws:SourceAccount and aws:SourceArn where the \
                  service sends them";
    if situation.evidence.trust.is_none() {
        let message = format!("{service} cannot assume the role: the trust policy may not name it", service = quoted(&service));
        let finding = Finding::consistent(70, message, Repair::advice(advice)).about("Principal.Service");
        return Some(finding.asking([service], None).separated_by(situation.get_role()));
    }
    if !situation.is_uncovered_principal() {
        return None;
    }
    let principals = situation.principals();
    let named: Vec<NamedPrincipal<'_>> = principals.into_iter().filter(|principal| principal.kind == PrincipalKind::Service).collect();
    let trusted: Vec<&str> = named.iter().map(|principal| principal.text).collect();
    let amendments = name_service(situation, &named, &service)?;
    let intended = Intended { principal: format!("{{\"Service\":{}}}", json_string(&service)), condition: None };
    let message = match trusted.as_slice() {
        [] => format!("{service} calls, and the trust policy names no service", service = quoted(&service)),
        _ => format!("{service} calls, and the trust policy names {}", quoted_list(&trusted), service = quoted(&service)),
    };
    let change = Change::Trust { amendments, intended: Some(intended) };
    let slip = trusted.iter().any(|name| similar::distance(name, &service) <= 1);
    let repair = Repair { needs_decision: !slip, ..Repair::new(advice, change) };
    let finding = Finding::proved(message, repair).ranked(78).about("Principal.Service");
    let finding = finding.asking([service.clone()], Some(&trusted.join(", ")).filter(|list| !list.is_empty()).map(String::as_str));
    let first = named.first();
    Some(Finding { statement: first.map(|first| first.statement), span: first.map(|first| first.span), ..finding })
}

/// Nobody says who called, and only services are trusted: it may be another one.
fn of_some_service(situation: &Situation<'_>) -> Option<Finding> {
    let principals = situation.principals();
    let only_services = !principals.is_empty() && principals.iter().all(|principal| principal.kind == PrincipalKind::Service);
    if !only_services || situation.caller.is_some() || situation.shown_caller().is_some() || situation.operation != Operation::AssumeRole {
        return None;
    }
    let named: Vec<&str> = principals.iter().map(|principal| principal.text).collect();
    let message = format!("the trust policy names {}, and nobody says which service called, or whether one did", quoted_list(&named));
    let advice = "name the service that calls in `Principal.Service`, as its own page on roles writes it";
    let finding = Finding::consistent(30, message, Repair::advice(advice)).about("Principal.Service");
    Some(finding.separated_by("the service that was given the role"))
}

/// Adds the service to the statement that names services, or a name one letter off is put right.
fn name_service(situation: &Situation<'_>, named: &[NamedPrincipal<'_>], service: &str) -> Option<Vec<Amendment>> {
    let Some(first) = named.first() else { return name_in_trust_as(situation, PrincipalKind::Service, service) };
    let slip = named.iter().find(|principal| similar::distance(principal.text, service) <= 1);
    if let Some(slip) = slip {
        return Some(vec![Amendment::write(slip.span, slip.text, service)]);
    }
    let (statement, kind) = (first.statement, PrincipalKind::Service);
    Some(vec![Amendment::AddPrincipal { statement, kind, name: service.to_owned() }])
}
