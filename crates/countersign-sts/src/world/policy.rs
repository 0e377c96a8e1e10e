//! A policy with its text: what was written is what is shown again.

use std::fmt;
use std::sync::{Arc, LazyLock};

use countersign_policy::document::PolicyDocument;
use serde::{Deserialize, Serialize};

use super::policy_text::PolicyText;

/// A policy document and its text. Clones share both.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "PolicyText", into = "String")]
pub struct Policy {
    text: Arc<str>,
    document: Arc<PolicyDocument>,
}

/// Everything is allowed: the policy of root users, and of the user `admin` that needs no declaration.
pub(super) static FULL_ACCESS: LazyLock<Policy> = LazyLock::new(|| {
    Policy::new(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#)
});

impl Policy {
    /// Reads a policy. What is wrong with it is in its document.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), document: Arc::new(PolicyDocument::parse(text)) }
    }

    /// The text, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Arc<PolicyDocument> {
        &self.document
    }
}

impl From<PolicyText> for Policy {
    fn from(PolicyText(text): PolicyText) -> Self {
        Self::new(&text)
    }
}

impl From<Policy> for String {
    fn from(policy: Policy) -> Self {
        policy.text.as_ref().into()
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
