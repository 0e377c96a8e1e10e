//! What of a piece of evidence has to be hidden: every part by what it is.

use countersign_policy::document::{ConditionEntry, PolicyDocument, PrincipalKind};
use countersign_policy::request::context_key::{self, KeyType};

use super::gather::{Gathered, Kind, is_small_number};
use super::kept;
use super::word::tokens;
use crate::call::{Call, Name, Parameter};
use crate::evidence::{Evidence, Facts, Guard, PolicyText, RequestText, Sent};

/// Everything in the evidence.
pub(super) fn of(evidence: &Evidence) -> Gathered {
    let mut found = Gathered::default();
    if let Some(text) = &evidence.error_text {
        found.text(text);
    }
    for text in evidence.operation.iter().chain(&evidence.notes) {
        found.see(text);
    }
    let single = [&evidence.boundary, &evidence.session, &evidence.vpc_endpoint].into_iter().flatten();
    let guards = single.chain(&evidence.scps).chain(&evidence.rcps);
    let policies = evidence.trust.iter().chain(&evidence.identity);
    for policy in policies.chain(guards.clone().filter_map(Guard::policy)) {
        of_policy(policy, &mut found);
    }
    for guard in guards {
        if let Guard::Mentioned(words) = guard {
            found.text(words);
        }
    }
    if let Some(request) = &evidence.request {
        of_request(request, &mut found);
    }
    for named in evidence.caller.iter().chain(&evidence.role).chain(&evidence.facts.intended_caller) {
        found.text(named);
        found.identity(named);
    }
    if let Some(id) = &evidence.external_id_to_send {
        found.see(id);
        found.value(Kind::ExternalId, id);
    }
    of_facts(&evidence.facts, &mut found);
    found
}

/// A policy: its text, its name and what it says.
fn of_policy(policy: &PolicyText, found: &mut Gathered) {
    found.text(&policy.text);
    file(&policy.name, found);
    of_document(&policy.document, found);
}

/// The names in a policy.
pub(super) fn of_document(document: &PolicyDocument, found: &mut Gathered) {
    for statement in &document.statements {
        if let Some(sid) = statement.sid.as_ref().filter(|sid| !kept::is_made_of_kept(sid.value.lossy())) {
            found.value(Kind::Name, sid.value.lossy());
        }
        for entry in statement.principals.iter().flat_map(|element| &element.entries) {
            let value = entry.value.lossy();
            match entry.kind {
                PrincipalKind::Everyone | PrincipalKind::Service => {}
                PrincipalKind::Aws | PrincipalKind::Federated | PrincipalKind::CanonicalUser => found.identity(value),
            }
        }
        for resource in statement.resources.iter().flat_map(|element| &element.patterns) {
            found.identity(resource.value.lossy());
        }
        statement.conditions.iter().for_each(|entry| of_condition(entry, found));
    }
}

fn of_condition(entry: &ConditionEntry, found: &mut Gathered) {
    let values: Vec<&str> = entry.values.iter().map(|value| value.value.lossy()).collect();
    let operator = entry.operator.value.to_ascii_lowercase();
    let is_measure = ["numeric", "date", "bool", "null"].iter().any(|family| operator.contains(family));
    if is_measure {
        values.iter().for_each(|value| keep(value, found));
    } else {
        of_key(&entry.key.value, &values, found);
    }
}

/// The values of a condition key, and the names in the key.
fn of_key(key: &str, values: &[&str], found: &mut Gathered) {
    let lower = key.to_ascii_lowercase();
    let row = context_key::lookup(key);
    if row.is_some_and(|row| matches!(row.key_type, KeyType::Numeric | KeyType::Date | KeyType::Bool)) {
        return values.iter().for_each(|value| keep(value, found));
    }
    if let Some((provider, _)) = key.rsplit_once(':').filter(|(head, _)| head.contains('.') || head.contains("://")) {
        found.identity(provider);
    }
    let tag =
        ["principaltag/", "requesttag/", "resourcetag/"].iter().find_map(|kind| Some(lower.find(kind)? + kind.len()));
    if let Some(tag) = tag.and_then(|at| key.get(at..)) {
        found.value(Kind::Name, tag);
    }
    for value in values {
        match lower.as_str() {
            "aws:requestedregion" | "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => {}
            _ if value.contains(".amazonaws.com") || matches!(*value, "true" | "false") => found.identity(value),
            _ if value.starts_with("arn:") => found.arn(value),
            "sts:externalid" => found.value(Kind::ExternalId, value),
            "sts:rolesessionname" => found.value(Kind::Session, value),
            _ if lower.ends_with(":aud") && value.contains("://") => found.identity(value),
            _ if lower.ends_with(":sub") || lower.ends_with(":aud") => found.subject(value),
            _ if tag.is_some() => found.value(Kind::Key("tag".to_owned()), value),
            _ => found.value(Kind::Key(lower.clone()), value),
        }
    }
}

