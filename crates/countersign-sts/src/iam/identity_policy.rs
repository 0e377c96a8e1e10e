//! What IAM refuses when an identity policy is written: inline, managed, or as a boundary.

use std::collections::HashSet;

use countersign_policy::account::PARTITIONS;
use countersign_policy::condition::{Comparison, ConditionOperator};
use countersign_policy::document::{
    ConditionEntry, MAX_NESTING, Node, PatternElement, PolicyDocument, Severity, Statement, Value, Version, parse_json,
};
use serde::de::IgnoredAny;

use crate::protocol::{ApiError, ErrorCode};
use crate::world::Policy;

const EFFECTS: [&str; 2] = ["Allow", "Deny"];

/// What the resources of IAM's ARNs begin with.
const IAM_RESOURCES: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// Where a policy is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Inline,
    Managed,
}

/// Reads an inline policy, or says what IAM says of it.
pub(super) fn read(text: &str) -> Result<Policy, ApiError> {
    read_as(Kept::Inline, text)
}

/// Reads a managed policy, which has to be of the newer version of the language.
pub(super) fn read_managed(text: &str) -> Result<Policy, ApiError> {
    read_as(Kept::Managed, text)
}

/// Of several faults one is told, in this order: principals, the document's form, its version, what IAM's older parser does
/// not take, `Sid`s, missing actions, resources, actions, missing resources.
fn read_as(kept: Kept, text: &str) -> Result<Policy, ApiError> {
    let policy = Policy::new(text);
    let document = policy.document();
    let (Ok(IgnoredAny), Ok(tree)) = (serde_json::from_str(text), parse_json(text, MAX_NESTING)) else {
        return malformed("Syntax errors in policy.");
    };
    if document.statements.iter().any(|statement| !statement.principals.is_empty()) {
        return malformed("Policy document should not specify a principal.");
    }
    let miscased = miscased_effects(&tree);
    if has_syntax_errors(document, miscased) {
        return malformed("Syntax errors in policy.");
    }
    if kept == Kept::Managed && document.version != Version::V2012 {
        return malformed("Policy document must be version 2012-10-17 or greater.");
    }
    if miscased > 0 || document.statements.iter().any(is_beyond_older_parser) {
        return malformed("The policy failed legacy parsing");
    }
    if has_repeated_sid(document) {
        return malformed("Statement IDs (SID) in a single policy must be unique.");
    }
    let lacks = |elements: &[PatternElement]| elements.iter().all(is_empty);
    if document.statements.iter().any(|statement| lacks(&statement.actions)) {
        return malformed("Policy statement must contain actions.");
    }
    for resource in document.statements.iter().flat_map(|statement| texts(&statement.resources)) {
        check_resource(resource)?;
    }
    for action in document.statements.iter().flat_map(|statement| texts(&statement.actions)) {
        check_action(action)?;
    }
    if document.statements.iter().any(|statement| lacks(&statement.resources)) {
        return malformed("Policy statement must contain resources.");
    }
    Ok(policy)
}

/// The size that quotas count: characters but for white space.
pub(super) fn size(text: &str) -> usize {
    text.chars().filter(|character| !character.is_ascii_whitespace()).count()
}

/// Whether something other than what has a text of its own is wrong with the document.
fn has_syntax_errors(document: &PolicyDocument, miscased_effects: usize) -> bool {
    let readable = document.statements.iter().filter(|statement| statement.unreadable.is_none());
    let told_elsewhere = |statement: &Statement| {
        let elements = statement.actions.iter().chain(&statement.resources);
        usize::from(statement.actions.is_empty()) + elements.filter(|element| is_empty(element)).count()
    };
    let told_elsewhere = miscased_effects + readable.map(told_elsewhere).sum::<usize>();
    let errors = document.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let both = |statement: &Statement| statement.actions.len() > 1 || statement.resources.len() > 1;
    let mut conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    errors > told_elsewhere
        || document.statements.is_empty()
        || document.statements.iter().any(both)
        || conditions.any(|entry| ConditionOperator::parse(&entry.operator.value).is_err())
}

/// How many effects are `Allow` or `Deny` but for their case.
fn miscased_effects(tree: &Node) -> usize {
    let statements = members(tree, "Statement").flat_map(|node| match &node.value {
        Value::Array(nodes) => nodes.as_slice(),
        _ => std::slice::from_ref(node),
    });
    let effects = statements.flat_map(|node| members(node, "Effect"));
    let texts = effects.filter_map(|node| if let Value::String(text) = &node.value { text.known() } else { None });
    texts.filter(|text| EFFECTS.iter().any(|effect| text != effect && text.eq_ignore_ascii_case(effect))).count()
}

fn members<'n>(node: &'n Node, name: &'n str) -> impl Iterator<Item = &'n Node> {
    let members = if let Value::Object(members) = &node.value { members.as_slice() } else { &[] };
    members.iter().filter(move |member| &*member.key == name).map(|member| &member.value)
}

