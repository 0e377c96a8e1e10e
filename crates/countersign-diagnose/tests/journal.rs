//! What the journal keeps of a problem: enough to know it again, and nothing of whose it is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign_diagnose::cause::{self, CAUSES};
use countersign_diagnose::journal::{Confirmed, Entry, Fingerprint, Origin, Outcome, Version};
use countersign_diagnose::redact::{Key, redact};
use countersign_diagnose::{Diagnosis, Evidence, FixKind, diagnose};
use countersign_policy::condition::date;
use countersign_policy::document::{MAX_NESTING, Node, Value, parse_json};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Every evidence bundle of `tests/cases/`, `tests/pairs.json` and `tests/verdicts.json`, under its name.
fn bundles() -> Vec<(String, String)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    let mut paths: Vec<_> =
        std::fs::read_dir(folder.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.extend(["pairs.json", "verdicts.json"].map(|name| folder.join(name)));
    paths.sort();
    let bundles = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let root = parse_json(&text, MAX_NESTING).unwrap();
        let case = |node: &Node| {
            let span = node.get("evidence").unwrap().span;
            let name = format!("{}: {}", path.display(), node.get("name").unwrap().as_str().unwrap());
            (name, text[span.start as usize..span.end as usize].to_owned())
        };
        root.as_array().unwrap().iter().map(case).collect::<Vec<_>>()
    };
    let all: Vec<_> = paths.iter().flat_map(bundles).collect();
    assert!(all.len() > 200, "the cases are gone");
    all
}

fn diagnosed(bundle: &str) -> Diagnosis {
    diagnose(&Evidence::from_case(bundle).unwrap_or_else(|error| panic!("{error}: {bundle}")))
}

fn fingerprint(bundle: &str) -> Fingerprint {
    diagnosed(bundle).fingerprint
}

fn entries(diagnosis: &Diagnosis) -> Vec<Entry> {
    let entry = |cause: &countersign_diagnose::diagnosis::Diagnosed| Entry {
        time: date::parse("2026-03-04T05:06:07Z").unwrap(),
        fingerprint: diagnosis.fingerprint.clone(),
        cause: cause::find(cause.id).unwrap().into(),
        fix: Some(cause.kind.into()),
        before: diagnosis.before,
        after: diagnosis.after,
        outcome: Outcome::Worked,
        confirmed: Confirmed::User,
        version: Version::this(),
        origin: Origin::Own,
    };
    diagnosis.causes.iter().map(entry).collect()
}