/// Numbers that say how long or how many are no names.
fn keep(value: &str, found: &mut Gathered) {
    for token in tokens(value, &|_| false) {
        let word = value.get(token.span).unwrap_or_default();
        if word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() < 12 {
            found.kept.insert(word.to_owned());
        }
    }
}

/// A text with calls.
pub(super) fn of_request(request: &RequestText, found: &mut Gathered) {
    found.text(&request.text);
    file(&request.name, found);
    for call in &request.calls {
        of_call(call, found);
    }
}

fn of_call(call: &Call, found: &mut Gathered) {
    for (name, parameter) in &call.parameters {
        let Parameter::Known { value, .. } = parameter else { continue };
        found.glued(value);
        match name {
            Name::RoleArn | Name::SerialNumber => found.identity(value),
            Name::ExternalId => found.value(Kind::ExternalId, value),
            Name::RoleSessionName => found.value(Kind::Session, value),
            Name::SourceIdentity => found.value(Kind::Name, value),
            Name::Tags => tags(value, found),
            Name::TransitiveTagKeys => found.value(Kind::Name, value),
            Name::DurationSeconds => keep(value, found),
            Name::SessionPolicy | Name::WebIdentityToken => found.text(value),
            Name::TokenCode | Name::Region => {}
        }
    }
    for name in call.source.iter().chain(&call.profile).chain(&call.device) {
        found.identity(name);
    }
}

/// `Key=Value` lines, or words about tags.
fn tags(text: &str, found: &mut Gathered) {
    for pair in text.split(['\n', ',']) {
        match pair.trim().split_once('=') {
            Some((key, value)) => {
                found.value(Kind::Name, key);
                found.value(Kind::Key("tag".to_owned()), value);
            }
            None => found.text(pair),
        }
    }
}

/// The name of a file: its folders may be anybody's.
fn file(name: &str, found: &mut Gathered) {
    found.see(name);
    let parts = name.split(['/', '\\']).filter(|part| !is_small_number(part));
    parts.for_each(|part| found.value(Kind::Name, part));
}

fn of_facts(facts: &Facts, found: &mut Gathered) {
    let sent = [
        (Kind::ExternalId, &facts.external_id),
        (Kind::Session, &facts.session_name),
        (Kind::Name, &facts.source_identity),
    ];
    for (kind, sent) in sent {
        if let Sent::Value(value) = sent {
            found.see(value);
            found.value(kind, value);
        }
    }
    if let Some(text) = &facts.session_tags {
        found.see(text);
        tags(text, found);
    }
    for (claim, values) in &facts.token_claims {
        for value in values {
            found.see(value);
            match claim.as_str() {
                "iss" => found.issuer(value),
                "exp" | "iat" | "nbf" => keep(value, found),
                _ if value.contains("://") || value.contains(".amazonaws.com") => found.identity(value),
                _ => found.subject(value),
            }
        }
    }
    for (key, values) in &facts.keys {
        values.iter().for_each(|value| found.see(value));
        of_key(key, &values.iter().map(String::as_str).collect::<Vec<_>>(), found);
    }
    facts.absent_keys.iter().for_each(|key| found.see(key));
    for (key, words) in &facts.remarks {
        found.see(key);
        found.text(words);
    }
    let numbers = [facts.max_session_duration, facts.duration_seconds].into_iter().flatten().map(u64::from);
    found.kept.extend(numbers.chain(facts.role_age_seconds).map(|number| number.to_string()));
}
