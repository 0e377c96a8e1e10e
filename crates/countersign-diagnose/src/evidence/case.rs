//! Evidence bundles: JSON objects whose members are all optional.
//!
//! Policies may be objects, JSON strings or percent-encoded; what is said in words instead of a policy is kept as a remark.

use core::ops::ControlFlow;

use countersign_policy::document::{
    LineIndex, MAX_NESTING, MAX_POLICY_BYTES, Member, Node, Value, decode_policy_text, parse_json,
};

use super::{Evidence, Facts, Guard, PolicyText, RequestText, Sent};
use crate::quoted::quoted;

/// The text is no evidence bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// Not JSON.
    #[error("{0}")]
    NotJson(String),
    /// JSON, but not an object.
    #[error("an evidence bundle is a JSON object, not {0}")]
    NotAnObject(&'static str),
    /// A policy that is written as a string is no JSON.
    #[error("{0}")]
    PolicyNotJson(String),
}

pub(super) fn read(text: &str, patience: &mut dyn FnMut() -> ControlFlow<()>) -> Result<Evidence, CaseError> {
    let root = parse_json(text, MAX_NESTING).map_err(|problem| CaseError::NotJson(problem.message))?;
    let Value::Object(members) = &root.value else { return Err(CaseError::NotAnObject(root.kind_name())) };
    let mut evidence = Evidence::default();
    for member in members {
        let value = &member.value;
        match &*member.key {
            "operation" => evidence.operation = string(value),
            "error_text" | "error" | "message" => evidence.error_text = string(value),
            "trust_policy" => evidence.trust = policy("trust-policy.json", value, text),
            "identity_policy" | "identity_policies" => {
                evidence.identity = policies("identity-policy.json", value, text)
            }
            "request" | "call" => evidence.request = request(value, patience),
            "caller" => evidence.caller = string(value),
            "target_role" | "role" | "role_arn" => evidence.role = string(value),
            "context" => context(value, text, &mut evidence),
            _ => {
                guard_member(member, text, &mut evidence);
            }
        }
    }
    let refused = evidence.policies().find_map(unread);
    match refused {
        Some(message) => Err(CaseError::PolicyNotJson(message)),
        None => Ok(evidence),
    }
}

/// What is wrong with the text of a policy of which nothing could be read, and where.
fn unread(policy: &PolicyText) -> Option<String> {
    let is_read = !policy.document.statements.is_empty() || policy.text.len() > MAX_POLICY_BYTES;
    let problem = parse_json(&policy.text, MAX_NESTING).err().filter(|_| !is_read)?;
    let position = LineIndex::new(&policy.text).position(&policy.text, problem.span.start);
    Some(format!("{}:{}:{}: {}", policy.name, position.line, position.column, problem.message))
}

fn request(node: &Node, patience: &mut dyn FnMut() -> ControlFlow<()>) -> Option<RequestText> {
    if let Some(text) = node.as_str() {
        return Some(RequestText::read_while("call", None, text, patience));
    }
    let text = node.get("text")?.as_str()?;
    let kind = node.get("kind").and_then(Node::as_str);
    let name = node.get("name").and_then(Node::as_str).unwrap_or("call");
    Some(RequestText::read_while(name, kind, text, patience))
}

