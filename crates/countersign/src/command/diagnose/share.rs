//! The answer as it is, or with everybody in it hidden.

use std::path::PathBuf;

use countersign_diagnose::diagnosis::Diagnosis;
use countersign_diagnose::evidence::RequestText;
use countersign_diagnose::redact::{Given, Key, Redacted};
use countersign_diagnose::{Evidence, redact};

use super::apply::{Made, Reason, Shown, Undo, Written};
use super::args::{AnswerFormat, Args};
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

    /// The key that hides what an answer of this format is about, if that is wanted.
    ///
    /// # Errors
    /// When the key cannot be read, or there is no randomness to draw pseudonyms from.
    pub(super) fn key(&self, format: AnswerFormat) -> anyhow::Result<Option<KeyFile>> {
        self.hides(format).then(|| KeyFile::open(self.key.as_deref())).transpose()
    }

    /// The key for the next answer: as it is in its file now, to which others may have added, or else the one that was drawn.
    ///
    /// # Errors
    /// As [`Sharing::key`].
    pub(super) fn read_again(&self, drawn: &mut Option<KeyFile>) -> anyhow::Result<()> {
        if let (Some(path), Some(key)) = (&self.key, drawn) {
            *key = KeyFile::open(Some(path))?;
        }
        Ok(())
    }
}

/// What is shown.
pub(super) struct Answer {
    pub(super) evidence: Evidence,
    pub(super) diagnosis: Diagnosis,
    pub(super) error_name: String,
}

/// Diagnoses the evidence, whose error text is called so, and hides what it is about if there is a key.
///
/// # Errors
/// When the key cannot be written.
pub(super) fn answer(
    args: &Args,
    evidence: Evidence,
    error_name: String,
    key: Option<&mut KeyFile>,
) -> anyhow::Result<Answer> {
    let checked = super::diagnose(&args.given, &evidence);
    let Some(file) = key else { return Ok(Answer { diagnosis: checked, evidence, error_name }) };
    let hidden = hide(&evidence, &checked, &error_name, &mut file.key);
    file.save()?;
    Ok(hidden)
}

/// The answer with what it is about hidden.
pub(super) fn hide(evidence: &Evidence, checked: &Diagnosis, error_name: &str, key: &mut Key) -> Answer {
    key.learn(&[Given::Text(error_name)]);
    let Redacted { evidence, mut diagnosis, .. } = redact::redact(evidence, key);
    // What cannot be written cannot be written in other words. Where the law is broken, no change is shown at all.
    for (cause, _) in diagnosis.causes.iter_mut().zip(&checked.causes).filter(|(_, checked)| checked.patch.is_none()) {
        cause.patch = None;
        cause.fix.diff = None;
    }
    diagnosis.notes.push(redact::NOTE.to_owned());
    let error_name = key.hide(error_name);
    Answer { evidence, diagnosis, error_name }
}

/// Takes in what the words on a change name beside what was given: files, and where they lie.
pub(super) fn learn(made: &Made, key: &mut Key) {
    let mut texts: Vec<&str> = Vec::new();
    let mut paths: Vec<&str> = Vec::new();
    match made {
        Made::Refused { reasons, patch } => {
            texts.extend(reasons.iter().flat_map(|reason| [reason.message.as_str(), reason.help.as_str()]));
            texts.push(patch);
        }
        Made::NotNeeded { .. } => {}
        Made::Shown(shown) => {
            texts.extend(shown.reasons.iter().flat_map(|reason| [reason.message.as_str(), reason.help.as_str()]));
            texts.push(&shown.patch);
            paths.extend(shown.folder.as_deref());
        }
        Made::Written(written) => {
            paths
                .extend(written.files.iter().chain(&written.undo.file).chain(&written.undo.folder).map(String::as_str));
            texts.extend(written.left.iter().chain([&written.patch]).map(String::as_str));
        }
    }
    let paths = paths.into_iter().map(|path| Given::Calls(RequestText::new(path, None, "")));
    let given: Vec<Given<'_>> = texts.into_iter().map(Given::Text).chain(paths).collect();
    key.learn(&given);
}

/// The words on a change with what they are about hidden. What was written stays.
pub(super) fn hide_made(made: &Made, key: &Key) -> Made {
    let all = |texts: &[String]| texts.iter().map(|text| key.hide(text)).collect();
    let hide = |reason: &Reason| Reason { message: key.hide(&reason.message), help: key.hide(&reason.help) };
    let hidden = |reasons: &[Reason]| reasons.iter().map(hide).collect();
    match made {
        Made::Refused { reasons, patch } => Made::Refused { reasons: hidden(reasons), patch: key.hide(patch) },
        Made::NotNeeded { not_given } => Made::NotNeeded { not_given: not_given.clone() },
        Made::Shown(shown) => Made::Shown(Shown {
            patch: key.hide(&shown.patch),
            folder: shown.folder.as_deref().map(|folder| key.hide(folder)),
            reasons: hidden(&shown.reasons),
        }),
        Made::Written(written) => {
            let mut after = written.after.clone();
            after.open = all(&after.open);
            let undo = &written.undo;
            Made::Written(Written {
                files: all(&written.files),
                patch: key.hide(&written.patch),
                undo: Undo {
                    patch: key.hide(&undo.patch),
                    file: undo.file.as_deref().map(|file| key.hide(file)),
                    folder: undo.folder.as_deref().map(|folder| key.hide(folder)),
                },
                after,
                left: all(&written.left),
            })
        }
    }
}
