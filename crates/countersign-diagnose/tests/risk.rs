//! Severity and exploitability are those of the scale, and each of its rows is reached.

#![cfg(test)]

use countersign_diagnose::risk::{Exploitability, PAGE, Severity};
use countersign_diagnose::{Evidence, diagnose};
use serde_json::{Value, json};

const DENIED: &str = "User: arn:aws:sts::111122223333:assumed-role/Collector/s1 is not authorized to perform: sts:AssumeRole \
                      on resource: arn:aws:iam::444455556666:role/VendorAccess";

fn statement(principal: &str, id: Option<&str>) -> Value {
    let mut statement = json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    if let Some(id) = id {
        statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": id}});
    }
    statement
}

#[test]
fn a_denial_is_rated_by_the_role_and_the_change() {
    let (caller, other, account) = (
        "arn:aws:iam::111122223333:role/Collector",
        "arn:aws:iam::999988887777:role/Other",
        "arn:aws:iam::444455556666:root",
    );
    let guarded = || statement(caller, Some("tenant-7f2"));
    let not_mine = json!({
        "Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}},
    });
    let rows = [
        ("nothing but the call", vec![guarded()], None, Severity::Informational, Exploitability::Low),
        ("a copy that was damaged", vec![guarded()], Some("Tenant-7F2"), Severity::Informational, Exploitability::Low),
        ("another customer's id", vec![guarded()], Some("tenant-9c4"), Severity::Medium, Exploitability::Low),
        (
            "another statement without one",
            vec![guarded(), statement(other, None)],
            None,
            Severity::High,
            Exploitability::High,
        ),
        ("anybody else", vec![guarded(), not_mine], None, Severity::Critical, Exploitability::High),
        (
            "a whole account besides",
            vec![guarded(), statement(account, None)],
            None,
            Severity::Low,
            Exploitability::Low,
        ),
        (
            "a caller to be let in",
            vec![statement(other, Some("tenant-7f2"))],
            None,
            Severity::Medium,
            Exploitability::Low,
        ),
    ];
    for (name, statements, sent, severity, exploitability) in rows {
        let case = json!({
            "error_text": DENIED,
            "trust_policy": {"Version": "2012-10-17", "Statement": statements},
            "context": {"external_id_sent": sent},
        });
        let diagnosis = diagnose(&Evidence::from_case(&case.to_string()).unwrap());
        let risk = &diagnosis.causes[0].risk;
        let found = (risk.severity, risk.exploitability);
        assert_eq!(found, (severity, Some(exploitability)), "{name}: {:?}", diagnosis.causes[0]);
        assert_eq!(risk.reasons.is_empty(), severity == Severity::Informational, "{name}");
        assert!(PAGE.contains(&format!("| {severity} |")) && PAGE.contains(&format!("| {exploitability} |")), "{name}");
    }
}

#[test]
fn without_the_trust_policy_nobody_knows() {
    let diagnosis = diagnose(&Evidence { error_text: Some(DENIED.to_owned()), ..Evidence::default() });
    assert_eq!(diagnosis.causes[0].risk.exploitability, None);
}
