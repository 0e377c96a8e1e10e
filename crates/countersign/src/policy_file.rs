//! One policy out of a file: raw JSON, a JSON string, percent-encoded text, or what the AWS CLI prints around it.

use std::borrow::Cow;
use std::path::Path;

use countersign_policy::document::{
    DuplicateKeys, Embedding, Limits, MAX_NESTING, MAX_POLICY_BYTES, Node, PolicyDocument, Problem, Severity, Span,
    Value, decode_policy_text, parse_json, validate,
};

use crate::diagnostic::Diagnostic;
use crate::read::{self, Input};

/// Where the AWS CLI puts a policy: the members to follow, outermost first.
const WRAPPERS: &[&[&str]] = &[
    &["Role", "AssumeRolePolicyDocument"],
    &["AssumeRolePolicyDocument"],
    &["PolicyVersion", "Document"],
    &["PolicyDocument"],
    &["Document"],
];

/// A policy and the file it came from.
#[derive(Debug)]
pub(crate) struct PolicyFile {
    /// The file.
    pub(crate) input: Input,
    /// How the policy lies in it.
    pub(crate) embedding: Embedding,
    /// The policy, with what is wrong with its shape.
    pub(crate) document: PolicyDocument,
    /// The policy's own text, where it is not the file's.
    decoded: Option<String>,
    /// The role, when the file is the output of `aws iam get-role`.
    pub(crate) role: Option<RoleOfFile>,
}

/// What `aws iam get-role` says besides the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleOfFile {
    /// `Arn`
    pub(crate) arn: String,
    /// `MaxSessionDuration` in seconds.
    pub(crate) max_session_duration: Option<u32>,
}

impl PolicyFile {
    /// Reads the policy in the file at `path` (`-` for stdin).
    ///
    /// # Errors
    /// A [`Diagnostic`] when the file cannot be read, is not JSON, or holds no policy. Problems *inside* a policy are
    /// in its document.
    pub(crate) fn read(path: &Path) -> Result<Self, Box<Diagnostic>> {
        Self::from_input(read::read(path, read::POLICY_FILE_BYTES)?)
    }

    /// Finds the policy in a text that was read.
    ///
    /// # Errors
    /// As [`PolicyFile::read`].
    pub(crate) fn from_input(input: Input) -> Result<Self, Box<Diagnostic>> {
        if input.text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
            let problem = problem(Span::new(0, 0), format!("`{}` is empty", input.name), "write a policy into it");
            return Err(Box::new(Diagnostic::at(&input, &problem)));
        }
        match find(&input.text) {
            Ok(Found { embedding, document, decoded, role }) => Ok(Self { input, embedding, document, decoded, role }),
            Err((embedding, problem)) => Err(Box::new(Diagnostic::embedded(&input, embedding, &problem))),
        }
    }

    /// The text that the document's spans are about: the policy's own, or the file's.
    pub(crate) fn own_text(&self) -> &str {
        self.decoded.as_deref().unwrap_or(&self.input.text)
    }

    /// Whether the file is the policy and nothing else.
    pub(crate) fn is_whole(&self) -> bool {
        let span = self.document.span;
        let around = [self.input.text.get(..span.start as usize), self.input.text.get(span.end as usize..)];
        self.embedding == Embedding::Direct && around.iter().all(|text| text.is_some_and(|text| text.trim().is_empty()))
    }

    /// What is wrong with the policy's shape, at its places in the file.
    pub(crate) fn shape_problems(&self) -> Vec<Diagnostic> {
        self.at_their_places(&self.document.problems)
    }

    /// What IAM would refuse or warn about if this became a role's trust policy, at its places in the file.
    pub(crate) fn trust_problems(&self) -> Vec<Diagnostic> {
        self.at_their_places(&validate(&self.document, self.own_text(), Limits::default()))
    }

    fn at_their_places(&self, problems: &[Problem]) -> Vec<Diagnostic> {
        let mut problems: Vec<&Problem> = problems.iter().collect();
        problems.sort_by_key(|problem| problem.span);
        problems.into_iter().map(|problem| Diagnostic::embedded(&self.input, self.embedding, problem)).collect()
    }

    /// `file:line:column` of a span of the policy.
    pub(crate) fn place(&self, span: Span) -> String {
        let start = self.input.position(self.embedding.locate(&self.input.text, span).start);
        format!("{}:{}:{}", self.input.name, start.line, start.column)
    }
}

struct Found {
    embedding: Embedding,
    document: PolicyDocument,
    decoded: Option<String>,
    role: Option<RoleOfFile>,
}

fn problem(span: Span, message: String, help: &str) -> Problem {
    Problem { severity: Severity::Error, span, message, help: Some(help.to_owned()) }
}

fn find(text: &str) -> Result<Found, (Embedding, Problem)> {
    if let (Cow::Owned(decoded), true) = decode_policy_text(text) {
        return embedded(Embedding::PercentEncoded, decoded, None);
    }
    // The wrapper adds a level or two to the policy's own.
    let root = parse_json(text, MAX_NESTING + 2).map_err(|problem| (Embedding::Direct, problem))?;
    let (node, path) = unwrap(&root);
    let role = (path.first() == Some(&"Role")).then(|| root.get("Role")).flatten().and_then(role);
    match &node.value {
        Value::String(text) => {
            let (decoded, percent) = decode_policy_text(text.lossy());
            let embedding = match percent {
                true => Embedding::PercentEncodedJsonString(node.span),
                false => Embedding::JsonString(node.span),
            };
            embedded(embedding, decoded.into_owned(), role)
        }
        _ => {
            let document = policy(node).map_err(|problem| (Embedding::Direct, problem))?;
            Ok(Found { embedding: Embedding::Direct, document, decoded: None, role })
        }
    }
}

