//! How a third party gets in without the one ExternalId: the statement that lets it, and the condition that fails to stop
//! it. Five audits ask this; each reports its own kind, so that one hole is one finding.

use countersign_policy::account::AccountId;
use countersign_policy::assumptions::{Assumption, Assumptions};
use countersign_policy::document::{
    ConditionEntry, Effect, Polarity, PolicyDocument, PrincipalElement, Span, Statement,
};
use countersign_policy::evaluate::{AttachedTo, ElementTrace, StatementTrace, evaluate};
use countersign_policy::prove::{Deputy, Exposure, ExternalIdVerdict};
use countersign_policy::request::Request;

use super::Report;
use crate::examine::Examined;
use crate::finding::{Confidence, Severity};
use crate::third_party::ThirdParties;

/// The kinds of hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// No condition asks for an ExternalId.
    Missing,
    /// A condition asks for one and holds without.
    Omittable,
    /// A condition asks for one and takes endlessly many.
    Unbounded,
    /// The required value is a policy variable.
    SelfReferencing,
    /// Another statement guards the same party.
    Sibling,
}

/// One hole.
pub(super) struct Leak {
    pub(super) kind: Kind,
    /// Who gets in.
    pub(super) deputy: Deputy,
    /// How.
    pub(super) request: Box<Request>,
    /// What to point at.
    pub(super) span: Span,
    /// 0-based place of the statement that lets it in.
    pub(super) statement: usize,
    /// `operator` of the condition that leaks, if one does.
    pub(super) operator: Option<String>,
    /// That condition, when it stands in the statement that lets the party in.
    pub(super) condition: Option<ConditionEntry>,
    pub(super) confidence: Confidence,
}

impl Leak {
    /// Who gets in, for messages.
    pub(super) fn who(&self, examined: &Examined) -> String {
        describe(&self.deputy, &examined.third_parties)
    }

    /// The report of this hole.
    pub(super) fn report(&self, examined: &Examined, message: String, help: &str) -> Report {
        let exposed = &examined.exposed;
        let message = match exposed.exposure {
            Exposure::Unknown if examined.role.trust.has_holes() => {
                format!("{message}, depending on {}", exposed.depends_on.join(", "))
            }
            _ => message,
        };
        let report = |help: &str| Report::new(self.span, &message, help);
        let report = match examined.third_parties.partner(&self.deputy) {
            None => report(help),
            Some(partner) => {
                let known = format!(
                    "{help}; {} is a known partner until {}: {}",
                    partner.name, partner.expires, partner.reason
                );
                let report = report(&known);
                // It still gets in without an id, but there is nobody else whose role it could be tricked into using.
                let is_alone = examined.third_parties.has_no_other_customers(&self.deputy).is_some();
                if is_alone { report.at_most(Severity::Informational) } else { report }
            }
        };
        report.witness(Some(&self.request)).confidence(self.confidence)
    }
}

/// The holes of a role, one per deputy and statement. Those that are there or not, as the input is completed, are for
/// the audit of optional guards.
pub(super) fn leaks(examined: &Examined) -> Vec<Leak> {
    if examined.open_when.is_empty() { leaks_of_worst(examined) } else { Vec::new() }
}