/// A policy as an object, or as text that holds one.
fn policy(name: &str, node: &Node, source: &str) -> Option<PolicyText> {
    match &node.value {
        Value::Object(_) => {
            let text = source.get(node.span.start as usize..node.span.end as usize)?;
            Some(PolicyText::new(name, dedented(text)))
        }
        Value::String(text) => {
            let (decoded, _) = decode_policy_text(text.known()?);
            decoded.trim_start().starts_with('{').then(|| PolicyText::new(name, decoded.into_owned()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// The text as it would stand at the start of a file: without the indent its surroundings gave it.
fn dedented(text: &str) -> String {
    let margins = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let margin = margins.map(|line| line.len() - line.trim_start_matches([' ', '\t']).len()).min().unwrap_or(0);
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        out.push_str(line.get(margin..).unwrap_or_else(|| line.trim_start()));
    }
    out
}

fn policies(name: &str, node: &Node, source: &str) -> Vec<PolicyText> {
    match &node.value {
        Value::Array(nodes) => nodes.iter().filter_map(|node| policy(name, node, source)).collect(),
        _ => policy(name, node, source).into_iter().collect(),
    }
}

fn guard(name: &str, node: &Node, source: &str) -> Option<Guard> {
    match policy(name, node, source) {
        Some(policy) => Some(Guard::Policy(Box::new(policy))),
        None => words(node).map(Guard::Mentioned),
    }
}

fn guards(name: &str, node: &Node, source: &str) -> Vec<Guard> {
    match &node.value {
        Value::Array(nodes) => nodes.iter().filter_map(|node| guard(name, node, source)).collect(),
        _ => guard(name, node, source).into_iter().collect(),
    }
}

/// A member that says something about a policy which limits the call; whether it was one.
fn guard_member(member: &Member, source: &str, evidence: &mut Evidence) -> bool {
    let value = &member.value;
    match &*member.key {
        "permissions_boundary" | "boundary" => evidence.boundary = guard("permissions-boundary.json", value, source),
        "session_policy" => evidence.session = guard("session-policy.json", value, source),
        "scp" | "scps" | "service_control_policy" => evidence.scps = guards("scp.json", value, source),
        "rcp" | "rcps" | "resource_control_policy" => evidence.rcps = guards("rcp.json", value, source),
        "vpc_endpoint_policy" | "vpce_policy" | "endpoint_policy" => {
            evidence.vpc_endpoint = guard("vpc-endpoint-policy.json", value, source);
        }
        _ => return false,
    }
    true
}

/// The most bytes of something that is said of the call. STS takes 50 tags and tokens of 20,000 characters.
const LONGEST_FACT: u32 = 64 << 10;

fn context(node: &Node, source: &str, evidence: &mut Evidence) {
    let Value::Object(members) = &node.value else { return };
    for member in members {
        if guard_member(member, source, evidence) {
            continue;
        }
        let length = member.value.span.end - member.value.span.start;
        if length > LONGEST_FACT {
            let key = quoted(&member.key);
            evidence.notes.push(format!("{key} has {length} bytes, more than a call can have: it is not read"));
            continue;
        }
        let (facts, value) = (&mut evidence.facts, &member.value);
        match &*member.key {
            "external_id_sent" | "external_id" => facts.external_id = sent(value),
            "session_name" | "role_session_name" | "session_name_sent" => facts.session_name = sent(value),
            "source_identity" => facts.source_identity = sent(value),
            "session_tags" | "tags" => facts.session_tags = words(value),
            "token_claims" | "claims" => facts.token_claims = lists(value),
            "role_age_seconds" => facts.role_age_seconds = number(value),
            "max_session_duration" => facts.max_session_duration = small(value),
            "duration_seconds" | "duration_seconds_requested" | "requested_duration" => {
                facts.duration_seconds = small(value)
            }
            "role_chaining" | "chained" => facts.chained = boolean(value),
            "role_exists" => facts.role_exists = boolean(value),
            "intended_caller" | "expected_caller" => facts.intended_caller = string(value),
            "region" | "sts_region" => facts.region = string(value),
            "condition_keys" | "keys" => facts.keys.extend(lists(value)),
            "mfa" | "mfa_present" => match boolean(value) {
                Some(true) => facts.keys.push(("aws:MultiFactorAuthPresent".into(), vec!["true".into()])),
                Some(false) => facts.absent_keys.push("aws:MultiFactorAuthPresent".into()),
                None => remark(facts, member),
            },
            "principal_org_id" | "caller_org_id" => match &value.value {
                Value::Null => facts.absent_keys.push("aws:PrincipalOrgID".into()),
                _ => facts.keys.extend(string(value).map(|id| ("aws:PrincipalOrgID".to_owned(), vec![id]))),
            },
            "source_ip" => facts.keys.extend(string(value).map(|ip| ("aws:SourceIp".to_owned(), vec![ip]))),
            "source_vpce" => facts.keys.extend(string(value).map(|id| ("aws:SourceVpce".to_owned(), vec![id]))),
            "source_vpc" => facts.keys.extend(string(value).map(|id| ("aws:SourceVpc".to_owned(), vec![id]))),
            key if key.contains(':') => match &value.value {
                Value::Null => facts.absent_keys.push(key.to_owned()),
                _ => facts.keys.push((key.to_owned(), list(value))),
            },
            _ => remark(facts, member),
        }
    }
}

fn remark(facts: &mut Facts, member: &Member) {
    facts.remarks.extend(words(&member.value).map(|words| (member.key.to_string(), words)));
}

fn string(node: &Node) -> Option<String> {
    node.as_str().map(str::to_owned)
}

/// `null` says that nothing was sent.
fn sent(node: &Node) -> Sent {
    match &node.value {
        Value::Null | Value::Bool(false) => Sent::Nothing,
        Value::String(text) => text.known().map_or(Sent::Unknown, |text| Sent::Value(text.to_owned())),
        Value::Number(spelling) => Sent::Value(spelling.to_string()),
        Value::Bool(true) | Value::Array(_) | Value::Object(_) => Sent::Unknown,
    }
}

fn boolean(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => text.known()?.parse().ok(),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Number(spelling) => spelling.split('.').next()?.parse().ok(),
        Value::String(text) => text.known()?.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn small(node: &Node) -> Option<u32> {
    number(node).and_then(|number| u32::try_from(number).ok())
}

/// What a value says to somebody who reads it; `None` for nothing and for `false`.
fn words(node: &Node) -> Option<String> {
    match &node.value {
        Value::Null | Value::Bool(false) => None,
        Value::Bool(true) => Some("true".to_owned()),
        Value::Number(spelling) => Some(spelling.to_string()),
        Value::String(text) => Some(text.display()).filter(|text| !text.is_empty()),
        Value::Array(nodes) => {
            Some(nodes.iter().filter_map(words).collect::<Vec<_>>().join(", ")).filter(|list| !list.is_empty())
        }
        Value::Object(members) => {
            let said = members.iter().filter_map(|member| Some(format!("{}={}", member.key, words(&member.value)?)));
            Some(said.collect::<Vec<_>>().join("\n")).filter(|list| !list.is_empty())
        }
    }
}

fn list(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Array(nodes) => nodes.iter().filter_map(words).collect(),
        Value::Bool(value) => vec![value.to_string()],
        _ => words(node).into_iter().collect(),
    }
}

fn lists(node: &Node) -> Vec<(String, Vec<String>)> {
    let Value::Object(members) = &node.value else { return Vec::new() };
    members.iter().map(|member| (member.key.to_string(), list(&member.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Evidence, CaseError> {
        Evidence::from_case(text)
    }

    #[test]
    fn policies_are_read_in_each_form_and_keep_their_layout() {
        for text in [
            "{\n  \"trust_policy\": {\n    \"Statement\": []\n  }\n}",
            r#"{"trust_policy": "{\"Statement\": []}"}"#,
            r#"{"trust_policy": "%7B%22Statement%22%3A%20%5B%5D%7D"}"#,
        ] {
            let trust = read(text).unwrap().trust.unwrap_or_else(|| panic!("{text}"));
            assert!(trust.text.starts_with('{') && trust.text.ends_with('}'), "{text}");
        }
        let laid_out = read("{\n  \"trust_policy\": {\n    \"Statement\": []\n  }\n}").unwrap().trust.unwrap();
        assert_eq!(laid_out.text, "{\n  \"Statement\": []\n}");
    }

    #[test]
    fn null_says_that_no_external_id_was_sent_and_a_missing_member_says_nothing() {
        assert_eq!(read(r#"{"context": {"external_id_sent": null}}"#).unwrap().facts.external_id, Sent::Nothing);
        assert_eq!(read(r#"{"context": {}}"#).unwrap().facts.external_id, Sent::Unknown);
        assert_eq!(
            read(r#"{"context": {"external_id_sent": "a"}}"#).unwrap().facts.external_id,
            Sent::Value("a".into())
        );
    }

    #[test]
    fn what_no_call_can_have_is_not_read_and_that_is_said() {
        for (count, is_read) in [(50, true), (10_000, false)] {
            let tags: serde_json::Map<_, _> = (0..count).map(|nth| (format!("k{nth}"), "v".into())).collect();
            let evidence = read(&serde_json::json!({"context": {"session_tags": tags}}).to_string()).unwrap();
            assert_eq!((evidence.facts.session_tags.is_some(), evidence.notes.is_empty()), (is_read, is_read));
        }
    }

    #[test]
    fn policies_in_words_are_remembered_as_such() {
        let evidence =
            read(r#"{"context": {"permissions_boundary": "allows s3 only", "rcp": {"Statement": []}}}"#).unwrap();
        assert!(matches!(evidence.boundary, Some(Guard::Mentioned(_))));
        assert!(matches!(evidence.rcps.as_slice(), [Guard::Policy(_)]));
    }

    #[test]
    fn a_policy_that_is_no_json_is_refused_at_its_place() {
        let broken = "{\n \"Statement\": [],\n}";
        for (member, name) in [("trust_policy", "trust-policy.json"), ("identity_policy", "identity-policy.json")] {
            let error = read(&serde_json::json!({member: broken}).to_string()).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{name}:2:17: ")), "{error}");
        }
        assert!(read(r#"{"trust_policy": "it lets everybody in"}"#).unwrap().trust.is_none());
    }

    #[test]
    fn a_bundle_is_an_object() {
        assert_eq!(read("[]").unwrap_err(), CaseError::NotAnObject("a list"));
        assert!(matches!(read("{").unwrap_err(), CaseError::NotJson(_)));
    }
}
