//! The law of redaction, over every case there is: the diagnosis of redacted evidence is the redacted diagnosis, nothing
//! that was hidden can be read, and the key leads back.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use std::path::{Path, PathBuf};

use countersign_diagnose::redact::{Key, redact, redact_diagnosis, redact_text, restore, share};
use countersign_diagnose::{Diagnosis, Evidence, diagnose};
use countersign_policy::document::{MAX_NESTING, parse_json};

/// A key with the seed of a test.
fn key(seed: u8) -> Key {
    Key::new([seed; 32])
}

fn json(diagnosis: &Diagnosis) -> String {
    serde_json::to_string_pretty(diagnosis).unwrap()
}

/// Every bundle of the tests, with its name.
fn bundles() -> Vec<(String, String)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.push(folder.join("pairs.json"));
    paths.sort();
    let mut bundles = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let nodes = parse_json(&text, MAX_NESTING).unwrap();
        for node in nodes.as_array().unwrap() {
            let span = node.get("evidence").unwrap().span;
            let name =
                format!("{}: {}", path.file_stem().unwrap().display(), node.get("name").unwrap().as_str().unwrap());
            bundles.push((name, text.get(span.start as usize..span.end as usize).unwrap().to_owned()));
        }
    }
    bundles
}

/// The first line in which two texts differ.
fn differs(a: &str, b: &str) -> Option<String> {
    let mut pairs = a.lines().zip(b.lines());
    pairs.find(|(a, b)| a != b).map(|(a, b)| format!("{a}\n    {b}")).or_else(|| (a != b).then(|| "length".to_owned()))
}

/// The values of a bundle that nobody may read in what is made of it: ids, names, ExternalIds, addresses.
fn hidden_values(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut strings = Vec::new();
    let root: serde_json::Value = serde_json::from_str(text).unwrap();
    strings_of(&root, "", &mut strings);
    for (key, value) in strings {
        for (at, _) in value.match_indices("arn:") {
            let end = value[at..].find(|c: char| !(c.is_alphanumeric() || ":/_+=,.@-".contains(c)));
            let arn = &value[at..end.map_or(value.len(), |end| at + end)];
            let mut parts = arn.splitn(6, ':').skip(4);
            values.extend(parts.next().map(str::to_owned));
            let resource = parts.next().unwrap_or_default();
            if !arn.starts_with("arn:aws:iam::aws:") {
                values.extend(resource.split('/').skip(1).map(|name| name.trim_end_matches(['.', ',']).to_owned()));
            }
        }
        let is_id = key.to_ascii_lowercase().replace(['_', '-', ':'], "").contains("externalid");
        values.extend(is_id.then(|| value.clone()));
        values.extend(
            value.split([' ', '"', '\'', '<', '>', '(', ')']).filter(|word| word.contains('@')).map(str::to_owned),
        );
    }
    values
}

fn strings_of(value: &serde_json::Value, key: &str, out: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::String(text) => out.push((key.to_owned(), text.clone())),
        serde_json::Value::Array(values) => values.iter().for_each(|value| strings_of(value, key, out)),
        serde_json::Value::Object(members) => members.iter().for_each(|(key, value)| strings_of(value, key, out)),
        _ => {}
    }
}

/// Names that say nothing, and stay: made of words of AWS's, of languages and of the diagnoser.
fn stays(name: &str) -> bool {
    let kept = include_str!("../src/redact/kept.txt");
    let own = ["us", "eu", "east", "west", "role", "root", "admin", "main", "example"];
    let word = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.len() < 2
            || own.contains(&word.as_str())
            || kept.lines().any(|line| line == word)
            || (word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit()))
            || word.starts_with("awsservicerole")
            || word.starts_with("awsreserved")
    };
    name.split(|c: char| !c.is_alphanumeric()).all(word)
}

/// The values that can be read in a text, as words.
fn read_in(text: &str, values: &[String]) -> Vec<String> {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let stands = |value: &&String| {
        text.match_indices(value.as_str()).any(|(at, found)| {
            value.len() >= 6
                || !is_word(text[..at].chars().next_back()) && !is_word(text[at + found.len()..].chars().next())
        })
    };
    values.iter().filter(|value| !stays(value)).filter(stands).cloned().collect()
}