/// The holes of a role as it is when what the input leaves open is decided to its disadvantage.
pub(super) fn leaks_of_worst(examined: &Examined) -> Vec<Leak> {
    let exposed = &examined.exposed;
    let mut leaks: Vec<Leak> = Vec::new();
    let sure = if exposed.exposure == Exposure::Unknown { Confidence::Low } else { Confidence::High };
    let verdicts = exposed.deputies.iter().map(|(deputy, verdict)| (None, deputy, verdict));
    let contested = exposed.contested.iter().flat_map(|(assumption, verdicts)| {
        verdicts.iter().map(move |(deputy, verdict)| (Some(*assumption), deputy, verdict))
    });
    let public = exposed
        .deputies
        .iter()
        .any(|(deputy, verdict)| *deputy == Deputy::Public && *verdict != ExternalIdVerdict::Unassumable);
    for (reading, deputy, verdict) in verdicts.chain(contested) {
        let ExternalIdVerdict::Open { without_id, unlisted_id, .. } = verdict else { continue };
        let Some(request) = without_id.as_ref().or(unlisted_id.as_ref()) else { continue };
        // Everyone is a matter of its own, and so is a party that only gets in as part of everyone.
        if *deputy == Deputy::Public || (public && names_everyone(examined, request, reading)) {
            continue;
        }
        let confidence = if reading.is_some() { Confidence::Low } else { sure };
        let omitted = without_id.is_some();
        let mut found = vec![leak(examined, deputy, request, omitted, reading, confidence)];
        // A variable is a hole of its own beside an omission.
        if let (true, Some(unlisted)) = (omitted, unlisted_id) {
            let other = leak(examined, deputy, unlisted, false, reading, confidence);
            found.push(other.filter(|leak| leak.kind == Kind::SelfReferencing));
        }
        for leak in found.into_iter().flatten() {
            let same = |other: &Leak| other.span == leak.span && other.kind == leak.kind && other.deputy == leak.deputy;
            if !leaks.iter().any(same) {
                leaks.push(leak);
            }
        }
    }
    // What holds for an account holds for its roles: one hole is one finding.
    let whole: Vec<(Span, Kind, Option<AccountId>)> = leaks
        .iter()
        .filter(|leak| matches!(leak.deputy, Deputy::Account { .. }))
        .map(|leak| (leak.span, leak.kind, leak.deputy.account()))
        .collect();
    leaks.retain(|leak| {
        matches!(leak.deputy, Deputy::Account { .. }) || !whole.contains(&(leak.span, leak.kind, leak.deputy.account()))
    });
    leaks
}

fn names_everyone(examined: &Examined, request: &Request, reading: Option<Assumption>) -> bool {
    let document = &examined.exposed.document;
    let statements = trace(examined, request, reading);
    let applying = statements.iter().find(|trace| trace.applies && trace.effect == Effect::Allow);
    applying.and_then(|trace| document.statements.get(trace.index)).is_some_and(covers_everyone)
}

pub(super) fn covers_everyone(statement: &Statement) -> bool {
    use countersign_policy::document::Polarity;
    statement.principals.iter().any(|element| {
        element.polarity == Polarity::Excepted || element.entries.iter().any(|entry| entry.value.known() == Some("*"))
    })
}

/// How the call is decided, by the other `reading` of what is contested.
fn trace(examined: &Examined, request: &Request, reading: Option<Assumption>) -> Vec<StatementTrace> {
    let assumptions = reading.into_iter().fold(examined.assumptions, Assumptions::with_other);
    evaluate(&examined.exposed.document, request, AttachedTo::Role, assumptions).statements
}

fn leak(
    examined: &Examined,
    deputy: &Deputy,
    request: &Request,
    omitted: bool,
    reading: Option<Assumption>,
    confidence: Confidence,
) -> Option<Leak> {
    let document = &examined.exposed.document;
    let traces = trace(examined, request, reading);
    let applying = traces.iter().find(|trace| trace.applies && trace.effect == Effect::Allow)?;
    let statement = document.statements.get(applying.index)?;
    let covers =
        |trace: &&StatementTrace| trace.principal == ElementTrace::Matched && trace.action == ElementTrace::Matched;
    let others = traces.iter().filter(|trace| trace.index != applying.index);
    let statement_of = |trace: &StatementTrace| document.statements.get(trace.index);
    let deny = others
        .clone()
        .filter(covers)
        .filter(|trace| trace.effect == Effect::Deny)
        .find_map(|trace| external_id_condition(statement_of(trace)?));
    let guards_sibling = |trace: &StatementTrace| {
        let statement = statement_of(trace);
        let same_party = trace.principal == ElementTrace::Matched
            || statement.is_some_and(|statement| names_account(statement, deputy));
        trace.action == ElementTrace::Matched && same_party && statement.and_then(external_id_condition).is_some()
    };
    let sibling = others.clone().any(|trace| trace.effect == Effect::Allow && guards_sibling(trace));
    let leak = |kind: Kind, span: Span, operator: Option<&ConditionEntry>| Leak {
        kind,
        deputy: deputy.clone(),
        request: Box::new(request.clone()),
        span,
        statement: applying.index,
        operator: operator.map(|entry| entry.operator.value.to_string()),
        condition: operator.filter(|entry| statement.conditions.contains(entry)).cloned(),
        confidence,
    };
    let principal = principal_span(statement, deputy);
    let through = |entry: &ConditionEntry| {
        let values = || entry.values.iter();
        let variable = values().find(|value| is_variable(value.value.lossy()));
        let wide = values().find(|value| value.value.lossy().contains(['*', '?']));
        match (omitted, variable) {
            (true, _) => leak(Kind::Omittable, entry.key.span, Some(entry)),
            (false, Some(value)) => leak(Kind::SelfReferencing, value.span, Some(entry)),
            (false, None) => leak(Kind::Unbounded, wide.map_or(entry.key.span, |value| value.span), Some(entry)),
        }
    };
    Some(match (external_id_condition(statement), sibling, deny) {
        (Some(entry), _, _) => through(entry),
        (None, true, _) => leak(Kind::Sibling, principal, None),
        (None, false, Some(entry)) => through(entry),
        (None, false, None) => leak(Kind::Missing, principal, None),
    })
}

