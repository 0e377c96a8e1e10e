//! `kept.txt` holds every word that the diagnoser says or looks for, so that no name can stand in its way.
//!
//! `SNAPSHOTS=overwrite cargo test -p countersign-diagnose --test redact_words` writes it anew.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use std::collections::BTreeSet;
use std::path::Path;

/// The texts in a source file, up to its tests.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let bytes = source.as_bytes();
    let mut texts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let before = at.checked_sub(1).map(|at| bytes[at]);
        let hashes = rest.iter().skip(1).take_while(|byte| **byte == b'#').count();
        if rest.starts_with(b"//") {
            at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        } else if rest[0] == b'r'
            && rest.get(1 + hashes) == Some(&b'"')
            && before.is_none_or(|byte| byte == b'b' || !byte.is_ascii_alphanumeric() && byte != b'_')
        {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = at + hashes + 2;
            let length = source[start..].find(&end).unwrap();
            texts.push(source[start..start + length].to_owned());
            at = start + length + end.len();
        } else if rest[0] == b'"' {
            let mut length = 1;
            while rest[length] != b'"' {
                length += if rest[length] == b'\\' { 2 } else { 1 };
            }
            let written = &source[at + 1..at + length];
            texts.push(written.replace("\\n", " ").replace("\\r", " ").replace("\\t", " "));
            at += length + 1;
        } else if rest[0] == b'\'' && (rest.get(2) == Some(&b'\'') || rest.get(1) == Some(&b'\\')) {
            let length = rest.iter().skip(2).position(|byte| *byte == b'\'').unwrap() + 3;
            at += length;
        } else {
            at += 1;
        }
    }
    texts
}

fn words_below(folder: &Path, words: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            words_below(&path, words);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            for text in texts(&source) {
                let split = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
                words.extend(split.map(str::to_ascii_lowercase));
            }
        }
    }
}

#[test]
fn every_word_of_the_sources_stays() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut words = BTreeSet::new();
    for folder in ["countersign-diagnose/src", "countersign-policy/src"] {
        words_below(&crates.join(folder), &mut words);
    }
    let wanted = words.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    let path = crates.join("countersign-diagnose/src/redact/kept.txt");
    if std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite") {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap();
    let new: Vec<&str> = wanted.lines().filter(|word| !found.lines().any(|line| line == *word)).collect();
    assert!(new.is_empty(), "words of messages that redaction does not know; run with SNAPSHOTS=overwrite: {new:?}");
}
