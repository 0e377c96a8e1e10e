//! Session tags: those a call passes, and those a chain hands on.

use countersign_policy::request::RequestContext;

use crate::protocol::{ApiError, Checks, Constraint, ErrorCode};
use crate::signature::{Session, SessionTag};
use crate::tag_rules;

const MOST: usize = 50;

/// The tags of a call, as they were sent.
pub(super) struct SentTags<'p> {
    tags: Vec<(&'p str, &'p str)>,
    transitive_keys: Vec<&'p str>,
}

impl<'p> SentTags<'p> {
    pub(super) fn read(checks: &mut Checks<'p>) -> Result<Self, ApiError> {
        let mut sent = Self::read_without_transitive(checks)?;
        for key in checks.list("TransitiveTagKeys", 0, MOST)? {
            sent.transitive_keys.push(checks.required(&key, Constraint::TAG_KEY));
        }
        Ok(sent)
    }

    /// The tags of an operation that no role is chained after.
    pub(super) fn read_without_transitive(checks: &mut Checks<'p>) -> Result<Self, ApiError> {
        let mut tags = Vec::new();
        for tag in checks.list("Tags", 0, MOST)? {
            let key = checks.required(&format!("{tag}.Key"), Constraint::TAG_KEY);
            tags.push((key, checks.required(&format!("{tag}.Value"), Constraint::TAG_VALUE)));
        }
        Ok(Self { tags, transitive_keys: Vec::new() })
    }

    /// The session's tags: those sent, and those that the calling session hands on. AWS does not say whether the latter
    /// count as passed; here they do, since roles at the end of such chains are known to need `sts:TagSession`.
    pub(super) fn combine(&self, calling: Option<&Session>) -> Result<Vec<SessionTag>, ApiError> {
        let refused = |text: &str| Err(ApiError::new(ErrorCode::InvalidParameterValue, text));
        if let Some(text) = tag_rules::fault(&self.tags) {
            return refused(text);
        }
        let is_sent = |key: &&str| self.tags.iter().any(|(sent, _)| tag_rules::same_key(sent, key));
        if !self.transitive_keys.iter().all(is_sent) {
            return refused("The specified transitive tag key must be included in the requested tags.");
        }
        let handed_on = calling.iter().flat_map(|session| &session.tags).filter(|tag| tag.transitive);
        let mut tags: Vec<SessionTag> = handed_on.cloned().collect();
        if tags.iter().any(|tag| is_sent(&tag.key.as_str())) {
            return refused(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                 from the calling session.",
            );
        }
        tags.extend(self.tags.iter().map(|(key, value)| SessionTag {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
            transitive: self.transitive_keys.iter().any(|transitive| tag_rules::same_key(transitive, key)),
        }));
        Ok(tags)
    }

    pub(super) fn transitive_keys(&self) -> &[&'p str] {
        &self.transitive_keys
    }
}

/// Sets the condition keys of tags that a call passes.
pub(super) fn add_to_context(tags: &[SessionTag], context: &mut RequestContext) {
    if !tags.is_empty() {
        context.set("aws:TagKeys", tags.iter().map(|tag| tag.key.as_str()));
    }
    for tag in tags {
        context.set(format!("aws:RequestTag/{}", tag.key), [tag.value.as_str()]);
    }
}

/// Whether tags of a token or an assertion are what a call could pass.
pub(super) fn are_valid(tags: &[SessionTag]) -> bool {
    let pairs: Vec<(&str, &str)> = tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())).collect();
    let well_formed =
        |tag: &SessionTag| Constraint::TAG_KEY.admits(&tag.key) && Constraint::TAG_VALUE.admits(&tag.value);
    tags.len() <= MOST && tag_rules::fault(&pairs).is_none() && tags.iter().all(well_formed)
}
