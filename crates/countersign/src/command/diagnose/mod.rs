//! `countersign diagnose`: why was this call denied, and what has to change?

mod args;
mod ask;
mod gather;
mod interrupt;
mod report;
mod trail;
mod watch;

pub(crate) use args::Args;

use countersign_diagnose::diagnosis::Verdict;
use countersign_diagnose::{Diagnosis, diagnose};

use super::Exit;
use crate::output;
use args::AnswerFormat;

/// Diagnoses what is given and prints the answer.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if let Some(path) = &args.watch {
        return watch::run(args, path);
    }
    let mut gathered = gather::evidence(&args.given)?;
    if ask::is_possible(args) {
        ask::ask(&mut gathered, &args.given)?;
    }
    let diagnosis = diagnose(&gathered);
    match args.format {
        AnswerFormat::Text => output::answer(&report::text(&gathered, &diagnosis, &gather::error_name(&args.given)))?,
        AnswerFormat::Json => output::answer_json(&diagnosis)?,
        AnswerFormat::Markdown => output::answer_plain(&report::markdown(&diagnosis))?,
    }
    Ok(exit_of(&diagnosis))
}

/// How sure the answer is, as an exit code.
fn exit_of(diagnosis: &Diagnosis) -> Exit {
    match diagnosis.status {
        Verdict::Proved => Exit::Clean,
        Verdict::Consistent | Verdict::Contradicted => Exit::Findings,
        Verdict::None => Exit::Unanswered,
    }
}
