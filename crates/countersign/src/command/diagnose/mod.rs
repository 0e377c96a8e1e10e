//! `countersign diagnose`: why was this call denied, and what has to change?

mod args;
mod gather;
mod report;
mod trail;

pub(crate) use args::Args;

use countersign_diagnose::diagnosis::Verdict;
use countersign_diagnose::{Diagnosis, diagnose};

use super::Exit;
use super::journal::Memory;
use crate::output;
use args::AnswerFormat;

/// Diagnoses what is given and prints the answer.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let gathered = gather::evidence(&args.given)?;
    let diagnosis = diagnose(&gathered);
    let memory = Memory::of(&diagnosis, args.remember.file().as_ref());
    match args.format {
        AnswerFormat::Text => {
            let answer = report::text(&gathered, &diagnosis, &gather::error_name(&args.given));
            output::answer(&(answer + &memory.text()))?;
        }
        AnswerFormat::Json => output::answer_json(&Answer { diagnosis: &diagnosis, journal: &memory })?,
        AnswerFormat::Markdown => output::answer_plain(&(report::markdown(&diagnosis) + &memory.markdown()))?,
    }
    args.remember.record_word(&diagnosis);
    Ok(match diagnosis.status {
        Verdict::Proved => Exit::Clean,
        Verdict::Consistent | Verdict::Contradicted => Exit::Findings,
        Verdict::None => Exit::Unanswered,
    })
}

/// A diagnosis with what is remembered of the problem.
#[derive(serde::Serialize)]
struct Answer<'d> {
    #[serde(flatten)]
    diagnosis: &'d Diagnosis,
    journal: &'d Memory,
}
