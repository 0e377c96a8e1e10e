//! `countersign fix`: the change that lets a denied call through, made.

use super::Exit;
use super::diagnose::{self, AnswerFormat, Given, Making, Values};
use super::journal::Place;

const EXAMPLES: &str = "\
Examples:
  The error as it appears, the trust policy of the role, and the code that made the call:
    countersign fix error.txt --trust role.json --call collect.py

  What would be changed, as a patch:
    countersign fix error.txt --trust role.json --call collect.py --diff

  The ExternalId is not known, but you were told it:
    countersign fix error.txt --trust role.json --call collect.py --set-external-id tenant-7f2

Exit status: 0 the change is made and the call is allowed now, 1 nothing is changed, 2 nothing to go on.";

/// Make the change that lets a denied call through.
///
/// Takes what `countersign diagnose` takes, and writes the change that it proves: into the code, the profile or the policy that
/// was given. All files are changed or none, and never one that is not as it was read. What was written is read and evaluated
/// again, and the patch that undoes it is printed; the journal records what came of it. A change that lets in somebody new is made only when you say that it is
/// meant.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    given: Given,

    #[command(flatten)]
    making: Making,

    #[command(flatten)]
    place: Place,

    /// How the answer is printed. Markdown is for others to read, and so redacted unless --no-redact is given; what is
    /// written to files is exact.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,

    /// Show real values in Markdown too.
    #[arg(long)]
    no_redact: bool,
}

/// Makes the change and says what was made.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let values = match (args.format, args.no_redact) {
        (AnswerFormat::Markdown, false) => Values::Hidden,
        _ => Values::Real,
    };
    diagnose::fix(&args.given, &args.making, (args.format, values), args.place.file().as_ref())
}
