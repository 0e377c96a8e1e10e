//! Trust policies on their own: JSON objects, JSON strings, percent-encoded text.

use countersign_policy::document::{
    DuplicateKeys, Embedding, MAX_NESTING, Node, PolicyDocument, decode_policy_text, parse_json,
};

use super::{Embedded, Reading, embedded, too_large_or_deep};
use crate::role::Role;
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

pub(super) const IDENTITY_POLICY: &str = "an identity policy, not a trust policy: it names no principal";

/// A policy that is the whole file, or an element of a list.
pub(super) fn read(file: &SourceFile, node: &Node, reading: &mut Reading) {
    let policy = Embedded { node: node.clone(), decoded: None, embedding: Embedding::Direct };
    add(file, policy, reading);
}

/// A policy inside a JSON string.
pub(super) fn read_string(file: &SourceFile, node: &Node, reading: &mut Reading) {
    let looks_like_json = node.as_str().is_some_and(|text| decode_policy_text(text).0.trim_start().starts_with('{'));
    if !looks_like_json {
        return;
    }
    match embedded(node) {
        Ok(policy) => add(file, policy, reading),
        Err(problem) => reading.problems.push(InputProblem::in_file(file, &problem, ProblemSeverity::Error)),
    }
}

/// A file that is one percent-encoded policy.
pub(super) fn percent_encoded(file: &SourceFile) -> Option<Reading> {
    let (text, encoded) = decode_policy_text(file.text().trim());
    if !encoded {
        return None;
    }
    let mut reading = Reading::default();
    match parse_json(&text, MAX_NESTING) {
        Ok(node) => {
            let policy = Embedded { node, decoded: Some(text.into_owned()), embedding: Embedding::PercentEncoded };
            add(file, policy, &mut reading);
        }
        Err(problem) => reading.problems.push(InputProblem::in_file(file, &problem, ProblemSeverity::Error)),
    }
    Some(reading)
}

fn add(file: &SourceFile, policy: Embedded, reading: &mut Reading) {
    let span = match policy.embedding {
        Embedding::JsonString(outer) | Embedding::PercentEncodedJsonString(outer) => outer,
        Embedding::Direct | Embedding::PercentEncoded => policy.node.span,
    };
    if let Some(problem) = too_large_or_deep(&policy.node, span) {
        reading.problems.push(InputProblem::in_file(file, &problem, ProblemSeverity::Error));
        return;
    }
    let trust = PolicyDocument::from_node(&policy.node, DuplicateKeys::LastWins);
    if is_identity_policy(&trust) {
        let help = "countersign audits who can assume a role; what the role may then do is another policy";
        let position = file.position(span.start);
        reading.problems.push(InputProblem {
            line: position.line,
            column: position.column,
            ..InputProblem::of_file(file.path(), ProblemSeverity::Note, IDENTITY_POLICY, help)
        });
        return;
    }
    let name = file.path().rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let trust_first_wins =
        trust.has_duplicate_keys().then(|| PolicyDocument::from_node(&policy.node, DuplicateKeys::FirstWins));
    reading.roles.push(Role {
        name: if name.is_empty() { "policy".to_owned() } else { name.to_owned() },
        arn: None,
        account: None,
        tags: None,
        trust,
        trust_first_wins,
        decoded: policy.decoded,
        embedding: policy.embedding,
        span,
        file: file.clone(),
    });
}

/// No statement names a principal, and some statement names a resource or an action that is not STS's.
fn is_identity_policy(document: &PolicyDocument) -> bool {
    let mut statements = document.statements.iter();
    let any_principal = document.statements.iter().any(|statement| !statement.principals.is_empty());
    let about_resources = statements.any(|statement| {
        let foreign = |action: &str| !action.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:"));
        let actions = statement.actions.iter().flat_map(|element| &element.patterns);
        !statement.resources.is_empty() || actions.into_iter().any(|pattern| foreign(pattern.value.lossy()))
    });
    !any_principal && about_resources
}
