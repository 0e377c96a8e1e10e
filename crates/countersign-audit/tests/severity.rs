//! The tables of `severity.md` against the code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use countersign_audit::audit::AUDITS;
use countersign_audit::finding::Severity;
use countersign_audit::permissions::{PermissionPolicy, Permissions};
use countersign_audit::reach::{Level, Reach, Unknown, reach};
use countersign_audit::severity::{Concern, PAGE, concern, rate};
use countersign_policy::prove::Exposure;

const EXPOSURES: [Exposure; 8] = [
    Exposure::Public,
    Exposure::Open,
    Exposure::Unknown,
    Exposure::Guarded,
    Exposure::Federated,
    Exposure::Service,
    Exposure::Owned,
    Exposure::Unassumable,
];
const LEVELS: [Level; 7] = [
    Level::Administrator,
    Level::Escalation,
    Level::Writes,
    Level::ReadsData,
    Level::Metadata,
    Level::None,
    Level::Unknown,
];
const SEVERITIES: [Severity; 5] =
    [Severity::Informational, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// The rows of the table whose first head is this.
fn table(head: &str) -> Vec<Vec<&'static str>> {
    let cells = |line: &'static str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let mut rows = PAGE.lines().skip_while(|line| !line.starts_with(&format!("| {head} |")));
    let head = cells(rows.next().unwrap());
    let rows: Vec<_> = rows.skip(1).take_while(|line| line.starts_with('|')).map(cells).collect();
    std::iter::once(head).chain(rows).collect()
}

fn with_level(level: Level, unknown: &[Unknown]) -> Reach {
    Reach { level, by: Vec::new(), stores: BTreeSet::new(), unknown: unknown.iter().cloned().collect() }
}

/// What a cell of the rubric says.
fn said(cell: &str, base: Severity) -> Severity {
    let index = SEVERITIES.iter().position(|severity| *severity == base).unwrap();
    let word = |severity: &Severity| serde_json::to_value(severity).unwrap();
    match cell {
        "=" => base,
        "+1" => SEVERITIES[(index + 1).min(4)],
        "-1" | "-2" if base == Severity::Informational => base,
        "-1" => SEVERITIES[(index - 1).max(1)],
        "-2" => SEVERITIES[index.saturating_sub(2).max(1)],
        _ => *SEVERITIES.iter().find(|severity| word(severity) == cell).expect(cell),
    }
}

#[test]
fn the_rubric_is_what_findings_are_rated_by() {
    let table = table("exposure");
    assert_eq!(table[0][1..], LEVELS.map(Level::name));
    assert_eq!(table[1..].iter().map(|row| row[0]).collect::<Vec<_>>(), EXPOSURES.map(|e| e.to_string()));
    for (row, exposure) in table[1..].iter().zip(EXPOSURES) {
        for (cell, level) in row[1..].iter().zip(LEVELS) {
            for base in SEVERITIES {
                let rated = rate(Concern::Door(Exposure::Public), base, exposure, &with_level(level, &[]));
                assert_eq!(rated.severity, said(cell, base), "{exposure}, {level}, base {base:?}");
            }
        }
    }
}

#[test]
fn want_of_knowledge_lowers_nothing() {
    for (exposure, level) in EXPOSURES.iter().flat_map(|exposure| LEVELS.map(|level| (*exposure, level))) {
        for base in SEVERITIES {
            let door = Concern::Door(Exposure::Public);
            let known = rate(door, base, exposure, &with_level(level, &[])).severity;
            let partly = rate(door, base, exposure, &with_level(level, &[Unknown::NotSaid])).severity;
            assert_eq!(partly, known.max(base), "{exposure}, {level}, base {base:?}");
        }
    }
}

#[test]
fn every_audit_is_about_the_door_the_page_names() {
    let doors: BTreeMap<&str, &str> = table("audit")[1..].iter().map(|row| (row[0], row[1])).collect();
    let audits: Vec<&str> = AUDITS.iter().map(|audit| audit.id).collect();
    assert_eq!(doors.keys().copied().collect::<BTreeSet<_>>(), audits.iter().copied().collect());
    for audit in audits {
        let door = match concern(audit) {
            Concern::Door(exposure) => exposure.to_string(),
            Concern::Guest => "guest".to_owned(),
            Concern::Hygiene => "none".to_owned(),
        };
        assert_eq!(door, doors[audit], "{audit}");
    }
}

