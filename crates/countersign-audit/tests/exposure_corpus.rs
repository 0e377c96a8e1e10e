//! `corpus/exposure` through the audits: the findings a case must have, and those it must not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use countersign_audit::audit::run;
use countersign_audit::examine::{Options, examine};
use countersign_audit::input::{Named, read};
use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use serde_json::{Value, json};

#[test]
fn every_case_has_its_findings_and_no_others() {
    let folder = format!("{}/../../corpus/exposure", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
        let list: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        for case in list {
            cases += 1;
            let mut options = Options::at(Moment::from_seconds(1_790_000_000));
            options.account = case["account"].as_str().map(|account| account.parse().unwrap());
            let own = case["own"].as_array().into_iter().flatten().filter_map(Value::as_str);
            options.own_accounts.extend(own.map(|account| account.parse::<AccountId>().unwrap()));
            let reading = read("case.json", case["policy"].to_string().as_bytes(), Named::ByUser);
            let roles: Vec<_> = reading.roles.into_iter().map(|role| examine(role, &options)).collect();
            let found: Vec<&str> = run(&roles).iter().map(|finding| finding.id).collect();
            let listed = |key: &str| case["expected"][key].as_array().cloned().unwrap_or_default();
            let missing: Vec<_> =
                listed("findings").into_iter().filter(|id| !found.iter().any(|found| json!(found) == *id)).collect();
            let unwanted: Vec<_> =
                listed("not_findings").into_iter().filter(|id| found.iter().any(|found| json!(found) == *id)).collect();
            if !missing.is_empty() || !unwanted.is_empty() || roles.is_empty() {
                wrong.push(format!(
                    "{}: missing {missing:?}, unwanted {unwanted:?}, found {found:?}, {}",
                    case["id"], case["why"]
                ));
            }
        }
    }
    assert!(cases > 100, "only {cases} cases");
    assert!(wrong.is_empty(), "{} of {cases} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
