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
    /// What takes the planted fault out of the evidence (a merge patch, RFC 7396): the cause is named no longer.
    #[serde(default)]
    without: Option<serde_json::Value>,
    /// Why no decision after the repair is to be had, where the cause is proved and a trust policy was given.
    #[serde(default)]
    no_after: Option<String>,
    /// Why no decision on the call as it is is to be had, where a trust policy was given.
    #[serde(default)]
    no_before: Option<String>,
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

fn of(cause: &str) -> Vec<Case> {
    cases(&folder().join("cases").join(format!("{cause}.json")))
}

#[test]
fn a_cause_is_not_named_when_its_fault_is_not_there() {
    let mut wrong = Vec::new();
    for cause in CAUSES {
        let cases = of(cause.id);
        let controls = cases.iter().filter_map(|case| Some((case, case.without.as_ref()?)));
        if controls.clone().count() == 0 {
            wrong.push(format!("{}: no case without the fault", cause.id));
        }
        for (case, patch) in controls {
            let mut evidence: serde_json::Value = serde_json::from_str(&case.evidence).unwrap();
            merge(&mut evidence, patch);
            let diagnosis = diagnose(&Evidence::from_case(&evidence.to_string()).unwrap());
            let named = diagnosis.causes.iter().position(|found| found.id == cause.id);
            let proved = named.is_some_and(|at| word(&diagnosis.causes[at].status).as_deref() == Some("proved"));
            if named == Some(0) || proved {
                wrong.push(format!("{}: {} is named without its fault", cause.id, case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every string in a bundle, unescaped.
fn strings(value: &serde_json::Value, found: &mut String) {
    match value {
        serde_json::Value::String(text) => found.extend([text.as_str(), "\n"]),
        serde_json::Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        serde_json::Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.extend([name.as_str(), "\n"]);
            strings(value, found);
        }),
        other => found.extend([other.to_string().as_str(), "\n"]),
    }
}

#[test]
fn an_external_id_that_is_said_to_be_sent_stands_in_the_evidence() {
    let mut wrong = Vec::new();
    for cause in CAUSES {
        for case in of(cause.id) {
            let mut given = String::new();
            strings(&serde_json::from_str(&case.evidence).unwrap(), &mut given);
            let diagnosis = diagnose(&Evidence::from_case(&case.evidence).unwrap());
            for found in diagnosis.causes.iter().filter(|found| found.id.starts_with("external-id")) {
                let made_up = found.sent.iter().filter(|value| !given.contains(value.as_str()));
                wrong.extend(made_up.map(|value| format!("{}: {} says `{value}`", case.name, found.id)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// RFC 7396.
fn merge(target: &mut serde_json::Value, patch: &serde_json::Value) {
    let Some(patch) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = serde_json::json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            target.as_object_mut().unwrap().remove(key);
        } else {
            merge(&mut target[key.as_str()], value);
        }
    }
}

/// What is mended in no text that is given: credentials, tokens, devices, time, the account or network that calls, policies of
/// other people, and a policy that IAM refused and that somebody has to mean otherwise.
const NO_DIFF: &[&str] = &[
    "credentials-invalid",
    "eventual-consistency",
    "identity-explicit-deny",
    "identity-token-rejected",
    "invalid-principal-at-write",
    "malformed-policy-at-write",
    "mfa-code-invalid",
    "mfa-on-machine-principal",
    "oidc-provider-missing",
    "org-id-mismatch",
    "permissions-boundary",
    "rcp-deny",
    "root-caller",
    "scp-deny",
    "session-credentials",
    "session-policy",
    "source-network",
    "trust-condition-not-met",
    "trust-explicit-deny",
    "vpce-policy",
    "wrong-caller-identity",
];

#[test]
fn cases_hold_what_they_are_for() {
    let mut wrong = Vec::new();
    let files = std::fs::read_dir(folder().join("cases")).unwrap().count();
    assert_eq!(files, CAUSES.len(), "a file per cause, and none besides");
    for cause in CAUSES {
        let cases = of(cause.id);
        let names: std::collections::BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        let mut say = |what: String| wrong.push(format!("{}: {what}", cause.id));
        if names.len() != cases.len() {
            say("two cases of one name".to_owned());
        }
        if cases.iter().all(|case| case.diff.is_empty()) != NO_DIFF.contains(&cause.id) {
            say("whether it can have a diff is not as the list says".to_owned());
        }
        for case in &cases {
            let evidence: serde_json::Value = serde_json::from_str(&case.evidence).unwrap();
            let told = evidence.get("error_text").is_some() || evidence.get("caller").is_some();
            let decided = evidence.get("trust_policy").is_some() && !cause.id.ends_with("-at-write");
            let repaired = case.status == "proved" && decided;
            for (is, what) in [
                (!told, "neither a message nor a caller"),
                (case.cause != cause.id, "another cause's case"),
                (
                    decided && case.before.is_some() == case.no_before.is_some(),
                    "a decision before, or why there is none",
                ),
                (repaired && case.after.is_some() == case.no_after.is_some(), "a decision after, or why there is none"),
                (case.after.is_some() && case.before.as_deref() == case.after.as_deref(), "nothing changes"),
                (repaired && case.no_after.is_none() && case.before.as_deref() == Some("Allowed"), "allowed before"),
            ] {
                if is {
                    say(format!("{}: {what}", case.name));
                }
            }
            let diagnosis = diagnose(&Evidence::from_case(&case.evidence).unwrap());
            for found in diagnosis.causes {
                if word(&found.status).as_deref() == Some("consistent") && found.separate_by.is_none() {
                    say(format!("{}: nothing separates {}", case.name, found.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn texts_that_are_nearly_the_same_are_told_apart() {
    let (count, failures) = run(&folder().join("pairs.json"));
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn repaired_evidence_is_allowed() {
    for cause in CAUSES {
        for case in of(cause.id) {
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
        for case in of(cause.id) {
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
