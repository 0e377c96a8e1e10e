//! Policy documents as written: every element with its span, and every problem beside it.
//!
//! Reading never fails as a whole. What cannot be understood becomes a [`Problem`] and, where it could decide access,
//! an [`Unreadable`] mark on its statement, so that no later question answers "safe" about text it never understood.

mod amend;
mod node;
mod parse;
mod problem;
mod source;
mod span;
mod validate;
mod write;

pub use amend::{Amendment, Rewording};
pub use node::{Hole, MAX_NESTING, MAX_POLICY_BYTES, Member, Node, Text, Value, parse_json};
pub use parse::DuplicateKeys;
pub use problem::{Problem, Severity};
pub use source::{Embedding, decode_policy_text, utf8};
pub use span::{LineIndex, Position, Span};
pub use validate::{Limits, is_service_principal, validate};
pub(crate) use write::string as json_string;

use std::collections::BTreeSet;

/// A policy document: a trust policy, identity policy, boundary, session policy, SCP or RCP.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PolicyDocument {
    /// The whole document.
    pub span: Span,
    /// The `Version` element.
    pub version: Version,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// What is wrong with the document's shape.
    pub problems: Vec<Problem>,
}

/// The `Version` element. It decides whether `${…}` is a variable (rule G2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// No `Version`: behaves as 2008-10-17.
    #[default]
    Absent,
    /// `2008-10-17`
    V2008,
    /// `2012-10-17`
    V2012,
    /// Something IAM refuses.
    Invalid,
}

/// `Allow` or `Deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Effect {
    /// The statement grants.
    Allow,
    /// The statement forbids; it wins over every Allow.
    Deny,
}

/// One statement as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The whole statement.
    pub span: Span,
    /// The `Sid`.
    pub sid: Option<Spanned<Text>>,
    /// The `Effect`; `None` when missing or misspelt, and then the statement is [`Unreadable`].
    pub effect: Option<Spanned<Effect>>,
    /// `Principal` and `NotPrincipal`.
    pub principals: Vec<PrincipalElement>,
    /// `Action` and `NotAction`.
    pub actions: Vec<PatternElement>,
    /// `Resource` and `NotResource`.
    pub resources: Vec<PatternElement>,
    /// The condition block, one entry per operator and key.
    pub conditions: Vec<ConditionEntry>,
    /// Operators of the condition block that hold no key: they restrict nothing (rule C6).
    pub keyless_operators: Vec<Spanned<Box<str>>>,
    /// Conditions that are not in the input (a condition block, operator or key that is a variable), by name.
    pub undecided: Vec<Spanned<Box<str>>>,
    /// The first part that could decide access and could not be understood.
    pub unreadable: Option<Unreadable>,
}

/// A part of a statement that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where it stands.
    pub span: Span,
    /// What it is, for messages.
    pub what: String,
    /// The name of the value that is not in the input, when that is why.
    pub hole: Option<Box<str>>,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// Whether an element lists what it covers or what it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// `Principal`, `Action`, `Resource`
    Listed,
    /// `NotPrincipal`, `NotAction`, `NotResource`
    Excepted,
}

/// A `Principal` or `NotPrincipal` element.
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalElement {
    /// Which of the two.
    pub polarity: Polarity,
    /// The element's key.
    pub key_span: Span,
    /// Its entries, OR-ed.
    pub entries: Vec<PrincipalEntry>,
}

/// The kinds of entry a principal map may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// The bare string `"*"`.
    Everyone,
    /// `AWS`
    Aws,
    /// `Service`
    Service,
    /// `Federated`
    Federated,
    /// `CanonicalUser`: S3 only, refused in trust policies.
    CanonicalUser,
}

/// One principal as written.
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalEntry {
    /// The key of the principal map.
    pub kind: PrincipalKind,
    /// The text.
    pub value: Text,
    /// Its place.
    pub span: Span,
}

/// An `Action`, `NotAction`, `Resource` or `NotResource` element.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternElement {
    /// Listed or excepted.
    pub polarity: Polarity,
    /// The element's key.
    pub key_span: Span,
    /// The patterns, OR-ed.
    pub patterns: Vec<Spanned<Text>>,
}

