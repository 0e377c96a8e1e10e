//! `countersign journal`: what repairs came to, remembered on this machine.

mod exchange;
mod file;
mod list;
mod memory;

use std::io;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Subcommand;
use countersign_diagnose::journal::{Entry, Fingerprint, Ledger, Outcome, Reference, Refused, read_lines};
use countersign_policy::condition::date::{self, Moment};

use super::{Exit, audit};
use crate::cli::Format;
use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};

pub(crate) use file::JournalFile;
pub(crate) use memory::{Memory, Place, Remember, record_repairs};

const EXAMPLES: &str = "\
Examples:
  Say what came of a repair, by the id that `countersign diagnose` printed:
    countersign journal --worked 1-3935244497d2/external-id-missing/send-external-id

  What helped, by problem, and every entry about one:
    countersign journal
    countersign journal show 1-3935244497d2

  Give your entries to a colleague, and take in theirs:
    countersign journal export > entries.json
    countersign journal import entries.json

The journal is the file that COUNTERSIGN_JOURNAL names, or
countersign/journal.jsonl in XDG_STATE_HOME, which is ~/.local/state unless it
is set; on macOS in ~/Library/Application Support, on Windows in %LOCALAPPDATA%.
With COUNTERSIGN_JOURNAL=/dev/null there is none.

Exit status: 0 done, 1 some of an import was refused, 2 could not answer.";

/// Remember which repairs worked, and show what is remembered.
///
/// An entry is the fingerprint of a problem, the cause, the kind of repair, the decisions before and after, the outcome, the time and
/// the version: no ARN, account, name or other value. It is written when you say so, or when a repair that was applied was
/// checked. What was imported counts apart.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Args {
    /// The repair worked: record it. ID is what `countersign diagnose` printed. An id alone has no verdicts: `countersign
    /// diagnose --worked`, with the evidence, records those of the evaluator as well.
    #[arg(long, value_name = "ID", conflicts_with = "failed")]
    worked: Option<Reference>,

    /// The repair did not work: record it.
    #[arg(long, value_name = "ID")]
    failed: Option<Reference>,

    /// The journal's file.
    #[arg(long, value_name = "FILE", global = true)]
    journal: Option<PathBuf>,

    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text, global = true)]
    format: Format,

    /// The time of the entry, instead of the present (RFC 3339).
    #[arg(long, value_name = "TIME", value_parser = audit::moment, hide_short_help = true)]
    now: Option<Moment>,

    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    Show(ShowArgs),
    Export(exchange::ExportArgs),
    Import(exchange::ImportArgs),
}

/// Show every entry about one problem.
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The fingerprint, its beginning, or an id that starts with it.
    fingerprint: String,
}

/// Records, or shows what is recorded.
///
/// # Errors
/// When the journal cannot be read or written, or what is asked for is not in it.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let Some(file) = JournalFile::find(args.journal.as_deref()) else {
        return Err(refusal("there is no place for a journal", "name a file with --journal or COUNTERSIGN_JOURNAL"));
    };
    let word = args.worked.as_ref().map(|id| (id, Outcome::Worked));
    let word = word.or_else(|| args.failed.as_ref().map(|id| (id, Outcome::Failed)));
    match (word, &args.action) {
        (Some(_), Some(_)) => Err(refusal("--worked and --failed stand alone", "leave the subcommand out")),
        (Some((reference, outcome)), None) => {
            let entry = Entry::by_user(reference, outcome, now(args.now));
            file.append(&[entry.line()]).map_err(|error| unwritable(&file, &error))?;
            output::answer(&memory::said(&entry))?;
            Ok(Exit::Clean)
        }
        (None, Some(Action::Import(import))) => exchange::import(import, &file, args.format),
        (None, Some(Action::Export(export))) => exchange::export(export, &read(&file)?),
        (None, Some(Action::Show(show))) => self::show(show, &read(&file)?, args.format),
        (None, None) => list(&file, &read(&file)?, args.format),
    }
}

fn list(file: &JournalFile, ledger: &Ledger, format: Format) -> anyhow::Result<Exit> {
    match format {
        Format::Json => output::answer_json(&list::Counts::of(ledger))?,
        Format::Text if ledger.entries().is_empty() => {
            let name = file.name();
            output::answer(&format!("nothing is recorded in {}\n", inert(&name)))?;
        }
        Format::Text => output::answer(&list::text(ledger))?,
    }
    Ok(Exit::Clean)
}

fn show(args: &ShowArgs, ledger: &Ledger, format: Format) -> anyhow::Result<Exit> {
    let wanted = args.fingerprint.split('/').next().unwrap_or_default();
    let mut fingerprints: Vec<&Fingerprint> = ledger.entries().iter().map(|entry| &entry.fingerprint).collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    fingerprints.retain(|known| !wanted.is_empty() && known.as_str().starts_with(wanted));
    let fingerprint = match fingerprints.as_slice() {
        [one] => *one,
        [] => {
            let help = "`countersign journal` lists what there is";
            return Err(refusal(&format!("nothing is recorded for {}", output::quoted(wanted)), help));
        }
        several => match several.iter().find(|known| known.as_str() == wanted) {
            Some(exact) => exact,
            None => {
                let message = format!("{} fingerprints start with {}", several.len(), output::quoted(wanted));
                return Err(refusal(&message, "write more of it"));
            }
        },
    };
    let entries = list::Entries::about(ledger, fingerprint);
    match format {
        Format::Text => output::answer(&entries.text())?,
        Format::Json => output::answer_json(&entries)?,
    }
    Ok(Exit::Clean)
}

/// What the journal holds. Lines that are no entries are told, and passed over.
fn read(file: &JournalFile) -> anyhow::Result<Ledger> {
    let name = file.name();
    let bytes = file.read().map_err(|error| {
        refusal(&format!("cannot read the journal `{name}`: {error}"), "check the path and its permissions")
    })?;
    let reading = read_lines(&bytes);
    tell_refused(&name, &reading.refused);
    Ok(reading.into())
}

/// Says which lines are no entries, and why.
fn tell_refused(name: &str, refused: &[Refused]) {
    const SHOWN: usize = 20;
    for Refused { line, why } in refused.iter().take(SHOWN) {
        output::talk(&format!("warning: {}:{line} is no entry: {why}\n", inert(name)));
    }
    if refused.len() > SHOWN {
        output::talk(&format!("warning: and {} more lines\n", refused.len() - SHOWN));
    }
}

fn unwritable(file: &JournalFile, error: &io::Error) -> anyhow::Error {
    let name = file.name();
    refusal(&format!("cannot write the journal `{name}`: {error}"), "check the path and its permissions")
}

fn refusal(message: &str, help: &str) -> anyhow::Error {
    Box::new(Diagnostic::error(message, Some(help.to_owned()))).into()
}

/// The time that was given, or the present to the microsecond, so that two entries in a second are two.
fn now(given: Option<Moment>) -> Moment {
    given.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let second = Moment::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
        let text = second.to_string();
        date::parse(&format!("{}.{:06}Z", text.trim_end_matches('Z'), since.subsec_micros())).unwrap_or(second)
    })
}