/// What the older parser does not take: ARNs without all their parts, and dates that are none.
fn is_beyond_older_parser(statement: &Statement) -> bool {
    let cut_short = |resource: &str| {
        let parts: Vec<&str> = resource.splitn(6, ':').collect();
        let known_partition = parts.get(1).is_some_and(|part| *part == "*" || PARTITIONS.contains(part));
        known_partition && (matches!(parts.len(), 4 | 5) || parts.get(2).is_some_and(|vendor| vendor.is_empty()))
    };
    let no_dates = |entry: &ConditionEntry| {
        let compares_dates = ConditionOperator::parse(&entry.operator.value)
            .is_ok_and(|operator| matches!(operator.comparison, Comparison::Date(_)));
        compares_dates && entry.values.iter().filter_map(|value| value.value.known()).any(is_no_date)
    };
    texts(&statement.resources).any(cut_short) || statement.conditions.iter().any(no_dates)
}

/// Whether a text is surely no date. IAM's own reading is more lenient than any standard, and not documented.
fn is_no_date(text: &str) -> bool {
    let in_date = |character: char| character.is_ascii_digit() || "+-.:TtZz".contains(character);
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !text.contains("${") && (!text.chars().all(in_date) || is_number(text) && text.parse::<i64>().is_err())
}

fn is_empty(element: &PatternElement) -> bool {
    element.patterns.is_empty()
}

fn texts(elements: &[PatternElement]) -> impl Iterator<Item = &str> {
    elements.iter().flat_map(|element| &element.patterns).filter_map(|pattern| pattern.value.known())
}

/// Whether two statements have one `Sid`.
pub(super) fn has_repeated_sid(document: &PolicyDocument) -> bool {
    let mut seen = HashSet::new();
    document.statements.iter().filter_map(sid).any(|sid| !seen.insert(sid))
}

fn sid(statement: &Statement) -> Option<&str> {
    statement.sid.as_ref()?.value.known().filter(|sid| !sid.is_empty())
}

fn check_action(action: &str) -> Result<(), ApiError> {
    if action == "*" {
        return Ok(());
    }
    let Some((vendor, name)) = action.split_once(':') else {
        return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    };
    if name.contains(':') {
        return malformed("Actions/Condition can contain only one colon.");
    }
    let in_vendor = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
    if vendor != "*" && !vendor.chars().all(in_vendor) {
        return malformed(&format!("Vendor {vendor} is not valid"));
    }
    Ok(())
}

fn check_resource(resource: &str) -> Result<(), ApiError> {
    if resource == "*" {
        return Ok(());
    }
    let mut parts = resource.splitn(6, ':');
    let (_, Some(partition)) = (parts.next(), parts.next()) else {
        return malformed(&format!("Resource {resource} must be in ARN format or \"*\"."));
    };
    let rest: Vec<&str> = parts.collect();
    if partition != "*" && !PARTITIONS.contains(&partition) {
        let part = |at: usize| rest.get(at).copied().unwrap_or("*");
        let first = if rest == [""] { "*" } else { part(0) };
        let arn = format!("arn:{partition}:{first}:{}:{}:{}", part(1), part(2), part(3));
        return malformed(&format!("Partition \"{partition}\" is not valid for resource \"{arn}\"."));
    }
    let part = |at: usize| rest.get(at).copied().unwrap_or_default();
    let (vendor, region, account, named) = (part(0), part(1), part(2), part(3));
    match vendor {
        "" => malformed("Resource vendor must be fully qualified and cannot contain regexes."),
        "iam" if !region.is_empty() => {
            malformed(&format!("IAM resource {resource} cannot contain region information."))
        }
        "s3" if !region.is_empty() && account.is_empty() => {
            malformed(&format!("Resource {resource} can not contain region information."))
        }
        "iam"
            if rest.len() > 3
                && !named.starts_with('*')
                && !IAM_RESOURCES.iter().any(|start| named.starts_with(start)) =>
        {
            let starts = IAM_RESOURCES.join(", ");
            malformed(&format!("IAM resource path must either be \"*\" or start with {starts}."))
        }
        _ => Ok(()),
    }
}

