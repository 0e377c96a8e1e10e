//! Runs the sessions in `tests/cmd/*.md`, which users read as documentation, and compares every command's output and exit
//! code with what is written. `SNAPSHOTS=overwrite cargo test -p countersign --test sessions` writes down what came out.
//!
//! In a `console` fence, `$ ` starts a command (run by `sh` in `tests/cmd`), `> ` continues it, and `? 1` is an exit code
//! other than 0. Output is stdout and stderr together, as on a terminal.

#![cfg(test)]

use std::path::{Path, PathBuf};

use snapbox::cmd::Command;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd")
}

/// The exit code and the output of a command line.
fn run(line: &str) -> (i32, String) {
    let bin = Path::new(env!("CARGO_BIN_EXE_countersign")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder())
        .env_clear()
        .env("PATH", path)
        .stderr_to_stdout()
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// The session with the outputs that its commands have now.
fn replay(session: &str) -> String {
    let mut actual = String::new();
    let mut lines = session.lines().peekable();
    let mut in_console = false;
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ ").filter(|_| in_console) else {
            match line {
                "```console" => in_console = true,
                "```" => in_console = false,
                _ => {}
            }
            actual += &format!("{line}\n");
            continue;
        };
        let mut command = first.to_owned();
        actual += &format!("{line}\n");
        while let Some(more) = lines.peek().and_then(|line| line.strip_prefix("> ")) {
            command += &format!("\n{more}");
            actual += &format!("> {more}\n");
            lines.next();
        }
        while lines.next_if(|line| !line.starts_with("$ ") && *line != "```").is_some() {}
        let (code, output) = run(&command);
        if code != 0 {
            actual += &format!("? {code}\n");
        }
        actual += &output;
        // A blank line between commands, for the reader.
        if lines.peek().is_some_and(|line| line.starts_with("$ ")) {
            actual += "\n";
        }
    }
    actual
}

#[test]
fn sessions_are_as_written() {
    let mut sessions: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    sessions.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    sessions.sort();
    assert!(sessions.len() >= 3, "the sessions are gone");
    for path in sessions {
        let actual = replay(&std::fs::read_to_string(&path).unwrap());
        let expected = Data::read_from(&path, Some(DataFormat::Text));
        Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(actual, expected);
    }
}
