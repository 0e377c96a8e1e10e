//! `tests/matrix`: every style of call with its ExternalId missing, in another letter case, and padded; each gets the right
//! diff, which its language can read.
//!
//! A file holds the rows of one language: `=== name`, the call without an ExternalId, and `--- right` with the call as it has
//! to be. The other two calls are the right one with a wrong value; where a value stands without quotes, `--- padded` says how
//! blanks or quotes get into it, and `--- repaired` what becomes of it. A row that no diff can mend has `--- advice`, with the
//! cause and what is told instead. `integrations/pytest/tests/test_calls.py` gives the same texts to the languages' own parsers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

mod style;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use countersign_diagnose::call::Name;
use countersign_diagnose::cause::Status;
use countersign_diagnose::evidence::RequestText;
use countersign_diagnose::{Diagnosis, Evidence, diagnose};
use countersign_policy::evaluate::Decision;

use style::{STYLES, keep};

const RIGHT: &str = "acme-1";

#[derive(Debug, Default)]
struct Row {
    name: String,
    missing: String,
    right: Option<String>,
    padded: Option<String>,
    repaired: Option<String>,
    /// The cause, and what is told.
    advice: Option<(String, String)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix")
}

fn files() -> Vec<(String, PathBuf)> {
    let paths = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect();
    files.sort();
    files
}

fn rows(text: &str) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut section = String::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("=== ") {
            rows.push(Row { name: name.trim_end().to_owned(), ..Row::default() });
            section.clear();
            continue;
        }
        let row = rows.last_mut().unwrap();
        if let Some(head) = line.strip_prefix("--- ") {
            section = head.trim_end().to_owned();
            if let Some(cause) = section.strip_prefix("advice ") {
                row.advice = Some((cause.to_owned(), String::new()));
            }
            continue;
        }
        let part = match section.as_str() {
            "" => &mut row.missing,
            "right" => row.right.get_or_insert_default(),
            "padded" => row.padded.get_or_insert_default(),
            "repaired" => row.repaired.get_or_insert_default(),
            _ => &mut row.advice.as_mut().unwrap().1,
        };
        part.push_str(line);
    }
    rows
}

/// The answer to a denied call across accounts, to a role that asks for the right ExternalId.
fn answer(kind: &str, call: &str, action: &str) -> Diagnosis {
    let (role, caller) =
        ("arn:aws:iam::111122223333:role/vendor", "arn:aws:sts::444455556666:assumed-role/collector/i-1");
    let error_text = match action {
        "AssumeRole" => format!("User: {caller} is not authorized to perform: sts:{action} on resource: {role}"),
        _ => format!("Not authorized to perform sts:{action}"),
    };
    let principal = match action {
        "AssumeRole" => serde_json::json!({"AWS": "arn:aws:iam::444455556666:role/collector"}),
        _ => serde_json::json!({"Federated": "arn:aws:iam::111122223333:oidc-provider/token.example.com"}),
    };
    let statement = serde_json::json!({
        "Effect": "Allow", "Principal": principal, "Action": format!("sts:{action}"),
        "Condition": {"StringEquals": {"sts:ExternalId": RIGHT}},
    });
    let case = serde_json::json!({
        "error_text": error_text,
        "target_role": role,
        "trust_policy": {"Version": "2012-10-17", "Statement": [statement]},
        "request": {"kind": kind, "text": call},
    });
    diagnose(&Evidence::from_case(&case.to_string()).unwrap())
}

/// What the first cause's diff makes of a call, or why that is not the right answer.
fn mended(kind: &str, call: &str, causes: &[&str]) -> Result<String, String> {
    let before = answer(kind, call, "AssumeRole");
    let first = before.causes.first().ok_or("no cause")?;
    let is_right = first.status == Status::Proved && causes.contains(&first.id);
    if !is_right || before.before != Some(Decision::ImplicitDeny) || before.after != Some(Decision::Allowed) {
        return Err(format!("{} ({:?}): {:?} -> {:?}", first.id, first.status, before.before, before.after));
    }
    let patch = first.patch.as_ref().ok_or("no diff")?;
    if patch.before != call || !first.fix.safe {
        return Err("the diff is not one of the call, or not safe".to_owned());
    }
    let request = RequestText::new("call", Some(kind), patch.after.as_str());
    if !request.calls.iter().any(|call| call.known(Name::ExternalId) == Some(RIGHT)) {
        return Err(format!("`{RIGHT}` is not read from:\n{}", patch.after));
    }
    parse(kind, &patch.after)?;
    let again = answer(kind, &patch.after, "AssumeRole");
    if again.before != Some(Decision::Allowed) {
        return Err(format!("still denied:\n{}", patch.after));
    }
    Ok(patch.after.clone())
}

