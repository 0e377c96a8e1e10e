//! Every case of the corpus, through the command line.

#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/evaluation");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

#[test]
fn the_corpus_passes() {
    let files = corpus();
    assert!(files.len() >= 10, "the corpus is gone");
    let output = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("test").args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_case_that_expects_something_else_fails() {
    // A runner that never fails would pass the corpus too.
    for path in corpus() {
        let mut cases: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for case in cases.as_array_mut().unwrap() {
            let flipped = if case["expected"] == "Allow" { "ImplicitDeny" } else { "Allow" };
            case["expected"] = flipped.into();
        }
        let count = cases.as_array().unwrap().len();
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["test", "-"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        serde_json::to_writer(child.stdin.take().unwrap(), &cases).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(stdout.lines().last(), Some(format!("0 passed, {count} failed").as_str()));
    }
}
