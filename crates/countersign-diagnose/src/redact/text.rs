//! Texts with everything hidden: logs, policies, bundles of evidence, trails, programs.

use countersign_policy::document::{MAX_NESTING, Member, Node, PolicyDocument, Value, parse_json};

use super::find::positions;
use super::gather::Gathered;
use super::inventory::{self, in_calls, in_claim, in_document, in_key, in_tags};
use super::position::{Kind, Position};
use super::word::unescaped;
use super::{ATTEMPTS, Key, Law, holds};
use crate::diagnosis::{Diagnosis, diagnose};
use crate::evidence::{Evidence, RequestText};

/// A text to hide.
#[derive(Debug, Clone)]
pub enum Given<'t> {
    /// Anything: a log, a policy, a bundle of evidence, a trail.
    Text(&'t str),
    /// What is known to have calls in it: a program, a profile.
    Calls(RequestText),
}

impl Given<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Calls(request) => &request.text,
        }
    }
}

/// The longest text that is read as JSON.
const JSON_BYTES: usize = 16 << 20;

/// A text, what is known of it, and what it is evidence of.
struct Read<'t> {
    text: &'t str,
    known: Vec<Position>,
    case: Option<(Evidence, Diagnosis)>,
}

/// The texts with everything hidden, all under the same names, and the key with what was hidden in them. Pseudonyms are drawn
/// until every bundle of evidence among them keeps the law.
#[must_use]
pub fn redact_texts(given: &[Given<'_>], key: &mut Key) -> (Vec<String>, Law) {
    let mut gathered = Gathered::default();
    let read: Vec<Read<'_>> = given.iter().map(|given| learn(given, &mut gathered)).collect();
    let draw = |attempt: u32| {
        let trial = key.with(gathered.clone(), attempt);
        let hidden: Vec<String> = read.iter().map(|read| trial.hide_at(read.text, read.known.clone())).collect();
        let keeps = |(read, hidden): (&Read<'_>, &String)| {
            let Some((evidence, real)) = &read.case else { return true };
            Evidence::from_case(hidden).is_ok_and(|hidden| holds(evidence, real, &diagnose(&hidden), &trial))
        };
        let law = if read.iter().zip(&hidden).all(keeps) { Law::Holds } else { Law::Broken };
        (trial, hidden, law)
    };
    let mut drawn = draw(0);
    for attempt in 1..ATTEMPTS {
        if drawn.2 == Law::Holds {
            break;
        }
        drawn = draw(attempt);
    }
    let (trial, hidden, law) = drawn;
    *key = trial;
    (hidden, law)
}

/// The text with everything hidden, and the key with what was hidden in it.
#[must_use]
pub fn redact_text(text: &str, key: &mut Key) -> String {
    redact_texts(&[Given::Text(text)], key).0.concat()
}

/// Takes in what has to be hidden in a text.
fn learn<'t>(given: &'t Given<'_>, gathered: &mut Gathered) -> Read<'t> {
    let text = given.text();
    let mut read = Read { text, known: Vec::new(), case: None };
    match given {
        Given::Calls(request) => {
            inventory::of_request(request, gathered);
            read.known = in_calls(request);
        }
        Given::Text(text) => {
            gathered.text(text);
            if text.len() <= JSON_BYTES && text.trim_start().starts_with('{') {
                learn_json(text, gathered, &mut read);
            }
        }
    }
    read
}

fn learn_json(text: &str, gathered: &mut Gathered, read: &mut Read<'_>) {
    let document = PolicyDocument::parse(text);
    inventory::of_document(&document, text, gathered);
    read.known = in_document(&document, text);
    let Ok(root) = parse_json(text, MAX_NESTING) else { return };
    let known = in_case(&root, text);
    known.iter().for_each(|position| gathered.take(text, position));
    read.known.extend(known);
    if let Ok(evidence) = Evidence::from_case(text)
        && !evidence.is_empty()
    {
        gathered.absorb(inventory::of(&evidence));
        let real = diagnose(&evidence);
        read.case = Some((evidence, real));
    }
}

/// The values of a bundle of evidence, each by its member.
fn in_case(root: &Node, text: &str) -> Vec<Position> {
    let Value::Object(members) = &root.value else { return Vec::new() };
    let mut found = Vec::new();
    for member in members {
        let value = &member.value;
        match &*member.key {
            "error_text" | "error" | "message" => found.extend(inside(value, text, &positions)),
            "request" | "call" => {
                let kind = value.get("kind").and_then(Node::as_str);
                let node = value.get("text").unwrap_or(value);
                let calls = |text: &str| {
                    let mut found = positions(text);
                    found.extend(in_calls(&RequestText::new("call", kind, text)));
                    found
                };
                found.extend(inside(node, text, &calls));
            }
            "caller" | "target_role" | "role" | "role_arn" => found.extend(whole(value, text, Kind::Identity)),
            "context" => in_context(value, text, &mut found),
            _ => in_policies(value, text, &mut found),
        }
    }
    found
}

/// Policies as objects or as texts that hold one.
fn in_policies(node: &Node, text: &str, found: &mut Vec<Position>) {
    let policy = |policy: &str| in_document(&PolicyDocument::parse(policy), policy);
    match &node.value {
        Value::Object(_) => {
            let (start, end) = (node.span.start as usize, node.span.end as usize);
            let policy = policy(text.get(start..end).unwrap_or_default());
            found.extend(policy.into_iter().map(|position| position.moved(start)));
        }
        Value::String(_) => {
            let inner = |text: &str| {
                let mut found = positions(text);
                found.extend(policy(text));
                found
            };
            found.extend(inside(node, text, &inner));
        }
        Value::Array(nodes) => nodes.iter().for_each(|node| in_policies(node, text, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn in_context(node: &Node, text: &str, found: &mut Vec<Position>) {
    let Value::Object(members) = &node.value else { return };
    for member in members {
        let value = &member.value;
        match &*member.key {
            "external_id_sent" | "external_id" => found.extend(whole(value, text, Kind::ExternalId)),
            "session_name" | "role_session_name" | "session_name_sent" => {
                found.extend(whole(value, text, Kind::Session));
            }
            "source_identity" => found.extend(whole(value, text, Kind::Name)),
            "intended_caller" | "expected_caller" => found.extend(whole(value, text, Kind::Identity)),
            "session_tags" | "tags" => match &value.value {
                Value::Object(tags) => {
                    for tag in tags {
                        found.push(at_key(tag));
                        found.extend(whole(&tag.value, text, Kind::Key("tag".to_owned())));
                    }
                }
                _ => found.extend(inside(value, text, &in_tags)),
            },
            "token_claims" | "claims" => each(value, text, in_claim, found),
            "condition_keys" | "keys" => each(value, text, in_key, found),
            key if key.contains(':') => listed(value, text, &|value| in_key(key, value), found),
            _ => in_policies(value, text, found),
        }
    }
}

/// The members of an object by what each is.
fn each(node: &Node, text: &str, place: fn(&str, &str) -> Position, found: &mut Vec<Position>) {
    let Value::Object(members) = &node.value else { return };
    for member in members {
        listed(&member.value, text, &|value| place(&member.key, value), found);
    }
}

/// A value or a list of them.
fn listed(node: &Node, text: &str, place: &dyn Fn(&str) -> Position, found: &mut Vec<Position>) {
    match &node.value {
        Value::Array(nodes) => nodes.iter().for_each(|node| listed(node, text, place, found)),
        _ => found.extend(inside(node, text, &|value| vec![place(value)])),
    }
}

fn at_key(member: &Member) -> Position {
    let span = member.key_span;
    Position::sure(span.start as usize..span.end as usize, Kind::Name).reading(&*member.key)
}

/// A string or number that is one value.
fn whole(node: &Node, text: &str, kind: Kind) -> Vec<Position> {
    match &node.value {
        Value::Number(_) => vec![Position::sure(node.span.start as usize..node.span.end as usize, kind)],
        _ => inside(node, text, &|value| {
            let mut found = positions(value);
            found.push(Position::sure(0..value.len(), kind.clone()));
            found
        }),
    }
}

/// What stands inside of a string, where it stands in the text.
fn inside(node: &Node, text: &str, places: &dyn Fn(&str) -> Vec<Position>) -> Vec<Position> {
    let (start, end) = (node.span.start as usize + 1, (node.span.end as usize).saturating_sub(1));
    let (Value::String(_), Some(raw)) = (&node.value, text.get(start..end)) else { return Vec::new() };
    let plain = unescaped(raw);
    places(&plain.text).into_iter().map(|position| position.escaped(&plain, start)).collect()
}

impl Key {
    /// Takes in what has to be hidden in texts: all that belong together at once, before any is hidden.
    pub fn learn(&mut self, given: &[Given<'_>]) {
        let mut gathered = Gathered::default();
        for given in given {
            learn(given, &mut gathered);
        }
        *self = self.with(gathered, 0);
    }
}
