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
mod mend;
mod mistaken;
mod report;
mod share;
mod template;
mod trail;
mod transcript;
mod watch;

pub(crate) use args::{AnswerFormat, Args, Given, Making};
pub(crate) use gather::read_request;
pub(crate) use mend::{Above, Telling, mend};

use countersign_diagnose::Evidence;
use countersign_diagnose::diagnosis::{Diagnosis, Verdict};
use serde::Serialize;

use super::Exit;
use super::journal::Memory;
use crate::output::{self, NOTE};

/// Diagnoses what is given and prints the answer.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(path) = &args.watch {
        return watch::run(args, path);
    }
    let journal = args.remember.place.file();
    if args.apply || args.making.diff {
        let telling = Telling { format: args.format, key: args.sharing.key(args.format)?, above: Above::Diagnosis };
        return mend(&args.given, &args.making, telling, journal.as_ref());
    }
    let mut gathered = gather::evidence(&args.given)?;
    gathered.external_id_to_send = args.making.set_external_id.clone();
    if ask::is_possible(args) {
        ask::ask(&mut gathered, &args.given)?;
    }
    let mut key = args.sharing.key(args.format)?;
    let share::Answer { evidence, diagnosis, error_name } =
        share::answer(args, gathered, gather::error_name(&args.given), key.as_mut())?;
    let memory = Memory::of(&diagnosis, journal.as_ref());
    match args.format {
        AnswerFormat::Text => {
            let answer = report::text(&evidence, &diagnosis, &error_name);
            output::answer(&(answer + &memory.text()))?;
        }
        AnswerFormat::Json => output::answer_json(&Answer { diagnosis: &diagnosis, journal: &memory, change: None })?,
        AnswerFormat::Markdown => output::answer_plain(&(report::markdown(&diagnosis) + &memory.markdown()))?,
    }
    tell_hint(&diagnosis, &evidence, &error_name);
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

/// A diagnosis, what is remembered of the problem, and the change if one was wanted.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
    journal: &'a Memory,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<made::Answer<'a>>,
}

/// Says what to do with a text that nothing was found in, where it looks like something else.
fn tell_hint(diagnosis: &Diagnosis, evidence: &Evidence, error_name: &str) {
    if let (Verdict::None, Some(text)) = (diagnosis.status, &evidence.error_text)
        && let Some(hint) = mistaken::hint(error_name, text)
    {
        output::talk(&format!(" {NOTE}help:{NOTE:#} {}\n", output::inert(&hint)));
    }
}
