//! `cargo xtask test`: every check of the repository, one after the other, to the end.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::Outcome;
use crate::clients::{self, Clients, Counts};
use crate::repo::{cargo, root};
use crate::tidy;

/// Runs all steps even when one fails. The last line on stdout is `N passed, N failed`: tests, doctests and the
/// tests with real clients, plus one failure for each other step that failed.
pub(crate) fn run() -> Result<Outcome> {
    let clients = Clients::install()?;
    let deny_warnings = ["--", "-D", "warnings"];
    let mut tally = Tally::default();
    tally.check(step(&["fmt", "--all", "--", "--check"], None)?);
    tally.check(step(&[&["clippy", "--workspace", "--all-targets"], &deny_warnings[..]].concat(), None)?);
    tests(&mut tally)?;
    client_tests(&clients, &mut tally)?;
    tally.check(main_job()?);
    tally.check(step(&["doc", "--workspace", "--no-deps"], Some(("RUSTDOCFLAGS", "-D warnings")))?);
    announce("cargo xtask tidy");
    tally.check(match tidy::run() {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("error: {error:#}");
            Outcome::Failed
        }
    });

    tally.print()
}

/// Runs the tests with real clients alone.
pub(crate) fn run_clients() -> Result<Outcome> {
    let mut tally = Tally::default();
    client_tests(&Clients::install()?, &mut tally)?;
    tally.print()
}

/// Runs one cargo command whose exit code is the answer.
fn step(arguments: &[&str], variable: Option<(&str, &str)>) -> Result<Outcome> {
    let mut command = Command::new(cargo());
    command.args(arguments).current_dir(root()?);
    let prefix = variable.map_or_else(String::new, |(name, value)| {
        command.env(name, value);
        format!("{name}=\"{value}\" ")
    });
    announce(&format!("{prefix}cargo {}", arguments.join(" ")));
    let status = command.status().context("run cargo")?;
    Ok(if status.success() { Outcome::Clean } else { Outcome::Failed })
}

/// Runs README's first command, but for `--release`: the examples have findings, so it ends with 1.
fn main_job() -> Result<Outcome> {
    let arguments = ["run", "--", "audit", "examples/"];
    announce(&format!("cargo {}", arguments.join(" ")));
    let status = Command::new(cargo()).args(arguments).current_dir(root()?).stdout(Stdio::null()).status();
    Ok(if status.context("run cargo")?.code() == Some(1) { Outcome::Clean } else { Outcome::Failed })
}

/// Runs all tests and doctests, passes their output on and adds up what the harnesses report.
fn tests(tally: &mut Tally) -> Result<()> {
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    announce(&format!("cargo {}", arguments.join(" ")));
    let mut child = Command::new(cargo())
        .args(arguments)
        .current_dir(root()?)
        .stdout(Stdio::piped())
        .spawn()
        .context("run cargo")?;
    let mut output = BufReader::new(child.stdout.take().context("cargo has no stdout")?);
    let mut stdout = io::stdout().lock();
    let failed_before = tally.failed;
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        stdout.write_all(&line)?;
        stdout.flush()?;
        if let Some(counts) = test_result(&String::from_utf8_lossy(&line)) {
            tally.add(counts);
        }
        line.clear();
    }
    // A test crate that does not compile, or dies, reports no failure of its own.
    if !child.wait()?.success() && tally.failed == failed_before {
        tally.check(Outcome::Failed);
    }
    Ok(())
}

/// Runs the tests with real clients. Without the program all of them have failed, which counts once.
fn client_tests(clients: &Clients, tally: &mut Tally) -> Result<()> {
    announce("cargo build --package countersign");
    let endpoint = match clients::endpoint() {
        Ok(endpoint) => endpoint,
        Err(error) => {
            eprintln!("error: {error:#}");
            tally.check(Outcome::Failed);
            return Ok(());
        }
    };
    announce("pytest integrations/pytest");
    tally.add(clients.pytest(&endpoint)?);
    announce("jest integrations/jest");
    tally.add(clients.jest(&endpoint)?);
    Ok(())
}

fn announce(command: &str) {
    eprintln!("\n$ {command}");
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    fn check(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Clean => {}
            Outcome::Failed => self.failed += 1,
        }
    }

    fn add(&mut self, (passed, failed): Counts) {
        self.passed += passed;
        self.failed += failed;
    }

    /// Prints the last line.
    fn print(&self) -> Result<Outcome> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{} passed, {} failed", self.passed, self.failed)?;
        stdout.flush()?;
        Ok(self.outcome())
    }

    fn outcome(&self) -> Outcome {
        if self.failed == 0 { Outcome::Clean } else { Outcome::Failed }
    }
}

/// Passed and failed, from libtest's `test result: ok. 3 passed; 0 failed; …`.
fn test_result(line: &str) -> Option<Counts> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |name: &str| counts.split("; ").find_map(|count| count.strip_suffix(name)?.trim().parse().ok());
    Some((count(" passed")?, count(" failed")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_libtest_are_counted() {
        let green = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        let red = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        assert_eq!(test_result(green), Some((12, 0)));
        assert_eq!(test_result(red), Some((3, 2)));
    }

    #[test]
    fn other_lines_are_not_results() {
        assert_eq!(test_result("test a_result ... ok\n"), None);
        assert_eq!(test_result("    test result: ok. 9 passed; 0 failed;\n"), None);
        assert_eq!(test_result("test result: unknown\n"), None);
    }

    #[test]
    fn a_failed_check_makes_the_run_red() {
        let mut tally = Tally::default();
        tally.check(Outcome::Clean);
        assert_eq!(tally.outcome(), Outcome::Clean);
        tally.check(Outcome::Failed);
        assert_eq!(tally.outcome(), Outcome::Failed);
        assert_eq!(tally, Tally { passed: 0, failed: 1 });
    }
}