/// What is wrong with the redaction of a bundle.
fn wrong(name: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let evidence = Evidence::from_case(text).unwrap();
    let mut key = key(name.len() as u8);
    let hidden = redact(&evidence, &mut key);
    let expected = json(&redact_diagnosis(&diagnose(&evidence), &evidence, &key));
    if let Some(difference) = differs(&json(&diagnose(&hidden)), &expected) {
        wrong.push(format!("{name}: the law\n    {difference}"));
    }
    let values = hidden_values(text);
    for (what, output) in [("evidence", format!("{hidden:?}")), ("answer", expected.clone())] {
        for value in read_in(&output, &values) {
            wrong.push(format!("{name}: `{value}` can be read in the {what}"));
        }
    }
    let grown = key.to_json();
    let again = redact(&hidden, &mut key);
    if let Some(difference) = differs(&format!("{again:#?}"), &format!("{hidden:#?}")) {
        wrong.push(format!("{name}: redacted again\n    {difference}"));
    }
    if let Some(difference) = differs(&key.to_json(), &grown) {
        wrong.push(format!("{name}: the key grew from pseudonyms\n    {difference}"));
    }
    // The bundle as a text, as `countersign redact` writes it.
    let mut key = Key::new([9; 32]);
    let written = redact_text(text, &mut key);
    let is_whole = !written.contains("REMOVED");
    if let Some(difference) = differs(&restore(&written, &key), text).filter(|_| is_whole) {
        wrong.push(format!("{name}: restored\n    {difference}"));
    }
    if let Some(difference) = differs(&redact_text(&written, &mut key), &written) {
        wrong.push(format!("{name}: text redacted again\n    {difference}"));
    }
    for value in read_in(&written, &values) {
        wrong.push(format!("{name}: `{value}` can be read in the text"));
    }
    let read = Evidence::from_case(&written).unwrap_or_else(|error| panic!("{name}: {error}\n{written}"));
    let expected = json(&redact_diagnosis(&diagnose(&evidence), &evidence, &key));
    if let Some(difference) = differs(&json(&diagnose(&read)), &expected) {
        wrong.push(format!("{name}: the law of its text\n    {difference}"));
    }
    wrong
}

#[test]
fn the_law_holds_for_every_case() {
    let bundles = bundles();
    let wrong: Vec<String> = bundles.iter().flat_map(|(name, text)| wrong(name, text)).collect();
    assert!(wrong.is_empty(), "{} wrong of {}:\n{}", wrong.len(), bundles.len(), wrong.join("\n"));
}

#[test]
#[ignore = "needs COUNTERSIGN_BUNDLES"]
fn the_law_holds_for_bundles_from_elsewhere() {
    let folder = std::env::var("COUNTERSIGN_BUNDLES").unwrap();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let bundles = paths.iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()));
    let wrong: Vec<String> = bundles.flat_map(|(name, text)| wrong(&name, &text)).collect();
    assert!(wrong.is_empty(), "{} wrong of {}:\n{}", wrong.len(), paths.len(), wrong.join("\n"));
}

#[test]
fn what_is_shared_is_the_answer() {
    let (_, text) = bundles().swap_remove(0);
    let evidence = Evidence::from_case(&text).unwrap();
    let (hidden, answer) = share(&evidence, &mut key(1));
    assert_eq!(json(&diagnose(&hidden)), json(&answer));
}

#[test]
#[ignore = "debug"]
fn debug() {
    let name = std::env::var("CASE").unwrap();
    for (found, text) in bundles().into_iter().filter(|(found, _)| found.contains(&name)) {
        let evidence = Evidence::from_case(&text).unwrap();
        let mut key = key(found.len() as u8);
        let hidden = redact(&evidence, &mut key);
        println!("{}", key.to_json());
        println!("{}", hidden.error_text.clone().unwrap_or_default());
        println!("{}", hidden.trust.as_ref().map(|t| t.text.clone()).unwrap_or_default());
        println!("{}", hidden.request.as_ref().map(|t| t.text.clone()).unwrap_or_default());
        println!("{:?}", hidden.facts);
        println!("{}", json(&diagnose(&hidden)));
    }
}
