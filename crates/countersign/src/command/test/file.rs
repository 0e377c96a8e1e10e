//! A test file: JSON or YAML by its name, the form for programs or for people by its shape.

use std::path::Path;

use countersign_policy::document::{
    DuplicateKeys, MAX_NESTING, Node, PolicyDocument, Problem, Severity, Span, Value, parse_json,
};
use countersign_policy::evaluate::assume_role::CallerSide;

use super::report::Report;
use super::{full, terse};
use crate::diagnostic::Diagnostic;
use crate::policy_file::PolicyFile;
use crate::read::Input;
use crate::yaml::parse_yaml;
use countersign_audit::node_reader::NodeReader;

const ALLOW_STS: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}"#;
const DENY_ASSUME_ROLE: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}}"#;

/// Runs every case in `input`. Policies it names are looked for beside it, in `folder`.
pub(super) fn run(input: &Input, folder: Option<&Path>, report: &mut Report) {
    let roots = match parse(input) {
        Ok(roots) => roots,
        Err(problem) => return report.unanswered(Diagnostic::at(input, &problem)),
    };
    if roots.iter().all(|root| root.value == Value::Null) {
        return report.unanswered(Diagnostic::at(input, &no_tests(Span::default())));
    }
    for root in &roots {
        match &root.value {
            Value::Array(cases) if cases.is_empty() => {
                report.unanswered(Diagnostic::at(input, &no_tests(root.span)));
            }
            Value::Array(cases) => full::run(input, cases, report),
            Value::Object(_) => terse::run(input, folder.unwrap_or(Path::new("")), root, report),
            // A document of a YAML file may be empty, before `---` or after it.
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let message = format!("a test file is a list of cases or a map, not {}", root.kind_name());
                report.unanswered(Diagnostic::at(input, &problem(root.span, message)));
            }
        }
    }
}

fn parse(input: &Input) -> Result<Vec<Node>, Problem> {
    let text = input.text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if text.is_empty() {
        return Err(no_tests(Span::default()));
    }
    let name = input.name.trim_end_matches(".gz").to_ascii_lowercase();
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    if !yaml && (name.ends_with(".json") || text.starts_with(['[', '{'])) {
        // The policy of a case stands two levels down.
        return parse_json(&input.text, MAX_NESTING + 2).map(|root| vec![root]);
    }
    parse_yaml(&input.text)
}

fn problem(span: Span, message: String) -> Problem {
    let help = "write a map with `policy` and `tests`, or a JSON list of cases; see countersign test --help".to_owned();
    Problem { severity: Severity::Error, span, message, help: Some(help) }
}

/// A file that tests nothing must not look as if it passed.
pub(super) fn no_tests(span: Span) -> Problem {
    problem(span, "there are no tests here".to_owned())
}

/// A caller whose own policies allow.
pub(super) fn allowing_caller() -> CallerSide {
    CallerSide { identity: vec![PolicyDocument::parse(ALLOW_STS)], ..CallerSide::default() }
}

/// The caller's own policies, as a case gives them: a word, a policy, or a list; a file, where `folder` says from where.
pub(super) fn identity(node: &Node, folder: Option<&Path>, reader: &mut NodeReader) -> CallerSide {
    let parse = |text: &str| PolicyDocument::parse(text);
    let policies = match (&node.value, node.as_str()) {
        (_, Some("allow")) => vec![parse(ALLOW_STS)],
        (_, Some("deny")) => vec![parse(ALLOW_STS), parse(DENY_ASSUME_ROLE)],
        (_, Some("none")) => Vec::new(),
        (Value::Array(nodes), _) => nodes.iter().filter_map(|node| policy(node, folder, reader)).collect(),
        _ => policy(node, folder, reader).into_iter().collect(),
    };
    CallerSide { identity: policies, ..CallerSide::default() }
}

fn policy(node: &Node, folder: Option<&Path>, reader: &mut NodeReader) -> Option<PolicyDocument> {
    match (&node.value, node.as_str(), folder) {
        (Value::Object(_), _, _) => Some(PolicyDocument::from_node(node, DuplicateKeys::default())),
        (_, Some(path), Some(folder)) => match PolicyFile::read(&folder.join(path)) {
            Ok(file) => Some(file.document),
            Err(diagnostic) => {
                reader.error(node.span, diagnostic.message, diagnostic.help.as_deref());
                None
            }
        },
        _ => {
            let files = if folder.is_some() { " a file," } else { "" };
            let message = format!("`identity` is allow, none, deny,{files} a policy or a list of policies");
            reader.error(node.span, message, None);
            None
        }
    }
}
