//! Policies that are too long to be looked at are refused in words, and never passed over.

#![allow(clippy::unwrap_used, reason = "helpers outside of #[test] functions are test code all the same")]
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

const ERROR: &str = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/A";

fn write(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// What `diagnose` says on stderr, and how it ends.
fn diagnose(arguments: &[&Path]) -> (String, Option<i32>) {
    let done = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("diagnose").args(arguments).output().unwrap();
    (String::from_utf8(done.stderr).unwrap(), done.status.code())
}

/// A policy of this many bytes or a few more.
fn policy(bytes: usize) -> String {
    let statement = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111122223333"},"Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
    let statements = vec![statement; bytes / statement.len() + 1].join(",");
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

#[test]
fn a_trust_policy_too_long_to_be_read_is_refused() {
    let text = policy(1 << 20);
    let error = write("error.txt", ERROR);
    let bundle = serde_json::json!({"error_text": ERROR, "trust_policy": text.clone()}).to_string();
    let (trust, bundle) = (write("long.json", &text), write("bundle.json", &bundle));
    for arguments in [[error.as_path(), Path::new("--trust"), &trust].as_slice(), &[Path::new("--case"), &bundle]] {
        let (said, status) = diagnose(arguments);
        assert!(said.contains("the limit is 1048576"), "{said}");
        assert_eq!(status, Some(2));
    }
}

#[test]
fn policies_too_long_together_are_refused() {
    let error = write("errors.txt", ERROR);
    let identity =
        write("identity.json", &policy(1 << 19).replace(r#""Principal":{"AWS":"111122223333"}"#, r#""Resource":"*""#));
    let given = |count: usize| {
        let mut arguments = vec![error.as_path()];
        arguments.extend([Path::new("--identity"), &identity].repeat(count));
        diagnose(&arguments)
    };
    let (said, status) = given(12);
    assert!(said.contains("bytes together; the limit is 4194304"), "{said}");
    assert_eq!(status, Some(2));
    assert_eq!(given(2), (String::new(), Some(1)));
}
