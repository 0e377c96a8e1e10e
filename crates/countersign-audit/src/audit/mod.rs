//! The audits. One audit is `my_audit.rs` (a `static AUDIT`), `my_audit.md` (its page, which is also its test) and one
//! line in [`AUDITS`]; explanations, `--help` and documentation derive from that list.

mod caller_without_external_id;
mod external_id_if_exists;
mod federated_without_subject;
mod leak;
mod malformed_trust_policy;
mod missing_external_id;
mod misspelt_condition_key;
mod optional_external_id;
mod orphaned_principal;
mod public_trust;
mod self_referencing_external_id;
mod shared_external_id;
mod source_arn_over_match;
mod unassumable_role;
mod unexpected_third_party;
mod unguarded_sibling_statement;
mod unscoped_service_principal;
mod weak_external_id;
mod whole_account_trust;
mod widening_plan;
mod wildcard_external_id;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use countersign_policy::document::Span;
use countersign_policy::request::Request;

use crate::caller::ExaminedCaller;
use crate::examine::Examined;
use crate::finding::{Confidence, Finding, Persona, Severity, Witness};
use crate::fix::{Remedy, propose};
use crate::reach::Level;
use crate::severity::{Likelihood, concern, rate};

/// One audit.
pub struct Audit {
    /// Its name: the bad pattern, as it reads after "ignore".
    pub id: &'static str,
    /// What it reports, in a line.
    pub summary: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
    /// How bad its findings are, unless one says otherwise.
    pub severity: Severity,
    /// How sure its findings are, unless one says otherwise.
    pub confidence: Confidence,
    /// Who wants to hear of its findings, unless one says otherwise.
    pub persona: Persona,
    check: Check,
}

/// What an audit looks at.
enum Check {
    /// Each role by itself.
    Role(fn(&Examined, &mut Reporter<'_>)),
    /// All roles together.
    Roles(fn(&[Examined], &mut Vec<(usize, Report)>)),
    /// Each caller of a role by itself: what is wrong, and how sure that is.
    Caller(fn(&ExaminedCaller) -> Option<(String, Confidence)>),
}

/// Every audit, in the order reports and `explain` list them.
pub static AUDITS: &[&Audit] = &[
    &public_trust::AUDIT,
    &missing_external_id::AUDIT,
    &external_id_if_exists::AUDIT,
    &wildcard_external_id::AUDIT,
    &self_referencing_external_id::AUDIT,
    &unguarded_sibling_statement::AUDIT,
    &optional_external_id::AUDIT,
    &unexpected_third_party::AUDIT,
    &weak_external_id::AUDIT,
    &shared_external_id::AUDIT,
    &whole_account_trust::AUDIT,
    &unscoped_service_principal::AUDIT,
    &source_arn_over_match::AUDIT,
    &federated_without_subject::AUDIT,
    &orphaned_principal::AUDIT,
    &unassumable_role::AUDIT,
    &widening_plan::AUDIT,
    &misspelt_condition_key::AUDIT,
    &malformed_trust_policy::AUDIT,
    &caller_without_external_id::AUDIT,
];

/// One finding before it has a place in a file.
pub(crate) struct Report {
    /// The stretch of the policy it points at.
    span: Span,
    message: String,
    help: String,
    witness: Option<Witness>,
    severity: Option<Severity>,
    at_most: Option<Severity>,
    confidence: Option<Confidence>,
    persona: Option<Persona>,
    remedy: Option<Remedy>,
}

impl Report {
    fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: help.into(),
            witness: None,
            severity: None,
            at_most: None,
            confidence: None,
            persona: None,
            remedy: None,
        }
    }

    fn witness(mut self, request: Option<&Request>) -> Self {
        self.witness = request.map(Witness::from);
        self
    }

    fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// No worse than this, whatever the role can do.
    fn at_most(mut self, severity: Severity) -> Self {
        self.at_most = Some(severity);
        self
    }

    fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }

    fn remedy(mut self, remedy: impl Into<Option<Remedy>>) -> Self {
        self.remedy = remedy.into();
        self
    }

    fn persona(mut self, persona: Persona) -> Self {
        self.persona = Some(persona);
        self
    }
}

