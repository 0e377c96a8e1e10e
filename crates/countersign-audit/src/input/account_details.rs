//! What the aws CLI prints: `iam get-role`, `iam list-roles`, `iam get-account-authorization-details`. Policies in them may
//! be objects (as the CLI decodes them) or percent-encoded strings (as the API returns them).

use countersign_policy::arn::Arn;
use countersign_policy::document::{DuplicateKeys, Embedding, Node, PolicyDocument, Value};

use super::{Embedded, Reading, embedded, too_large_or_deep};
use crate::role::Role;
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

/// Reads an envelope; an object that is none yields nothing.
pub(super) fn read(file: &SourceFile, node: &Node, reading: &mut Reading) {
    if node.get("IsTruncated").is_some_and(|truncated| truncated.value == Value::Bool(true)) {
        let help = "the answer has more pages: fetch them all, or not every role is audited";
        let problem = InputProblem::of_file(
            file.path(),
            ProblemSeverity::Warning,
            "`IsTruncated` is true: this is one page of several",
            help,
        );
        reading.problems.push(problem);
    }
    for list in ["Roles", "RoleDetailList"] {
        match node.get(list) {
            Some(Node { value: Value::Array(roles), .. }) => {
                roles.iter().for_each(|role| role_object(file, role, reading))
            }
            Some(other) => wrong_type(file, other, list, "a list", reading),
            None => {}
        }
    }
    if let Some(role) = node.get("Role") {
        role_object(file, role, reading);
    } else if node.get("AssumeRolePolicyDocument").is_some() {
        role_object(file, node, reading);
    }
}

fn wrong_type(file: &SourceFile, node: &Node, element: &str, wanted: &str, reading: &mut Reading) {
    let position = file.position(node.span.start);
    let help = "this is not what the aws CLI prints; was the file edited or cut?";
    reading.problems.push(InputProblem {
        line: position.line,
        column: position.column,
        ..InputProblem::of_file(
            file.path(),
            ProblemSeverity::Error,
            format!("`{element}` is {}, not {wanted}", node.kind_name()),
            help,
        )
    });
}

fn role_object(file: &SourceFile, node: &Node, reading: &mut Reading) {
    if !matches!(node.value, Value::Object(_)) {
        wrong_type(file, node, "Role", "an object", reading);
        return;
    }
    let text = |key: &str| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let arn = text("Arn");
    let from_arn = || arn.as_deref().and_then(|arn| arn.rsplit('/').next()).map(str::to_owned);
    let name = text("RoleName").or_else(from_arn).unwrap_or_else(|| "role".to_owned());
    let Some(policy_node) = node.get("AssumeRolePolicyDocument") else {
        wrong_type(file, node, "Role", "an object with `AssumeRolePolicyDocument`", reading);
        return;
    };
    let policy = match embedded(policy_node) {
        Ok(policy) => policy,
        Err(problem) => {
            reading.problems.push(InputProblem::in_file(file, &problem, ProblemSeverity::Error));
            // The role is there, whatever its policy says.
            let unreadable =
                PolicyDocument { span: policy_node.span, problems: vec![problem], ..PolicyDocument::default() };
            reading.roles.push(role(file, node, name, arn, unreadable, None, None, Embedding::Direct));
            return;
        }
    };
    if let Some(problem) = too_large_or_deep(&policy.node, policy_node.span) {
        reading.problems.push(InputProblem::in_file(file, &problem, ProblemSeverity::Error));
        let unreadable =
            PolicyDocument { span: policy_node.span, problems: vec![problem], ..PolicyDocument::default() };
        reading.roles.push(role(file, node, name, arn, unreadable, None, None, Embedding::Direct));
        return;
    }
    let Embedded { node: tree, decoded, embedding } = policy;
    let trust = PolicyDocument::from_node(&tree, DuplicateKeys::LastWins);
    let first_wins = trust.has_duplicate_keys().then(|| PolicyDocument::from_node(&tree, DuplicateKeys::FirstWins));
    reading.roles.push(role(file, node, name, arn, trust, first_wins, decoded, embedding));
}

#[expect(clippy::too_many_arguments, reason = "one call per way a role's policy can be read")]
fn role(
    file: &SourceFile,
    node: &Node,
    name: String,
    arn: Option<String>,
    trust: PolicyDocument,
    trust_first_wins: Option<PolicyDocument>,
    decoded: Option<String>,
    embedding: Embedding,
) -> Role {
    let account = arn.as_deref().and_then(Arn::parse).and_then(|arn| arn.account_id());
    let tags = node.get("Tags").and_then(Node::as_array).map(|tags| {
        let pair = |tag: &Node| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned()));
        tags.iter().filter_map(pair).collect()
    });
    Role { name, arn, account, tags, trust, trust_first_wins, decoded, embedding, span: node.span, file: file.clone() }
}