fn names_account(statement: &Statement, deputy: &Deputy) -> bool {
    let account = deputy.account().map(|account| account.to_string());
    let mut entries = statement.principals.iter().flat_map(|element| &element.entries);
    account.is_some_and(|account| entries.any(|entry| entry.value.lossy().contains(&account)))
}

fn is_variable(text: &str) -> bool {
    let after = text.find("${").and_then(|at| text.get(at..));
    after.is_some_and(|after| !["${*}", "${?}", "${$}"].iter().any(|escape| after.starts_with(escape)))
}

/// The first condition of a statement on `sts:ExternalId`.
pub(super) fn external_id_condition(statement: &Statement) -> Option<&ConditionEntry> {
    statement.conditions.iter().find(|entry| entry.key.value.eq_ignore_ascii_case("sts:ExternalId"))
}

/// The principal entry that stands for the deputy, or the element's key.
pub(super) fn principal_span(statement: &Statement, deputy: &Deputy) -> Span {
    let entries = || statement.principals.iter().flat_map(|element| &element.entries);
    let name = deputy.name();
    let account = deputy.account().map(|account| account.to_string());
    let exact = entries().find(|entry| entry.value.known() == Some(name.as_str()));
    let of_account =
        || entries().find(|entry| account.as_deref().is_some_and(|account| entry.value.lossy().contains(account)));
    let star = || entries().find(|entry| entry.value.known() == Some("*"));
    let found = exact.or_else(of_account).or_else(star).map(|entry| entry.span);
    found.or_else(|| statement.principals.first().map(|element| element.key_span)).unwrap_or(statement.span)
}

/// "account 999988887777 (Vendor)", "the role …", "any AWS account".
pub(super) fn describe(deputy: &Deputy, known: &ThirdParties) -> String {
    let named = match deputy {
        Deputy::Account { account, .. } => format!("account {account}"),
        Deputy::Principal(_) | Deputy::NotInInput { .. } => format!("`{}`", deputy.name()),
        Deputy::Organization(id) => format!("organization {id}"),
        Deputy::Public => return "any AWS account".to_owned(),
    };
    named + &known.name_in_brackets(deputy)
}

/// The statement that lets a service or provider in, if there is one only: a condition in it binds nobody who gets in by
/// another one.
pub(super) fn only_statement(document: &PolicyDocument, principal: &str) -> Option<usize> {
    let is_meant = |element: &PrincipalElement| match element.polarity {
        Polarity::Listed => {
            element.entries.iter().any(|entry| entry.value.known().is_none_or(|name| name == principal || name == "*"))
        }
        Polarity::Excepted => true,
    };
    let lets_in = |statement: &Statement| {
        let is_denial = statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Deny);
        !is_denial && (statement.unreadable.is_some() || statement.principals.iter().any(is_meant))
    };
    let mut found = document.statements.iter().enumerate().filter(|(_, statement)| lets_in(statement));
    let (at, statement) = found.next()?;
    let is_listed = |element: &PrincipalElement| element.polarity == Polarity::Listed;
    (found.next().is_none() && statement.principals.iter().all(is_listed)).then_some(at)
}
