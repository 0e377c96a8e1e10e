//! What IAM refuses when an identity policy is written: inline, managed, or as a boundary.

use std::collections::HashSet;

use countersign_policy::account::PARTITIONS;
use countersign_policy::condition::ConditionOperator;
use countersign_policy::document::{PatternElement, PolicyDocument, Severity, Statement, Version};
use serde::de::IgnoredAny;

use crate::protocol::{ApiError, ErrorCode};
use crate::world::Policy;

/// Reads an identity policy, or says what IAM says of it. Of several faults one is told, in this order: the document's
/// form, principals, the version, `Sid`s, actions, resources.
pub(super) fn read(text: &str) -> Result<Policy, ApiError> {
    let policy = Policy::new(text);
    let document = policy.document();
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return malformed("Syntax errors in policy.");
    }
    if document.statements.iter().any(|statement| !statement.principals.is_empty()) {
        return malformed("Policy document should not specify a principal.");
    }
    if has_syntax_errors(document) {
        return malformed("Syntax errors in policy.");
    }
    if document.version == Version::Invalid {
        return malformed("Policy document must be version 2012-10-17 or greater.");
    }
    if has_repeated_sid(document) {
        return malformed("Statement IDs (SID) in a single policy must be unique.");
    }
    for statement in &document.statements {
        actions(statement)?;
        resources(statement)?;
    }
    Ok(policy)
}

/// The size that quotas count: characters but for white space.
pub(super) fn size(text: &str) -> usize {
    text.chars().filter(|character| !character.is_ascii_whitespace()).count()
}

/// Whether something other than what has a text of its own is wrong with the document.
fn has_syntax_errors(document: &PolicyDocument) -> bool {
    let without_actions = |statement: &&Statement| statement.actions.is_empty() && statement.unreadable.is_none();
    let told_elsewhere = usize::from(document.version == Version::Invalid)
        + document.statements.iter().filter(without_actions).count()
        + document
            .statements
            .iter()
            .flat_map(|statement| &statement.actions)
            .filter(|element| is_empty(element))
            .count()
        + document
            .statements
            .iter()
            .flat_map(|statement| &statement.resources)
            .filter(|element| is_empty(element))
            .count();
    let errors = document.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let both = |statement: &Statement| statement.actions.len() > 1 || statement.resources.len() > 1;
    let operators = document.statements.iter().flat_map(|statement| &statement.conditions);
    errors > told_elsewhere
        || document.statements.is_empty()
        || document.statements.iter().any(both)
        || operators.into_iter().any(|entry| ConditionOperator::parse(&entry.operator.value).is_err())
}

fn is_empty(element: &PatternElement) -> bool {
    element.patterns.is_empty()
}

/// Whether two statements have one `Sid`.
pub(super) fn has_repeated_sid(document: &PolicyDocument) -> bool {
    let mut seen = HashSet::new();
    document.statements.iter().filter_map(sid).any(|sid| !seen.insert(sid))
}

fn sid(statement: &Statement) -> Option<&str> {
    statement.sid.as_ref()?.value.known().filter(|sid| !sid.is_empty())
}

fn actions(statement: &Statement) -> Result<(), ApiError> {
    let mut actions = statement.actions.iter().flat_map(|element| &element.patterns).peekable();
    if actions.peek().is_none() {
        return malformed("Policy statement must contain actions.");
    }
    for action in actions.filter_map(|action| action.value.known()).filter(|action| *action != "*") {
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
    }
    Ok(())
}

fn resources(statement: &Statement) -> Result<(), ApiError> {
    let mut resources = statement.resources.iter().flat_map(|element| &element.patterns).peekable();
    if resources.peek().is_none() {
        return malformed("Policy statement must contain resources.");
    }
    for resource in resources.filter_map(|resource| resource.value.known()).filter(|resource| *resource != "*") {
        let mut parts = resource.splitn(6, ':');
        let (_, Some(partition)) = (parts.next(), parts.next()) else {
            return malformed(&format!("Resource {resource} must be in ARN format or \"*\"."));
        };
        let rest: Vec<&str> = parts.collect();
        if partition != "*" && !PARTITIONS.contains(&partition) {
            let part = |at: usize| rest.get(at).copied().filter(|part| at > 0 || !part.is_empty()).unwrap_or("*");
            let arn = format!("arn:{partition}:{}:{}:{}:{}", part(0), part(1), part(2), part(3));
            return malformed(&format!("Partition \"{partition}\" is not valid for resource \"{arn}\"."));
        }
        if rest.is_empty() {
            return malformed("Resource vendor must be fully qualified and cannot contain regexes.");
        }
    }
    Ok(())
}

fn malformed<T>(text: &str) -> Result<T, ApiError> {
    Err(ApiError::new(ErrorCode::MalformedPolicyDocument, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_its_text() {
        let statement = |members: &str| format!(r#"{{"Version":"2012-10-17","Statement":{{{members}}}}}"#);
        let allow = |members: &str| statement(&format!(r#""Effect":"Allow",{members}"#));
        let on = |resource: &str| allow(&format!(r#""Action":"s3:*","Resource":"{resource}""#));
        let act = |action: &str| allow(&format!(r#""Action":{action},"Resource":"*""#));
        let syntax = "Syntax errors in policy.";
        let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
        for (text, expected) in [
            ("{".to_owned(), syntax),
            ("[]".to_owned(), syntax),
            (r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(), syntax),
            (statement(r#""Effect":"allow","Action":"s3:*","Resource":"*""#), syntax),
            (allow(r#""Action":"s3:*","Resource":"*","Conditions":{}"#), syntax),
            (allow(r#""Action":"s3:*","NotAction":"s3:*","Resource":"*""#), syntax),
            (allow(r#""Action":"s3:*","Resource":"*","Condition":{"StringMatch":{"a:b":"c"}}"#), syntax),
            (
                allow(r#""Action":"s3:*","Resource":"*","Principal":"*""#),
                "Policy document should not specify a principal.",
            ),
            (on("*").replace("2012", "2011"), "Policy document must be version 2012-10-17 or greater."),
            (allow(r#""Resource":"*""#), "Policy statement must contain actions."),
            (act("[]"), "Policy statement must contain actions."),
            (allow(r#""Action":"s3:*""#), "Policy statement must contain resources."),
            (allow(r#""Action":"s3:*","NotResource":[]"#), "Policy statement must contain resources."),
            (act("\"s3\""), vendor),
            (act("\"s3:a:b\""), "Actions/Condition can contain only one colon."),
            (act("\"s_3:a\""), "Vendor s_3 is not valid"),
            (on("bucket"), "Resource bucket must be in ARN format or \"*\"."),
            (on("arn:aws"), "Resource vendor must be fully qualified and cannot contain regexes."),
            (on("arn:awz:s3:::b"), "Partition \"awz\" is not valid for resource \"arn:awz:s3:::b\"."),
        ] {
            assert_eq!(read(&text).unwrap_err().message, expected, "{text}");
        }
        let twice = r#"{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
        let text = format!(r#"{{"Statement":[{twice},{twice}]}}"#);
        assert_eq!(read(&text).unwrap_err().message, "Statement IDs (SID) in a single policy must be unique.");
        for good in [on("*"), on("arn:*:s3:::b"), act("\"*\""), act("[\"S3:Get*\"]"), on("*").replace("2012", "2008")] {
            assert!(read(&good).is_ok(), "{good}");
        }
        assert_eq!(size(" a\tb\r\nc d"), 4);
    }
}
