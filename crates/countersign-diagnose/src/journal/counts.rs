//! How often what worked. Never a rate without its count.

use std::collections::BTreeMap;
use std::fmt;

use countersign_policy::condition::date::Moment;
use serde::Serialize;

use super::entry::{Confirmed, Entry, Origin, Outcome};
use super::fingerprint::Fingerprint;

/// How repairs came out, as one kind of witness has it.
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
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        self.n += 1;
        *match outcome {
            Outcome::Worked => &mut self.worked,
            Outcome::Failed => &mut self.failed,
            Outcome::Unknown => &mut self.unknown,
        } += 1;
    }
}

impl fmt::Display for Tally {
    /// `worked 3, failed 1 (n = 4)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worked {}, failed {}", self.worked, self.failed)?;
        if self.unknown > 0 {
            write!(f, ", unknown {}", self.unknown)?;
        }
        write!(f, " (n = {})", self.n)
    }
}

/// A cause with its counts. What the evaluator saw and what somebody said are never one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CauseCount {
    /// The cause; `None` for all that this version does not know.
    pub cause: Option<&'static str>,
    /// Where the evaluator decided before and after.
    pub mechanical: Tally,
    /// Where somebody said so.
    pub user: Tally,
}

impl fmt::Display for CauseCount {
    /// `mechanical: worked 2, failed 0 (n = 2); user's word: worked 1, failed 1 (n = 2)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.mechanical.n, self.user.n) {
            (_, 0) => write!(f, "mechanical: {}", self.mechanical),
            (0, _) => write!(f, "user's word: {}", self.user),
            _ => write!(f, "mechanical: {}; user's word: {}", self.mechanical, self.user),
        }
    }
}

/// What happened about one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The problem.
    pub fingerprint: Fingerprint,
    /// When it was last recorded here; elsewhere, when it was never recorded here.
    pub last: Moment,
    /// What was recorded here, what the evaluator saw work most often first.
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
    let mut counts: BTreeMap<Option<&'static str>, CauseCount> = BTreeMap::new();
    for entry in entries {
        let cause = entry.known_cause().map(|cause| cause.id);
        let (mechanical, user) = (Tally::default(), Tally::default());
        let count = counts.entry(cause).or_insert(CauseCount { cause, mechanical, user });
        match entry.confirmed {
            Confirmed::Mechanical => count.mechanical.add(entry.outcome),
            Confirmed::User => count.user.add(entry.outcome),
        }
    }
    let mut counts: Vec<CauseCount> = counts.into_values().collect();
    let rank = |count: &CauseCount| (count.mechanical.worked, count.user.worked);
    counts.sort_by_key(|count| (count.cause.is_none(), std::cmp::Reverse(rank(count))));
    counts
}
