//! What every input format yields.

use countersign_policy::account::AccountId;
use countersign_policy::document::{Embedding, PolicyDocument, Span};

use crate::source::SourceFile;

/// A role, or a trust policy on its own.
#[derive(Debug, Clone)]
pub struct Role {
    /// The role's name; the file's name for a policy on its own.
    pub name: String,
    /// Its ARN, if the input says.
    pub arn: Option<String>,
    /// Its account, from the ARN.
    pub account: Option<AccountId>,
    /// Its tags, if the input lists them.
    pub tags: Option<Vec<(String, String)>>,
    /// The trust policy. Of keys that repeat the last counts.
    pub trust: PolicyDocument,
    /// The policy with the first of repeated keys counting, when some repeat.
    pub trust_first_wins: Option<PolicyDocument>,
    /// Nothing of the policy could be read, and so nothing is known of the role.
    pub unreadable: bool,
    /// The policy's own text, when that is not a stretch of the file (a JSON string, percent-encoded).
    pub decoded: Option<String>,
    /// How the policy lies in the file.
    pub embedding: Embedding,
    /// Where the role stands in the file.
    pub span: Span,
    /// The file.
    pub file: SourceFile,
}

impl Role {
    /// The text the policy's spans are about: its own, or the file's.
    #[must_use]
    pub fn policy_text(&self) -> &str {
        self.decoded.as_deref().unwrap_or_else(|| self.file.text())
    }

    /// A span of the policy in the file.
    #[must_use]
    pub fn locate(&self, span: Span) -> Span {
        self.embedding.locate(self.file.text(), span)
    }

    /// AWS manages the role and nobody can edit its policy.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.arn.as_deref().is_some_and(|arn| arn.contains(":role/aws-service-role/"))
    }
}
