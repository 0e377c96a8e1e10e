//! Whatever stands in what people paste, an answer about it moves no cursor, hides nothing, and says nothing in our name:
//! each text of `tests/hostile.json` in each of its places.

use std::collections::BTreeMap;

use countersign_diagnose::{Diagnosis, Evidence, diagnose};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::report;
use crate::output::{BAD, BOLD, GOOD, NOTE, WARN, inert};

#[derive(serde::Deserialize)]
struct Cases {
    payloads: BTreeMap<String, String>,
    places: BTreeMap<String, serde_json::Value>,
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("../../../tests/hostile.json")).unwrap()
}

/// The bundle with a text where `%` stands.
fn filled(value: &serde_json::Value, payload: &str) -> serde_json::Value {
    use serde_json::Value::{Array, Object, String};
    match value {
        String(text) => String(text.replace('%', payload)),
        Array(values) => Array(values.iter().map(|value| filled(value, payload)).collect()),
        Object(members) => {
            Object(members.iter().map(|(key, value)| (key.replace('%', payload), filled(value, payload))).collect())
        }
        other => other.clone(),
    }
}

/// What is wrong with the answers to a case.
type Check = fn(&Evidence, &Diagnosis) -> Vec<String>;

#[test]
fn answers_about_hostile_texts_are_inert() {
    let checks: [(&str, Check); 4] =
        [("steers the terminal", steering), ("JSON", json), ("speaks in our name", unquoted), ("Markdown", markdown)];
    let cases = cases();
    let mut wrong = Vec::new();
    for (place, bundle) in &cases.places {
        for (name, payload) in &cases.payloads {
            let evidence = Evidence::from_case(&filled(bundle, payload).to_string()).unwrap();
            let diagnosis = diagnose(&evidence);
            for (what, check) in checks {
                let found = check(&evidence, &diagnosis);
                wrong.extend(found.first().map(|found| format!("{what}: {name}, in {place}: {found}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Lines that hold what a terminal or an eye could be steered by.
fn active(text: &str) -> Vec<String> {
    text.split('\n').filter(|line| inert(line) != *line).map(|line| format!("{line:?}")).collect()
}

/// The text without the styles that are ours.
fn unstyled(text: &str) -> String {
    // Those that are made of two first.
    [BAD, WARN, GOOD, NOTE, BOLD]
        .iter()
        .fold(text.to_owned(), |text, style| text.replace(&format!("{style}"), "").replace(&format!("{style:#}"), ""))
}

fn steering(evidence: &Evidence, diagnosis: &Diagnosis) -> Vec<String> {
    active(&unstyled(&report::text(evidence, diagnosis, "error")))
}

/// JSON shows nothing active, and says the same.
fn json(_: &Evidence, diagnosis: &Diagnosis) -> Vec<String> {
    let text = countersign_audit::report::json_text(diagnosis).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read, serde_json::to_value(diagnosis).unwrap());
    active(&text)
}

/// What is theirs stands in backticks, as one word of a command, or on a line that is a quotation as a whole.
fn unquoted(evidence: &Evidence, diagnosis: &Diagnosis) -> Vec<String> {
    const QUOTATIONS: [&str; 9] =
        ["|", "--> ", "= asked for ", "= sent ", "= sendable ", "caller ", "role ", "needs ", "U+"];
    let text = unstyled(&report::text(evidence, diagnosis, "error"));
    // Sentences go on over lines.
    let mut sentences: Vec<String> = vec![String::new()];
    let mut in_diff = false;
    for line in text.lines() {
        in_diff = line.starts_with("--- ") || in_diff && line.starts_with([' ', '+', '-', '@', '\\']);
        let start = line.trim_start_matches([' ', '…']);
        let is_numbered =
            start.split_once(" | ").is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        if in_diff || is_numbered || QUOTATIONS.iter().any(|known| start.starts_with(known)) {
            sentences.push(String::new());
        } else if let Some(last) = sentences.last_mut().filter(|_| line.starts_with("  ")) {
            last.push(' ');
            last.push_str(start);
        } else {
            sentences.push(line.to_owned());
        }
    }
    sentences.retain(|sentence| {
        let ours: String = sentence.split('`').step_by(2).collect();
        let ours: String = ours.replace(r"'\''", "").split('\'').step_by(2).collect();
        let is_theirs = |word: &&str| word.contains("hostile") || word.contains("evil") || word.contains("Ignore");
        let is_argument = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "_./:=@,+%-()".contains(c));
        ours.split(' ').filter(is_theirs).any(|word| !is_argument(word) || !ours.contains("aws "))
    });
    sentences
}

/// What is theirs is code, and no link leads to it.
fn markdown(_: &Evidence, diagnosis: &Diagnosis) -> Vec<String> {
    let markdown = report::markdown(diagnosis);
    let mut wrong = active(&markdown);
    let mut in_code = false;
    for event in Parser::new(&markdown) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) if dest_url.contains("evil") => {
                wrong.push(format!("leads to {dest_url}"));
            }
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) if !in_code && is_theirs(&text) => {
                wrong.push(format!("{text:?}"));
            }
            _ => {}
        }
    }
    wrong
}

fn is_theirs(text: &str) -> bool {
    ["hostile", "evil", "@octocat", "alert(", "Ignore all"].iter().any(|word| text.contains(word))
}