/// Every text in a bundle, with the names and ids that its ARNs and longer texts are made of.
fn values(node: &Node, into: &mut BTreeSet<String>) {
    match &node.value {
        Value::Object(members) => members.iter().for_each(|member| values(&member.value, into)),
        Value::Array(nodes) => nodes.iter().for_each(|node| values(node, into)),
        Value::Number(spelling) => {
            into.insert(spelling.to_string());
        }
        Value::String(_) => {
            let text = node.as_str().unwrap_or_default();
            into.insert(text.to_owned());
            into.extend(text.split(|c: char| c.is_whitespace() || "\"'`(){}[]<>;".contains(c)).map(str::to_owned));
            into.extend(text.split(|c: char| !(c.is_alphanumeric() || "-_@.+".contains(c))).map(str::to_owned));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

#[test]
fn no_entry_holds_a_value_of_the_evidence() {
    // The words of this program that evidence uses too: AWS's, and those of which the causes' names are made.
    let own_words: BTreeSet<String> = CAUSES
        .iter()
        .map(|cause| cause.id)
        .chain(FixKind::ALL.map(|(name, _)| name))
        .chain([
            "Allowed",
            "ImplicitDeny",
            "ExplicitDeny",
            "schema",
            "countersign.journal",
            "version",
            "time",
            "user",
            "null",
            "before",
            "after",
        ])
        .map(str::to_owned)
        .collect();
    let mut looked_for = 0;
    for (name, bundle) in bundles() {
        let mut evidence = BTreeSet::new();
        values(&parse_json(&bundle, MAX_NESTING).unwrap(), &mut evidence);
        evidence.retain(|value| value.len() >= 4 && !own_words.iter().any(|word| word.contains(value)));
        looked_for += evidence.len();
        for entry in entries(&diagnosed(&bundle)) {
            let line = entry.line();
            for value in &evidence {
                assert!(!line.contains(value), "{name}: `{value}` is in {line}");
            }
        }
    }
    assert!(looked_for > 5_000, "only {looked_for} values were looked for");
}

#[test]
fn every_member_of_an_entry_is_one_of_a_few_words_or_a_hash() {
    for (name, bundle) in bundles() {
        for entry in entries(&diagnosed(&bundle)) {
            let members: BTreeMap<String, serde_json::Value> = serde_json::from_str(&entry.line()).unwrap();
            for (member, value) in &members {
                let text = value.as_str().unwrap_or_default();
                let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
                let fits = match member.as_str() {
                    "schema" => text == "countersign.journal/1",
                    "id" => text.len() == 32 && hex(text),
                    "time" => text == "2026-03-04T05:06:07Z",
                    "fingerprint" => text.len() == 14 && text.starts_with("1-") && hex(&text[2..]),
                    "cause" => cause::find(text).is_some(),
                    "fix" => FixKind::find(text).is_some(),
                    "before" | "after" => value.is_null() || text == "Allowed" || text.ends_with("plicitDeny"),
                    "outcome" => text == "worked",
                    "confirmed" => text == "user",
                    "version" => text == env!("CARGO_PKG_VERSION"),
                    "origin" => text == "own",
                    _ => false,
                };
                assert!(fits, "{name}: {member} is {value}");
            }
            assert_eq!(members.len(), 12, "{name}");
        }
    }
}

/// Letters and digits moved on, each kind among itself: equal texts stay equal, and differ as they did.
fn moved(text: &str, letters: u8, digits: u8) -> String {
    let turn = |base: u8, count: u8, by: u8, c: char| char::from(base + (c as u8 - base + by) % count);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turn(b'a', 26, letters, c),
            'A'..='Z' => turn(b'A', 26, letters, c),
            '0'..='9' => turn(b'0', 10, digits, c),
            _ => c,
        })
        .collect()
}

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What somebody chose in a bundle: accounts, names in ARNs, ExternalIds.
fn chosen(bundle: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let is_account = |word: &&str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
    found.extend(bundle.split(|c: char| !in_word(c)).filter(is_account).map(str::to_owned));
    for (at, _) in bundle.match_indices("arn:aws") {
        let rest = &bundle[at..];
        let arn = &rest[..rest.find(|c: char| c.is_whitespace() || "\"'\\`,;)<>".contains(c)).unwrap_or(rest.len())];
        let Some(resource) = arn.splitn(6, ':').nth(5) else { continue };
        // What roles that are linked to a service are called is AWS's.
        if resource.starts_with("role/aws-service-role/") {
            continue;
        }
        let mut parts = resource.split('/');
        if matches!(parts.next(), Some("role" | "user" | "assumed-role")) {
            // What AWS and the SDKs make up says who calls.
            let own = parts.filter(|part| !["i-", "aws-", "botocore-"].iter().any(|sign| part.starts_with(sign)));
            found.extend(own.map(|part| part.trim_end_matches('.').to_owned()));
        }
    }
    for cause in diagnosed(bundle).causes.iter().filter(|cause| cause.key.as_deref() == Some("sts:ExternalId")) {
        // What other characters stand for would be lost: %2F, look-alikes, variables.
        let ids: Vec<&String> = [&cause.sent, &cause.required].into_iter().flatten().collect();
        if ids.iter().all(|id| id.is_ascii() && !id.contains(['%', '$', '{', '<', '\\', '*', '?'])) {
            found.extend(ids.into_iter().cloned());
        }
    }
    let words = found.iter().flat_map(|name| name.split(|c: char| !in_word(c))).map(str::to_owned);
    let words =
        words.filter(|word| word.len() > 2 && !["AROA", "AIDA", "AWS", "aws"].iter().any(|id| word.starts_with(id)));
    // Of a `Null` test the value is no id.
    words.map(|word| word.to_ascii_lowercase()).filter(|word| word != "true" && word != "false").collect()
}

/// The bundle of another tenant: the same problem under other names.
fn renamed(bundle: &str, letters: u8, digits: u8) -> String {
    let names = chosen(bundle);
    let mut out = String::new();
    let mut rest = bundle;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| in_word(c) != in_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        // `\n` before a word belongs to it as far as characters go.
        let escaped = out.ends_with('\\') && !word.is_empty() && in_word(first);
        let (escape, word) = if escaped { word.split_at(1) } else { ("", word) };
        out.push_str(escape);
        out.push_str(&if names.contains(&word.to_ascii_lowercase()) {
            moved(word, letters, digits)
        } else {
            word.to_owned()
        });
        rest = after;
    }
    out
}