/// Collects the findings of one audit on one role.
pub(crate) struct Reporter<'a> {
    reports: &'a mut Vec<Report>,
}

impl Reporter<'_> {
    fn report(&mut self, report: Report) {
        let same = |other: &Report| other.span == report.span && other.message == report.message;
        if !self.reports.iter().any(same) {
            self.reports.push(report);
        }
    }
}

/// Runs every audit; findings come in the order of the roles, and of [`AUDITS`] within one.
#[must_use]
pub fn run(roles: &[Examined]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for audit in AUDITS {
        let mut reports: Vec<(usize, Report)> = Vec::new();
        match audit.check {
            Check::Role(check) => {
                for (at, role) in roles.iter().enumerate() {
                    let mut of_role = Vec::new();
                    check(role, &mut Reporter { reports: &mut of_role });
                    reports.extend(of_role.into_iter().map(|report| (at, report)));
                }
            }
            Check::Roles(check) => check(roles, &mut reports),
            Check::Caller(_) => {}
        }
        for (at, report) in reports {
            let Some(examined) = roles.get(at) else { continue };
            findings.push(finding(audit, examined, at, report));
        }
    }
    findings.sort_by_key(|finding| finding.role_index);
    told_once(findings)
}

/// A role of a module that several others call is found at one place, each time: that is told once, as bad as it gets.
fn told_once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut told: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut known: HashMap<(&'static str, String, String, String, Span), usize> = HashMap::new();
    for finding in findings {
        let path = finding.location.path.clone();
        let key = (finding.id, finding.role.clone(), finding.message.clone(), path, finding.span);
        match known.entry(key) {
            Entry::Vacant(place) => {
                place.insert(told.len());
                told.push(finding);
            }
            Entry::Occupied(place) => {
                let worse = told.get_mut(*place.get()).filter(|known| known.severity < finding.severity);
                worse.into_iter().for_each(|known| *known = finding.clone());
            }
        }
    }
    told
}

/// Runs the audits of callers, in the order of the callers.
#[must_use]
pub fn run_callers(callers: &[ExaminedCaller]) -> Vec<Finding> {
    let on = |examined: &ExaminedCaller, audit: &Audit| {
        let Check::Caller(check) = audit.check else { return None };
        let (message, confidence) = check(examined)?;
        let caller = &examined.caller;
        let (file, span) = caller.sources.place(caller.span);
        Some(Finding {
            id: audit.id,
            severity: audit.severity,
            confidence,
            role: caller.role.display(),
            message,
            help: "ask the role's owner to require an id you chose for them, and send it; if the account is yours, declare it with --own".to_owned(),
            location: file.location(span),
            attack: "confused deputy",
            likelihood: Likelihood::Low,
            blast_radius: None,
            witness: None,
            fix: None,
            span,
            policy_span: caller.span,
            role_index: None,
            persona: audit.persona,
        })
    };
    callers.iter().flat_map(|caller| AUDITS.iter().filter_map(move |audit| on(caller, audit))).collect()
}

/// The audit with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Audit> {
    AUDITS.iter().copied().find(|audit| audit.id == id)
}

fn finding(audit: &Audit, examined: &Examined, role_index: usize, report: Report) -> Finding {
    let (role, reach) = (&examined.role, examined.reach());
    let (file, span) = role.sources.place(role.locate(report.span));
    let severity = report.severity.unwrap_or(audit.severity);
    let rating = rate(concern(audit.id), severity, examined.exposed.exposure, reach);
    Finding {
        id: audit.id,
        severity: report.at_most.map_or(rating.severity, |most| rating.severity.min(most)),
        confidence: report.confidence.unwrap_or(audit.confidence),
        role: role.name.clone(),
        message: report.message,
        help: report.help,
        location: file.location(span),
        attack: rating.attack,
        likelihood: rating.likelihood,
        blast_radius: (reach.level != Level::Unknown).then_some(rating.blast_radius),
        witness: report.witness,
        fix: report.remedy.and_then(|remedy| propose(&remedy, examined)),
        span,
        policy_span: report.span,
        role_index: Some(role_index),
        persona: report.persona.unwrap_or(audit.persona),
    }
}
