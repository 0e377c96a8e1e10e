//! Entries to and from others: one JSON document, merged without duplicates.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use countersign_diagnose::journal::{Bundle, Entry, Ledger, MOST_ENTRIES, Origin, Refused, read_bundle, read_lines};
use serde::Serialize;

use super::{JournalFile, tell_refused};
use crate::cli::Format;
use crate::command::Exit;
use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};
use crate::read;

/// The most bytes of a bundle.
const BUNDLE_BYTES: u64 = 32 << 20;

/// Write your entries for somebody else, as one JSON document.
///
/// They hold no ARN, account, name or other value. What you imported is not among them: you have not seen it.
#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// The file to write; `-` or nothing is stdout.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Overwrite the file.
    #[arg(long)]
    force: bool,
}

/// Take in entries of somebody else, each once.
///
/// They count apart from your own, as nobody here has seen what they report. What is no entry is refused with its line, and
/// hides no other.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// What `countersign journal export` wrote, or a journal as it is; `-` is stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn export(args: &ExportArgs, ledger: &Ledger) -> anyhow::Result<Exit> {
    let entries: Vec<&Entry> = ledger.entries().iter().filter(|entry| entry.origin == Origin::Own).collect();
    let text = Bundle(&entries).to_string();
    let Some(path) = args.file.as_deref().filter(|path| *path != Path::new("-")) else {
        output::answer_plain(&text)?;
        return Ok(Exit::Clean);
    };
    let name = path.display().to_string();
    let mut open = OpenOptions::new();
    if args.force {
        open.create(true).truncate(true)
    } else {
        open.create_new(true)
    };
    match open.write(true).open(path).and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => {}
        Err(error) => {
            let (message, help) = match error.kind() {
                ErrorKind::AlreadyExists => (format!("`{name}` is there already"), "overwrite it with --force"),
                kind => (format!("cannot write `{name}`: {kind}"), "check the permissions of its folder"),
            };
            return Err(Box::new(Diagnostic::error(message, Some(help.to_owned()))).into());
        }
    }
    output::answer(&format!("wrote {} to {}\n", entries_in_words(entries.len()), inert(&name)))?;
    Ok(Exit::Clean)
}

fn entries_in_words(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// What came of an import, for programs.
#[derive(Serialize)]
struct Imported {
    schema: &'static str,
    new: usize,
    known: usize,
    refused: Vec<RefusedLine>,
    /// There was more than is taken from one file.
    is_cut: bool,
}

#[derive(Serialize)]
struct RefusedLine {
    line: usize,
    why: String,
}

impl From<&Refused> for RefusedLine {
    fn from(refused: &Refused) -> Self {
        Self { line: refused.line, why: refused.why.to_string() }
    }
}

pub(super) fn import(args: &ImportArgs, file: &JournalFile, format: Format) -> anyhow::Result<Exit> {
    let (name, bytes) = read::bytes(&args.file, BUNDLE_BYTES)?;
    let reading = read_bundle(&bytes);
    let given = reading.entries.len();
    let (refused, is_cut) = (reading.refused, reading.is_cut);
    let merged = file.extend(|journal| {
        let mut ledger = Ledger::from(read_lines(journal));
        let new = ledger.merge(reading.entries);
        (new.iter().map(Entry::line).collect(), new.len())
    });
    let new = merged.map_err(|error| super::unwritable(file, &error))?;
    let known = given - new;
    tell_refused(&name, &refused);
    if is_cut {
        output::talk(&format!("warning: of {} only the first {MOST_ENTRIES} entries were taken\n", inert(&name)));
    }
    match format {
        Format::Text => output::answer(&format!("{new} new, {known} known already, {} refused\n", refused.len()))?,
        Format::Json => output::answer_json(&Imported {
            schema: "countersign.journal-import/1",
            new,
            known,
            refused: refused.iter().map(RefusedLine::from).collect(),
            is_cut,
        })?,
    }
    Ok(match (given, refused.len(), is_cut) {
        (_, 0, false) => Exit::Clean,
        (0, _, _) => Exit::Unanswered,
        _ => Exit::Findings,
    })
}
