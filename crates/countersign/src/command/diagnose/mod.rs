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
mod report;
mod share;
mod trail;
mod watch;

pub(crate) use args::{AnswerFormat, Args, Given, Making};
pub(crate) use gather::read_request;

use countersign_diagnose::diagnosis::Verdict;
use countersign_diagnose::{Diagnosis, diagnose};
use serde::Serialize;

use super::Exit;
use super::journal::Memory;
use crate::output;
use made::Shown;

/// Diagnoses what is given and prints the answer.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(path) = &args.watch {
        return watch::run(args, path);
    }
    if args.apply {
        return mend(&args.given, &args.making, args.format, Shown::Diagnosis);
    }
    let mut gathered = gather::evidence(&args.given)?;
    gathered.external_id_to_send = args.making.set_external_id.clone();
    if ask::is_possible(args) {
        ask::ask(&mut gathered, &args.given)?;
    }
    let share::Answer { evidence, diagnosis, error_name } =
        share::answer(&args.sharing, args.format, gathered, gather::error_name(&args.given))?;
    let memory = Memory::of(&diagnosis, args.remember.file().as_ref());
    match args.format {
        AnswerFormat::Text => {
            let answer = report::text(&evidence, &diagnosis, &error_name);
            output::answer(&(answer + &memory.text()))?;
        }
        AnswerFormat::Json => output::answer_json(&Answer { diagnosis: &diagnosis, journal: &memory })?,
        AnswerFormat::Markdown => output::answer_plain(&(report::markdown(&diagnosis) + &memory.markdown()))?,
    }
    args.remember.record_word(&diagnosis);
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

/// Diagnoses what is given and makes the change.
///
/// # Errors
/// As [`run`].
pub(crate) fn fix(given: &Given, making: &Making, format: AnswerFormat) -> anyhow::Result<Exit> {
    mend(given, making, format, Shown::Cause)
}

/// A diagnosis with what was changed.
#[derive(Serialize)]
struct Mended<'a> {
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
    change: made::Answer<'a>,
}

fn mend(given: &Given, making: &Making, format: AnswerFormat, shown: Shown) -> anyhow::Result<Exit> {
    let mut gathered = gather::evidence(given)?;
    gathered.external_id_to_send = making.set_external_id.clone();
    let diagnosis = diagnose(&gathered);
    if diagnosis.status == Verdict::None && !diagnosis.is_allowed() {
        output::answer(&report::text(&gathered, &diagnosis, &gather::error_name(given)))?;
        return Ok(Exit::Unanswered);
    }
    let made = apply::make(given, making, &gathered, &diagnosis);
    match format {
        AnswerFormat::Json => output::answer_json(&Mended { diagnosis: &diagnosis, change: made.answer() })?,
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
    Ok(made.exit())
}

/// A diagnosis with what is remembered of the problem.
#[derive(Serialize)]
struct Answer<'d> {
    #[serde(flatten)]
    diagnosis: &'d Diagnosis,
    journal: &'d Memory,
}
