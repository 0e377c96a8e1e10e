//! What IAM refuses when a role trust policy is written, and what it accepts with a warning.
//!
//! One file per part of the document. Rule ids are those of the semantics reference; pages are of the IAM User Guide,
//! and *AA* is its page `access-analyzer-reference-policy-checks`. A policy is refused if any problem is an error. What
//! AWS's own pages leave open is a warning: IAM may refuse it.

mod action;
mod condition;
mod operator;
mod principal;
mod shared_provider;
mod source;
mod value;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use self::operator::Operators;
pub use self::principal::is_service_principal;
use self::source::Source;
use super::{PolicyDocument, Problem, Severity, Span, Statement, Version};

/// How long a trust policy may be (rule G9; `reference_iam-quotas`, `CreateRole`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters of the text as it is sent, white space included.
    pub max_characters: usize,
    /// Characters without white space: the account's quota `Role trust policy length`, which AWS raises on request.
    pub quota: usize,
}

impl Default for Limits {
    /// The API's 131072 characters and the quota of an account that never asked for more.
    fn default() -> Self {
        Self { max_characters: 131_072, quota: 2_048 }
    }
}

/// Everything that is wrong with a trust policy, sorted by place: what IAM refuses ([`Severity::Error`]) and what it
/// accepts with a warning or may refuse ([`Severity::Warning`]). The problems of the document's shape are among them.
///
/// `text` is what the document was read from: the policy alone, or the file its spans point into. Size and characters
/// are judged where that text is JSON. What only a live account can tell (does the role exist, rule P11) is not judged.
///
/// ```
/// use countersign_policy::document::{Limits, PolicyDocument, Severity, validate};
///
/// let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
///   "Principal":{"AWS":"1234"},"Action":"sts:AssumeRole"}]}"#;
/// let problems = validate(&PolicyDocument::parse(text), text, Limits::default());
/// assert_eq!(problems.len(), 1);
/// assert_eq!(problems[0].severity, Severity::Error);
/// assert_eq!(problems[0].message, "account `1234` is not 12 digits");
/// ```
#[must_use]
pub fn validate(document: &PolicyDocument, text: &str, limits: Limits) -> Vec<Problem> {
    let source = Source::new(document, text);
    let mut report = Report { problems: document.problems.clone() };
    source.check(document, limits, &mut report);
    version(document, &source, &mut report);
    sids(document, &mut report);
    let mut operators = Operators::default();
    let shape = ShapeErrors::of(document);
    for statement in &document.statements {
        let read = condition::check(statement, &mut operators, document.version, &source, &shape, &mut report);
        let actions = action::check(statement, &source, &mut report);
        principal::check(statement, &actions, &source, &mut report);
        shared_provider::check(statement, &actions, &read, &mut report);
    }
    report.finish()
}

/// `Version` should be there: without it variables are plain text (rule G2; AA "Missing version").
fn version(document: &PolicyDocument, source: &Source<'_>, report: &mut Report) {
    let misspelt = || document.problems.iter().any(|problem| source.names(problem.span, "Version"));
    if document.version == Version::Absent && !document.statements.is_empty() && !misspelt() {
        let brace = Span { start: document.span.start, end: document.span.start.saturating_add(1) };
        let help = "add \"Version\": \"2012-10-17\"; without it policy variables are plain text";
        report.warning(brace, "missing element `Version`", help);
    }
}

/// `Sid` is made of letters and digits and stands once (rule G8; `reference_policies_elements_sid`, AA "Unsupported
/// Sid", "Unique Sids required", "Empty Sid value").
fn sids<'d>(document: &'d PolicyDocument, report: &mut Report) {
    let mut folded: HashMap<String, &'d str> = HashMap::new();
    let mut exact: HashMap<&'d str, usize> = HashMap::new();
    for (index, statement) in document.statements.iter().enumerate() {
        let Some(sid) = &statement.sid else { continue };
        let Some(text) = sid.value.known() else { continue };
        if text.is_empty() {
            report.warning(sid.span, "`Sid` is empty", "name the statement, or leave `Sid` out");
            continue;
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let message = format!("`Sid` `{}` has characters other than letters and digits", shown(text));
            report.error(sid.span, message, "use A-Z, a-z and 0-9 only");
        }
        if let Some(first) = exact.get(text) {
            let message = format!("`Sid` `{}` is that of statement {} already", shown(text), first + 1);
            report.error(sid.span, message, "give each statement its own `Sid`, or none");
            continue;
        }
        exact.insert(text, index);
        if let Some(other) = folded.insert(text.to_ascii_lowercase(), text) {
            let message = format!("`Sid` `{}` differs from `{}` in letter case only", shown(text), shown(other));
            report.warning(sid.span, message, "choose another `Sid`: AWS does not document whether case counts");
        }
    }
}

/// The problems found so far.
struct Report {
    problems: Vec<Problem>,
}

impl Report {
    fn error(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Error, span, message.into(), help.into());
    }

    fn warning(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Severity::Warning, span, message.into(), help.into());
    }

    fn push(&mut self, severity: Severity, span: Span, message: String, help: String) {
        self.problems.push(Problem { severity, span, message, help: Some(help) });
    }

    /// Sorted by place, the worse first, each said once.
    fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by(|a, b| {
            let by_place = a.span.cmp(&b.span).then_with(|| b.severity.cmp(&a.severity));
            by_place.then_with(|| a.message.cmp(&b.message))
        });
        self.problems.dedup_by(|a, b| (a.span, a.severity, &a.message) == (b.span, b.severity, &b.message));
        self.problems
    }
}

/// Where the shape of the document is wrong, to keep silent about what follows from it.
struct ShapeErrors {
    starts: Vec<u32>,
}

impl ShapeErrors {
    fn of(document: &PolicyDocument) -> Self {
        let mut starts: Vec<u32> = document.problems.iter().map(|problem| problem.span.start).collect();
        starts.sort_unstable();
        Self { starts }
    }

    fn any_inside(&self, span: Span) -> bool {
        let next = self.starts.partition_point(|start| *start < span.start);
        self.starts.get(next).is_some_and(|start| *start < span.end)
    }
}

impl Statement {
    /// Whether anything of the statement was understood: a string in a statement's place has no elements to miss.
    fn has_elements(&self) -> bool {
        self.sid.is_some()
            || self.effect.is_some()
            || !self.principals.is_empty()
            || !self.actions.is_empty()
            || !self.resources.is_empty()
            || !self.conditions.is_empty()
    }
}

/// The user's text as messages show it: long texts are cut.
fn shown(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