/// Whether the text is of its language, by the language's own grammar and, where there is one here, another parser.
fn parse(kind: &str, text: &str) -> Result<(), String> {
    let style = STYLES.iter().find(|(name, _)| *name == kind).unwrap().1;
    let errors = countersign_diagnose::call::read(text, style).map(|reading| reading.errors);
    if errors != Some(0) {
        return Err(format!("{errors:?} places are not {kind}:\n{text}"));
    }
    match kind {
        "json" => serde_json::from_str::<serde_json::Value>(text).map(drop).map_err(|error| error.to_string()),
        "hcl" => text.parse::<hcl_edit::structure::Body>().map(drop).map_err(|error| error.to_string()),
        _ => Ok(()),
    }
}

/// A row as it comes out, and what is wrong with it.
fn run(kind: &str, row: &Row, wrong: &mut Vec<String>) -> String {
    let place = format!("{kind}.txt: {}", row.name);
    let mut out = format!("=== {}\n{}", row.name, row.missing);
    if let Some((cause, _)) = &row.advice {
        let action = if cause == "external-id-unsupported-api" { "AssumeRoleWithWebIdentity" } else { "AssumeRole" };
        let answer = answer(kind, &row.missing, action);
        let first = &answer.causes[0];
        if first.id != cause || first.patch.is_some() {
            wrong.push(format!("{place}: {} with {:?}", first.id, first.patch));
        }
        write!(out, "--- advice {cause}\n{}\n", first.fix.text).unwrap();
        return out;
    }
    let right = mended(kind, &row.missing, &["external-id-missing"]);
    let padding = ["external-id-malformed", "external-id-mismatch"];
    let mut cells = vec![("missing", right.clone())];
    if let Ok(right) = &right {
        cells.push(("wrong case", mended(kind, &right.replace(RIGHT, "ACME-1"), &["external-id-mismatch"])));
        write!(out, "--- right\n{right}").unwrap();
    }
    match (&row.padded, &right) {
        (Some(padded), _) => {
            // What it is mended to is in the file; it need not be written as the right one is.
            let repaired = mended(kind, padded, &padding);
            let text = repaired.clone().unwrap_or_default();
            write!(out, "--- padded\n{padded}--- repaired\n{text}").unwrap();
            cells.push(("padded", repaired.and(right.clone())));
        }
        (None, Ok(right)) => cells.push(("padded", mended(kind, &right.replace(RIGHT, " acme-1 "), &padding))),
        (None, Err(_)) => {}
    }
    for (cell, text) in cells {
        match text {
            Ok(text) if right.as_ref() == Ok(&text) => {}
            Ok(text) => wrong.push(format!("{place}, {cell}: mended to\n{text}")),
            Err(problem) => wrong.push(format!("{place}, {cell}: {problem}")),
        }
    }
    out
}

#[test]
fn every_style_is_mended_in_its_own_way() {
    let mut wrong = Vec::new();
    let (mut cells, mut advice) = (0, 0);
    for (kind, path) in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut found = String::new();
        for row in rows(&text) {
            found.push_str(&run(&kind, &row, &mut wrong));
            match row.advice {
                Some(_) => advice += 1,
                None => cells += 3,
            }
        }
        keep(&path, &found, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cells > 200 && advice > 15, "only {cells} cells and {advice} rows of advice");
}

#[test]
fn every_language_has_its_rows() {
    let names: Vec<String> = files().into_iter().map(|(name, _)| name).collect();
    let missing: Vec<&str> =
        STYLES.iter().map(|(name, _)| *name).filter(|name| !names.iter().any(|file| file == name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
