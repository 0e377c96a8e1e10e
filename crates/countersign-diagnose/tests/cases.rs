//! Own-written cases: evidence in; the cause, how sure it is, the decisions before and after, and the changed lines out.
//!
//! `tests/cases/` holds a file per cause, `tests/pairs.json` cases with nearly the same text and different causes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use std::collections::BTreeMap;
use std::path::Path;

use countersign_diagnose::cause::CAUSES;
use countersign_diagnose::{Diagnosis, Evidence, diagnose};
use countersign_policy::document::{MAX_NESTING, Span, parse_json};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The bundle as it stands in the file.
    #[serde(skip)]
    evidence: String,
    cause: String,
    status: String,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    after: Option<String>,
    /// The lines that the first cause's diff takes out and puts in.
    #[serde(default)]
    diff: Vec<String>,
    #[serde(default)]
    safe: bool,
}

fn cases(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let nodes = parse_json(&text, MAX_NESTING).unwrap_or_else(|problem| panic!("{}: {problem:?}", path.display()));
    let values: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let bundles = nodes.as_array().unwrap().iter().map(|node| node.get("evidence").unwrap().span);
    let read = |(mut value, span): (serde_json::Value, Span)| {
        value.as_object_mut().unwrap().remove("evidence");
        let mut case: Case =
            serde_json::from_value(value).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        case.evidence = text.get(span.start as usize..span.end as usize).unwrap().to_owned();
        case
    };
    values.into_iter().zip(bundles).map(read).collect()
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}

fn word(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).unwrap().as_str().map(str::to_owned)
}

fn changed(diagnosis: &Diagnosis) -> Vec<String> {
    let diff = diagnosis.causes.first().and_then(|cause| cause.fix.diff.as_deref()).unwrap_or_default();
    let is_change = |line: &&str| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---");
    diff.lines().filter(is_change).map(str::to_owned).collect()
}

/// What is wrong with the answer to a case.
fn wrong(case: &Case) -> Option<String> {
    let diagnosis = diagnose(&Evidence::from_case(&case.evidence).unwrap());
    let compact: serde_json::Value = serde_json::from_str(&case.evidence).unwrap();
    let evidence = Evidence::from_case(&compact.to_string()).unwrap();
    let same =
        diagnose(&evidence).causes.first().map(|cause| cause.id) == diagnosis.causes.first().map(|cause| cause.id);
    let first = diagnosis.causes.first();
    let found = (
        first.map(|cause| cause.id).unwrap_or("nothing"),
        word(&diagnosis.status).unwrap_or_default(),
        word(&diagnosis.before),
        word(&diagnosis.after),
        changed(&diagnosis),
        first.is_some_and(|cause| cause.fix.safe),
    );
    let wanted = (
        case.cause.as_str(),
        case.status.clone(),
        case.before.clone(),
        case.after.clone(),
        case.diff.clone(),
        case.safe,
    );
    (found != wanted || !same).then(|| format!("{}\n  wanted {wanted:?}\n  found  {found:?}", case.name))
}

fn run(path: &Path) -> (usize, Vec<String>) {
    let cases = cases(path);
    (cases.len(), cases.iter().filter_map(wrong).collect())
}

#[test]
fn every_case_gets_its_cause() {
    let mut counts = BTreeMap::new();
    let mut failures = Vec::new();
    for cause in CAUSES {
        let path = folder().join("cases").join(format!("{}.json", cause.id));
        let (count, wrong) = run(&path);
        counts.insert(cause.id, count);
        failures.extend(wrong);
    }
    assert!(failures.is_empty(), "{} wrong:\n{}", failures.len(), failures.join("\n"));
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 3).collect();
    assert!(few.is_empty(), "fewer than three cases: {few:?}");
}

#[test]
fn texts_that_are_nearly_the_same_are_told_apart() {
    let (count, failures) = run(&folder().join("pairs.json"));
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn repaired_evidence_is_allowed() {
    for cause in CAUSES {
        for case in cases(&folder().join("cases").join(format!("{}.json", cause.id))) {
            let mut evidence = Evidence::from_case(&case.evidence).unwrap();
            let diagnosis = diagnose(&evidence);
            let Some(patch) = diagnosis.causes.first().and_then(|cause| cause.patch.clone()) else { continue };
            let single =
                diagnosis.causes.iter().filter(|cause| word(&cause.status).as_deref() == Some("proved")).count() == 1;
            if !single || patch.name != "trust-policy.json" {
                continue;
            }
            evidence.trust = Some(countersign_diagnose::evidence::PolicyText::new("trust-policy.json", patch.after));
            let again = diagnose(&evidence);
            assert_ne!(word(&again.status).as_deref(), Some("proved"), "{}: {:?}", case.name, again.causes.first());
        }
    }
}

#[test]
fn no_case_makes_the_diagnoser_fail_when_it_is_cut() {
    for cause in CAUSES {
        for case in cases(&folder().join("cases").join(format!("{}.json", cause.id))) {
            let mut evidence = Evidence::from_case(&case.evidence).unwrap();
            let error = evidence.error_text.clone().unwrap_or_default();
            for end in (0..error.len()).step_by(37).filter(|end| error.is_char_boundary(*end)) {
                evidence.error_text = error.get(..end).map(str::to_owned);
                let diagnosis = diagnose(&evidence);
                let is_empty = word(&diagnosis.status).as_deref() == Some("none");
                assert_eq!(is_empty, diagnosis.causes.is_empty(), "{}: {end}", case.name);
            }
        }
    }
}
