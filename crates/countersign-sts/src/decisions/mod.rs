//! The last calls and what decided them, for the operator.

mod shown;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

pub use shown::Shown;

use crate::Record;

/// A call that takes more room than this is kept without its parameters and traces.
const LARGE_BYTES: usize = 256 << 10;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    calls: usize,
    bytes: usize,
}

impl Room {
    /// For the world of a server. What is kept stays in the processor's caches: with eight times as many calls, the memory
    /// that comes and goes with each is cold, and a call takes a fifth longer.
    pub const OWN: Self = Self { calls: 64, bytes: 8 << 20 };
    /// For a world that is one of a thousand.
    pub const NAMED: Self = Self { calls: 64, bytes: 1 << 20 };
}

/// The last calls. Old ones leave when new ones come.
#[derive(Debug)]
pub struct Decisions {
    room: Room,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// With their ids and weights, oldest first.
    calls: VecDeque<(u64, usize, Arc<Record>)>,
    last: u64,
    bytes: usize,
}

/// What a reader asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Only calls after the one of this id.
    pub after: u64,
    /// At most so many, the newest.
    pub limit: usize,
}

impl Default for Wanted {
    /// All that are kept.
    fn default() -> Self {
        Self { after: 0, limit: usize::MAX }
    }
}

/// The document that a reader gets.
#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    /// The id of the newest call: what to ask for next.
    last: u64,
    decisions: Vec<Shown<'r>>,
}

impl Decisions {
    /// No calls yet.
    #[must_use]
    pub fn new(room: Room) -> Self {
        Self { room, kept: Mutex::default() }
    }

    /// Keeps a call.
    pub fn keep(&self, record: &Arc<Record>) {
        let mut weight = record.weight();
        let record = if weight > LARGE_BYTES {
            let small = record.without_bulk();
            weight = small.weight();
            Arc::new(small)
        } else {
            Arc::clone(record)
        };
        let mut gone = Vec::new();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        kept.bytes += weight;
        let id = kept.last;
        kept.calls.push_back((id, weight, record));
        while kept.calls.len() > self.room.calls || kept.bytes > self.room.bytes {
            let Some((_, weight, record)) = kept.calls.pop_front() else { break };
            kept.bytes -= weight;
            gone.push(record);
        }
        drop(kept);
        // What is left is freed once nobody waits for the lock.
        drop(gone);
    }

    /// The calls as one JSON document, oldest first: `{"schema":"countersign.decisions/1","last":…,"decisions":[…]}`.
    #[must_use]
    pub fn json(&self, wanted: Wanted) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = kept.calls.iter().rev().take_while(|(id, ..)| *id > wanted.after).take(wanted.limit);
        let mut calls: Vec<(u64, Arc<Record>)> = newer.map(|(id, _, record)| (*id, Arc::clone(record))).collect();
        let last = kept.last;
        drop(kept);
        calls.reverse();
        let decisions = calls.iter().map(|(id, record)| Shown::whole(*id, record)).collect();
        let document = Document { schema: "countersign.decisions/1", last, decisions };
        serde_json::to_string(&document).unwrap_or_default()
    }
}
