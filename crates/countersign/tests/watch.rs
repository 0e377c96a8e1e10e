//! `countersign diagnose --watch`: answers come as denials come, while the log or the stream goes on.

#![cfg(test)]
#![cfg(unix)]

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use serde_json::Value;

const DENIED: &str = include_str!("cmd/diagnose/error.txt");

fn cmd() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd")
}

struct Watch {
    child: Child,
    answers: BufReader<ChildStdout>,
    talk: BufReader<ChildStderr>,
}

impl Watch {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["diagnose", "--format", "json", "--watch"])
            .args(args)
            .current_dir(cmd())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let talk = BufReader::new(child.stderr.take().unwrap());
        let mut watch = Self { child, answers, talk };
        // What is written before this line is no news.
        watch.said();
        watch
    }

    fn said(&mut self) -> String {
        let mut line = String::new();
        self.talk.read_line(&mut line).unwrap();
        line
    }

    /// Blocks until an answer is there.
    fn first_cause(&mut self) -> (String, String) {
        let answer = self.answer();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        (word(&answer["causes"][0]["id"]), word(&answer["call"]["role"]))
    }

    fn send(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    fn interrupt(mut self) -> Option<i32> {
        self.send("-INT");
        self.child.wait().unwrap().code()
    }

    /// The next answer.
    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

fn scratch(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("countersign-watch-{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn of_role(name: &str) -> String {
    DENIED.replace("VendorAccess", name)
}

#[test]
fn a_stream_is_answered_before_it_ends() {
    let mut watch = Watch::start(&["-", "--trust", "trust.json", "--call", "diagnose/collect.py"]);
    let mut stdin = watch.child.stdin.take().unwrap();
    stdin.write_all(DENIED.as_bytes()).unwrap();
    assert_eq!(watch.first_cause().0, "external-id-missing");
    // The same again is no news; the next answer is for another role.
    stdin.write_all(DENIED.as_bytes()).unwrap();
    stdin.write_all(of_role("Other").as_bytes()).unwrap();
    assert!(watch.first_cause().1.ends_with("role/Other"));
    drop(stdin);
    assert_eq!(
        watch.child.wait().unwrap().code(),
        Some(1),
        "the call that is shown is not for the last role: nothing is proved"
    );
}

#[test]
fn a_log_is_followed_over_rotation_and_truncation() {
    let (log, old) = (scratch("log"), scratch("log.1"));
    append(&log, &of_role("Before"));
    let mut watch = Watch::start(&[log.to_str().unwrap()]);
    append(&log, &of_role("First"));
    assert!(watch.first_cause().1.ends_with("role/First"));
    std::fs::rename(&log, &old).unwrap();
    append(&log, &of_role("Second"));
    assert!(watch.first_cause().1.ends_with("role/Second"));
    std::fs::write(&log, "").unwrap();
    // Shorter than what was there, whenever the file is looked at.
    append(&log, &of_role("3"));
    assert!(watch.first_cause().1.ends_with("role/3"));
    assert_eq!(watch.interrupt(), Some(1), "the last answer is only consistent");
    std::fs::remove_file(&log).unwrap();
    std::fs::remove_file(&old).unwrap();
}

#[test]
fn a_policy_that_changes_is_read_again_and_a_late_log_is_waited_for() {
    let (log, trust) = (scratch("late"), scratch("trust.json"));
    let policy = std::fs::read_to_string(cmd().join("trust.json")).unwrap();
    std::fs::write(&trust, &policy).unwrap();
    let mut watch =
        Watch::start(&[log.to_str().unwrap(), "--trust", trust.to_str().unwrap(), "--external-id", "tenant-9"]);
    append(&log, DENIED);
    assert_eq!(watch.first_cause().0, "external-id-mismatch");
    std::fs::write(&trust, policy.replace("999988887777", "777766665555")).unwrap();
    append(&log, DENIED);
    assert_eq!(watch.first_cause().0, "trust-principal-missing", "the same denial, answered otherwise");
    assert_eq!(watch.interrupt(), Some(0));
    std::fs::remove_file(&log).unwrap();
    std::fs::remove_file(&trust).unwrap();
}

#[test]
fn without_a_denial_the_end_is_clean() {
    let mut watch = Watch::start(&["-"]);
    drop(watch.child.stdin.take());
    assert_eq!(watch.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_signal_that_ends_it_gives_the_exit_code_of_the_last_answer() {
    let mut watch = Watch::start(&["-", "--trust", "trust.json", "--call", "diagnose/collect.py"]);
    let mut stdin = watch.child.stdin.take().unwrap();
    stdin.write_all(of_role("Other").as_bytes()).unwrap();
    watch.answer();
    watch.send("-TERM");
    assert_eq!(watch.child.wait().unwrap().code(), Some(1));
}

#[test]
fn who_comes_twice_has_one_pseudonym() {
    let mut watch = Watch::start(&["-", "--redact"]);
    let mut stdin = watch.child.stdin.take().unwrap();
    stdin.write_all(DENIED.as_bytes()).unwrap();
    let first = watch.answer();
    stdin.write_all(of_role("Other").as_bytes()).unwrap();
    let second = watch.answer();
    assert_eq!(first["call"]["caller"], second["call"]["caller"]);
    assert_ne!(first["call"]["role"], second["call"]["role"]);
    assert!(!first.to_string().contains("Collector"));
}

#[test]
fn a_second_signal_ends_what_is_blocked() {
    let mut watch = Watch::start(&["-"]);
    let mut stdin = watch.child.stdin.take().unwrap();
    // More than a pipe holds, and nobody reads it.
    let many: String = (0..200).map(|number| of_role(&format!("Role{number}"))).collect();
    stdin.write_all(many.as_bytes()).unwrap();
    // Two that arrive at once are one; and one that comes before the pipe is full ends it after its last answer.
    while watch.child.try_wait().unwrap().is_none() {
        watch.send("-INT");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(matches!(watch.child.wait().unwrap().code(), Some(1 | 130)));
}