/// One `operator: { key: values }` of a condition block.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionEntry {
    /// The operator as spelled.
    pub operator: Spanned<Box<str>>,
    /// The condition key as spelled. A value in it that is not in the input stands as `⟨name⟩`, which no key of IAM's
    /// can hold: its characters end at U+00FF.
    pub key: Spanned<Box<str>>,
    /// The values, as text (numbers and booleans in their source spelling, rule C1).
    pub values: Vec<Spanned<Text>>,
    /// The operator's key through the value list.
    pub span: Span,
}

impl PolicyDocument {
    /// Every text in the document that could hold a hole.
    fn texts_mut(&mut self) -> impl Iterator<Item = &mut Text> {
        self.statements.iter_mut().flat_map(|statement| {
            let principals =
                statement.principals.iter_mut().flat_map(|element| &mut element.entries).map(|entry| &mut entry.value);
            let patterns = statement.actions.iter_mut().chain(&mut statement.resources);
            let patterns = patterns.flat_map(|element| &mut element.patterns).map(|pattern| &mut pattern.value);
            let values =
                statement.conditions.iter_mut().flat_map(|entry| &mut entry.values).map(|value| &mut value.value);
            principals.chain(patterns).chain(values)
        })
    }

    /// The names of the holes in the document, sorted.
    #[must_use]
    pub fn holes(&self) -> BTreeSet<Box<str>> {
        let mut copy = self.clone();
        let mut names: BTreeSet<Box<str>> =
            copy.texts_mut().flat_map(|text| text.holes().to_vec()).map(|hole| hole.name).collect();
        let keys = self.statements.iter().flat_map(|statement| &statement.conditions).map(|entry| &entry.key.value);
        names.extend(keys.flat_map(|key| text_of_key(key).holes().to_vec()).map(|hole| hole.name));
        names
    }

    /// Whether anything of it is not in the input.
    #[must_use]
    pub fn has_holes(&self) -> bool {
        self.statements.iter().any(|statement| !statement.undecided.is_empty()) || !self.holes().is_empty()
    }

    /// The document with every hole filled by what `value` says of its name.
    #[must_use]
    pub fn instantiate(&self, value: impl Fn(&str) -> String) -> Self {
        self.resolve(|name| Some(value(name)))
    }

    /// The document with those holes filled that `value` knows.
    #[must_use]
    pub fn resolve(&self, value: impl Fn(&str) -> Option<String>) -> Self {
        let mut copy = self.clone();
        for text in copy.texts_mut() {
            if text.known().is_none() {
                *text = text.resolve(&value);
            }
        }
        for entry in copy.statements.iter_mut().flat_map(|statement| &mut statement.conditions) {
            let key = text_of_key(&entry.key.value);
            if key.known().is_none() {
                entry.key.value = key.resolve(&value).display().into();
            }
        }
        copy
    }
}

/// The text of a condition key, whose holes stand as `⟨name⟩`.
pub(crate) fn text_of_key(key: &str) -> Text {
    let mut text = Text::default();
    let mut rest = key;
    while let Some((before, after)) = rest.split_once('⟨') {
        let Some((name, after)) = after.split_once('⟩') else { break };
        text = text.with_literal(before).with_hole(name);
        rest = after;
    }
    text.with_literal(rest)
}

/// The hole in `sts:⟨x⟩`: which of a service's keys it is, is not known. In `aws:PrincipalTag/⟨x⟩` and `⟨issuer⟩:sub` it is
/// a key that nobody else asks for.
pub(crate) fn hole_in_service(key: &Text) -> Option<&str> {
    let hole = key.holes().first()?;
    let before = key.lossy().get(..hole.at)?;
    (before.contains(':') && !before.contains('/')).then_some(&hole.name)
}

impl Statement {
    /// How messages name the statement: its `Sid`, or its 1-based place.
    #[must_use]
    pub fn label(&self, index: usize) -> String {
        match &self.sid {
            Some(sid) if !sid.value.lossy().is_empty() => {
                format!("statement {} (`{}`)", index + 1, sid.value.display())
            }
            _ => format!("statement {}", index + 1),
        }
    }
}
