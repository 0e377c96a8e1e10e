//! What a configuration changes in findings, and that it never makes an open role a silent one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use countersign_audit::audit::run;
use countersign_audit::config;
use countersign_audit::examine::{Options, examine};
use countersign_audit::finding::{Finding, Severity};
use countersign_audit::input::{Named, read};
use countersign_audit::third_party::ThirdParties;
use countersign_audit::vendor::Vendors;
use countersign_policy::condition::date::Moment;
use countersign_policy::prove::Exposure;

/// The exposure and the findings of a role in 111122223333 under a configuration, on 2026-09-21.
fn audit(configuration: &str, policy: &str) -> (Exposure, Vec<Finding>) {
    let mut options = Options::at(Moment::from_seconds(1_790_000_000));
    options.account = Some("111122223333".parse().unwrap());
    let (config, _) = config::read(configuration, &Vendors::built_in(), options.now);
    options.third_parties = Arc::new(ThirdParties::new(Vendors::built_in(), &config));
    options.assumptions = config.assumptions;
    let role = read("role.json", policy.as_bytes(), Named::ByUser).roles.remove(0);
    let examined = examine(role, &options);
    (examined.exposed.exposure, run(&[examined]))
}

fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "sts:AssumeRole"}}]}}"#
    )
}

fn asking(condition: &str) -> String {
    trusting("999988887777").replace("}]", &format!(r#", "Condition": {condition}}}]"#))
}

fn partner(who: &str, expires: &str, rest: &str) -> String {
    format!("[[partner]]\nname = \"Example Backup\"\n{who}\nexpires = {expires}\nreason = \"OPS-12\"\n{rest}")
}

const ACCOUNT: &str = "accounts = [\"999988887777\"]";

#[test]
fn vendors_have_names() {
    let (_, findings) = audit("", &trusting("464622532012"));
    assert_eq!(findings[0].message, "account 464622532012 (Datadog) can assume `role` without an ExternalId");
    let (_, findings) = audit("", &trusting("arn:aws:iam::464622532012:role/Collector"));
    assert!(findings[0].message.starts_with("`arn:aws:iam::464622532012:role/Collector` (Datadog) can"));
}

#[test]
fn a_known_partner_is_named_and_open_all_the_same() {
    let (exposure, findings) = audit(&partner(ACCOUNT, "2027-01-31", ""), &trusting("999988887777"));
    assert_eq!(exposure, Exposure::Open);
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::High));
    assert_eq!(findings[0].message, "account 999988887777 (Example Backup) can assume `role` without an ExternalId");
    assert!(findings[0].help.ends_with("; Example Backup is a known partner until 2027-01-31: OPS-12"));
}

#[test]
fn a_partner_without_other_customers_is_worth_knowing_until_it_expires() {
    let policy = trusting("999988887777");
    let severity = |expires: &str| {
        let (exposure, findings) = audit(&partner(ACCOUNT, expires, "serves-only-us = true"), &policy);
        assert_eq!((exposure, findings.len()), (Exposure::Open, 1));
        findings[0].severity
    };
    assert_eq!(severity("2026-09-21"), Severity::Informational);
    assert_eq!(severity("2026-09-20"), Severity::High);
}

#[test]
fn what_the_role_may_do_does_not_lift_the_cap() {
    let dump = format!(
        r#"{{"RoleDetailList": [{{"RoleName": "R", "Arn": "arn:aws:iam::111122223333:role/R", "AssumeRolePolicyDocument": {}, "RolePolicyList": [],
           "AttachedManagedPolicies": [{{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}}]}}]}}"#,
        trusting("999988887777")
    );
    let severity = |rest: &str| audit(&partner(ACCOUNT, "2027-01-31", rest), &dump).1[0].severity;
    assert_eq!(severity(""), Severity::Critical);
    assert_eq!(severity("serves-only-us = true"), Severity::Informational);
}

#[test]
fn a_partner_that_is_a_role_is_that_role_alone() {
    let configuration = partner("role = \"arn:aws:iam::999988887777:role/a/B\"", "2027-01-31", "serves-only-us = true");
    for (principal, severity) in [
        ("arn:aws:iam::999988887777:role/a/B", Severity::Informational),
        ("arn:aws:sts::999988887777:assumed-role/B/session", Severity::Informational),
        ("arn:aws:sts::999988887776:assumed-role/B/session", Severity::High),
        ("arn:aws:iam::999988887777:role/B", Severity::High),
        ("arn:aws:iam::999988887777:user/B", Severity::High),
        ("999988887777", Severity::High),
    ] {
        assert_eq!(audit(&configuration, &trusting(principal)).1[0].severity, severity, "{principal}");
    }
}

#[test]
fn an_expired_partner_is_allowed_on_no_role() {
    let found = |expires: &str| {
        let rule = "[[role]]\nname = \"ro?e\"\nvendors = [\"Example Backup\"]";
        let configuration = format!("{}\n{rule}", partner(ACCOUNT, expires, ""));
        let (_, findings) = audit(&configuration, &trusting("999988887777"));
        findings.iter().map(|finding| finding.id).collect::<Vec<_>>()
    };
    assert_eq!(found("2027-01-31"), ["missing-external-id"]);
    assert_eq!(found("2026-01-31"), ["missing-external-id", "unexpected-third-party"]);
}

#[test]
fn a_chosen_reading_makes_no_role_safe() {
    // By the default reading any ARN gets in, by the other one nothing does.
    let policy = asking(r#"{"ArnLike": {"sts:ExternalId": "arn:aws:iam::*:role/*"}}"#);
    assert_eq!(audit("", &policy).0, Exposure::Unknown);
    let (exposure, findings) = audit("[assumptions]\ntype-clash = \"other\"", &policy);
    assert_eq!(exposure, Exposure::Unknown);
    assert!(findings.iter().any(|finding| finding.id == "wildcard-external-id"), "{findings:?}");
}

#[test]
fn a_chosen_reading_makes_a_role_open() {
    let policy = asking(r#"{"ForAnyValue:StringEqualsIfExists": {"sts:ExternalId": "tenant-7f2"}}"#);
    assert_eq!(audit("", &policy).0, Exposure::Unknown);
    let (exposure, findings) = audit("[assumptions]\nfor-any-value-if-exists-absent = \"other\"", &policy);
    assert_eq!(exposure, Exposure::Open);
    assert_eq!(findings[0].id, "external-id-if-exists");
}
