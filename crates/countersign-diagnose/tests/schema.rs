//! The JSON of a diagnosis has the members that its page documents, and no others.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use std::collections::BTreeSet;
use std::path::Path;

use countersign_diagnose::diagnosis::{PAGE, SCHEMA};
use countersign_diagnose::{Evidence, diagnose};
use serde_json::Value;

/// The diagnoses of all own-written cases.
fn diagnoses() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.extend(["questions.json", "verdicts.json"].map(|name| folder.join(name)));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        for case in cases {
            let evidence = Evidence::from_case(&case["evidence"].to_string()).unwrap();
            all.push(serde_json::to_value(diagnose(&evidence)).unwrap());
        }
    }
    all
}

/// Every member, by its path: `causes[].fix.diff`.
fn members(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                // An object whose members are all documented needs no line of its own.
                if !value.is_object() || name == "question" {
                    found.insert(path.clone());
                }
                members(value, &path, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, &format!("{path}[]"), found)),
        _ => {}
    }
}

fn documented() -> BTreeSet<String> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`')).map(|(path, _)| path.to_owned()).collect()
}

#[test]
fn the_documented_members_are_there_and_no_others() {
    let mut found = BTreeSet::new();
    for diagnosis in diagnoses() {
        assert_eq!(diagnosis["schema"], SCHEMA);
        members(&diagnosis, "", &mut found);
    }
    let documented = documented();
    let unknown: Vec<_> = found.difference(&documented).collect();
    let missing: Vec<_> = documented.difference(&found).collect();
    assert!(unknown.is_empty() && missing.is_empty(), "not documented: {unknown:?}; not there: {missing:?}");
}

#[test]
fn a_word_that_is_printed_is_documented() {
    let words = |path: &str| -> BTreeSet<String> {
        let row = PAGE.lines().find(|line| line.starts_with(&format!("| `{path}` "))).unwrap();
        row.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    };
    let rows = [
        ("status", "/status"),
        ("causes[].status", "/causes/0/status"),
        ("causes[].side", "/causes/0/side"),
        ("causes[].time", "/causes/0/time"),
        ("causes[].risk.severity", "/causes/0/risk/severity"),
        ("causes[].risk.exploitability", "/causes/0/risk/exploitability"),
        ("before", "/before"),
    ];
    let all = diagnoses();
    for (path, pointer) in rows {
        let known = words(path);
        for diagnosis in &all {
            let Some(word) = diagnosis.pointer(pointer).and_then(Value::as_str) else { continue };
            assert!(known.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn the_contract_of_the_schema_stays() {
    let diagnosis = diagnoses().into_iter().find(|diagnosis| diagnosis["status"] == "proved").unwrap();
    let cause = &diagnosis["causes"][0];
    for member in ["id", "status", "side", "statement", "key", "required", "sent", "message", "fix", "separate_by"] {
        assert!(cause.get(member).is_some(), "{member}");
    }
    for member in ["schema", "status", "causes", "before", "after"] {
        assert!(diagnosis.get(member).is_some(), "{member}");
    }
    assert!(cause["fix"].get("diff").is_some() && cause["fix"]["safe"].is_boolean());
}
