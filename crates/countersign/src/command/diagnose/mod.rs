//! `countersign diagnose`: why was this call denied, and what has to change?

mod args;
mod gather;
mod report;
mod share;
mod trail;

pub(crate) use args::Args;
pub(crate) use gather::read_request;

use countersign_diagnose::diagnosis::Verdict;

use super::Exit;
use crate::output;
use args::AnswerFormat;

/// Diagnoses what is given and prints the answer.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let gathered = gather::evidence(&args.given)?;
    let share::Answer { evidence, diagnosis, error_name } =
        share::answer(&args.sharing, args.format, gathered, gather::error_name(&args.given))?;
    match args.format {
        AnswerFormat::Text => output::answer(&report::text(&evidence, &diagnosis, &error_name))?,
        AnswerFormat::Json => output::answer_json(&diagnosis)?,
        AnswerFormat::Markdown => output::answer_plain(&report::markdown(&diagnosis))?,
    }
    Ok(match diagnosis.status {
        Verdict::Proved => Exit::Clean,
        Verdict::Consistent | Verdict::Contradicted => Exit::Findings,
        Verdict::None => Exit::Unanswered,
    })
}
