//! The form for people: a policy, what most calls have in common, and what each test changes.

use std::path::Path;
use std::rc::Rc;

use countersign_policy::document::{DuplicateKeys, Limits, Member, Node, PolicyDocument, Span, Value, validate};
use countersign_policy::evaluate::Decision;
use countersign_policy::request::Caller;

use super::case::{Asks, Case, Expectation, TrustPolicy};
use super::file::{allowing_caller, identity, no_tests};
use super::report::Report;
use crate::call::{Call, ExternalId, RoleArn, SessionName};
use crate::diagnostic::Diagnostic;
use crate::policy_file::PolicyFile;
use crate::read::Input;
use countersign_audit::node_reader::{Members, NodeReader};

const FILE: &[&str] = &["policy", "role", "defaults", "tests"];
const CALL: [&str; 10] = [
    "caller",
    "role",
    "external_id",
    "context",
    "tags",
    "transitive_tags",
    "session_name",
    "source_identity",
    "action",
    "identity",
];

/// Runs the tests of one document.
pub(super) fn run(input: &Input, folder: &Path, root: &Node, report: &mut Report) {
    let mut reader = NodeReader::default();
    let Some(suite) = suite(input, folder, root, &mut reader, report) else {
        return report.malformed(input, &reader.problems);
    };
    // A misspelt name up here could change what every test means.
    if !reader.problems.is_empty() {
        return report.malformed(input, &reader.problems);
    }
    for node in suite.tests {
        let mut reader = NodeReader::default();
        match suite.case(node, &mut reader) {
            Some(case) if reader.problems.is_empty() => report.case(input, &case),
            _ => report.malformed(input, &reader.problems),
        }
    }
}

/// What the tests of one document share.
struct Suite<'n> {
    folder: &'n Path,
    trust: Rc<TrustPolicy>,
    file: Members<'n>,
    defaults: Option<Members<'n>>,
    tests: &'n [Node],
}

fn suite<'n>(
    input: &Input,
    folder: &'n Path,
    root: &'n Node,
    reader: &mut NodeReader,
    report: &mut Report,
) -> Option<Suite<'n>> {
    let file = reader.members(root, "a test file", FILE)?;
    let trust =
        reader.required(file, "the test file", "policy").and_then(|node| policy(input, folder, node, reader, report));
    let defaults = file.get("defaults").and_then(|node| reader.members(node, "`defaults`", &CALL));
    let tests = reader.required(file, "the test file", "tests").and_then(|node| match node.as_array() {
        Some([]) => {
            reader.problems.push(no_tests(node.span));
            None
        }
        Some(tests) => Some(tests),
        None => {
            reader.error(node.span, format!("`tests` is a list, not {}", node.kind_name()), None);
            None
        }
    });
    Some(Suite { folder, trust: Rc::new(trust?), file, defaults, tests: tests? })
}

/// The policy of a document: the name of a file, or the policy itself. What IAM would refuse in it is reported; the tests
/// run all the same.
fn policy(
    input: &Input,
    folder: &Path,
    node: &Node,
    reader: &mut NodeReader,
    report: &mut Report,
) -> Option<TrustPolicy> {
    if let Value::Object(_) = &node.value {
        let document = PolicyDocument::from_node(node, DuplicateKeys::default());
        let problems = validate(&document, &input.text, Limits::default());
        report.aside(problems.iter().map(|problem| Diagnostic::at(input, problem)).filter(Diagnostic::is_error));
        return Some(TrustPolicy::Inline(document));
    }
    let path = reader.text(node, "policy")?;
    if path.trim_start().starts_with('{') {
        let help = "write the policy itself, without quotes and without `|`: JSON is YAML";
        reader.error(node.span, "this is the text of a policy, not the name of a file", Some(help));
        return None;
    }
    match PolicyFile::read(&folder.join(&path)) {
        Ok(file) => {
            report.aside(file.trust_problems().into_iter().filter(Diagnostic::is_error));
            Some(TrustPolicy::File(file))
        }
        Err(diagnostic) => {
            if diagnostic.has_position() {
                reader.error(node.span, format!("`{path}` could not be read"), Some("see the problem in that file"));
                report.aside([*diagnostic]);
            } else {
                reader.error(node.span, diagnostic.message, diagnostic.help.as_deref());
            }
            None
        }
    }
}