fn embedded(embedding: Embedding, decoded: String, role: Option<RoleOfFile>) -> Result<Found, (Embedding, Problem)> {
    let root = parse_json(&decoded, MAX_NESTING).map_err(|problem| (embedding, problem))?;
    let document = policy(&root).map_err(|problem| (embedding, problem))?;
    Ok(Found { embedding, document, decoded: Some(decoded), role })
}

/// The node that holds the policy, and the members that lead to it.
fn unwrap(root: &Node) -> (&Node, &'static [&'static str]) {
    let follow = |path: &[&str]| path.iter().try_fold(root, |node, member| node.get(member));
    let wrapped = WRAPPERS.iter().find_map(|path| Some((follow(path)?, *path)));
    match wrapped {
        Some(found) if root.get("Statement").is_none() => found,
        _ => (root, &[]),
    }
}

fn role(node: &Node) -> Option<RoleOfFile> {
    let max_session_duration = match node.get("MaxSessionDuration").map(|node| &node.value) {
        Some(Value::Number(spelling)) => spelling.parse().ok(),
        _ => None,
    };
    Some(RoleOfFile { arn: node.get("Arn")?.as_str()?.to_owned(), max_session_duration })
}

/// Reads a policy, if `node` is one: an object with a `Statement`.
fn policy(node: &Node) -> Result<PolicyDocument, Problem> {
    let length = (node.span.end - node.span.start) as usize;
    if length > MAX_POLICY_BYTES {
        let help = "IAM accepts at most 131072 characters; check that this is one policy";
        return Err(problem(node.span, format!("policy of {length} bytes; the limit is {MAX_POLICY_BYTES}"), help));
    }
    let Value::Object(members) = &node.value else {
        let help = "a policy is a JSON object with a `Statement`";
        return Err(problem(node.span, format!("no policy here, but {}", node.kind_name()), help));
    };
    if !members.iter().any(|member| member.key.eq_ignore_ascii_case("Statement")) {
        let help = "give a policy, or what `aws iam get-role` prints";
        let start = Span { start: node.span.start, end: node.span.start + 1 };
        return Err(problem(start, "no policy here: the object has no `Statement`".to_owned(), help));
    }
    Ok(PolicyDocument::from_node(node, DuplicateKeys::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;

    fn found(text: &str) -> PolicyFile {
        PolicyFile::from_input(Input::new("f", text)).unwrap()
    }

    #[test]
    fn a_policy_is_found_in_everything_the_cli_prints() {
        let string = serde_json::to_string(POLICY).unwrap();
        let encoded = POLICY.replace('{', "%7B").replace('"', "%22").replace('}', "%7D");
        for text in [
            POLICY.to_owned(),
            string.clone(),
            encoded.clone(),
            format!("\"{encoded}\""),
            format!(r#"{{"AssumeRolePolicyDocument": {string}}}"#),
            format!(r#"{{"Role": {{"AssumeRolePolicyDocument": "{encoded}"}}}}"#),
            format!(r#"{{"PolicyVersion": {{"Document": {POLICY}}}}}"#),
            format!(r#"{{"RoleName": "a", "PolicyDocument": {POLICY}}}"#),
        ] {
            let file = found(&text);
            assert_eq!(file.document.statements.len(), 1, "{text}");
            assert!(file.document.problems.is_empty(), "{text}");
        }
    }

    #[test]
    fn get_role_output_names_its_role() {
        let text = format!(
            r#"{{"Role": {{"Arn": "arn:aws:iam::111122223333:role/R", "MaxSessionDuration": 7200, "AssumeRolePolicyDocument": {POLICY}}}}}"#
        );
        let role = RoleOfFile { arn: "arn:aws:iam::111122223333:role/R".to_owned(), max_session_duration: Some(7200) };
        assert_eq!(found(&text).role, Some(role));
    }

    #[test]
    fn a_place_inside_a_string_is_a_place_in_the_file() {
        let text = "{\"AssumeRolePolicyDocument\":\n  \"{\\\"Statement\\\":[7]}\"}";
        let file = found(text);
        assert_eq!(file.place(file.document.problems[0].span), "f:2:20");
    }

    #[test]
    fn what_holds_no_policy_is_an_error() {
        for (text, message) in [
            ("", "`f` is empty"),
            ("\u{feff}\n", "`f` is empty"),
            ("{}", "no policy here: the object has no `Statement`"),
            ("[]", "no policy here, but a list"),
            ("\"\"", "not JSON: the text is empty"),
            (r#"{"Role":{"AssumeRolePolicyDocument":null}}"#, "no policy here, but null"),
        ] {
            assert_eq!(PolicyFile::from_input(Input::new("f", text)).unwrap_err().message, message, "{text}");
        }
        let deep = format!("{{\"Statement\":{}", "[".repeat(100_000));
        assert_eq!(PolicyFile::from_input(Input::new("f", deep)).unwrap_err().message, "nesting deeper than 66 levels");
    }
}
