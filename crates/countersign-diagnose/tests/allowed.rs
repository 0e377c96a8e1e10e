//! Everything that was given allows the call, or the message and the policies contradict each other.

#![allow(clippy::unwrap_used, reason = "helpers outside of #[test] functions are test code all the same")]

use countersign_diagnose::cause::Status;
use countersign_diagnose::diagnosis::Verdict;
use countersign_diagnose::{Diagnosis, Evidence, diagnose};
use countersign_policy::evaluate::Decision;
use serde_json::{Value, json};

const DENIAL: &str = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: \
                      arn:aws:sts::111122223333:assumed-role/Collector/s1 is not authorized to perform: sts:AssumeRole on \
                      resource: arn:aws:iam::444455556666:role/VendorAccess";

fn policy(statement: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn trust() -> Value {
    policy(
        &json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Collector"}, "Action": "sts:AssumeRole"}),
    )
}

fn everything() -> Value {
    policy(&json!({"Effect": "Allow", "Action": "*", "Resource": "*"}))
}

fn answer(bundle: &Value) -> Diagnosis {
    diagnose(&Evidence::from_case(&bundle.to_string()).unwrap())
}

#[test]
fn what_was_not_given_comes_in_the_order_to_check() {
    let mut bundle = json!({"error_text": DENIAL});
    let order = [
        ("trust_policy", trust(), "trust-policy"),
        ("identity_policy", everything(), "identity-policy"),
        ("permissions_boundary", everything(), "permissions-boundary"),
        ("scp", json!([everything()]), "service-control-policy"),
        (
            "rcp",
            json!([policy(&json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}))]),
            "resource-control-policy",
        ),
        ("session_policy", everything(), "session-policy"),
        (
            "vpc_endpoint_policy",
            policy(&json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})),
            "vpc-endpoint-policy",
        ),
        ("role_age_seconds", json!(86_400), "propagation-delay"),
    ];
    for (done, (field, value, name)) in order.iter().enumerate() {
        let missing: Vec<&str> = order.iter().skip(done).map(|(_, _, name)| *name).collect();
        assert_eq!(answer(&bundle).not_given, missing, "before {name}");
        let is_policy = ["trust_policy", "identity_policy"].contains(field);
        let place = if is_policy { &mut bundle } else { &mut bundle["context"] };
        place[*field] = value.clone();
    }
    let last = answer(&bundle);
    assert!(last.not_given.is_empty(), "{:?}", last.not_given);
    assert!(last.is_allowed());
    assert!(last.causes.iter().all(|cause| cause.fix.diff.is_none()), "nothing is mended that allows the call");
}

#[test]
fn what_allows_the_call_is_said_and_nothing_is_proved() {
    let diagnosis = answer(&json!({"error_text": DENIAL, "trust_policy": trust(), "identity_policy": everything()}));
    assert_eq!(diagnosis.status, Verdict::Contradicted);
    assert_eq!(diagnosis.before, Some(Decision::Allowed));
    assert!(diagnosis.is_allowed());
    assert!(
        diagnosis.causes.iter().all(|cause| cause.separate_by.is_some()),
        "each of what is left comes with a check"
    );
    let ids: Vec<&str> = diagnosis.causes.iter().map(|cause| cause.id).collect();
    assert!(
        ids.contains(&"permissions-boundary") && ids.contains(&"scp-deny") && ids.contains(&"eventual-consistency"),
        "{ids:?}"
    );
}

#[test]
fn the_action_that_a_message_names_is_not_always_what_fails() {
    let mut statement = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Collector"}, "Action": ["sts:AssumeRole", "sts:TagSession"]});
    statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": "tenant-7f2"}});
    let error = DENIAL.replace("sts:AssumeRole on", "sts:TagSession on");
    let diagnosis = answer(
        &json!({"error_text": error, "trust_policy": policy(&statement), "context": {"external_id_sent": null}}),
    );
    let first = diagnosis.causes.first().unwrap();
    assert_eq!((first.id, diagnosis.status), ("external-id-missing", Verdict::Proved));
    assert!(first.message.contains("is not what fails"), "{}", first.message);
    let named = diagnosis.causes.iter().find(|cause| cause.id == "trust-tagsession-missing").unwrap();
    assert_eq!(named.status, Status::Contradicted);
    assert!(named.fix.diff.is_none());
}

#[test]
fn a_message_that_the_policy_contradicts_was_of_another_policy() {
    let error = format!("{DENIAL} because no identity-based policy allows the sts:AssumeRole action");
    let diagnosis = answer(&json!({"error_text": error, "trust_policy": trust(), "identity_policy": everything()}));
    assert_eq!(diagnosis.before, Some(Decision::Allowed));
    assert_ne!(diagnosis.status, Verdict::Proved, "{:?}", diagnosis.causes.first());
    assert!(diagnosis.causes.iter().all(|cause| cause.fix.diff.is_none()));
}
