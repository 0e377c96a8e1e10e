//! Where in what was given the failing values stand: the policy that asks, the call that sends, the error that says so.

use countersign_policy::document::Span;

use crate::call::{Name, Parameter};
use crate::cause::{Finding, Proof, Status};
use crate::message::Says;
use crate::situation::Situation;

/// A text that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The role's trust policy.
    TrustPolicy,
    /// What makes the call.
    Call,
    /// The error as it was printed.
    Error,
}

/// What a place shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shows {
    /// What is asked for.
    Required,
    /// What is sent.
    Sent,
    /// A call that does not send what is asked for.
    NotSent,
    /// That a value is sent, which the text does not hold: a variable, a secret.
    SentUnread,
    /// The words that say it.
    Said,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub source: Source,
    /// What is to be seen there.
    pub shows: Shows,
    /// The bytes.
    pub span: Span,
}

/// The places that show what a finding says.
pub(crate) fn places(situation: &Situation<'_>, finding: &Finding) -> Vec<Place> {
    let mut places = Vec::new();
    if let Some(span) = finding.span.filter(|_| situation.evidence.trust.is_some()) {
        places.push(Place { source: Source::TrustPolicy, shows: Shows::Required, span });
    }
    places.extend(finding.key.as_deref().and_then(parameter).and_then(|name| in_call(situation, finding, name)));
    if finding.proof == Proof::Text && finding.status == Status::Proved {
        places.extend(in_error(situation, finding.key.as_deref().unwrap_or_default()));
    }
    places
}

/// The parameter that a condition key's value comes from.
fn parameter(key: &str) -> Option<Name> {
    let rows = [
        ("sts:ExternalId", Name::ExternalId),
        ("sts:RoleSessionName", Name::RoleSessionName),
        ("sts:SourceIdentity", Name::SourceIdentity),
        ("aws:MultiFactorAuthPresent", Name::SerialNumber),
        ("aws:MultiFactorAuthAge", Name::SerialNumber),
        ("DurationSeconds", Name::DurationSeconds),
        ("RoleArn", Name::RoleArn),
        ("region", Name::Region),
    ];
    rows.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, name)| name)
}

fn in_call(situation: &Situation<'_>, finding: &Finding, name: Name) -> Option<Place> {
    let call = situation.call()?;
    let (shows, span) = match call.parameter(name) {
        Parameter::Known { span, .. } => (Shows::Sent, *span),
        Parameter::Unknown { span, .. } => (Shows::SentUnread, *span),
        Parameter::Implied { .. } | Parameter::Absent if finding.sent.is_none() => (Shows::NotSent, call.span),
        Parameter::Implied { .. } | Parameter::Absent => return None,
    };
    Some(Place { source: Source::Call, shows, span })
}

fn in_error(situation: &Situation<'_>, key: &str) -> Option<Place> {
    let denial = situation.denial.as_ref()?;
    let found = match key {
        "RoleArn" => denial.resource.as_ref(),
        "caller" => denial.caller.as_ref(),
        _ => None,
    };
    // The bare sentence says nothing of why.
    let says = denial.says != Says::NotAuthorized || denial.reason.is_some();
    let span = found.map(|found| found.span).or_else(|| says.then_some(denial.span))?;
    Some(Place { source: Source::Error, shows: Shows::Said, span })
}