#[test]
fn renaming_changes_the_names() {
    let bundle =
        r#"{"caller": "arn:aws:iam::111122223333:role/Collector", "error_text": "Collector\nCollector 111122223333"}"#;
    let other =
        r#"{"caller": "arn:aws:iam::222233334444:role/Dpmmfdups", "error_text": "Dpmmfdups\nDpmmfdups 222233334444"}"#;
    assert_eq!(renamed(bundle, 1, 1), other);
}

fn has_ink(bundle: &str) -> bool {
    let mut words = bundle.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| word.len() >= 3 && word.bytes().all(|byte| matches!(byte, b'x' | b'X')))
}

#[test]
fn two_tenants_with_the_same_problem_have_the_same_fingerprint() {
    let ours: Vec<(String, String, Fingerprint)> =
        bundles().into_iter().map(|(name, bundle)| (name, bundle.clone(), fingerprint(&bundle))).collect();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() });
    let law = |(letters, digits)| {
        let mut changed = 0;
        for (name, bundle, expected) in &ours {
            let other = renamed(bundle, letters, digits);
            // What letters were moved to `xxxx` reads as blacked out, which is another problem.
            if has_ink(&other) != has_ink(bundle) {
                continue;
            }
            changed += usize::from(other != *bundle);
            prop_assert_eq!(&fingerprint(&other), expected, "{}\n{}", name, other);
        }
        prop_assert!(changed * 5 > ours.len() * 4, "{} of {}", changed, ours.len());
        Ok(())
    };
    runner.run(&(1_u8..26, 1_u8..10), law).unwrap();
}

#[test]
fn a_redacted_problem_has_the_fingerprint_of_the_problem() {
    for (name, bundle) in bundles() {
        let evidence = Evidence::from_case(&bundle).unwrap();
        let hidden = redact(&evidence, &mut Key::new([7; 32])).evidence;
        assert_eq!(diagnose(&hidden).fingerprint, diagnose(&evidence).fingerprint, "{name}");
    }
}

/// `tests/fingerprints.json`: a bundle, and changes of it (RFC 7396) that leave the problem as it is, or make it another.
#[derive(serde::Deserialize)]
struct Table {
    base: serde_json::Value,
    fingerprint: String,
    same: Vec<Row>,
    different: Vec<Row>,
}

#[derive(serde::Deserialize)]
struct Row {
    name: String,
    patch: serde_json::Value,
    #[serde(default)]
    fingerprint: String,
}

fn merged(target: &serde_json::Value, patch: &serde_json::Value) -> serde_json::Value {
    let serde_json::Value::Object(changes) = patch else { return patch.clone() };
    let mut members = target.as_object().cloned().unwrap_or_default();
    for (name, change) in changes {
        match change {
            serde_json::Value::Null => members.remove(name),
            change => {
                let old = members.get(name).cloned().unwrap_or_default();
                members.insert(name.clone(), merged(&old, change))
            }
        };
    }
    members.into()
}

fn table() -> Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fingerprints.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_same_problem_has_the_same_fingerprint_and_another_problem_another() {
    let table = table();
    let of = |row: &Row| fingerprint(&merged(&table.base, &row.patch).to_string());
    let base = fingerprint(&table.base.to_string());
    for row in &table.same {
        assert_eq!(of(row), base, "{}", row.name);
    }
    let mut seen = BTreeMap::from([(base, "the base")]);
    for row in &table.different {
        if let Some(other) = seen.insert(of(row), &row.name) {
            panic!("`{}` has the fingerprint of `{other}`", row.name);
        }
    }
}

/// What is in people's journals is found again: when these change, `FINGERPRINT_VERSION` has to.
#[test]
fn fingerprints_are_those_of_their_version() {
    let table = table();
    assert_eq!(countersign_diagnose::journal::FINGERPRINT_VERSION, 1);
    let base = Row { name: "the base".to_owned(), patch: serde_json::json!({}), fingerprint: table.fingerprint };
    let rows: Vec<&Row> = std::iter::once(&base).chain(&table.different).collect();
    let now = |row: &&Row| format!("{}: {}", row.name, fingerprint(&merged(&table.base, &row.patch).to_string()));
    let pinned: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.name, row.fingerprint)).collect();
    assert_eq!(rows.iter().map(now).collect::<Vec<_>>(), pinned);
}
