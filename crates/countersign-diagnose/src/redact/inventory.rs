//! What of a piece of evidence has to be hidden: every part by what it is.

use std::ops::Range;

use countersign_policy::document::{ConditionEntry, PolicyDocument, PrincipalKind, Span, Text};
use countersign_policy::request::context_key::{self, KeyType};

use super::find::tags;
use super::gather::{Gathered, is_small_number};
use super::position::{Certainty, Kind, Position};
use super::word::{plain, tokens};
use crate::call::{Call, Name, Parameter, Style};
use crate::evidence::{Evidence, Facts, Guard, RequestText, Sent};

/// Everything in the evidence.
pub(super) fn of(evidence: &Evidence) -> Gathered {
    let mut found = Gathered::default();
    if let Some(text) = &evidence.error_text {
        found.text(text);
    }
    for text in evidence.operation.iter().chain(&evidence.notes) {
        found.text(text);
    }
    for policy in evidence.policies() {
        found.text(&policy.text);
        file(&policy.name, &mut found);
        of_document(&policy.document, &policy.text, &mut found);
    }
    let single = [&evidence.boundary, &evidence.session, &evidence.vpc_endpoint].into_iter().flatten();
    for guard in single.chain(&evidence.scps).chain(&evidence.rcps) {
        if let Guard::Mentioned(words) = guard {
            found.text(words);
        }
    }
    if let Some(request) = &evidence.request {
        of_request(request, &mut found);
    }
    for named in evidence.caller.iter().chain(&evidence.role).chain(&evidence.facts.intended_caller) {
        found.whole(Kind::Identity, named);
    }
    if let Some(id) = &evidence.external_id_to_send {
        found.whole(Kind::ExternalId, id);
    }
    of_facts(&evidence.facts, &mut found);
    found
}

/// The names in a policy, and the numbers in it that are none.
pub(super) fn of_document(document: &PolicyDocument, text: &str, found: &mut Gathered) {
    for position in in_document(document, text) {
        found.take(text, &position);
    }
    for entry in document.statements.iter().flat_map(|statement| &statement.conditions) {
        if is_measured(entry) {
            entry.values.iter().for_each(|value| keep(value.value.lossy(), found));
        }
    }
}

