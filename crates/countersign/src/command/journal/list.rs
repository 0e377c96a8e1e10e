//! What the journal holds, for people and for programs. Of what others recorded only words of this program are shown: kinds,
//! counts, times, and causes that this version knows.

use std::fmt::Write as _;

use countersign_diagnose::journal::{CauseCount, Entry, Fingerprint, History, Ledger, Origin, histories};
use countersign_policy::evaluate::Decision;
use serde::Serialize;

use super::memory::{counted, witness};
use crate::output::{BOLD, NOTE};

/// Every problem with its counts, for a terminal.
pub(super) fn text(ledger: &Ledger) -> String {
    let mut out = String::new();
    for history in histories(ledger.entries()) {
        if !out.is_empty() {
            out.push('\n');
        }
        let last = history.last.to_string();
        let day = last.split('T').next().unwrap_or_default();
        let _ = writeln!(out, "{BOLD}{}{BOLD:#}, last on {day}", history.fingerprint);
        for count in &history.own {
            let _ = writeln!(out, "  {}", counted(count));
        }
        if !history.imported.is_empty() {
            let _ = writeln!(out, "  {NOTE}reported from elsewhere, unverified{NOTE:#}");
        }
        for count in &history.imported {
            let _ = writeln!(out, "    {}", counted(count));
        }
    }
    out
}

/// The same for programs.
#[derive(Serialize)]
pub(super) struct Counts {
    schema: &'static str,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    fingerprint: Fingerprint,
    last: String,
    own: Vec<CauseCount>,
    unverified: Vec<CauseCount>,
}

impl Counts {
    pub(super) fn of(ledger: &Ledger) -> Self {
        let problem = |history: History| Problem {
            fingerprint: history.fingerprint,
            last: history.last.to_string(),
            own: history.own,
            unverified: history.imported,
        };
        let problems = histories(ledger.entries()).into_iter().map(problem).collect();
        Self { schema: "countersign.journal-counts/1", problems }
    }
}

/// The entries about one problem, newest first.
#[derive(Serialize)]
pub(super) struct Entries {
    schema: &'static str,
    fingerprint: Fingerprint,
    own: Vec<Shown>,
    unverified: Vec<Shown>,
}

/// What is shown of an entry.
#[derive(Serialize)]
struct Shown {
    time: String,
    cause: Option<&'static str>,
    fix: Option<&'static str>,
    before: Option<Decision>,
    after: Option<Decision>,
    outcome: &'static str,
    confirmed: &'static str,
    /// The same, and whether there are verdicts.
    #[serde(skip)]
    witness: &'static str,
    /// Of one's own entries only.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl Entries {
    pub(super) fn about(ledger: &Ledger, fingerprint: &Fingerprint) -> Self {
        let shown = |origin: Origin| {
            let about = |entry: &&Entry| entry.origin == origin && entry.fingerprint == *fingerprint;
            let mut entries: Vec<&Entry> = ledger.entries().iter().filter(about).collect();
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.time));
            entries.into_iter().map(Shown::of).collect::<Vec<_>>()
        };
        Self {
            schema: "countersign.journal-entries/1",
            fingerprint: fingerprint.clone(),
            own: shown(Origin::Own),
            unverified: shown(Origin::Imported),
        }
    }

    /// For a terminal.
    pub(super) fn text(&self) -> String {
        let mut out = format!("{BOLD}{}{BOLD:#}\n", self.fingerprint);
        for entry in &self.own {
            let _ = writeln!(out, "  {}", entry.text());
        }
        if !self.unverified.is_empty() {
            let _ = writeln!(out, "  {NOTE}reported from elsewhere, unverified{NOTE:#}");
        }
        for entry in &self.unverified {
            let _ = writeln!(out, "    {}", entry.text());
        }
        out
    }
}

impl Shown {
    fn of(entry: &Entry) -> Self {
        Self {
            time: entry.time.to_string(),
            cause: entry.known_cause().map(|cause| cause.id),
            fix: entry.known_fix().map(|fix| fix.name()),
            before: entry.before,
            after: entry.after,
            outcome: entry.outcome.word(),
            confirmed: entry.confirmed.word(),
            witness: witness(entry),
            version: (entry.origin == Origin::Own).then(|| entry.version.as_str().to_owned()),
        }
    }

    fn text(&self) -> String {
        let verdicts = match (self.before, self.after) {
            (Some(before), Some(after)) => format!("  {before:?} -> {after:?}"),
            _ => String::new(),
        };
        let version = self.version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default();
        format!(
            "{}  {}  {}{verdicts}  {} ({}{version})",
            self.time,
            self.cause.unwrap_or("a cause this version does not know"),
            self.fix.unwrap_or("a repair that is not known"),
            self.outcome,
            self.witness,
        )
    }
}
