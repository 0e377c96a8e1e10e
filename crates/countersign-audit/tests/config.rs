//! `tests/config`: configurations, each with the problems it must have in comments that start with `#=`, and no others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use countersign_audit::config;
use countersign_audit::vendor::Vendors;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::{LineIndex, Severity};

/// 2026-09-21, in the afternoon.
const NOW: i64 = 1_790_000_000;

fn read(text: &str) -> (config::Config, Vec<String>) {
    let (config, problems) = config::read(text, &Vendors::built_in(), Moment::from_seconds(NOW));
    let lines = LineIndex::new(text);
    let line = |problem: &countersign_policy::document::Problem| {
        let place = lines.position(text, problem.span.start);
        let severity = if problem.severity == Severity::Error { "error" } else { "warning" };
        let help = problem.help.as_ref().map_or(String::new(), |help| format!(" | {help}"));
        format!("{}:{} {severity}: {}{help}", place.line, place.column, problem.message)
    };
    (config, problems.iter().map(line).collect())
}

#[test]
fn every_file_has_its_problems_and_no_others() {
    let folder = format!("{}/tests/config", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 8, "the files are gone");
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#= ")).collect();
        let (_, found) = read(&text);
        if found != expected {
            wrong += &format!("{}\n#= {}\n", file.display(), found.join("\n#= "));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_is_written_is_what_is_read() {
    let text = include_str!("config/everything.toml");
    let (config, problems) = read(text);
    assert_eq!(problems, [""; 0]);
    let accounts: Vec<String> = config.own_accounts.iter().map(ToString::to_string).collect();
    assert_eq!(accounts, ["012345678901", "111122223333"]);
    assert_eq!(config.own_organizations.into_iter().collect::<Vec<_>>(), ["o-a1b2c3d4e5"]);
    let partners: Vec<_> = config.partners.iter().map(|partner| (&*partner.name, partner.customers)).collect();
    assert_eq!(partners, [("Example Backup", config::Customers::Many), ("Own Auditor", config::Customers::OnlyUs)]);
    let allowed: Vec<usize> = config.roles.iter().map(|rule| rule.vendors.len()).collect();
    assert_eq!(allowed, [3, 0]);
    let disabled: Vec<_> = config.disabled.iter().map(|disabled| (disabled.audit, disabled.roles.len())).collect();
    assert_eq!(disabled, [("whole-account-trust", 0), ("weak-external-id", 1)]);
    let list = |map: std::collections::BTreeMap<String, String>| {
        map.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(
        list(config.given.parameters),
        ["Count=2", "Peers=111122223333,444455556666", "VendorAccount=999988887777"]
    );
    let variables = [
        r#"accounts=["111122223333", "$${a}"]"#,
        "enabled=true",
        "external_id=6f0c3e9a",
        r#"tags={"team": "ops", "level": 1}"#,
    ];
    assert_eq!(list(config.given.variables), variables);
    assert!(config.assumptions.takes_other(countersign_policy::assumptions::Assumption::TypeClash));
    assert!(!config.assumptions.takes_other(countersign_policy::assumptions::Assumption::RoleNameCase));
}

#[test]
fn an_expired_partner_is_allowed_nowhere() {
    let (config, _) = read(include_str!("config/expired.toml"));
    assert_eq!(config.partners.len(), 1);
    assert!(config.roles[0].vendors.is_empty());
}