/// The values of a policy that was read from a text.
pub(super) fn in_document(document: &PolicyDocument, text: &str) -> Vec<Position> {
    let mut found = Vec::new();
    for statement in &document.statements {
        if let Some(sid) = &statement.sid {
            found.extend(here(text, sid.span, &sid.value, Kind::Label));
        }
        for entry in statement.principals.iter().flat_map(|element| &element.entries) {
            match entry.kind {
                PrincipalKind::Everyone | PrincipalKind::Service => {}
                PrincipalKind::Aws | PrincipalKind::Federated | PrincipalKind::CanonicalUser => {
                    found.extend(here(text, entry.span, &entry.value, Kind::Identity));
                }
            }
        }
        for resource in statement.resources.iter().flat_map(|element| &element.patterns) {
            found.extend(here(text, resource.span, &resource.value, Kind::Identity));
        }
        for entry in &statement.conditions {
            let key = range(entry.key.span);
            if let Some((provider, _)) = provider_of(&entry.key.value)
                && let Some(at) = text.get(key.clone()).and_then(|written| written.find(provider))
            {
                let start = key.start + at;
                found.push(Position::sure(start..start + provider.len(), Kind::Host));
            }
            for value in entry.values.iter().filter(|_| !is_measured(entry)) {
                let (kind, certainty) = kind_of(&entry.key.value, value.value.lossy());
                let position = here(text, value.span, &value.value, kind);
                found.extend(position.map(|position| Position { certainty, ..position }));
            }
        }
    }
    found
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// A value of a policy where it stands, unless it is put together of others there.
fn here(text: &str, span: Span, value: &Text, kind: Kind) -> Option<Position> {
    let written = text.get(range(span))?;
    let inner = written.trim_matches(['"', '\'']);
    let is_quoted = inner.len() + 2 <= written.len();
    if !is_quoted && matches!(written, "true" | "false" | "null") {
        return None;
    }
    let position = Position::sure(range(span), kind);
    match value.known() {
        Some(value) => Some(position.reading(value)),
        None if is_quoted && !inner.contains('"') => Some(position),
        None => None,
    }
}

/// The provider in a key that asks for a claim, and the claim.
fn provider_of(key: &str) -> Option<(&str, &str)> {
    key.rsplit_once(':').filter(|(head, _)| head.contains('.') || head.contains("://"))
}

/// Whether a condition compares no names.
fn is_measured(entry: &ConditionEntry) -> bool {
    let operator = entry.operator.value.to_ascii_lowercase();
    ["numeric", "date", "bool", "null"].iter().any(|family| operator.contains(family)) || is_measure(&entry.key.value)
}

fn is_measure(key: &str) -> bool {
    let row = context_key::lookup(key);
    row.is_some_and(|row| matches!(row.key_type, KeyType::Numeric | KeyType::Date | KeyType::Bool))
}

/// What a value of a condition key is.
fn kind_of(key: &str, value: &str) -> (Kind, Certainty) {
    use Certainty::{Likely, Sure};
    const NAMED: [&str; 7] = [
        "sts:sourceidentity",
        "aws:sourceidentity",
        "aws:userid",
        "aws:username",
        "sts:transitivetagkeys",
        "aws:tagkeys",
        "aws:principalorgpaths",
    ];
    let lower = key.to_ascii_lowercase();
    let is_tag = ["principaltag/", "requesttag/", "resourcetag/"].iter().any(|kind| lower.contains(kind));
    match lower.as_str() {
        "aws:requestedregion" | "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => (Kind::Label, Likely),
        _ if value.contains(".amazonaws.com") || matches!(value, "true" | "false") && !is_tag => {
            (Kind::Identity, Likely)
        }
        _ if value.starts_with("arn:") => (Kind::Arn, Sure),
        _ if lower.ends_with("externalid") => (Kind::ExternalId, Sure),
        "sts:rolesessionname" => (Kind::Session, Sure),
        _ if lower.ends_with(":aud") && value.contains("://") => (Kind::Identity, Sure),
        _ if lower.ends_with(":sub") || lower.ends_with(":aud") => (Kind::Subject, Sure),
        _ if is_tag => (Kind::Key("tag".to_owned()), Sure),
        lower if NAMED.contains(&lower) => (Kind::Key(lower.to_owned()), Sure),
        lower => (Kind::Key(lower.to_owned()), Likely),
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
    for position in in_calls(request) {
        found.take(&request.text, &position);
    }
    request.calls.iter().for_each(|call| of_call(call, found));
}

/// The values of a text with calls, wherever they are written as they are sent.
pub(super) fn in_calls(request: &RequestText) -> Vec<Position> {
    let text = request.text.as_str();
    let mut found = Vec::new();
    for call in &request.calls {
        for (name, parameter) in &call.parameters {
            match (parameter, kind_of_parameter(*name)) {
                (Parameter::Known { value, span }, Some(kind)) => {
                    found.extend(literal(text, range(*span), value, kind.clone()));
                    if kind != Kind::Identity {
                        found.extend(literals(text, value).map(|place| Position::sure(place, kind.clone())));
                    }
                }
                (Parameter::Known { value, span }, None) if *name == Name::Tags => {
                    found.extend(written_tags(text, range(*span), value));
                }
                (Parameter::Unknown { expression, span }, Some(kind)) if is_template(expression) => {
                    found.push(Position::sure(range(*span), kind));
                }
                _ => {}
            }
        }
        for name in call.profile.iter().filter(|name| name.as_ref() != "default") {
            found.extend(literals(text, name).map(|place| Position::sure(place, Kind::Identity)));
        }
    }
    found
}

pub(super) fn kind_of_parameter(name: Name) -> Option<Kind> {
    match name {
        Name::RoleArn | Name::SerialNumber => Some(Kind::Identity),
        Name::ExternalId => Some(Kind::ExternalId),
        Name::RoleSessionName => Some(Kind::Session),
        Name::SourceIdentity | Name::TransitiveTagKeys => Some(Kind::Name),
        Name::Tags
        | Name::DurationSeconds
        | Name::SessionPolicy
        | Name::WebIdentityToken
        | Name::TokenCode
        | Name::Region => None,
    }
}

/// Whether an expression is a text with values filled in.
pub(super) fn is_template(expression: &str) -> bool {
    expression.trim_start_matches(['f', '$', 'r']).starts_with(['"', '\'', '`'])
}

/// The tags of a call where they are written: in quotes, or on their side of a sign.
fn written_tags(text: &str, place: Range<usize>, value: &str) -> Vec<Position> {
    let slice = text.get(place.clone()).unwrap_or_default();
    let mut found = Vec::new();
    for position in in_tags(value) {
        let word = position.value(value);
        let is_key = position.kind == Kind::Name;
        for (at, _) in slice.match_indices(word).filter(|_| !word.is_empty()) {
            let (before, behind) =
                (slice.get(..at).unwrap_or_default(), slice.get(at + word.len()..).unwrap_or_default());
            let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            if before.ends_with(in_word) || behind.starts_with(in_word) {
                continue;
            }
            let is_quoted = before.ends_with(['"', '\'']) && behind.starts_with(['"', '\'']);
            let sides = |text: &str| text.trim_matches([' ', '"', '\'']).to_owned();
            let is_said = if is_key {
                sides(behind).starts_with(['=', ':']) || before.ends_with("Key=")
            } else {
                sides(before).ends_with(['=', ':'])
            };
            let is_value = is_quoted && !sides(behind).starts_with([':', '=']);
            if is_said || is_value {
                let start = place.start + at;
                found.push(Position::sure(start..start + word.len(), position.kind.clone()));
            }
        }
    }
    found
}

/// A value at its place, where it stands there and is not put together from elsewhere.
fn literal(text: &str, place: Range<usize>, value: &str, kind: Kind) -> Option<Position> {
    let written = plain(text.get(place.clone())?).text.into_owned();
    let is_here = written.trim_matches(['"', '\'', '`', ' ']) == value.trim_matches(['"', '\'', '`', ' ']);
    is_here.then(|| Position::sure(place, kind).reading(value))
}

/// Where a value stands in quotes.
fn literals<'t>(text: &'t str, value: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let found = text.match_indices(value).filter(move |_| !value.is_empty()).map(|(at, found)| at..at + found.len());
    found.filter(|range| {
        let before = text.get(..range.start).and_then(|head| head.chars().next_back());
        let behind = text.get(range.end..).and_then(|rest| rest.chars().next());
        let is_key = text.get(range.end..).is_some_and(|rest| {
            let rest = rest.get(1..).unwrap_or_default().trim_start();
            rest.starts_with([':', ']']) || rest.starts_with("=>")
        });
        before == behind && before.is_some_and(|c| matches!(c, '"' | '\'' | '`')) && !is_key
    })
}

fn of_call(call: &Call, found: &mut Gathered) {
    for (name, parameter) in &call.parameters {
        let Parameter::Known { value, .. } = parameter else { continue };
        found.glued(value);
        match (name, kind_of_parameter(*name)) {
            (_, Some(kind)) => found.take(value, &Position::sure(0..value.len(), kind)),
            (Name::Tags, _) => of_tags(value, found),
            (Name::DurationSeconds, _) => keep(value, found),
            (Name::SessionPolicy | Name::WebIdentityToken, _) => found.text(value),
            _ => {}
        }
    }
    for name in call.source.iter().chain(&call.profile).chain(&call.device) {
        found.take(name, &in_profile(call.style, name));
    }
}

/// The name of a profile, where a file or a command line says it: others say where credentials come from. Some words are
/// AWS's own.
pub(super) fn in_profile(style: Style, name: &str) -> Position {
    let is_open = ["default", "Ec2InstanceMetadata", "Environment", "EcsContainer"].contains(&name);
    let is_sure = matches!(style, Style::Profile | Style::Shell) && !is_open;
    let certainty = if is_sure { Certainty::Sure } else { Certainty::Likely };
    Position { certainty, ..Position::sure(0..name.len(), Kind::Identity) }
}

/// `Key=Value` lines, or words about tags.
fn of_tags(text: &str, found: &mut Gathered) {
    found.text(text);
    for position in in_tags(text) {
        found.take(text, &position);
    }
}

/// The keys and values in `Key=Value` lines.
pub(super) fn in_tags(text: &str) -> Vec<Position> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive(['\n', ',']) {
        let pair = line.trim_matches(['\n', ',', ' ', '\r', '\t']);
        let start = at + line.find(pair).unwrap_or(0);
        at += line.len();
        if let Some((key, value)) = pair.split_once('=') {
            found.push(Position::sure(start..start + key.len(), Kind::Name));
            let value_at = start + key.len() + 1;
            found.push(Position::sure(value_at..value_at + value.len(), Kind::Key("tag".to_owned())));
        }
    }
    found
}

