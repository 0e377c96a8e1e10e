//! What every input format yields.

use countersign_policy::account::AccountId;
use countersign_policy::document::{DuplicateKeys, Embedding, PolicyDocument, Span};

use crate::fix::Language;
use crate::permissions::Permissions;
use crate::source::{SourceFile, SourceMap};

/// A role, or a trust policy on its own.
#[derive(Debug, Clone)]
pub struct Role {
    /// What reports call it: the role's name, its address in a template, the file's name for a policy on its own.
    pub name: String,
    /// The name it has in AWS, where that is another one and the input says.
    pub role_name: Option<String>,
    /// Its path, `/a/b/`, if the input says; its ARN has it too.
    pub path: Option<String>,
    /// Its ARN, if the input says.
    pub arn: Option<String>,
    /// Its account, from the ARN.
    pub account: Option<AccountId>,
    /// Its tags, if the input lists them.
    pub tags: Option<Vec<(String, String)>>,
    /// How long its sessions last at most, in seconds, if the input says.
    pub max_session_duration: Option<u32>,
    /// What it may do once it is assumed.
    pub permissions: Permissions,
    /// The trust policy. Of keys that repeat the last counts.
    pub trust: PolicyDocument,
    /// The trust policy that a plan replaces, if it does.
    pub before: Option<PolicyDocument>,
    /// What it is when something is other than `trust` takes it to be.
    pub alternatives: Vec<Alternative>,
    /// What `trust` takes as given, when there are alternatives.
    pub given: Vec<Choice>,
    /// Why there may be more alternatives than are listed.
    pub more_alternatives: Option<String>,
    /// Nothing of the policy could be read, and so nothing is known of the role.
    pub unreadable: bool,
    /// The policy's own text, when that is not a stretch of the file (a JSON string, percent-encoded).
    pub decoded: Option<String>,
    /// How the policy lies in the file.
    pub embedding: Embedding,
    /// What it was written in, as far as edits go.
    pub language: Language,
    /// What the trust policy has from the defaults of a template's parameters, where nothing else was given for them.
    pub defaults: Vec<DefaultValue>,
    /// Where the role stands.
    pub span: Span,
    /// Where its spans point to.
    pub sources: SourceMap,
}

/// A trust policy as it is when something the input leaves open is decided otherwise.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// What is decided, and how.
    pub given: Vec<Choice>,
    /// The policy then.
    pub trust: PolicyDocument,
}

/// Something the input leaves open, decided one way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// What would have to be known: `var.external_id`.
    pub subject: String,
    /// The decision, as it reads after "when": `var.external_id is null`.
    pub decided: String,
}

/// A value that stands in a policy because it is a parameter's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultValue {
    /// The parameter.
    pub name: String,
    /// Where the policy refers to it.
    pub place: Span,
    /// Where the default is written.
    pub literal: Span,
}

impl Choice {
    /// Of keys that repeat in one object, which one counts.
    pub(crate) fn of_duplicate_keys(counts: DuplicateKeys) -> Self {
        let which = match counts {
            DuplicateKeys::FirstWins => "first",
            DuplicateKeys::LastWins => "last",
        };
        let decided = format!("the {which} of the duplicate keys counts");
        Self { subject: "which of the duplicate keys counts".to_owned(), decided }
    }
}

impl Role {
    /// A role of which nothing is known yet but its policy.
    #[must_use]
    pub fn new(name: String, trust: PolicyDocument, span: Span, sources: SourceMap) -> Self {
        Self {
            name,
            role_name: None,
            path: None,
            arn: None,
            account: None,
            tags: None,
            max_session_duration: None,
            permissions: Permissions::not_said(),
            trust,
            before: None,
            alternatives: Vec::new(),
            given: Vec::new(),
            more_alternatives: None,
            unreadable: false,
            decoded: None,
            embedding: Embedding::Direct,
            language: Language::default(),
            defaults: Vec::new(),
            span,
            sources,
        }
    }

    /// The text the policy's spans are about: its own, or the file's. Empty when it comes from several files.
    #[must_use]
    pub fn policy_text(&self) -> &str {
        self.decoded.as_deref().or_else(|| self.sources.single().map(SourceFile::text)).unwrap_or_default()
    }

    /// A span of the policy in the sources.
    #[must_use]
    pub fn locate(&self, span: Span) -> Span {
        match self.sources.single() {
            Some(file) => self.embedding.locate(file.text(), span),
            None => span,
        }
    }

    /// AWS manages the role and nobody can edit its policy.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.arn.as_deref().is_some_and(|arn| arn.contains(":role/aws-service-role/"))
    }
}
