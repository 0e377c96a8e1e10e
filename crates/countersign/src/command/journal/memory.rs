//! What is remembered of the problem that was just diagnosed, and how its outcome is recorded.

use std::fmt::Write as _;
use std::path::PathBuf;

use countersign_diagnose::Diagnosis;
use countersign_diagnose::journal::{
    CauseCount, Confirmed, Entry, Fingerprint, Ledger, Outcome, Reference, histories, read_lines_about, reference,
};
use serde::Serialize;

use super::{JournalFile, now};
use crate::output::{self, BOLD, NOTE, inert};

/// Where the journal lies, for commands that diagnose.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The journal, instead of COUNTERSIGN_JOURNAL or the one in your folder for state.
    #[arg(long, value_name = "FILE", help_heading = "The journal")]
    journal: Option<PathBuf>,
}

impl Place {
    /// The journal, if there is a place for it.
    pub(crate) fn file(&self) -> Option<JournalFile> {
        JournalFile::find(self.journal.as_deref())
    }
}

/// What a user says of a repair, with the evidence that it was about.
#[derive(Debug, clap::Args)]
pub(crate) struct Remember {
    /// Record in the journal that the repair of the first cause worked.
    #[arg(long, conflicts_with_all = ["failed", "apply", "diff", "watch"], help_heading = "The journal")]
    worked: bool,

    /// Record in the journal that the repair of the first cause did not work.
    #[arg(long, conflicts_with_all = ["apply", "diff", "watch"], help_heading = "The journal")]
    failed: bool,

    #[command(flatten)]
    pub(crate) place: Place,
}

impl Remember {
    /// Records what the user said, if anything. What fails is told, and breaks nothing.
    pub(crate) fn record_word(&self, diagnosis: &Diagnosis, file: Option<&JournalFile>) {
        let outcome = match (self.worked, self.failed) {
            (true, _) => Outcome::Worked,
            (_, true) => Outcome::Failed,
            (false, false) => return,
        };
        let Some(reference) = first(diagnosis) else {
            return output::talk("warning: nothing was recorded: there is no cause\n");
        };
        let entry = Entry {
            before: diagnosis.before,
            after: diagnosis.if_open.1,
            ..Entry::by_user(&reference, outcome, now(None))
        };
        let Some(file) = file else {
            let place = "there is no place for a journal; name one with --journal";
            return output::talk(&format!("warning: nothing was recorded: {place}\n"));
        };
        record(file, &[entry]);
    }
}

/// The first cause, as something whose outcome can be recorded.
fn first(diagnosis: &Diagnosis) -> Option<Reference> {
    reference(diagnosis, diagnosis.causes.first()?)
}

/// Records what the evaluator saw of the repairs that were planned and made, from the diagnoses before and after. What it did
/// not see on both sides is not recorded. Nobody asked for it, so that nothing is said where there is no journal.
pub(crate) fn record_repairs(file: Option<&JournalFile>, before: &Diagnosis, after: &Diagnosis) {
    let (Some(file), Some(plan)) = (file.filter(|file| !file.is_device()), &before.plan) else { return };
    let causes = plan.causes.iter().filter_map(|place| before.causes.get(*place));
    let entries: Vec<Entry> = causes.filter_map(|cause| Entry::mechanical(before, after, cause, now(None))).collect();
    if !entries.is_empty() {
        record(file, &entries);
    }
}

fn record(file: &JournalFile, entries: &[Entry]) {
    let lines: Vec<String> = entries.iter().map(Entry::line).collect();
    if let Err(error) = file.append(&lines) {
        let name = file.name();
        return output::talk(&format!("warning: nothing was recorded in `{}`: {error}\n", inert(&name)));
    }
    for entry in entries {
        output::talk(&said(entry));
    }
}

/// That an entry was recorded.
pub(super) fn said(entry: &Entry) -> String {
    let cause = entry.known_cause().map_or("a cause this version does not know", |cause| cause.id);
    format!("recorded: {cause} {} ({})\n", entry.outcome.word(), witness(entry))
}

/// Who says so, and whether the evaluator was asked at all.
pub(super) fn witness(entry: &Entry) -> &'static str {
    match (entry.confirmed, entry.before.and(entry.after)) {
        (Confirmed::Mechanical, _) => "mechanical",
        (Confirmed::User, Some(_)) => "user's word",
        (Confirmed::User, None) => "user's word, no verdicts",
    }
}

/// What is remembered of a problem.
#[derive(Debug, Serialize)]
pub(crate) struct Memory {
    fingerprint: Fingerprint,
    /// What `countersign journal --worked` takes.
    id: Option<String>,
    /// What was recorded here.
    own: Vec<CauseCount>,
    /// What others recorded, and nobody here has seen.
    unverified: Vec<CauseCount>,
}

impl Memory {
    /// Looks the problem up. A journal that cannot be read is told, and no more.
    pub(crate) fn of(diagnosis: &Diagnosis, file: Option<&JournalFile>) -> Self {
        let fingerprint = diagnosis.fingerprint.clone();
        let id = first(diagnosis).map(|reference| reference.to_string());
        let history = id.as_ref().and_then(|_| {
            let lines = file?.read().map_err(|error| {
                let name = file.map(JournalFile::name).unwrap_or_default();
                output::talk(&format!("warning: the journal `{}` cannot be read: {error}\n", inert(&name)));
            });
            let ledger = Ledger::from(read_lines_about(&lines.ok()?, &fingerprint));
            histories(ledger.entries()).into_iter().find(|history| history.fingerprint == fingerprint)
        });
        let (own, unverified) = history.map(|history| (history.own, history.imported)).unwrap_or_default();
        Self { fingerprint, id, own, unverified }
    }

    /// For a terminal.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let parts = [("recorded here before", &self.own), ("reported from elsewhere, unverified", &self.unverified)];
        for (title, counts) in parts.iter().filter(|(_, counts)| !counts.is_empty()) {
            let _ = writeln!(out, "\n{BOLD}{title}{BOLD:#}");
            for count in *counts {
                let _ = writeln!(out, "  {}", counted(count));
            }
        }
        if let Some(id) = &self.id {
            let _ = writeln!(out, "\n{NOTE}outcome:{NOTE:#} countersign journal --worked {id}, or --failed");
        }
        out
    }

    /// For an issue or a chat.
    pub(crate) fn markdown(&self) -> String {
        let mut out = String::new();
        let parts = [("Recorded here before", &self.own), ("Reported from elsewhere, unverified", &self.unverified)];
        for (title, counts) in parts.iter().filter(|(_, counts)| !counts.is_empty()) {
            let listed: Vec<String> = counts.iter().map(counted).collect();
            let _ = writeln!(out, "\n{title}: {}", listed.join("; "));
        }
        if let Some(id) = &self.id {
            let _ = writeln!(out, "\nRecord the outcome: `countersign journal --worked {id}`, or `--failed`");
        }
        out
    }
}

/// `external-id-missing, user's word: worked 3, failed 1 (n = 4)`. A cause that this version does not know has no name: a
/// stranger may have chosen it.
pub(super) fn counted(count: &CauseCount) -> String {
    format!("{}, {count}", count.cause.unwrap_or("causes this version does not know"))
}
