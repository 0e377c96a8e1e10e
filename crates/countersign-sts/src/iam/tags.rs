//! Tags, whose keys no entity has twice whatever their case.

use std::collections::BTreeMap;

use super::limit_exceeded;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Page, Value};
use crate::tag_rules;

const MOST: usize = 50;

/// The tags of a call.
pub(super) fn read<'p>(checks: &mut Checks<'p>) -> Result<Vec<(&'p str, &'p str)>, ApiError> {
    checks.tags("Tags", MOST)
}

/// The tags of a call that is about nothing else.
pub(super) fn read_required<'p>(checks: &mut Checks<'p>) -> Result<Vec<(&'p str, &'p str)>, ApiError> {
    checks.required_tags("Tags", MOST)
}

/// The keys of tags that a call names.
pub(super) fn read_keys<'p>(checks: &mut Checks<'p>) -> Result<Vec<&'p str>, ApiError> {
    checks.required_texts("TagKeys", MOST, Constraint::TAG_KEY)
}

/// `old` with the tags of a call over it. `kind` is whose they are, such as `Role`.
///
/// AWS does not document the text for a fifty-first tag.
pub(super) fn put(
    old: &BTreeMap<String, String>,
    sent: &[(&str, &str)],
    kind: &str,
) -> Result<BTreeMap<String, String>, ApiError> {
    if let Some(text) = tag_rules::fault(sent) {
        return Err(ApiError::new(ErrorCode::InvalidInput, text));
    }
    let keys: Vec<&str> = sent.iter().map(|(key, _)| *key).collect();
    let mut tags = without(old, &keys);
    tags.extend(sent.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    if tags.len() > MOST {
        return Err(limit_exceeded(format!("Cannot exceed quota for TagsPer{kind}: {MOST}")));
    }
    Ok(tags)
}

/// `tags` without those of these keys.
pub(super) fn without(tags: &BTreeMap<String, String>, keys: &[&str]) -> BTreeMap<String, String> {
    let stays = |tag: &(&String, &String)| !keys.iter().any(|key| tag_rules::same_key(key, tag.0));
    tags.iter().filter(stays).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A page of tags: what the operations that list them answer.
pub(super) fn list(page: &Page, tags: &BTreeMap<String, String>) -> Vec<Element> {
    let tag = |(key, value): (&String, &String)| {
        Value::Structure(vec![Element::leaf("Key", key), Element::leaf("Value", value)])
    };
    page.cut(tags.iter().map(|(key, value)| (key, (key, value)))).elements("Tags", tag)
}

/// `Tags` inside an entity, which is there only when it has any.
pub(super) fn element(tags: &BTreeMap<String, String>) -> Option<Element> {
    (!tags.is_empty()).then(|| Element::tags("Tags", tags))
}
