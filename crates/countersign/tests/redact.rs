//! The key file of `countersign redact`, and the way back.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers outside of #[test] functions are test code all the same"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("redact").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn countersign(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign")).args(args).current_dir(folder).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

const TEXT: &str = "User: arn:aws:iam::999988887777:user/nora is not authorized to perform: sts:AssumeRole on resource: \
                    arn:aws:iam::111122223333:role/VendorAccess\n";

#[test]
fn a_new_key_is_for_its_owner_alone_and_leads_back() {
    let folder = folder("new");
    std::fs::write(folder.join("error.txt"), TEXT).unwrap();
    let hidden = stdout(&countersign(&folder, &["redact", "error.txt", "--key", "k"]));
    assert!(!hidden.contains("nora") && !hidden.contains("111122223333"), "{hidden}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(folder.join("k").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(folder.join("answer.txt"), &hidden).unwrap();
    assert_eq!(stdout(&countersign(&folder, &["redact", "--restore", "answer.txt", "--key", "k"])), TEXT);
    // Nothing but the key is left beside it.
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["answer.txt", "error.txt", "k"]);
}

#[test]
fn a_key_that_grows_keeps_what_it_had() {
    let folder = folder("grows");
    std::fs::write(folder.join("one.txt"), TEXT).unwrap();
    std::fs::write(folder.join("two.txt"), TEXT.replace("VendorAccess", "OtherAccess")).unwrap();
    let first = stdout(&countersign(&folder, &["redact", "one.txt", "--key", "k"]));
    let second = stdout(&countersign(&folder, &["redact", "two.txt", "--key", "k"]));
    let role = |text: &str| text.trim().rsplit('/').next().unwrap().to_owned();
    assert_eq!(second.replace(&role(&second), &role(&first)), first);
    assert_ne!(role(&first), role(&second));
    assert_eq!(stdout(&countersign(&folder, &["redact", "one.txt", "--key", "k"])), first);
}

#[test]
fn pseudonyms_without_a_key_are_new_each_time() {
    let folder = folder("none");
    std::fs::write(folder.join("one.txt"), TEXT).unwrap();
    let run = || stdout(&countersign(&folder, &["redact", "one.txt"]));
    assert_ne!(run(), run());
}

#[test]
fn several_files_have_one_set_of_names_and_nothing_is_written_over() {
    let folder = folder("several");
    std::fs::write(folder.join("error.txt"), TEXT).unwrap();
    std::fs::write(folder.join("note.txt"), "nora may not use VendorAccess\n").unwrap();
    stdout(&countersign(&folder, &["redact", "note.txt", "error.txt", "--output-dir", "out"]));
    let read = |name: &str| std::fs::read_to_string(folder.join("out").join(name)).unwrap();
    let (note, error) = (read("note.txt"), read("error.txt"));
    let words: Vec<&str> = note.split_whitespace().collect();
    assert!(
        error.contains(&format!("user/{} ", words[0])) && error.contains(&format!("role/{}\n", words[4])),
        "{note}{error}"
    );
    let again = countersign(&folder, &["redact", "note.txt", "error.txt", "--output-dir", "out"]);
    assert_eq!((again.status.code(), read("error.txt")), (Some(2), error));
}

#[test]
fn a_markdown_answer_names_nobody() {
    let folder = folder("markdown");
    std::fs::write(folder.join("error.txt"), TEXT).unwrap();
    let answer = |args: &[&str]| {
        let all: Vec<&str> = ["diagnose", "error.txt", "--format", "markdown"].iter().chain(args).copied().collect();
        String::from_utf8(countersign(&folder, &all).stdout).unwrap()
    };
    let hidden = answer(&[]);
    assert!(!hidden.contains("VendorAccess") && hidden.contains("redacted"), "{hidden}");
    assert!(answer(&["--no-redact"]).contains("VendorAccess"));
}

/// What is written is exact; what is printed for others names nobody, and the way back is for whoever made the change.
#[test]
fn a_change_told_in_markdown_names_nobody() {
    const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::999988887777:user/nora"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "quuxly-7f2"}}
  }]
}
"#;
    const CALL: &str = "import boto3\nboto3.client(\"sts\").assume_role(RoleArn=\"arn:aws:iam::111122223333:role/VendorAccess\", RoleSessionName=\"zetta\")\n";
    let names = ["VendorAccess", "nora", "quuxly", "zetta", "111122223333", "999988887777"];
    for command in [["fix"].as_slice(), &["diagnose", "--apply"]] {
        let folder = folder(&format!("told-{}", command[0]));
        let reset = || {
            for (name, text) in [("error.txt", TEXT), ("role.json", POLICY), ("quuxly.py", CALL)] {
                std::fs::write(folder.join(name), text).unwrap();
            }
        };
        let run = |args: &[&str]| {
            let given = [
                "error.txt",
                "--trust",
                "role.json",
                "--call",
                "quuxly.py",
                "--journal",
                "journal",
                "--format",
                "markdown",
            ];
            let all: Vec<&str> = command.iter().chain(&given).chain(args).copied().collect();
            countersign(&folder, &all)
        };
        // Without a place for the way back nothing is written.
        reset();
        assert_eq!(run(&[]).status.code(), Some(2));
        assert_eq!(std::fs::read_to_string(folder.join("quuxly.py")).unwrap(), CALL);
        for args in [["--diff"].as_slice(), &["--reverse-patch", "undo.patch"]] {
            reset();
            let output = run(args);
            let told = stdout(&output);
            let read: Vec<&&str> = names.iter().filter(|name| told.contains(**name)).collect();
            assert!(read.is_empty(), "{command:?} {args:?} {read:?}\n{told}");
            let written = std::fs::read_to_string(folder.join("quuxly.py")).unwrap();
            assert_eq!(written.contains("ExternalId=\"quuxly-7f2\""), args != ["--diff"], "{written}");
        }
        let undo = std::fs::read_to_string(folder.join("undo.patch")).unwrap();
        assert!(undo.contains("\n-") && undo.contains("quuxly-7f2"), "{undo}");
        reset();
        let told = stdout(&run(&["--no-redact"]));
        assert!(names[..3].iter().all(|name| told.contains(name)), "{told}");
    }
}
