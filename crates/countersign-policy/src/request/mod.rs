//! One call to STS: who calls, which action, on which role, with which context.

pub mod caller;
pub mod context_key;

pub use caller::{Caller, CallerError, CallerKind};

/// One authorization request, as the evaluator sees it.
///
/// The context is complete as given: nothing is derived from the caller and nothing is stripped.
/// [`RequestContext::for_caller`] fills in what AWS would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who calls.
    pub caller: Caller,
    /// `sts:AssumeRole`, `sts:TagSession`, …
    pub action: String,
    /// The ARN of the role. Its partition is the one bare account ids are read in.
    pub role: String,
    /// The condition keys that are present.
    pub context: RequestContext,
}

/// The condition keys of a request. Key names compare without case; a key with no values is present and empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestContext {
    entries: Vec<(String, Vec<String>)>,
}

impl RequestContext {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The values of `key`, or `None` when it is absent. Allocates nothing.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice())
    }

    /// Sets `key` to `values`, replacing what was there.
    pub fn set(&mut self, key: impl Into<String>, values: impl IntoIterator<Item = impl Into<String>>) {
        let (key, values) = (key.into(), values.into_iter().map(Into::into).collect());
        match self.entries.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(&key)) {
            Some((_, slot)) => *slot = values,
            None => self.entries.push((key, values)),
        }
    }

    /// Removes `key`.
    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|(name, _)| !name.eq_ignore_ascii_case(key));
    }

    /// Keys and values in the order they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.entries.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    /// The keys AWS derives from the caller alone (semantics reference §4.2): ARN, account, type, user id, user name.
    #[must_use]
    pub fn for_caller(caller: &Caller) -> Self {
        let mut context = Self::new();
        for (key, value) in caller.context() {
            context.set(key, [value]);
        }
        context
    }

    /// Whether any key sets session tags, so that the call also needs `sts:TagSession`.
    #[must_use]
    pub fn passes_tags(&self) -> bool {
        self.set_by(context_key::SetBy::SessionTags)
    }

    /// Whether the call passes a source identity, new or inherited, so that it also needs `sts:SetSourceIdentity`.
    #[must_use]
    pub fn passes_source_identity(&self) -> bool {
        self.get("sts:SourceIdentity").is_some() || self.get("aws:SourceIdentity").is_some()
    }

    /// Whether the call passes contexts, so that it also needs `sts:SetContext`.
    #[must_use]
    pub fn passes_contexts(&self) -> bool {
        self.set_by(context_key::SetBy::SessionContext)
    }

    fn set_by(&self, set_by: context_key::SetBy) -> bool {
        self.entries.iter().any(|(key, _)| context_key::lookup(key).is_some_and(|row| row.set_by == set_by))
    }
}

impl<K: Into<String>, V: Into<String>, L: IntoIterator<Item = V>> FromIterator<(K, L)> for RequestContext {
    fn from_iter<T: IntoIterator<Item = (K, L)>>(entries: T) -> Self {
        let mut context = Self::new();
        for (key, values) in entries {
            context.set(key, values);
        }
        context
    }
}

/// The STS actions a trust policy can speak about (rule A3).
pub const TRUST_ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];
