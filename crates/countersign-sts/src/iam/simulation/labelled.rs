//! Policies with the names that answers have for them.

use std::sync::Arc;

use countersign_policy::document::{LineIndex, PolicyDocument, Position, Span};

use crate::world::Policy;

/// A policy that takes part in a simulation.
#[derive(Debug, Clone)]
pub(super) struct Labelled {
    /// `SourcePolicyId`: the policy's name, or the parameter that it was sent in.
    pub(super) id: String,
    /// `SourcePolicyType`.
    pub(super) kind: &'static str,
    pub(super) document: Arc<PolicyDocument>,
    /// As people know it: the ids in a trust policy are ARNs here.
    text: String,
    /// The statements of the text, which are those of the document.
    spans: Vec<Span>,
}

/// The `SourcePolicyType` of policies of a caller. AWS answers it for all of them, although its documents list other types.
pub(super) const OF_CALLER: &str = "IAM Policy";

impl Labelled {
    pub(super) fn new(id: impl Into<String>, kind: &'static str, text: &str) -> Self {
        Self::of(id, kind, &Policy::new(text))
    }

    pub(super) fn of(id: impl Into<String>, kind: &'static str, policy: &Policy) -> Self {
        let spans = policy.document().statements.iter().map(|statement| statement.span).collect();
        let document = Arc::clone(policy.document());
        Self { id: id.into(), kind, document, text: policy.text().to_owned(), spans }
    }

    /// A role's trust policy, and the same as it is shown.
    pub(super) fn trust(kept: &Policy, shown: &str) -> Self {
        let as_shown = Self::new("AssumeRolePolicyDocument", "resource", shown);
        Self { document: Arc::clone(kept.document()), ..as_shown }
    }

    /// Where the statement of that index begins and ends.
    pub(super) fn position(&self, statement: usize) -> Option<(Position, Position)> {
        let span = self.spans.get(statement)?;
        let lines = LineIndex::new(&self.text);
        Some((lines.position(&self.text, span.start), lines.position(&self.text, span.end)))
    }
}
