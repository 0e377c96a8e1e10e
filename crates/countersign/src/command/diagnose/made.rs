//! What came of making a change, for people and for programs.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use countersign_policy::evaluate::Decision;
use serde::Serialize;

use super::apply::{Made, Reason, Shown, Written};
use super::args::AnswerFormat;
use super::mend::Above;
use super::report;
use crate::command::Exit;
use crate::output::{self, BAD, GOOD, NOTE, WARN, inert};

/// What a change comes to, in the words of `--help`.
const ALLOWED: &str = "what was given allows the call now";

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

fn refused(reasons: &[Reason]) -> Vec<Refusal<'_>> {
    reasons.iter().map(|reason| Refusal { message: &reason.message, help: &reason.help }).collect()
}

impl Made {
    /// How the command ended.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Written(_) | Self::NotNeeded { .. } => Exit::Clean,
            Self::Shown(shown) if shown.reasons.is_empty() => Exit::Clean,
            Self::Shown(_) | Self::Refused { .. } => Exit::Findings,
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
            Self::Shown(Shown { patch, folder, reasons }) => {
                Answer { diff: patch, folder: folder.as_deref(), refused: refused(reasons), ..nothing }
            }
            Self::NotNeeded { .. } => Answer { now: Some(Decision::Allowed), ..nothing },
            Self::Refused { reasons, patch } => Answer { diff: patch, refused: refused(reasons), ..nothing },
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
    pub(super) fn tell(&self, above: Above) -> anyhow::Result<()> {
        match self {
            Self::Shown(_) => self.tell_patch(AnswerFormat::Text)?,
            Self::NotNeeded { not_given } => output::answer(&not_needed(not_given))?,
            Self::Refused { reasons, patch } => {
                if above == Above::Cause {
                    output::answer(&inert_lines(patch))?;
                }
                output::answer(&refusals(reasons))?;
            }
            Self::Written(written) => written.tell(above)?,
        }
        Ok(())
    }

    /// The patch alone goes to stdout, as it is: `patch` and `git apply` take it from there. What else there is to say is
    /// said on the side.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(super) fn tell_patch(&self, format: AnswerFormat) -> anyhow::Result<()> {
        match self {
            Self::Shown(Shown { patch, folder, reasons }) => {
                if format == AnswerFormat::Markdown {
                    output::answer_plain(&report::fenced("diff", patch))?;
                } else if std::io::stdout().is_terminal() {
                    output::answer_plain(&inert_lines(patch))?;
                } else {
                    output::answer_plain(patch)?;
                }
                let words = in_words(reasons, |reason| format!("{WARN}not yet:{WARN:#} {}", reason.message));
                output::talk(&words);
                if let Some(folder) = folder {
                    output::talk(&format!("{NOTE}the patch is for{NOTE:#} {}: run `patch -p1` there\n", inert(folder)));
                }
            }
            Self::NotNeeded { not_given } => output::talk(&not_needed(not_given)),
            Self::Refused { reasons, .. } => output::talk(&refusals(reasons)),
            Self::Written(_) => {}
        }
        Ok(())
    }

    /// For an issue or a chat, below the diagnosis with its patch.
    pub(super) fn markdown(&self) -> String {
        let plain = |text: String| anstream::adapter::strip_str(&text).to_string();
        match self {
            Self::Shown(_) => String::new(),
            // The diagnosis says so.
            Self::NotNeeded { .. } => String::new(),
            Self::Refused { reasons, .. } => format!("\n{}", report::fenced("text", &plain(refusals(reasons)))),
            Self::Written(written) => {
                let mut out = format!("\n{}", report::fenced("text", &plain(written.words())));
                if written.undo.file.is_none() {
                    let _ = write!(out, "To undo it, `patch -p1` or `git apply` with this:\n\n");
                    out.push_str(&report::fenced("diff", &written.undo.patch));
                }
                out
            }
        }
    }
}

fn not_needed(not_given: &[&str]) -> String {
    let message = format!("{GOOD}nothing to change:{GOOD:#} what was given allows the call\n");
    message + &report::can_still_deny(not_given)
}

fn refusals(reasons: &[Reason]) -> String {
    in_words(reasons, |reason| format!("{BAD}nothing is changed{BAD:#}: {}", reason.message))
}

fn in_words(reasons: &[Reason], say: impl Fn(&Reason) -> String) -> String {
    let mut out = String::new();
    for reason in reasons {
        let _ = writeln!(out, "{}", say(reason));
        if !reason.help.is_empty() {
            let _ = writeln!(out, " {NOTE}help:{NOTE:#} {}", reason.help);
        }
    }
    out
}

impl Written {
    /// How to undo it, said to whoever made the change: what is on stdout is for others.
    pub(super) fn tell_undo(&self) {
        if let Some(file) = &self.undo.file {
            output::talk(&self.undo_with(&inert(file)));
        }
    }

    fn undo_with(&self, patch: &str) -> String {
        let place = self.undo.folder.as_deref().map(|folder| format!(" in {}", inert(folder))).unwrap_or_default();
        format!("{NOTE}to undo:{NOTE:#} `patch -p1` or `git apply`{place} with {patch}\n")
    }

    fn tell(&self, above: Above) -> anyhow::Result<()> {
        if above == Above::Cause {
            output::answer(&inert_lines(&self.patch))?;
        }
        output::answer(&self.words())?;
        match &self.undo.file {
            Some(file) => output::answer(&self.undo_with(&inert(file)))?,
            None => {
                output::answer(&(self.undo_with("this") + "\n"))?;
                output::answer_plain(&self.undo.patch)?;
            }
        }
        Ok(())
    }

    /// What was written, and what came of it.
    fn words(&self) -> String {
        let mut out = String::new();
        for file in &self.files {
            let _ = writeln!(out, "{GOOD}written:{GOOD:#} {}", inert(file));
        }
        let _ = match (self.after.if_open.0, self.after.open.as_slice()) {
            (Some(_), []) => writeln!(out, "{GOOD}{ALLOWED}:{GOOD:#} the evaluator read it again"),
            (Some(_), open) => {
                writeln!(out, "{GOOD}{ALLOWED}{GOOD:#}{}", report::if_open(open))
            }
            (None, _) => {
                writeln!(out, "no policy was given that could tell whether the call is allowed now: make it again")
            }
        };
        out.push_str(&report::can_still_deny(&self.after.not_given));
        for left in &self.left {
            let _ = writeln!(out, "{NOTE}left to do:{NOTE:#} {}", inert(left));
        }
        out
    }
}

fn inert_lines(text: &str) -> String {
    text.lines().map(|line| inert(line).into_owned() + "\n").collect()
}
