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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Endpoint, Request, Strictness, World};
    use countersign_policy::condition::date::Moment;
    use serde_json::Value;

    /// What is kept of so many unsigned calls with a parameter of this size.
    fn kept(calls: usize, bytes: usize, wanted: Wanted) -> Value {
        let endpoint = Endpoint::new(World::new(Strictness::OutOfTheBox), [7; 32]).recording();
        let decisions = Decisions::new(Room::OWN);
        let body = format!("Action=GetCallerIdentity&Version=2011-06-15&ExternalId={}", "x".repeat(bytes));
        let request = Request { method: "POST", target: "/", headers: &[], body: body.as_bytes(), source_ip: None };
        for _ in 0..calls {
            decisions.keep(&endpoint.respond(&request, Moment::from_seconds(1_795_320_600)).record.unwrap());
        }
        serde_json::from_str(&decisions.json(wanted)).unwrap()
    }

    fn ids(document: &Value) -> Vec<u64> {
        document["decisions"].as_array().unwrap().iter().map(|call| call["id"].as_u64().unwrap()).collect()
    }

    #[test]
    fn the_last_calls_are_kept_and_can_be_asked_for() {
        let all = kept(600, 1, Wanted::default());
        assert_eq!((all["schema"].as_str(), all["last"].as_u64()), (Some("countersign.decisions/1"), Some(600)));
        assert_eq!(ids(&all), (537..=600).collect::<Vec<_>>());
        assert_eq!(ids(&kept(600, 1, Wanted { after: 598, ..Wanted::default() })), [599, 600]);
        assert_eq!(ids(&kept(600, 1, Wanted { limit: 3, ..Wanted::default() })), [598, 599, 600]);
        assert_eq!(ids(&kept(600, 1, Wanted { after: 600, limit: 3 })), [0_u64; 0]);
        assert_eq!(ids(&kept(0, 1, Wanted::default())), [0_u64; 0]);
    }

    #[test]
    fn large_calls_push_others_out_and_larger_ones_are_cut() {
        let large = kept(100, 200 << 10, Wanted::default());
        let count = ids(&large).len();
        assert!((30..=40).contains(&count), "8 MiB hold {count} calls of 200 KiB");
        let larger = kept(100, 300 << 10, Wanted::default());
        assert_eq!(ids(&larger).len(), 64);
        let call = &larger["decisions"][0];
        assert_eq!(call["parameters"], serde_json::json!({}));
        assert_eq!(call["error"]["code"], "MissingAuthenticationToken");
    }
}
