//! The diagnosis, and the change made: for `countersign fix`, `diagnose --apply` and `--diff`.

use countersign_diagnose::Evidence;
use countersign_diagnose::diagnosis::{Diagnosis, Verdict};

use super::apply::{self, Made};
use super::args::{AnswerFormat, Given, Making};
use super::{Answer, diagnose, gather, report, share, tell_hint};
use crate::command::Exit;
use crate::command::journal::{JournalFile, Memory, record_repairs};
use crate::command::redact::key_file::KeyFile;
use crate::diagnostic::Diagnostic;
use crate::output;

/// How the answer is told.
pub(crate) struct Telling {
    pub(crate) format: AnswerFormat,
    /// What hides who it is about.
    pub(crate) key: Option<KeyFile>,
    pub(crate) above: Above,
}

/// What stands above the words on what was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Above {
    /// The cause alone.
    Cause,
    /// The diagnosis, with its patches.
    Diagnosis,
}

/// Diagnoses what is given and makes the change; what came of it is recorded in the journal.
///
/// # Errors
/// As [`super::run`], and when there would be no way back.
pub(crate) fn mend(
    given: &Given,
    making: &Making,
    Telling { format, mut key, above }: Telling,
    journal: Option<&JournalFile>,
) -> anyhow::Result<Exit> {
    if key.is_some() && !making.diff && making.reverse_patch.is_none() {
        let message = "the patch that undoes the change needs real values, and this answer is redacted";
        let help = "name a new file for the patch with --reverse-patch, or show real values with --no-redact";
        return Err(Box::new(Diagnostic::error(message, Some(help.to_owned()))).into());
    }
    let mut gathered = gather::evidence(given)?;
    gathered.external_id_to_send = making.set_external_id.clone();
    let diagnosis = diagnose(given, &gathered);
    let error_name = gather::error_name(given);
    let mut seen = None;
    let made = (diagnosis.status != Verdict::None || diagnosis.is_allowed())
        .then(|| apply::make(given, making, &gathered, &diagnosis, &mut seen));
    let hidden = key.as_mut().map(|key| hide(&gathered, &diagnosis, &error_name, made.as_ref(), key)).transpose()?;
    let (answer, told) = match &hidden {
        Some((answer, told)) => (answer, told.as_ref()),
        None => {
            (&share::Answer { evidence: gathered.clone(), diagnosis: diagnosis.clone(), error_name }, made.as_ref())
        }
    };
    match (format, told) {
        (AnswerFormat::Json, _) => {
            let journal = &Memory::of(&diagnosis, journal);
            output::answer_json(&Answer { diagnosis: &answer.diagnosis, journal, change: told.map(Made::answer) })?;
        }
        // A patch on its own can be piped on.
        (_, Some(told)) if making.diff => told.tell_patch(format)?,
        (_, None) if making.diff => output::talk(&report::nothing(&answer.diagnosis, above.command())),
        (AnswerFormat::Markdown, _) => {
            let change = told.map(Made::markdown).unwrap_or_default();
            output::answer_plain(&(report::markdown(&answer.diagnosis) + &change))?;
        }
        (AnswerFormat::Text, None) => output::answer(&report::nothing(&answer.diagnosis, above.command()))?,
        (AnswerFormat::Text, Some(told)) => {
            match above {
                Above::Cause => output::answer(&report::causes(&answer.diagnosis))?,
                Above::Diagnosis => {
                    let text = report::text(&answer.evidence, &answer.diagnosis, &answer.error_name);
                    output::answer(&(text + "\n"))?;
                }
            }
            told.tell(above)?;
        }
    }
    tell_hint(&diagnosis, &gathered, &gather::error_name(given));
    if let (AnswerFormat::Markdown, Some(Made::Written(written))) = (format, &made) {
        written.tell_undo();
    }
    if let Some(after) = seen {
        record_repairs(journal, &diagnosis, &after);
    }
    Ok(made.map_or(Exit::Unanswered, |made| made.exit()))
}

/// The answer and the words on the change with what they are about hidden.
fn hide(
    gathered: &Evidence,
    diagnosis: &Diagnosis,
    error_name: &str,
    made: Option<&Made>,
    file: &mut KeyFile,
) -> anyhow::Result<(share::Answer, Option<Made>)> {
    if let Some(made) = made {
        share::learn(made, &mut file.key);
    }
    let answer = share::hide(gathered, diagnosis, error_name, &mut file.key);
    let made = made.map(|made| share::hide_made(made, &file.key));
    file.save()?;
    Ok((answer, made))
}

impl Above {
    /// The command that says so much.
    fn command(self) -> &'static str {
        match self {
            Self::Cause => "fix",
            Self::Diagnosis => "diagnose",
        }
    }
}
