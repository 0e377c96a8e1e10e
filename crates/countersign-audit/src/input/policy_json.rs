//! Policies on their own: JSON objects, JSON strings, percent-encoded text. Only trust policies are roles; other kinds are
//! told apart and said to be so.

use std::borrow::Cow;

use countersign_policy::document::{
    DuplicateKeys, Embedding, Node, PolicyDocument, Problem, Severity, Span, Statement, Value, decode_policy_text,
};

use super::trust_policy::{Described, Policy};
use super::{Named, Reader};
use crate::fix::Language;
use crate::permissions::Permissions;
use crate::source::{InputProblem, ProblemSeverity};

const IDENTITY_POLICY: &str = "an identity policy, not a trust policy: it names no principal";
const RESOURCE_POLICY: &str = "a resource policy, not a trust policy: it is about a resource and not about sts actions";

/// Why a policy is no trust policy, if it is of another kind.
#[must_use]
pub fn other_kind(document: &PolicyDocument) -> Option<Problem> {
    let (message, help) = if is_identity_policy(document) {
        (IDENTITY_POLICY, "what a role may do once it is assumed is another question than who can assume it")
    } else if is_resource_policy(document) {
        (RESOURCE_POLICY, "who may use a bucket, key or queue is another question than who can assume a role")
    } else {
        return None;
    };
    let span = Span { start: document.span.start, end: document.span.start.saturating_add(1) };
    Some(Problem { severity: Severity::Error, span, message: message.to_owned(), help: Some(help.to_owned()) })
}

/// Whether the problem is that a policy is of another kind.
pub(super) fn is_other_policy(problem: &InputProblem) -> bool {
    problem.message == IDENTITY_POLICY || problem.message == RESOURCE_POLICY
}

impl Reader<'_> {
    /// Whether an object is meant as a policy. In a folder much may have a member of that name.
    pub(super) fn is_policy(&self, node: &Node) -> bool {
        let Some(statement) = member(node, "Statement") else { return false };
        let is_statement = |node: &Node| {
            let words = ["Effect", "Principal", "NotPrincipal", "Action", "NotAction"];
            words.iter().any(|word| member(node, word).is_some())
        };
        self.named == Named::ByUser
            || node.get("Version").and_then(Node::as_str).is_some_and(|version| version.starts_with("20"))
            || std::slice::from_ref(statement).iter().chain(statement.as_array().unwrap_or_default()).any(is_statement)
    }

    /// A policy that is the whole file, or an element of a list.
    pub(super) fn own_policy(&mut self, node: &Node) {
        let policy = self.policy(node);
        self.add_own(policy, node.span);
    }

    /// A policy inside a JSON string.
    pub(super) fn policy_string(&mut self, node: &Node) {
        let is_json = |text| decode_policy_text(text).0.trim_start().starts_with('{');
        if !node.as_str().is_some_and(is_json) {
            return;
        }
        match self.policy(node) {
            Ok(policy) if !self.is_policy(&policy.tree) => {}
            policy => self.add_own(policy, node.span),
        }
    }

    /// A file that is one percent-encoded policy.
    pub(super) fn percent_encoded(&mut self) -> bool {
        let file = self.file;
        let (text, encoded) = decode_policy_text(file.text());
        if !encoded {
            return false;
        }
        let place = Span::new(0, file.text().trim_end().len());
        match self.decoded_policy(Cow::Owned(text.into_owned()), Embedding::PercentEncoded, place) {
            Ok(policy) if !self.is_policy(&policy.tree) => {}
            policy => self.add_own(policy, place),
        }
        true
    }

    fn add_own(&mut self, policy: Result<Policy<'_>, Problem>, place: Span) {
        let document =
            policy.as_ref().ok().map(|policy| PolicyDocument::from_node(&policy.tree, DuplicateKeys::LastWins));
        if let Some(problem) = document.as_ref().and_then(other_kind) {
            let place = Span { start: place.start, end: place.start.saturating_add(1) };
            return self.problem(place, ProblemSeverity::Note, problem.message, problem.help);
        }
        self.own_policies.push(self.reading.roles.len());
        let name = self.own_name();
        self.add(Described { name, arn: None, tags: None, permissions: Permissions::not_said() }, place, policy);
        if let Some(role) = self.reading.roles.last_mut().filter(|role| role.embedding == Embedding::Direct) {
            role.language = Language::Json;
        }
    }

    /// A policy on its own is called like its file.
    fn own_name(&self) -> String {
        let name = self.file.path().rsplit(['/', '\\']).next().unwrap_or_default();
        let name = name.strip_suffix(".gz").unwrap_or(name);
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let is_name = !name.is_empty() && !name.starts_with('<');
        if is_name { name.to_owned() } else { "policy".to_owned() }
    }
}

/// A member, whatever the letter case of its name: IAM refuses the wrong case, and the reader of the policy says so.
fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Value::Object(members) = &node.value else { return None };
    members.iter().find(|member| member.key.eq_ignore_ascii_case(name)).map(|member| &member.value)
}

/// No statement names a principal, and some statement names a resource or an action that is not STS's.
fn is_identity_policy(document: &PolicyDocument) -> bool {
    let mut statements = document.statements.iter();
    let any_principal = document.statements.iter().any(|statement| !statement.principals.is_empty());
    !any_principal
        && statements.any(|statement| !statement.resources.is_empty() || actions(statement).any(|is_sts| !is_sts))
}

/// Every statement names a resource, which no trust policy may, and some statement is about actions of other services.
fn is_resource_policy(document: &PolicyDocument) -> bool {
    let about_resource = |statement: &Statement| !statement.resources.is_empty() && !statement.actions.is_empty();
    !document.statements.is_empty()
        && document.statements.iter().all(about_resource)
        && document.statements.iter().flat_map(actions).any(|is_sts| !is_sts)
}

/// Of every action of a statement, whether it is one of STS's.
fn actions(statement: &Statement) -> impl Iterator<Item = bool> {
    let patterns = statement.actions.iter().flat_map(|element| &element.patterns);
    patterns.map(|action| action.value.lossy().get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:")))
}