fn malformed<T>(text: &str) -> Result<T, ApiError> {
    Err(ApiError::new(ErrorCode::MalformedPolicyDocument, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNTAX: &str = "Syntax errors in policy.";
    const OLDER: &str = "The policy failed legacy parsing";

    fn statement(members: &str) -> String {
        format!(r#"{{"Version":"2012-10-17","Statement":{{{members}}}}}"#)
    }

    fn allow(members: &str) -> String {
        statement(&format!(r#""Effect":"Allow",{members}"#))
    }

    fn on(resource: &str) -> String {
        allow(&format!(r#""Action":"s3:*","Resource":"{resource}""#))
    }

    fn act(action: &str) -> String {
        allow(&format!(r#""Action":{action},"Resource":"*""#))
    }

    fn dated(date: &str) -> String {
        allow(&format!(
            r#""Action":"s3:*","Resource":"*","Condition":{{"DateLessThan":{{"aws:CurrentTime":"{date}"}}}}"#
        ))
    }

    fn is_told(text: &str, expected: &str) {
        assert_eq!(read(text).unwrap_err().message, expected, "{text}");
    }

    #[test]
    fn the_form_comes_first() {
        for text in [
            "{",
            "[]",
            r#"{"Version":"2012-10-17","Statement":[]}"#,
            &on("*").replace("2012", "2011"),
            &statement(r#""Effect":"Permit","Action":"s3:*","Resource":"*""#),
            &allow(r#""Action":"s3:*","Resource":"*","Conditions":{}"#),
            &allow(r#""Action":"s3:*","NotAction":"s3:*","Resource":"*""#),
            &allow(r#""Action":"s3:*","Resource":{"a":"b"}"#),
            &act("[[]]"),
            &allow(r#""Action":"s3:*","Resource":"*","Condition":{"StringMatch":{"a:b":"c"}}"#),
        ] {
            is_told(text, SYNTAX);
        }
        let principal = allow(r#""Action":"s3:*","Resource":"*","Principal":"*""#);
        is_told(&principal, "Policy document should not specify a principal.");
    }

    #[test]
    fn managed_policies_have_the_newer_version() {
        let expected = "Policy document must be version 2012-10-17 or greater.";
        for older in [on("*").replace("2012", "2008"), on("*").replace(r#""Version":"2012-10-17","#, "")] {
            assert!(read(&older).is_ok(), "{older}");
            assert_eq!(read_managed(&older).unwrap_err().message, expected, "{older}");
        }
        assert!(read_managed(&on("*")).is_ok());
    }

    #[test]
    fn the_older_parser_has_a_text_of_its_own() {
        is_told(&statement(r#""Effect":"allow","Action":"s3:*""#), OLDER);
        for resource in ["arn:aws:s3::b", "arn:aws::b", "arn:aws::::b"] {
            is_told(&on(resource), OLDER);
        }
        for date in ["tomorrow", "9223372036854775808"] {
            is_told(&dated(date), OLDER);
        }
        for date in ["2026-01-01T00:00:00Z", "2026-01-01t0:00:00+23", "01T", "1795000000", "${aws:CurrentTime}"] {
            assert!(read(&dated(date)).is_ok(), "{date}");
        }
    }

    #[test]
    fn then_come_ids_actions_and_resources() {
        let twice = r#"{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
        is_told(
            &format!(r#"{{"Statement":[{twice},{twice}]}}"#),
            "Statement IDs (SID) in a single policy must be unique.",
        );
        for text in [allow(r#""Resource":"*""#), act("[]")] {
            is_told(&text, "Policy statement must contain actions.");
        }
        for text in [allow(r#""Action":"s3:*""#), allow(r#""Action":"s3:*","NotResource":[]"#)] {
            is_told(&text, "Policy statement must contain resources.");
        }
        let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
        is_told(&act("\"s3\""), vendor);
        is_told(&allow(r#""Action":"s3""#), vendor);
        is_told(&allow(r#""Action":"s:3:x","Resource":"b""#), "Resource b must be in ARN format or \"*\".");
        is_told(&act("\"s3:a:b\""), "Actions/Condition can contain only one colon.");
        is_told(&act("\"s_3:a\""), "Vendor s_3 is not valid");
        is_told(&on("bucket"), "Resource bucket must be in ARN format or \"*\".");
        is_told(&on("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes.");
        is_told(&on("arn:awz:s3:::b"), "Partition \"awz\" is not valid for resource \"arn:awz:s3:::b\".");
        is_told(&on("arn:b"), "Partition \"b\" is not valid for resource \"arn:b:*:*:*:*\".");
        is_told(&on("arn:aws:s3:x::b"), "Resource arn:aws:s3:x::b can not contain region information.");
        is_told(&on("arn:aws:iam:x::b"), "IAM resource arn:aws:iam:x::b cannot contain region information.");
        assert!(
            read(&on("arn:aws:iam:::b")).unwrap_err().message.ends_with("oidc-provider/, report/, access-report/.")
        );
        for good in [
            on("*"),
            on("arn:*:s3:::b"),
            on("arn:aws:s3:eu-west-1:111122223333:accesspoint/a"),
            on("arn:aws:iam::*:role/a"),
            act("\"*\""),
            act("[\"S3:Get*\"]"),
        ] {
            assert!(read(&good).is_ok(), "{good}");
        }
    }

    #[test]
    fn white_space_takes_no_room() {
        assert_eq!(size(" a\tb\r\nc d"), 4);
    }
}
