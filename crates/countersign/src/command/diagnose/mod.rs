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
mod template;
mod trail;
mod watch;

pub(crate) use args::{AnswerFormat, Args, Given, Making};
pub(crate) use gather::read_request;
pub(crate) use share::Values;

use countersign_diagnose::Evidence;
use countersign_diagnose::diagnosis::{Diagnosis, Verdict};
use countersign_diagnose::redact::Key;
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
        let values = if args.sharing.hides(args.format) { Values::Hidden } else { Values::Real };
        return mend(&args.given, &args.making, (args.format, values), Shown::Diagnosis, journal.as_ref());
    }
    let mut gathered = gather::evidence(&args.given)?;
    gathered.external_id_to_send = args.making.set_external_id.clone();
    if ask::is_possible(args) {
        ask::ask(&mut gathered, &args.given)?;
    }
    let share::Answer { evidence, diagnosis, error_name } =
        share::answer(args, gathered, gather::error_name(&args.given))?;
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

/// The diagnosis, with patches only where they say what was proved.
fn diagnose(given: &Given, evidence: &Evidence) -> Diagnosis {
    let mut diagnosis = countersign_diagnose::diagnose(evidence);
    template::check(&mut diagnosis, given, evidence);
    diagnosis
}

/// Diagnoses what is given and makes the change; what came of it is recorded in the journal.
///
/// # Errors
/// As [`run`].
pub(crate) fn fix(
    given: &Given,
    making: &Making,
    format: (AnswerFormat, Values),
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
    (format, values): (AnswerFormat, Values),
    shown: Shown,
    journal: Option<&JournalFile>,
) -> anyhow::Result<Exit> {
    let mut gathered = gather::evidence(given)?;
    gathered.external_id_to_send = making.set_external_id.clone();
    let diagnosis = diagnose(given, &gathered);
    let error_name = gather::error_name(given);
    let mut key = (values == Values::Hidden).then(share::new_key).transpose()?;
    let answer = |key: &mut Option<Key>| match key {
        Some(key) => share::hide(&gathered, &diagnosis, &error_name, key),
        None => {
            let (evidence, diagnosis, error_name) = (gathered.clone(), diagnosis.clone(), error_name.clone());
            share::Answer { evidence, diagnosis, error_name }
        }
    };
    if diagnosis.status == Verdict::None && !diagnosis.is_allowed() {
        let answer = answer(&mut key);
        output::answer(&report::text(&answer.evidence, &answer.diagnosis, &answer.error_name))?;
        return Ok(Exit::Unanswered);
    }
    let memory = Memory::of(&diagnosis, journal);
    let mut seen = None;
    let made = apply::make(given, making, &gathered, &diagnosis, &mut seen);
    if let Some(key) = &mut key {
        share::learn(&made, key);
    }
    let answer = answer(&mut key);
    let told = key.as_ref().map(|key| share::hide_made(&made, key));
    let told = told.as_ref().unwrap_or(&made);
    match format {
        AnswerFormat::Json => {
            output::answer_json(&Answer {
                diagnosis: &answer.diagnosis,
                journal: &memory,
                change: Some(told.answer()),
            })?;
        }
        // A patch on its own can be piped on.
        AnswerFormat::Text | AnswerFormat::Markdown if making.diff && matches!(made, apply::Made::Shown { .. }) => {
            told.tell(shown)?;
        }
        AnswerFormat::Text | AnswerFormat::Markdown => {
            match (shown, format) {
                (_, AnswerFormat::Markdown) => output::answer_plain(&report::markdown(&answer.diagnosis))?,
                (Shown::Cause, _) => output::answer(&report::causes(&answer.diagnosis))?,
                (Shown::Diagnosis, _) => {
                    let text = report::text(&answer.evidence, &answer.diagnosis, &answer.error_name);
                    output::answer(&(text + "\n"))?;
                }
            }
            told.tell(shown)?;
        }
    }
    if let (apply::Made::Written(written), Some(_)) = (&made, &key) {
        written.tell_undo();
    }
    if let Some(after) = seen {
        record_repairs(journal, &diagnosis, &after);
    }
    Ok(made.exit())
}
