//! `countersign fix`: the change that lets a denied call through, made.

use super::Exit;
use super::diagnose::{Above, AnswerFormat, Given, Making, Telling, mend};
use super::journal::Place;
use super::redact::key_file::KeyFile;

const EXAMPLES: &str = "\
Examples:
  The error as it appears, the trust policy of the role, and the code that made the call:
    countersign fix error.txt --trust role.json --call collect.py

  What would be changed, as a patch:
    countersign fix error.txt --trust role.json --call collect.py --diff

  The ExternalId is not known, but you were told it:
    countersign fix error.txt --trust role.json --call collect.py --set-external-id tenant-7f2

Exit status: 0 the change is made and what was given allows the call now, 1
nothing is changed, 2 nothing to go on. With --diff: 0 the patch is all it takes,
1 something stands in its way.";

/// Make the change that lets a denied call through.
///
/// Takes what `countersign diagnose` takes, and writes the change that it proves: into the code, the profile or the policy that
/// was given. All files are changed or none, and never one that is not as it was read. What was written is read and evaluated
/// again, and the patch that undoes it is printed; the journal records what came of it. A change that lets in somebody new is
/// made only when you say that it is meant.
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

    /// What is done anyway: who comes from `diagnose --apply` may say it here too.
    #[arg(long, hide = true, conflicts_with = "diff")]
    apply: bool,
}

/// Makes the change and says what was made.
///
/// # Errors
/// When a file cannot be read, or holds nothing of what it is given as.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let is_hidden = args.format == AnswerFormat::Markdown && !args.no_redact;
    let key = is_hidden.then(|| KeyFile::open(None)).transpose()?;
    let telling = Telling { format: args.format, key, above: Above::Cause };
    mend(&args.given, &args.making, telling, args.place.file().as_ref())
}
