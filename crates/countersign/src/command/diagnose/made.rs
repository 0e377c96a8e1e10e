//! What came of making a change, for people and for programs.

use std::fmt::Write as _;

use countersign_policy::evaluate::Decision;
use serde::Serialize;

use super::apply::{Made, Undo, Written};
use super::report::{can_still_deny, if_open};
use crate::command::Exit;
use crate::output::{self, BAD, GOOD, NOTE, inert};

/// What was made, as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'m> {
    /// Whether files were changed.
    written: bool,
    files: &'m [String],
    diff: &'m str,
    reverse: &'m str,
    reverse_file: Option<&'m str>,
    /// Where to run `patch -p1` with either, where that is not here.
    folder: Option<&'m str>,
    now: Option<Decision>,
    left: &'m [String],
    refused: Vec<Refusal<'m>>,
}

#[derive(Debug, Serialize)]
struct Refusal<'m> {
    message: &'m str,
    help: &'m str,
}

impl Made {
    /// How the command ended.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Written(_) | Self::Shown { .. } | Self::NotNeeded { .. } => Exit::Clean,
            Self::Refused { .. } => Exit::Findings,
        }
    }

    /// For programs.
    pub(super) fn answer(&self) -> Answer<'_> {
        let nothing = Answer {
            written: false,
            files: &[],
            diff: "",
            reverse: "",
            reverse_file: None,
            folder: None,
            now: None,
            left: &[],
            refused: Vec::new(),
        };
        match self {
            Self::Shown { patch } => Answer { diff: patch, ..nothing },
            Self::NotNeeded { .. } => Answer { now: Some(Decision::Allowed), ..nothing },
            Self::Refused { reasons, patch } => {
                let refused =
                    reasons.iter().map(|reason| Refusal { message: &reason.message, help: &reason.help }).collect();
                Answer { diff: patch, refused, ..nothing }
            }
            Self::Written(written) => Answer {
                written: true,
                files: &written.files,
                diff: &written.patch,
                reverse: &written.undo.patch,
                reverse_file: written.undo.file.as_deref(),
                folder: written.undo.folder.as_deref(),
                now: written.after.before,
                left: &written.left,
                refused: Vec::new(),
            },
        }
    }

    /// Says it to people. Whoever saw the diagnosis saw its patch.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(super) fn tell(&self, shown: Shown) -> anyhow::Result<()> {
        match self {
            Self::Shown { patch } => output::answer_plain(patch)?,
            Self::NotNeeded { not_given } => {
                let message = format!("{GOOD}nothing to change:{GOOD:#} what was given allows the call\n");
                output::answer(&(message + &can_still_deny(not_given)))?;
            }
            Self::Refused { reasons, patch } => {
                if shown == Shown::Cause {
                    output::answer(&inert_lines(patch))?;
                }
                let mut out = String::new();
                for reason in reasons {
                    let _ = writeln!(out, "{BAD}nothing is changed{BAD:#}: {}", reason.message);
                    let _ = writeln!(out, " {NOTE}help:{NOTE:#} {}", reason.help);
                }
                output::answer(&out)?;
            }
            Self::Written(written) => written.tell(shown)?,
        }
        Ok(())
    }
}

/// What stands above the words on what was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The cause alone.
    Cause,
    /// The diagnosis, with its patches.
    Diagnosis,
}

impl Written {
    /// The patch that undoes the change as it is, for whoever made it: one with pseudonyms in it undoes nothing, and what
    /// is on stdout is for others.
    pub(super) fn tell_undo(&self) {
        if self.undo.file.is_none() {
            let head = "the patch that undoes the change, with real values: keep it, and do not share it";
            output::talk(&format!("{NOTE}{head}{NOTE:#}\n\n{}", self.undo.patch));
        }
    }

    fn tell(&self, shown: Shown) -> anyhow::Result<()> {
        if shown == Shown::Cause {
            output::answer(&inert_lines(&self.patch))?;
        }
        let mut out = String::new();
        for file in &self.files {
            let _ = writeln!(out, "{GOOD}written:{GOOD:#} {}", inert(file));
        }
        match (self.after.before, self.after.open.as_slice()) {
            (Some(_), []) if self.after.not_given.is_empty() => {
                let _ = writeln!(out, "{GOOD}the call is allowed now:{GOOD:#} read again, the evaluator allows it");
            }
            (Some(_), []) => {
                let _ = writeln!(out, "{GOOD}what was given allows the call now:{GOOD:#} the evaluator read it again");
            }
            (Some(_), open) => {
                let provided = if_open(open);
                let _ = writeln!(out, "{GOOD}what was given allows the call now{GOOD:#}{provided}");
            }
            (None, _) => {
                let _ =
                    writeln!(out, "no policy was given that could tell whether the call is allowed now: make it again");
            }
        }
        out.push_str(&can_still_deny(&self.after.not_given));
        for left in &self.left {
            let _ = writeln!(out, "{NOTE}left to do:{NOTE:#} {}", inert(left));
        }
        let Undo { patch, file, folder } = &self.undo;
        let place = folder.as_deref().map(|folder| format!(" in {}", inert(folder))).unwrap_or_default();
        match file {
            Some(file) => {
                let _ = writeln!(out, "{NOTE}to undo:{NOTE:#} `patch -p1` or `git apply`{place} with {}", inert(file));
                output::answer(&out)?;
            }
            None => {
                let _ = writeln!(out, "{NOTE}to undo:{NOTE:#} `patch -p1` or `git apply`{place} with this\n");
                output::answer(&out)?;
                output::answer_plain(patch)?;
            }
        }
        Ok(())
    }
}

fn inert_lines(text: &str) -> String {
    text.lines().map(|line| inert(line).into_owned() + "\n").collect()
}
