//! The trust policy of a role, as an object or as a string of it, and the role that results whatever comes of it.

use std::borrow::Cow;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::document::{
    DuplicateKeys, Embedding, MAX_NESTING, MAX_POLICY_BYTES, Node, PolicyDocument, Problem, Severity, Span, Value,
    decode_policy_text, parse_json,
};

use super::{NOT_UTF8, Reader};
use crate::permissions::Permissions;
use crate::role::{Alternative, Choice, Role};
use crate::source::ProblemSeverity;

/// The most parts of one policy that are named when they cannot be read.
const MISREAD_SHOWN: usize = 10;

/// A policy's tree, and how it lies in the file.
pub(super) struct Policy<'n> {
    pub(super) tree: Cow<'n, Node>,
    /// Its own text, when that is not a stretch of the file.
    decoded: Option<String>,
    embedding: Embedding,
}

impl Policy<'_> {
    /// A policy that was put together of parts of the file.
    pub(super) fn of_tree(tree: Node) -> Self {
        Self { tree: Cow::Owned(tree), decoded: None, embedding: Embedding::Direct }
    }
}

/// What the input says of a role besides its policy.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) arn: Option<String>,
    pub(super) tags: Option<Vec<(String, String)>>,
    pub(super) permissions: Permissions,
}

/// A number of seconds, which some formats put into a string.
pub(super) fn seconds(node: &Node) -> Option<u32> {
    match &node.value {
        Value::Number(number) => number.parse().ok(),
        _ => node.as_str()?.parse().ok(),
    }
}

impl Reader<'_> {
    /// The policy in a node: an object, or a string with its text, percent-encoded or not.
    pub(super) fn policy<'n>(&self, node: &'n Node) -> Result<Policy<'n>, Problem> {
        let Some(text) = node.as_str() else {
            let policy = Policy { tree: Cow::Borrowed(node), decoded: None, embedding: Embedding::Direct };
            return self.readable(policy, node.span);
        };
        let (text, encoded) = decode_policy_text(text);
        let embedding =
            if encoded { Embedding::PercentEncodedJsonString(node.span) } else { Embedding::JsonString(node.span) };
        self.decoded_policy(text, embedding, node.span)
    }

    pub(super) fn decoded_policy(
        &self,
        text: Cow<'_, str>,
        embedding: Embedding,
        place: Span,
    ) -> Result<Policy<'static>, Problem> {
        let in_file = |problem: Problem| {
            let span = embedding.locate(self.file.text(), problem.span);
            Problem { span, ..problem }
        };
        let tree = parse_json(&text, MAX_NESTING).map_err(in_file)?;
        self.readable(Policy { tree: Cow::Owned(tree), decoded: Some(text.into_owned()), embedding }, place)
    }

    /// The policy, unless it is past the limits or damaged.
    fn readable<'n>(&self, policy: Policy<'n>, place: Span) -> Result<Policy<'n>, Problem> {
        let node = &*policy.tree;
        let bytes = node.span.end.saturating_sub(node.span.start) as usize;
        let in_file = self.file.text().get(place.start as usize..place.end as usize).unwrap_or_default();
        let lost = if self.damaged { in_file.find(char::REPLACEMENT_CHARACTER) } else { None };
        let mut start = place.start as usize;
        let (message, help) = if !matches!(node.value, Value::Object(_)) {
            (
                format!("a trust policy is an object, not {}", node.kind_name()),
                "write {\"Version\": …, \"Statement\": […]}",
            )
        } else if bytes > MAX_POLICY_BYTES {
            let help = "IAM accepts at most 131072 characters; check that this is one policy";
            (format!("a policy of {bytes} bytes; the limit is {MAX_POLICY_BYTES}"), help)
        } else if depth(node) > MAX_NESTING {
            let help = "no policy IAM accepts needs this; flatten the document";
            (format!("nesting deeper than {MAX_NESTING} levels"), help)
        } else if let Some(at) = lost {
            start += at;
            (NOT_UTF8.to_owned(), "save the file as UTF-8")
        } else {
            return Ok(policy);
        };
        let span = Span::new(start, start + 1);
        Err(Problem { severity: Severity::Error, span, message, help: Some(help.to_owned()) })
    }

    /// A role with its policy, or with the reason why that cannot be read.
    pub(super) fn add(&mut self, described: Described, place: Span, policy: Result<Policy<'_>, Problem>) {
        let account: Option<AccountId> = described.arn.as_deref().and_then(Arn::parse).and_then(|arn| arn.account_id());
        let nothing = PolicyDocument { span: place, ..PolicyDocument::default() };
        let mut role = Role::new(described.name, nothing, place, self.file.clone().into());
        (role.arn, role.account, role.tags) = (described.arn, account, described.tags);
        role.permissions = described.permissions;
        match policy {
            Ok(Policy { tree, decoded, embedding }) => {
                role.trust = PolicyDocument::from_node(&tree, DuplicateKeys::LastWins);
                if role.trust.has_duplicate_keys() {
                    role.given = vec![Choice::of_duplicate_keys(DuplicateKeys::LastWins)];
                    let given = vec![Choice::of_duplicate_keys(DuplicateKeys::FirstWins)];
                    let trust = PolicyDocument::from_node(&tree, DuplicateKeys::FirstWins);
                    role.alternatives.push(Alternative { given, trust });
                }
                role.decoded = decoded;
                role.embedding = embedding;
                self.misread(&role);
            }
            Err(problem) => {
                let message = format!("the trust policy of `{}` cannot be read: {}", role.name, problem.message);
                self.problem(problem.span, ProblemSeverity::Error, message, problem.help.clone());
                role.trust.problems.push(problem);
                role.unreadable = true;
            }
        }
        self.reading.roles.push(role);
    }

    /// Names the parts of a policy that were not understood: the verdict is without them.
    fn misread(&mut self, role: &Role) {
        let errors = || role.trust.problems.iter().filter(|problem| problem.severity == Severity::Error);
        for problem in errors().take(MISREAD_SHOWN) {
            let message = format!("the trust policy of `{}` cannot be read in full: {}", role.name, problem.message);
            self.problem(role.locate(problem.span), ProblemSeverity::Error, message, problem.help.clone());
        }
        let more = errors().count().saturating_sub(MISREAD_SHOWN);
        if more > 0 {
            let message = format!("the trust policy of `{}` cannot be read in full: {more} more problems", role.name);
            self.problem(role.locate(role.trust.span), ProblemSeverity::Error, message, None);
        }
    }
}

/// Levels of lists and objects in a tree.
fn depth(node: &Node) -> usize {
    match &node.value {
        Value::Array(nodes) => 1 + nodes.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.iter().map(|member| depth(&member.value)).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// The tree with the place of the text it was read from: where in that a part stands, nobody knows any more.
pub(super) fn moved(node: Node, span: Span) -> Node {
    let value = match node.value {
        Value::Array(nodes) => Value::Array(nodes.into_iter().map(|node| moved(node, span)).collect()),
        Value::Object(mut members) => {
            for member in &mut members {
                member.key_span = span;
                let value = std::mem::replace(&mut member.value, Node { span, value: Value::Null });
                member.value = moved(value, span);
            }
            Value::Object(members)
        }
        scalar => scalar,
    };
    Node { span, value }
}
