//! `countersign diagnose`: why was this call denied, and what has to change? And the change made, for `countersign fix`.

mod apply;
mod args;
mod ask;
mod attach;
mod gather;
#[cfg(test)]
mod hostile;
mod interrupt;
mod made;
mod mistaken;
mod report;
mod share;
mod trail;
mod watch;

pub(crate) use args::{AnswerFormat, Args, Given, Making};
pub(crate) use gather::read_request;

use countersign_diagnose::diagnose;
use countersign_diagnose::diagnosis::{Diagnosis, Verdict};
use serde::Serialize;

use super::Exit;
use super::journal::{JournalFile, Memory, record_repairs};
use crate::output::{self, NOTE};
use made::Shown;

/// Diagnoses what is given and prints the answer.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(path) = &args.watch {
        return watch::run(args, path);
    }
    let journal = args.remember.place.file();
    if args.apply {
        return mend(&args.given, &args.making, args.format, Shown::Diagnosis, journal.as_ref());
    }
    let mut gathered = gather::evidence(&args.given)?;
    gathered.external_id_to_send = args.making.set_external_id.clone();
    if ask::is_possible(args) {
        ask::ask(&mut gathered, &args.given)?;
    }
    let share::Answer { evidence, diagnosis, error_name } =
        share::answer(&args.sharing, args.format, gathered, gather::error_name(&args.given))?;
    let memory = Memory::of(&diagnosis, journal.as_ref());
    match args.format {
        AnswerFormat::Text => {
            let answer = report::text(&evidence, &diagnosis, &error_name);
            output::answer(&(answer + &memory.text()))?;
        }
        AnswerFormat::Json => output::answer_json(&Answer { diagnosis: &diagnosis, journal: &memory, change: None })?,
        AnswerFormat::Markdown => output::answer_plain(&(report::markdown(&diagnosis) + &memory.markdown()))?,
    }
    if let (Verdict::None, Some(text)) = (diagnosis.status, &evidence.error_text)
        && let Some(hint) = mistaken::hint(&error_name, text)
    {
        output::talk(&format!(" {NOTE}help:{NOTE:#} {}\n", output::inert(&hint)));
    }
    args.remember.record_word(&diagnosis, journal.as_ref());
    Ok(exit_of(&diagnosis))
}

/// How sure the answer is, as an exit code.
fn exit_of(diagnosis: &Diagnosis) -> Exit {
    match diagnosis.status {
        Verdict::Proved => Exit::Clean,
        Verdict::Consistent | Verdict::Contradicted => Exit::Findings,
        // No denial: everything that was given allows the call.
        Verdict::None if diagnosis.is_allowed() => Exit::Clean,
        Verdict::None => Exit::Unanswered,
    }
}

/// Diagnoses what is given and makes the change; what came of it is recorded in the journal.
///
/// # Errors
/// As [`run`].
pub(crate) fn fix(
    given: &Given,
    making: &Making,
    format: AnswerFormat,
    journal: Option<&JournalFile>,
) -> anyhow::Result<Exit> {
    mend(given, making, format, Shown::Cause, journal)
}

/// A diagnosis, what is remembered of the problem, and the change if one was wanted.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
    journal: &'a Memory,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<made::Answer<'a>>,
}

fn mend(
    given: &Given,
    making: &Making,
    format: AnswerFormat,
    shown: Shown,
    journal: Option<&JournalFile>,
) -> anyhow::Result<Exit> {
    let mut gathered = gather::evidence(given)?;
    gathered.external_id_to_send = making.set_external_id.clone();
    let diagnosis = diagnose(&gathered);
    if diagnosis.status == Verdict::None && !diagnosis.is_allowed() {
        output::answer(&report::text(&gathered, &diagnosis, &gather::error_name(given)))?;
        return Ok(Exit::Unanswered);
    }
    let memory = Memory::of(&diagnosis, journal);
    let mut seen = None;
    let made = apply::make(given, making, &gathered, &diagnosis, &mut seen);
    match format {
        AnswerFormat::Json => {
            output::answer_json(&Answer { diagnosis: &diagnosis, journal: &memory, change: Some(made.answer()) })?;
        }
        // A patch on its own can be piped on.
        AnswerFormat::Text | AnswerFormat::Markdown if making.diff && matches!(made, apply::Made::Shown { .. }) => {
            made.tell(shown)?;
        }
        AnswerFormat::Text | AnswerFormat::Markdown => {
            match (shown, format) {
                (_, AnswerFormat::Markdown) => output::answer_plain(&report::markdown(&diagnosis))?,
                (Shown::Cause, _) => output::answer(&report::causes(&diagnosis))?,
                (Shown::Diagnosis, _) => {
                    let text = report::text(&gathered, &diagnosis, &gather::error_name(given));
                    output::answer(&(text + "\n"))?;
                }
            }
            made.tell(shown)?;
        }
    }
    if let Some(after) = seen {
        record_repairs(journal, &diagnosis, &after);
    }
    Ok(made.exit())
}
