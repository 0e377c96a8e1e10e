//! `tests/call`: texts, the calls that are read from them, and the texts once their ExternalId is written.
//!
//! A file holds the cases of one style: `=== name`, the text, `--- call` with what is expected of a call, and `--- written`
//! with the text after `acme-1` was written into that call; without it, there is no place to write to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod style;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use countersign_diagnose::call::{Call, Name, Parameter, Reading, Style, read, read_while};
use countersign_diagnose::capability::CAPABILITIES;
use countersign_diagnose::edit::apply;

use style::{STYLES, file, keep};

const EXTERNAL_ID: &str = "acme-1";

/// A case: its name, its text, and for each call what is expected of it.
struct Case {
    name: String,
    text: String,
    calls: Vec<(String, Option<String>)>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = 0;
    for line in text.split_inclusive('\n') {
        let head = line.trim_end();
        if let Some(name) = head.strip_prefix("=== ") {
            cases.push(Case { name: name.to_owned(), text: String::new(), calls: Vec::new() });
            section = 0;
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        match head {
            "--- call" => {
                case.calls.push((String::new(), None));
                section = 1;
            }
            "--- written" => {
                case.calls.last_mut().unwrap().1 = Some(String::new());
                section = 2;
            }
            _ => match section {
                0 => case.text.push_str(line),
                1 => case.calls.last_mut().unwrap().0.push_str(line),
                _ => case.calls.last_mut().unwrap().1.as_mut().unwrap().push_str(line),
            },
        }
    }
    cases
}

/// A call as the cases write it.
fn shown(call: &Call) -> String {
    let mut out = format!("{:?} by {}\n", call.operation, call.tool);
    for (name, parameter) in &call.parameters {
        let value = match parameter {
            Parameter::Known { value, .. } => format!("= {value:?}"),
            Parameter::Unknown { expression, .. } => format!("? {expression:?}"),
            Parameter::Implied { pattern } => format!("~ {pattern:?}"),
            Parameter::Absent => "absent".to_owned(),
        };
        writeln!(out, "{name:?} {value}").unwrap();
    }
    for (name, value) in [("profile", &call.profile), ("source", &call.source)] {
        if let Some(value) = value {
            writeln!(out, "{name} {value}").unwrap();
        }
    }
    out
}

fn written(text: &str, call: &Call, value: &str) -> Option<String> {
    let edits = call.slots.get(&Name::ExternalId)?.write(value)?;
    Some(apply(text, &edits).expect("edits that fit the text"))
}

fn reading(text: &str, style: Style) -> Reading {
    read(text, style).expect("a text that can be read")
}

#[test]
fn every_case_has_its_calls_and_edits() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, style) in STYLES {
        let text = std::fs::read_to_string(file("call", name)).unwrap();
        let mut found = String::new();
        for case in cases(&text) {
            count += 1;
            write!(found, "=== {}\n{}", case.name, case.text).unwrap();
            for call in &reading(&case.text, *style).calls {
                write!(found, "--- call\n{}", shown(call)).unwrap();
                if let Some(written) = written(&case.text, call, EXTERNAL_ID) {
                    write!(found, "--- written\n{written}").unwrap();
                }
            }
        }
        keep(&file("call", name), &found, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count > 100, "only {count} cases");
}

/// A text without quotes: where the wrong value needed them, the right one keeps them.
fn bare(text: &str) -> String {
    text.replace(['\'', '"'], "")
}

/// The value that is written is the value that is read, and no edit makes a text that was of its language into one that is
/// not. A value in another letter case, or with blanks around it, is corrected to the same text.
#[test]
fn what_is_written_is_read_and_what_is_wrong_is_corrected() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, style) in STYLES {
        for case in cases(&std::fs::read_to_string(file("call", name)).unwrap()) {
            let before = reading(&case.text, *style);
            for (nth, call) in before.calls.iter().enumerate() {
                let Some(right) = written(&case.text, call, EXTERNAL_ID) else { continue };
                count += 1;
                let after = reading(&right, *style);
                let place = format!("{name}.txt: {} (call {nth})", case.name);
                if after.calls.get(nth).and_then(|call| call.known(Name::ExternalId)) != Some(EXTERNAL_ID) {
                    wrong.push(format!("{place}: written, and not read again:\n{right}"));
                    continue;
                }
                if after.errors > before.errors {
                    wrong.push(format!("{place}: {} new errors:\n{right}", after.errors - before.errors));
                }
                for bad in ["ACME-1", " acme-1 "] {
                    let Some(text) = written(&right, &after.calls[nth], bad) else { continue };
                    let call = &reading(&text, *style).calls[nth];
                    if call.known(Name::ExternalId) != Some(bad) {
                        wrong.push(format!("{place}: `{bad}` is not read:\n{text}"));
                    } else if written(&text, call, EXTERNAL_ID).map(|text| bare(&text)) != Some(bare(&right)) {
                        wrong.push(format!("{place}: `{bad}` is not corrected:\n{text}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 80, "only {count} places");
}

/// Whoever is told that a tool makes the call can look up what the tool can send.
#[test]
fn every_tool_that_is_read_is_in_the_table() {
    let mut missing = BTreeSet::new();
    for (name, style) in STYLES {
        for case in cases(&std::fs::read_to_string(file("call", name)).unwrap()) {
            let tools = reading(&case.text, *style).calls.into_iter().map(|call| call.tool);
            missing.extend(tools.filter(|tool| !CAPABILITIES.iter().any(|row| row.tool == *tool)));
        }
    }
    // What nobody knows has no row.
    missing.remove("configuration");
    assert!(missing.is_empty(), "{missing:?}");
}

/// Texts that make parsers start again and again end when whoever asked has had enough.
#[test]
fn hostile_texts_end() {
    let pieces =
        ["({[<", "a<b<", "<<A ", "x ? (y) : ", "/*\n", "}\n~\n", "-> ", "- a: ", ": ", "f(", "#{", "\\\n", "{{"];
    let mut given_up = 0;
    for piece in pieces {
        let text = format!("assume_role RoleArn\n{}", piece.repeat((8 << 10) / piece.len()));
        for (_, style) in STYLES {
            let mut asked = 0;
            let mut patience = || {
                asked += 1;
                if asked < 5 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            given_up += usize::from(read_while(&text, *style, &mut patience).is_none());
            assert!(asked < 50, "{piece:?} as {style:?} goes on");
        }
    }
    assert!(given_up > 50, "only {given_up} of them are given up");
}
