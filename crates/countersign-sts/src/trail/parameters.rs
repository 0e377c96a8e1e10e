//! `requestParameters`: the flat form of a call as the tree that it stands for.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{lower_first, typed};
use crate::Record;

/// The deepest parameter of the APIs has six parts. Deeper ones are nobody's, and are left out.
const MOST_PARTS: usize = 8;

/// A part of the tree.
enum Node {
    Text(String),
    Structure(BTreeMap<String, Node>),
    /// By the numbers in the names, which may leave gaps.
    List(BTreeMap<u32, Node>),
}

/// The parameters, and what AWS adds to them: tags that the calling session hands on, and what a token or assertion
/// said where the log must not hold the token itself.
pub(super) fn of(record: &Record) -> Map<String, Value> {
    let mut root = Node::Structure(BTreeMap::new());
    let is_own = |name: &str| !["Action", "Version"].contains(&name) && !name.starts_with("X-Amz-");
    for (name, text) in record.parameters().filter(|(name, _)| is_own(name)) {
        let parts: Vec<&str> = name.split('.').collect();
        if parts.len() <= MOST_PARTS {
            root.put(&parts, text);
        }
    }
    let mut members = match root.into_value("") {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let tags = record.signer.iter().flat_map(|signer| &signer.session).flat_map(|session| &session.tags);
    let handed_on: Map<String, Value> =
        tags.filter(|tag| tag.transitive).map(|tag| (tag.key.clone(), Value::from(tag.value.as_str()))).collect();
    if !handed_on.is_empty() && record.operation == Some("AssumeRole") {
        members.insert("incomingTransitiveTags".to_owned(), Value::Object(handed_on));
    }
    if record.signer.is_none() {
        add_claims(&mut members, record);
    }
    members
}

/// What an identity provider said of its user, as far as the decision was about it.
fn add_claims(members: &mut Map<String, Value>, record: &Record) {
    let Some(context) = record.decided.as_ref().map(|decided| &decided.request.context) else { return };
    let first = |key: &str| context.get(key).and_then(|values| values.first()).map(|value| Value::from(value.as_str()));
    for (member, key) in [("roleSessionName", "sts:RoleSessionName"), ("sourceIdentity", "sts:SourceIdentity")] {
        if let Some(value) = first(key) {
            members.insert(member.to_owned(), value);
        }
    }
    let tag = |(key, values): (&str, &[String])| {
        let value = values.first().map(|value| Value::from(value.as_str()))?;
        Some((key.strip_prefix("aws:RequestTag/")?.to_owned(), value))
    };
    let tags: Map<String, Value> = context.iter().filter_map(tag).collect();
    if !tags.is_empty() {
        members.insert("principalTags".to_owned(), Value::Object(tags));
    }
    if let Some(keys) = context.get("sts:TransitiveTagKeys") {
        members.insert("transitiveTagKeys".to_owned(), Value::from(keys.to_vec()));
    }
}

impl Node {
    /// Puts a text to its place, unless something of another kind is there.
    fn put(&mut self, parts: &[&str], text: &str) {
        let (child, rest) = match (parts, &mut *self) {
            (["member", number, rest @ ..], node) if number.parse::<u32>().is_ok() => {
                if let Self::Structure(members) = node
                    && members.is_empty()
                {
                    *node = Self::List(BTreeMap::new());
                }
                let Self::List(members) = node else { return };
                let number = number.parse().unwrap_or_default();
                (members.entry(number).or_insert_with(|| Self::Structure(BTreeMap::new())), rest)
            }
            ([name, rest @ ..], Self::Structure(members)) => {
                (members.entry(lower_first(name)).or_insert_with(|| Self::Structure(BTreeMap::new())), rest)
            }
            _ => return,
        };
        if !rest.is_empty() {
            child.put(rest, text);
        } else if matches!(child, Self::Structure(members) if members.is_empty()) {
            *child = Self::Text(text.to_owned());
        }
    }

    fn into_value(self, name: &str) -> Value {
        match self {
            Self::Text(text) => typed(name, &text),
            Self::Structure(members) => members
                .into_iter()
                .map(|(name, node)| (name.clone(), node.into_value(&name)))
                .collect::<Map<_, _>>()
                .into(),
            Self::List(members) => members.into_values().map(|node| node.into_value("")).collect::<Vec<_>>().into(),
        }
    }
}