#[test]
fn attacks_and_likelihoods_are_those_of_the_page() {
    let rows = table("door");
    let said: BTreeSet<Vec<String>> =
        rows[1..].iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let row = |name: String, concern, exposure| {
        let rating = rate(concern, Severity::High, exposure, &with_level(Level::Writes, &[]));
        vec![name, rating.attack.to_owned(), rating.likelihood.to_string()]
    };
    let doors = EXPOSURES.map(|door| row(door.to_string(), Concern::Door(Exposure::Public), door));
    let guest = row("guest".to_owned(), Concern::Guest, Exposure::Public);
    assert_eq!(said, doors.into_iter().chain([guest]).collect());
}

#[test]
fn a_finding_answers_for_its_own_door() {
    let administrator = with_level(Level::Administrator, &[]);
    let rated = |audit: &str, base| rate(concern(audit), base, Exposure::Open, &administrator).severity;
    assert_eq!(rated("missing-external-id", Severity::High), Severity::Critical);
    assert_eq!(rated("public-trust", Severity::Critical), Severity::Critical);
    assert_eq!(rated("unscoped-service-principal", Severity::Medium), Severity::High);
    assert_eq!(rated("whole-account-trust", Severity::Low), Severity::Low);
    let looks = with_level(Level::Metadata, &[]);
    let guest = rate(concern("unexpected-third-party"), Severity::High, Exposure::Public, &looks).severity;
    assert_eq!(guest, Severity::Medium);
    assert_eq!(rated("malformed-trust-policy", Severity::Medium), Severity::Medium);
    assert_eq!(rated("an-audit-of-tomorrow", Severity::Medium), Severity::Critical);
}

#[test]
fn the_blast_radius_is_one_sentence_that_names_what_decides() {
    let managed = |name: &str| PermissionPolicy::managed(format!("arn:aws:iam::aws:policy/{name}").as_str().into());
    let sentence = |policies: Vec<PermissionPolicy>| {
        let reach = reach(&Permissions::complete(policies));
        rate(Concern::Door(Exposure::Open), Severity::High, Exposure::Open, &reach).blast_radius
    };
    let cases = [
        (
            vec![managed("AdministratorAccess")],
            "whoever gets in can do everything in the account (`*`) by the policy `AdministratorAccess`",
        ),
        (
            vec![managed("IAMFullAccess")],
            "whoever gets in can grant themselves any permission (`iam:AttachRolePolicy`, or `iam:PutRolePolicy`, or \
             `iam:CreatePolicyVersion` and 12 more)",
        ),
        (
            vec![managed("AmazonS3FullAccess")],
            "whoever gets in can create, change or delete (`s3:*`) and read S3 objects",
        ),
        (
            vec![managed("AmazonSNSFullAccess")],
            "whoever gets in can create, change or delete (`sns:*`) and reads no data store",
        ),
        (vec![managed("AmazonS3ReadOnlyAccess")], "whoever gets in can read S3 objects (`s3:GetObject`)"),
        (
            vec![managed("AmazonVPCReadOnlyAccess")],
            "whoever gets in sees what there is (`ec2:Describe*`) and no content",
        ),
        (vec![], "whoever gets in can do nothing: the role has no permissions"),
        (
            vec![PermissionPolicy::unknown("var.policy_arn")],
            "what whoever gets in can do is not known: it depends on the value of `var.policy_arn`",
        ),
        (
            vec![managed("AmazonVPCReadOnlyAccess"), managed("NewAccess")],
            "whoever gets in sees what there is (`ec2:Describe*`) and no content; more may come of the policy \
             `arn:aws:iam::aws:policy/NewAccess`",
        ),
    ];
    for (policies, expected) in cases {
        assert_eq!(sentence(policies), expected);
    }
}
