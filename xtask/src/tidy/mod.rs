//! `cargo xtask tidy`: what ARCHITECTURE.md promises and no compiler checks. One check is one
//! file and one line in [`CHECKS`]; a check of something that does not exist yet finds nothing.

mod arrows;
mod audits;
mod purity;
mod size;
mod stray;
mod subcommands;

use std::fmt;

use anyhow::Result;

use crate::Outcome;
use crate::repo::Repo;

type Check = fn(&Repo) -> Result<Vec<Problem>>;

const CHECKS: &[Check] = &[arrows::check, purity::check, audits::check, subcommands::check, size::check, stray::check];

/// Runs every check and prints what is wrong to stderr.
pub(crate) fn run() -> Result<Outcome> {
    let repo = Repo::open()?;
    let mut problems = Vec::new();
    for check in CHECKS {
        problems.extend(check(&repo)?);
    }
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() {
        eprintln!("tidy: {} files are in order", repo.files.len());
        Ok(Outcome::Clean)
    } else {
        eprintln!("tidy: problems: {}", problems.len());
        Ok(Outcome::Failed)
    }
}

/// Something to change, with the place to change it.
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    file: String,
    line: usize,
    what: String,
    help: String,
}

impl Problem {
    fn new(file: impl Into<String>, line: usize, what: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { file: file.into(), line, what: what.into(), help: help.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { file, line, what, help } = self;
        write!(f, "error: {file}:{line}: {what}\n help: {help}")
    }
}

/// The number of the first line that satisfies the predicate, or 1 where the file as a whole is
/// meant.
fn line_where(text: &str, found: impl FnMut(&str) -> bool) -> usize {
    text.lines().position(found).map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_where_what_and_what_to_do() {
        let problem = Problem::new("a/b.rs", 7, "too long", "split it");
        assert_eq!(problem.to_string(), "error: a/b.rs:7: too long\n help: split it");
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(line_where("a\nb\n", |line| line == "b"), 2);
        assert_eq!(line_where("a\nb\n", |line| line == "c"), 1);
    }
}
