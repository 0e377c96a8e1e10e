//! The subcommands. Each has an `Args` struct, whose doc comments are its help, and a `run`.

use std::process::ExitCode;

pub(crate) mod completions;
pub(crate) mod simulate;
pub(crate) mod test;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Clean, allowed, proved, passed.
    Clean = 0,
    /// Findings, denied, refuted, failed.
    Findings = 1,
    /// Something could not be read or decided.
    Unanswered = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