impl<'n> Suite<'n> {
    fn case(&self, node: &'n Node, reader: &mut NodeReader) -> Option<Case> {
        let known: Vec<&str> = ["name", "expect"].into_iter().chain(CALL).collect();
        let test = reader.members(node, "a test", &known)?;
        let id = reader.required(test, "the test", "name").and_then(|node| reader.text(node, "name"));
        let expected = reader.required(test, "the test", "expect").and_then(|node| expectation(node, reader));
        let side = match self.value(test, "identity") {
            Some(node) => identity(node, Some(self.folder), reader),
            None => allowing_caller(),
        };
        let call = self.call(test, reader)?;
        // Anything wrong so far would only be repeated.
        if !reader.problems.is_empty() {
            return None;
        }
        let start = Span { start: node.span.start, end: node.span.start + 1 };
        let request = call.request().map_err(|refused| reader.error(start, refused.to_string(), None)).ok()?;
        let asks = Asks::Call { expected: expected?, side };
        Some(Case { id: id?, span: node.span, trust: Rc::clone(&self.trust), request, asks })
    }

    fn call(&self, test: Members<'n>, reader: &mut NodeReader) -> Option<Call> {
        let Some(caller) = self.value(test, "caller") else {
            let start = Span { start: test.span.start, end: test.span.start + 1 };
            reader.error(start, "the test lacks `caller`", Some("say who calls, here or in `defaults`"));
            return None;
        };
        let role = self.value(test, "role").or_else(|| self.file.get("role"));
        let role = match (role, &*self.trust) {
            (Some(node), _) => reader.parsed(node, "role", str::parse::<RoleArn>),
            (None, TrustPolicy::File(file)) => file.role.as_ref().and_then(|role| role.arn.parse().ok()),
            (None, TrustPolicy::Inline(_)) => None,
        };
        let caller = reader.parsed(caller, "caller", Caller::parse);
        let value = |name| self.value(test, name);
        Some(Call {
            action: value("action").and_then(|node| reader.text(node, "action")),
            role,
            external_id: value("external_id")
                .and_then(|node| reader.parsed(node, "external_id", str::parse::<ExternalId>)),
            session_name: value("session_name").and_then(|node| {
                reader.parsed(node, "session_name", |text| SessionName::parse("RoleSessionName", text))
            }),
            source_identity: value("source_identity").and_then(|node| {
                reader.parsed(node, "source_identity", |text| SessionName::parse("SourceIdentity", text))
            }),
            tags: self
                .merged(test, "tags", reader)
                .into_iter()
                .filter_map(|tag| Some((tag.key.to_string(), reader.text(&tag.value, &tag.key)?)))
                .collect(),
            transitive_tags: value("transitive_tags")
                .map(|node| reader.texts(node, "transitive_tags"))
                .unwrap_or_default(),
            context: self
                .merged(test, "context", reader)
                .into_iter()
                .map(|entry| (entry.key.to_string(), reader.texts(&entry.value, &entry.key)))
                .collect(),
            ..Call::of(caller?)
        })
    }

    /// A member of the test, else of the defaults; null takes the default away.
    fn value(&self, test: Members<'n>, name: &str) -> Option<&'n Node> {
        let node = test.get(name).or_else(|| self.defaults?.get(name))?;
        (node.value != Value::Null).then_some(node)
    }

    /// The members of a map of the test added to those of the defaults; null takes one away.
    fn merged(&self, test: Members<'n>, name: &str, reader: &mut NodeReader) -> Vec<&'n Member> {
        let mut merged: Vec<&Member> = Vec::new();
        let own = test.get(name);
        if own.is_some_and(|node| node.value == Value::Null) {
            return merged;
        }
        let inherited = self.defaults.and_then(|defaults| defaults.get(name)).filter(|node| node.value != Value::Null);
        for member in [inherited, own].into_iter().flatten().flat_map(|node| reader.entries(node, name)) {
            merged.retain(|known| !known.key.eq_ignore_ascii_case(&member.key));
            merged.push(member);
        }
        merged.retain(|member| member.value.value != Value::Null);
        merged
    }
}

fn expectation(node: &Node, reader: &mut NodeReader) -> Option<Expectation> {
    reader.parsed(node, "expect", |text| match text {
        "allow" => Ok(Expectation::Exactly(Decision::Allowed)),
        "deny" => Ok(Expectation::Deny),
        "implicit-deny" => Ok(Expectation::Exactly(Decision::ImplicitDeny)),
        "explicit-deny" => Ok(Expectation::Exactly(Decision::ExplicitDeny)),
        _ => Err(format!("unknown expectation `{text}`: write allow, deny, implicit-deny or explicit-deny")),
    })
}
