//! Tags, whose keys no entity has twice whatever their case.

use std::collections::BTreeMap;

use super::limit_exceeded;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Page, Value};

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
/// AWS documents that keys must not begin with `aws:`, and not the texts of that refusal and of a fifty-first tag.
pub(super) fn put(
    old: &BTreeMap<String, String>,
    sent: &[(&str, &str)],
    kind: &str,
) -> Result<BTreeMap<String, String>, ApiError> {
    let refused = |text: &str| Err(ApiError::new(ErrorCode::InvalidInput, text));
    for (at, (key, _)) in sent.iter().enumerate() {
        if sent.iter().take(at).any(|(earlier, _)| earlier.eq_ignore_ascii_case(key)) {
            return refused("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }
        if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
            return refused("Tag keys that start with aws: are reserved for internal use.");
        }
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
    let stays = |tag: &(&String, &String)| !keys.iter().any(|key| key.eq_ignore_ascii_case(tag.0));
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