/// The name of a file: its folders may be anybody's.
fn file(name: &str, found: &mut Gathered) {
    found.see(name);
    let parts = name.split(['/', '\\']).filter(|part| !is_small_number(part));
    parts.for_each(|part| found.value(Kind::Name, part));
}

/// What a value of a claim is.
pub(super) fn in_claim(claim: &str, value: &str) -> Position {
    let kind = match claim {
        "iss" => Kind::Host,
        _ if value.contains("://") || value.contains(".amazonaws.com") => Kind::Identity,
        _ => Kind::Subject,
    };
    let is_name = matches!(claim, "sub" | "aud" | "iss" | "azp" | "oaud" | "actor" | "repository" | "environment");
    let certainty = if is_name { Certainty::Sure } else { Certainty::Likely };
    Position { certainty, ..Position::sure(0..value.len(), kind) }
}

/// What a value of a condition key is that somebody gave.
pub(super) fn in_key(key: &str, value: &str) -> Position {
    let (kind, certainty) = kind_of(key, value);
    Position { certainty, ..Position::sure(0..value.len(), kind) }
}

/// The names in a condition key.
pub(super) fn of_key_name(key: &str) -> Vec<Position> {
    let mut found = Vec::new();
    tags(key, &mut found);
    if let Some((provider, _)) = provider_of(key) {
        found.push(Position::sure(0..provider.len(), Kind::Host));
    }
    found
}

