//! From bytes to roles: one file per format. Formats are told apart by content.

mod account_details;
mod policy_json;

use countersign_policy::document::{MAX_NESTING, Node, Problem, Span, Value, decode_policy_text, parse_json, utf8};

use crate::role::Role;
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

/// Why a file is read; it decides what silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The user named the file: that it holds no trust policy is an error.
    ByUser,
    /// It was found in a folder: it may be about anything.
    InFolder,
}

/// What a file held.
#[derive(Debug, Default)]
pub struct Reading {
    /// Its roles.
    pub roles: Vec<Role>,
    /// What could not be used.
    pub problems: Vec<InputProblem>,
}

/// Envelopes may wrap a policy in so many levels of their own.
const ENVELOPE_NESTING: usize = 16;

/// Reads the roles of a file. `path` is what reports call it.
#[must_use]
pub fn read(path: &str, bytes: &[u8], named: Named) -> Reading {
    let text = match utf8(bytes) {
        Ok(text) => text,
        Err((problem, valid)) => {
            let file = SourceFile::new(path, valid.to_owned());
            return unreadable(&file, &problem, named, bytes);
        }
    };
    let file = SourceFile::new(path, text.to_owned());
    if let Some(reading) = policy_json::percent_encoded(&file) {
        return reading;
    }
    let text = file.text();
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    match parse_json(text, MAX_NESTING + ENVELOPE_NESTING) {
        Ok(node) => {
            let mut reading = Reading::default();
            of_node(&file, &node, &mut reading);
            if reading.roles.is_empty() && reading.problems.is_empty() && named == Named::ByUser {
                let help = "expected a trust policy (an object with `Statement`), or the output of `aws iam get-role`, `list-roles` or `get-account-authorization-details`";
                reading.problems.push(InputProblem::of_file(
                    path,
                    ProblemSeverity::Error,
                    "no trust policy in this file",
                    help,
                ));
            }
            if named == Named::ByUser && reading.roles.is_empty() {
                // The user asked for this file, and it holds no trust policy.
                for problem in &mut reading.problems {
                    problem.severity = ProblemSeverity::Error;
                }
            }
            reading
        }
        Err(problem) => unreadable(&file, &problem, named, bytes.get(start..).unwrap_or_default()),
    }
}

/// A file that is not JSON: an error if the user named it, or if it looks like a policy.
fn unreadable(file: &SourceFile, problem: &Problem, named: Named, bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    let looks_like_a_policy = || {
        let starts = bytes
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .is_some_and(|byte| matches!(byte, b'{' | b'[' | b'"'));
        let text = file.text();
        starts
            && (text.contains("\"Statement\"")
                || text.contains("AssumeRolePolicyDocument")
                || text.contains("\"Principal\""))
    };
    if named == Named::ByUser || looks_like_a_policy() {
        reading.problems.push(InputProblem::in_file(file, problem, ProblemSeverity::Error));
    }
    reading
}

/// Recognizes a tree: a policy, an envelope of IAM's, or a list of them.
fn of_node(file: &SourceFile, node: &Node, reading: &mut Reading) {
    match &node.value {
        Value::Object(_) if node.get("Statement").is_some() => policy_json::read(file, node, reading),
        Value::Object(_) => account_details::read(file, node, reading),
        Value::Array(nodes) => nodes.iter().for_each(|node| of_node(file, node, reading)),
        Value::String(_) => policy_json::read_string(file, node, reading),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The policy in a member that IAM gives as an object, a JSON string or a percent-encoded string.
struct Embedded {
    node: Node,
    decoded: Option<String>,
    embedding: countersign_policy::document::Embedding,
}

fn embedded(node: &Node) -> Result<Embedded, Problem> {
    use countersign_policy::document::Embedding;
    let Some(text) = node.as_str() else {
        return Ok(Embedded { node: node.clone(), decoded: None, embedding: Embedding::Direct });
    };
    let (policy, encoded) = decode_policy_text(text);
    let embedding =
        if encoded { Embedding::PercentEncodedJsonString(node.span) } else { Embedding::JsonString(node.span) };
    match parse_json(&policy, MAX_NESTING) {
        Ok(inner) => Ok(Embedded { node: inner, decoded: Some(policy.into_owned()), embedding }),
        Err(problem) => Err(Problem { span: node.span, ..problem }),
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

fn too_large_or_deep(node: &Node, span: Span) -> Option<Problem> {
    use countersign_policy::document::{MAX_POLICY_BYTES, Severity};
    let bytes = node.span.end.saturating_sub(node.span.start) as usize;
    let message = if bytes > MAX_POLICY_BYTES {
        format!("policy of {bytes} bytes; the limit is {MAX_POLICY_BYTES}")
    } else if depth(node) > MAX_NESTING {
        format!("nesting deeper than {MAX_NESTING} levels")
    } else {
        return None;
    };
    let help = Some("IAM accepts at most 131072 characters; check that this is one policy".to_owned());
    Some(Problem { severity: Severity::Error, span, message, help })
}
