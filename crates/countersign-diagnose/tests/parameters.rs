//! `tests/parameters`: what becomes of a call when a parameter is written to it, or taken out of it.
//!
//! A file holds the calls of one language: `=== name`, the text, and for each parameter the lines that change: `--- RoleArn`
//! with the value of [`VALUES`] written, `--- without Tags` with the parameter taken out. What has no section cannot be written
//! to that text. The laws hold for the calls of `tests/call` too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod style;

use std::fmt::Write as _;

use countersign_diagnose::call::{Name, Parameter, read};
use countersign_diagnose::edit::{Edit, apply, difference};

use style::{STYLES, file, keep};

const VALUES: &[(Name, &str)] = &[
    (Name::RoleArn, "arn:aws:iam::111122223333:role/right"),
    (Name::RoleSessionName, "right"),
    (Name::ExternalId, "acme-1"),
    (Name::DurationSeconds, "1800"),
    (Name::SerialNumber, "arn:aws:iam::444455556666:mfa/ann"),
    (Name::SourceIdentity, "ann"),
    (Name::Region, "us-east-1"),
];

/// The names of a file's rows, with their texts up to the first section.
fn rows(text: &str) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut is_text = false;
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("=== ") {
            rows.push((name.trim_end().to_owned(), String::new()));
            is_text = true;
        } else if line.starts_with("--- ") {
            is_text = false;
        } else if is_text {
            rows.last_mut().unwrap().1.push_str(line);
        }
    }
    rows
}

/// Every edit of a call: what it is called, the edits, and what the parameter has to be afterwards.
fn edits(call: &countersign_diagnose::call::Call) -> Vec<(String, Name, Vec<Edit>, Option<&'static str>)> {
    let written = VALUES.iter().filter_map(|(name, value)| {
        let edits = call.slots.get(name)?.write(value)?;
        Some((format!("{name:?}"), *name, edits, Some(*value)))
    });
    let removed = call.removals.iter().map(|(name, edits)| (format!("without {name:?}"), *name, edits.clone(), None));
    written.chain(removed).collect()
}

fn changed(before: &str, after: String) -> String {
    let unified = difference("call", Some(before), Some(&after));
    let lines = unified.lines().skip(2).filter(|line| line.starts_with(['+', '-']));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_parameter_is_written_and_taken_out_in_its_own_way() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, style) in STYLES {
        let text = std::fs::read_to_string(file("parameters", name)).unwrap();
        let mut found = String::new();
        for (row, call_text) in rows(&text) {
            write!(found, "=== {row}\n{call_text}").unwrap();
            let reading = read(&call_text, *style).unwrap();
            for (what, _, edits, _) in reading.calls.first().map(edits).unwrap_or_default() {
                count += 1;
                let after = apply(&call_text, &edits).expect("edits that fit the text");
                write!(found, "--- {what}\n{}", changed(&call_text, after)).unwrap();
            }
        }
        keep(&file("parameters", name), &found, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count > 100, "only {count} changes");
}

/// What is written is read, what is taken out is not sent, and everything else stays as it was.
#[test]
fn a_change_changes_its_parameter_and_no_other() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (folder, (style_name, style)) in
        ["call", "parameters"].iter().flat_map(|folder| STYLES.iter().map(move |style| (folder, style)))
    {
        for (row, text) in rows(&std::fs::read_to_string(file(folder, style_name)).unwrap()) {
            let before = read(&text, *style).unwrap();
            for (nth, call) in before.calls.iter().enumerate() {
                for (what, name, edits, wanted) in edits(call) {
                    count += 1;
                    let place = format!("{folder}/{style_name}.txt: {row} (call {nth}), {what}");
                    let Some(after) = apply(&text, &edits) else {
                        wrong.push(format!("{place}: the edits do not fit"));
                        continue;
                    };
                    let reading = read(&after, *style).unwrap();
                    let Some(again) = reading.calls.get(nth) else {
                        wrong.push(format!("{place}: no call is read from\n{after}"));
                        continue;
                    };
                    if reading.errors > before.errors {
                        wrong.push(format!("{place}: it is not of the language any more:\n{after}"));
                    }
                    let is_right = match wanted {
                        Some(value) => again.known(name) == Some(value),
                        None => matches!(again.parameter(name), Parameter::Absent | Parameter::Implied { .. }),
                    };
                    if !is_right {
                        wrong.push(format!("{place}: it is {:?} in\n{after}", again.parameter(name)));
                    }
                    for (other, value) in &call.parameters {
                        let goes_along = *other == name || name == Name::Tags && *other == Name::TransitiveTagKeys;
                        let stays = goes_along || worth(value) == worth(again.parameter(*other));
                        if !stays {
                            wrong.push(format!("{place}: {other:?} is {:?} in\n{after}", again.parameter(*other)));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 500, "only {count} changes");
}

/// A parameter without its place.
fn worth(parameter: &Parameter) -> (Option<&str>, Option<&str>) {
    match parameter {
        Parameter::Known { value, .. } => (Some(value), None),
        Parameter::Unknown { expression, .. } => (None, Some(expression)),
        Parameter::Implied { pattern } => (None, Some(pattern)),
        Parameter::Absent => (None, None),
    }
}