fn of_facts(facts: &Facts, found: &mut Gathered) {
    let sent = [
        (Kind::ExternalId, &facts.external_id),
        (Kind::Session, &facts.session_name),
        (Kind::Name, &facts.source_identity),
    ];
    for (kind, sent) in sent {
        if let Sent::Value(value) = sent {
            found.whole(kind, value);
        }
    }
    if let Some(text) = &facts.session_tags {
        of_tags(text, found);
    }
    for (claim, values) in &facts.token_claims {
        for value in values {
            found.see(value);
            match claim.as_str() {
                "exp" | "iat" | "nbf" => keep(value, found),
                _ => found.take(value, &in_claim(claim, value)),
            }
        }
    }
    for (key, values) in &facts.keys {
        of_key_name(key).iter().for_each(|position| found.take(key, position));
        for value in values {
            found.see(value);
            match is_measure(key) {
                true => keep(value, found),
                false => found.take(value, &in_key(key, value)),
            }
        }
    }
    for key in &facts.absent_keys {
        found.see(key);
        of_key_name(key).iter().for_each(|position| found.take(key, position));
    }
    for (key, words) in &facts.remarks {
        found.see(key);
        found.text(words);
    }
    let numbers = [facts.max_session_duration, facts.duration_seconds].into_iter().flatten().map(u64::from);
    found.kept.extend(numbers.chain(facts.role_age_seconds).map(|number| number.to_string()));
}
