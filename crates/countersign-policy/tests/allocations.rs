//! The hot path allocates nothing: ten thousand decisions on compiled trust policies, counted by the allocator.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use allocation_counter::measure;
use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::{AttachedTo, Decision, Policy, evaluate};
use countersign_policy::request::{Caller, Request, RequestContext};

const CALLS: usize = 10_000;

/// A name for the failure, the condition block, and the decisions with and without the keys of [`everything`].
const CONDITIONS: &[(&str, &str, Decision, Decision)] = &[
    ("StringEquals", r#"{"StringEquals": {"sts:ExternalId": "tenant-7f2"}}"#, ALLOWED, DENIED),
    ("fifty values", FIFTY, ALLOWED, DENIED),
    ("StringEqualsIgnoreCase", r#"{"StringEqualsIgnoreCase": {"sts:ExternalId": "TENANT-7F2"}}"#, ALLOWED, DENIED),
    ("StringLike", r#"{"StringLike": {"sts:ExternalId": "*e?a*t-?f*"}}"#, ALLOWED, DENIED),
    ("StringNotLike", r#"{"StringNotLike": {"sts:ExternalId": ["a*", "*z?"]}}"#, ALLOWED, ALLOWED),
    ("IfExists", r#"{"StringEqualsIfExists": {"sts:ExternalId": "tenant-7f2"}}"#, ALLOWED, ALLOWED),
    ("ArnLike", r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::9999*:role/Coll*"}}"#, ALLOWED, DENIED),
    ("ArnNotEquals", r#"{"ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::bucket"}}"#, ALLOWED, ALLOWED),
    ("IpAddress", r#"{"IpAddress": {"aws:SourceIp": ["2001:db8::/32", "203.0.113.0/24"]}}"#, ALLOWED, DENIED),
    ("NotIpAddress", r#"{"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#, ALLOWED, ALLOWED),
    ("Numeric", r#"{"NumericLessThanEquals": {"aws:MultiFactorAuthAge": "3600.5"}}"#, ALLOWED, DENIED),
    ("Date", r#"{"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}"#, ALLOWED, DENIED),
    ("epoch", r#"{"DateLessThan": {"aws:EpochTime": "1800000000"}}"#, ALLOWED, DENIED),
    ("Bool", r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#, ALLOWED, DENIED),
    ("Null", r#"{"Null": {"sts:ExternalId": "false"}}"#, ALLOWED, DENIED),
    ("Binary", r#"{"BinaryEquals": {"example:blob": "QUJD"}}"#, ALLOWED, DENIED),
    ("ForAnyValue", r#"{"ForAnyValue:StringLike": {"aws:TagKeys": ["team", "cost*"]}}"#, ALLOWED, DENIED),
    ("ForAllValues", r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost-center"]}}"#, ALLOWED, ALLOWED),
    ("a set under a plain operator", r#"{"StringEquals": {"aws:TagKeys": "team"}}"#, DENIED, DENIED),
    ("a variable", r#"{"StringEquals": {"sts:ExternalId": "${aws:PrincipalTag/tenant}"}}"#, ALLOWED, DENIED),
    ("a default", r#"{"StringLike": {"sts:ExternalId": "${aws:RequestTag/x, 'tenant'}-*"}}"#, ALLOWED, DENIED),
    ("no readable value", r#"{"NumericEquals": {"aws:MultiFactorAuthAge": "soon"}}"#, DENIED, DENIED),
    ("an unknown operator", r#"{"StringMatches": {"sts:ExternalId": "tenant-7f2"}}"#, DENIED, DENIED),
];

const ALLOWED: Decision = Decision::Allowed;
const DENIED: Decision = Decision::ImplicitDeny;

const FIFTY: &str = r#"{"StringEquals": {"sts:ExternalId": ["01","02","03","04","05","06","07","08","09","10","11","12",
"13","14","15","16","17","18","19","20","21","22","23","24","25","26","27","28","29","30","31","32","33","34","35","36",
"37","38","39","40","41","42","43","44","45","46","47","48","49","tenant-7f2"]}}"#;

fn document(condition: &str) -> PolicyDocument {
    PolicyDocument::parse(&format!(
        r#"{{"Version": "2012-10-17", "Statement": [
        {{"Effect": "Allow", "Principal": {{"AWS": "999988887777"}}, "Action": "sts:Assume*", "Condition": {condition}}}]}}"#
    ))
}

/// An Allow with a Deny that bites.
fn denying() -> PolicyDocument {
    PolicyDocument::parse(
        r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sts:*"},
        {"Effect": "Deny", "NotPrincipal": {"AWS": ["arn:aws:iam::999988887777:user/ann", "666666666666"]}, "Action": "*",
         "Condition": {"StringNotLike": {"sts:ExternalId": ["a*", "b*"]}, "Null": {"aws:SourceArn": "true"}}}]}"#,
    )
}

/// A call with no key but what AWS derives from no caller at all.
fn bare() -> Request {
    Request {
        caller: Caller::parse("arn:aws:sts::999988887777:assumed-role/Collector/s1").unwrap(),
        action: "sts:AssumeRole".into(),
        role: "arn:aws:iam::111111111111:role/R".into(),
        context: RequestContext::new(),
    }
}

/// The same call with every key the conditions speak of.
fn everything() -> Request {
    let mut request = bare();
    request.context = RequestContext::for_caller(&request.caller);
    for (key, value) in [
        ("sts:ExternalId", "tenant-7f2"),
        ("sts:RoleSessionName", "s1"),
        ("aws:SourceIp", "203.0.113.9"),
        ("aws:MultiFactorAuthAge", "3600.25"),
        ("aws:MultiFactorAuthPresent", "true"),
        ("aws:CurrentTime", "2026-09-21T14:13:20Z"),
        ("aws:EpochTime", "1790000000"),
        ("aws:PrincipalTag/tenant", "tenant-7f2"),
        ("example:blob", "QUJD"),
    ] {
        request.context.set(key, [value]);
    }
    request.context.set("aws:TagKeys", ["team", "cost-center"]);
    request
}

#[test]
fn deciding_allocates_nothing() {
    let mut cases: Vec<(&str, Policy, [Decision; 2])> = CONDITIONS
        .iter()
        .map(|(name, condition, with, without)| (*name, Policy::trust(&document(condition)), [*with, *without]))
        .collect();
    cases.push(("Deny", Policy::trust(&denying()), [Decision::ExplicitDeny; 2]));
    let requests = [everything(), bare()];
    // Decided once before counting, so that what is counted is known to reach the conditions.
    for (name, policy, expected) in &cases {
        for (request, expected) in requests.iter().zip(expected) {
            assert_eq!(policy.decide_assuming(request, Assumptions::default()).decision, *expected, "{name}");
        }
    }
    for (name, policy, _) in &cases {
        let counted = measure(|| {
            for request in requests.iter().cycle().take(CALLS.div_ceil(cases.len())) {
                std::hint::black_box(policy.decide_assuming(std::hint::black_box(request), Assumptions::default()));
            }
        });
        assert_eq!((counted.count_total, counted.bytes_total), (0, 0), "{name}");
    }
}

/// Or the test above could not fail.
#[test]
fn the_allocations_of_an_explanation_are_counted() {
    let (document, request) = (denying(), bare());
    let counted = measure(|| {
        std::hint::black_box(evaluate(&document, &request, AttachedTo::Role, Assumptions::default()));
    });
    assert!(counted.count_total > 10, "{counted:?}");
}
