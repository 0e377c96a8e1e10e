//! How sure answers are: what has to be in an answer to a bundle, and what must not be (`tests/verdicts.json`).
//!
//! A wanted text that begins with `~` stands somewhere in the found one; of a list that is wanted, each element is found, in
//! this order, and others may be there; what is wanted as null is null or absent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use std::collections::BTreeSet;

use countersign_diagnose::cause::CAUSES;
use countersign_diagnose::{Evidence, diagnose};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    evidence: Value,
    /// What is in the answer.
    answer: Value,
    /// What is not.
    #[serde(default)]
    never: Vec<Value>,
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verdicts.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn has(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| has(found.get(name).unwrap_or(&Value::Null), wanted))
        }
        (Value::Array(found), Value::Array(wanted)) => {
            let mut rest = found.iter();
            wanted.iter().all(|wanted| rest.any(|found| has(found, wanted)))
        }
        (Value::String(found), Value::String(wanted)) => match wanted.strip_prefix('~') {
            Some(part) => found.contains(part),
            None => found == wanted,
        },
        _ => found == wanted,
    }
}

/// The answer without what goes without saying.
fn shown(found: &Value) -> String {
    let mut shown = found.clone();
    for cause in shown["causes"].as_array_mut().unwrap() {
        cause.as_object_mut().unwrap().retain(|name, _| ["id", "status", "message", "fix"].contains(&name.as_str()));
    }
    let kept = ["status", "before", "after", "causes", "open", "checks", "not_given"];
    shown.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
    shown.to_string()
}

fn answer(case: &Case) -> Value {
    serde_json::to_value(diagnose(&Evidence::from_case(&case.evidence.to_string()).unwrap())).unwrap()
}

#[test]
fn answers_say_what_is_known_and_no_more() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found = answer(&case);
        let fits = has(&found, &case.answer) && !case.never.iter().any(|never| has(&found, never));
        if !fits {
            let shown = shown(&found);
            wrong.push(format!("{}\n  wanted {} never {:?}\n  found  {shown}", case.name, case.answer, case.never));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_answer_contradicts_itself() {
    for case in cases() {
        let found = answer(&case);
        let first = found["causes"].get(0).map_or(&Value::Null, |cause| &cause["status"]);
        let name = &case.name;
        match found["status"].as_str().unwrap() {
            "proved" => {
                assert_eq!(first, "proved", "{name}");
                assert!(found["question"].is_null(), "{name}: asks about what is proved");
            }
            status => {
                assert_ne!(first, "proved", "{name}: {status}");
                let safe = found["causes"].as_array().unwrap().iter().any(|cause| cause["fix"]["safe"] == true);
                assert!(!safe, "{name}: safe, and not proved");
            }
        }
        // What fits only because of what is not known is no decision that holds.
        assert!(found["after"].is_null() || found["before"] != "Allowed", "{name}: nothing changes");
        assert!(found["status"] == "contradicted" || found.get("checks").is_none(), "{name}: checks of nothing");
    }
}

#[test]
fn cases_have_names_of_their_own_and_speak_of_causes_that_are_there() {
    let ids: BTreeSet<&str> = CAUSES.iter().map(|cause| cause.id).collect();
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
    for case in &cases {
        for wanted in std::iter::once(&case.answer).chain(&case.never) {
            let causes = wanted.get("causes").and_then(Value::as_array).into_iter().flatten();
            for id in causes.filter_map(|cause| cause["id"].as_str()) {
                assert!(ids.contains(id), "{}: {id}", case.name);
            }
        }
        assert!(case.answer.as_object().is_some_and(|members| members.contains_key("status")), "{}", case.name);
    }
}
