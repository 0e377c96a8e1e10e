//! How often what worked. Never a rate without its count.

use std::collections::BTreeMap;
use std::fmt;

use countersign_policy::condition::date::Moment;
use serde::Serialize;

use super::entry::{Confirmed, Entry, Origin, Outcome};
use super::fingerprint::Fingerprint;

/// How the repairs of one cause came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Entries.
    pub n: usize,
    /// The call was allowed afterwards.
    pub worked: usize,
    /// The cause was still there.
    pub failed: usize,
    /// The cause was gone, and the call denied all the same, or dependent on what nobody knew.
    pub unknown: usize,
    /// Of all entries, those where the evaluator said so and not somebody.
    pub mechanical: usize,
}

impl Tally {
    fn add(&mut self, entry: &Entry) {
        self.n += 1;
        *match entry.outcome {
            Outcome::Worked => &mut self.worked,
            Outcome::Failed => &mut self.failed,
            Outcome::Unknown => &mut self.unknown,
        } += 1;
        self.mechanical += usize::from(entry.confirmed == Confirmed::Mechanical);
    }
}

impl fmt::Display for Tally {
    /// `worked 3, failed 1 (n = 4; 2 mechanical)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worked {}, failed {}", self.worked, self.failed)?;
        if self.unknown > 0 {
            write!(f, ", unknown {}", self.unknown)?;
        }
        write!(f, " (n = {}; {} mechanical)", self.n, self.mechanical)
    }
}

/// A cause with its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CauseCount {
    /// The cause; `None` for all that this version does not know.
    pub cause: Option<&'static str>,
    /// The counts.
    #[serde(flatten)]
    pub tally: Tally,
}

/// What happened about one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The problem.
    pub fingerprint: Fingerprint,
    /// When it was last recorded here; elsewhere, when it was never recorded here.
    pub last: Moment,
    /// What was recorded here, what worked most often first.
    pub own: Vec<CauseCount>,
    /// What others recorded. Nobody here has seen it.
    pub imported: Vec<CauseCount>,
}

/// The history of every problem: those that were recorded here first, and of these the newest.
#[must_use]
pub fn histories<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Vec<History> {
    let mut grouped: BTreeMap<&Fingerprint, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        grouped.entry(&entry.fingerprint).or_default().push(entry);
    }
    let mut histories: Vec<History> = grouped.into_iter().filter_map(|(print, group)| history(print, &group)).collect();
    histories.sort_by_key(|history| (history.own.is_empty(), std::cmp::Reverse(history.last)));
    histories
}

fn history(fingerprint: &Fingerprint, group: &[&Entry]) -> Option<History> {
    let of = |origin: Origin| group.iter().copied().filter(move |entry| entry.origin == origin);
    let last = |origin: Origin| of(origin).map(|entry| entry.time).max();
    Some(History {
        fingerprint: fingerprint.clone(),
        last: last(Origin::Own).or_else(|| last(Origin::Imported))?,
        own: counts(of(Origin::Own)),
        imported: counts(of(Origin::Imported)),
    })
}

fn counts<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<CauseCount> {
    let mut tallies: BTreeMap<Option<&'static str>, Tally> = BTreeMap::new();
    for entry in entries {
        tallies.entry(entry.known_cause().map(|cause| cause.id)).or_default().add(entry);
    }
    let mut counts: Vec<CauseCount> = tallies.into_iter().map(|(cause, tally)| CauseCount { cause, tally }).collect();
    counts.sort_by_key(|count| (count.cause.is_none(), std::cmp::Reverse(count.tally.worked), count.tally.n));
    counts
}
