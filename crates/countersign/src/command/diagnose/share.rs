//! The answer as it is, or with everybody in it hidden.

use std::path::PathBuf;

use countersign_diagnose::diagnosis::Diagnosis;
use countersign_diagnose::{Evidence, redact};

use super::args::{AnswerFormat, Given};
use crate::command::redact::key_file::KeyFile;

/// Whether the answer is for others.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Sharing the answer")]
pub(crate) struct Sharing {
    /// Answer with pseudonyms in the place of names, accounts, ids and ExternalIds, and without credentials. `countersign
    /// redact --help` says what is hidden.
    #[arg(long)]
    redact: bool,

    /// Show real values in Markdown too.
    #[arg(long, conflicts_with = "redact")]
    no_redact: bool,

    /// Keep the pseudonyms in this file, so that `countersign redact --restore` can put the real values back. Without it
    /// there is no way back.
    #[arg(long, value_name = "FILE", conflicts_with = "no_redact")]
    key: Option<PathBuf>,
}

impl Sharing {
    /// Whether an answer of this format hides what it is about.
    pub(super) fn hides(&self, format: AnswerFormat) -> bool {
        self.redact || self.key.is_some() || (format == AnswerFormat::Markdown && !self.no_redact)
    }
}

/// What is shown.
pub(super) struct Answer {
    pub(super) evidence: Evidence,
    pub(super) diagnosis: Diagnosis,
    pub(super) error_name: String,
}

/// Diagnoses the evidence, whose error text is called so, and hides what it is about where that was asked for.
///
/// # Errors
/// When the key cannot be read or written.
pub(super) fn answer(
    sharing: &Sharing,
    format: AnswerFormat,
    evidence: Evidence,
    (given, error_name): (&Given, String),
) -> anyhow::Result<Answer> {
    let checked = super::diagnose(given, &evidence);
    if !sharing.hides(format) {
        return Ok(Answer { diagnosis: checked, evidence, error_name });
    }
    let mut file = KeyFile::open(sharing.key.as_deref())?;
    file.key.learn(&[&error_name], &[]);
    let (evidence, mut diagnosis) = redact::share(&evidence, &mut file.key);
    file.save()?;
    // What cannot be written cannot be written in other words.
    for (cause, _) in diagnosis.causes.iter_mut().zip(&checked.causes).filter(|(_, checked)| checked.patch.is_none()) {
        cause.patch = None;
        cause.fix.diff = None;
    }
    diagnosis.notes.push(redact::NOTE.to_owned());
    let error_name = file.key.hide(&error_name);
    Ok(Answer { evidence, diagnosis, error_name })
}
