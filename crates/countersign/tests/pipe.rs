//! A reader that goes away ends the output quietly, and does not change the answer.

#![cfg(test)]

use std::process::{Command, Stdio};

#[test]
fn a_closed_pipe_is_no_error() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/evaluation/set-operators.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["test", "--format", "json", cases])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
