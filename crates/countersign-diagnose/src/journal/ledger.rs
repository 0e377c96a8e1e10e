//! Many entries: read from a journal's lines or from a bundle, and merged.

use std::collections::HashMap;

use countersign_policy::document::{LineIndex, Node, Value, parse_json};

use super::entry::{Entry, EntryError, Origin};
use super::fingerprint::Fingerprint;

/// The schema of a bundle.
pub const BUNDLE_SCHEMA: &str = "countersign.journal-bundle/1";

/// The most entries that are taken from one bundle.
pub const MOST_ENTRIES: usize = 100_000;

/// How deep a bundle may be nested: an entry has no depth, and what a later version adds will have little.
const NESTING: usize = 16;

/// What a text held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The entries.
    pub entries: Vec<Entry>,
    /// What was no entry.
    pub refused: Vec<Refused>,
    /// There was more than is taken from one text.
    pub is_cut: bool,
}

/// Something that is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub why: EntryError,
}

impl Reading {
    fn take(&mut self, line: usize, read: Result<Entry, EntryError>) {
        match read {
            Ok(entry) => self.entries.push(entry),
            Err(why) => self.refused.push(Refused { line, why }),
        }
    }
}

/// Reads a journal. A line that is no entry hides no other; bytes, as a torn line need not be text.
#[must_use]
pub fn read_lines(journal: &[u8]) -> Reading {
    lines(journal, |_| true)
}

/// Reads what a journal has on one problem: other lines are not even looked into.
#[must_use]
pub fn read_lines_about(journal: &[u8], fingerprint: &Fingerprint) -> Reading {
    let wanted = fingerprint.as_str();
    lines(journal, |line| line.contains(wanted))
}

fn lines(journal: &[u8], wanted: impl Fn(&str) -> bool) -> Reading {
    let mut reading = Reading::default();
    let mut lines = journal.split(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((at, bytes)) = lines.next() {
        let is_last = lines.peek().is_none();
        let Ok(line) = std::str::from_utf8(bytes) else {
            let why = if is_last { EntryError::Torn } else { EntryError::NotAnObject };
            reading.take(at + 1, Err(why));
            continue;
        };
        if line.trim().is_empty() || !wanted(line) {
            continue;
        }
        let read = match Entry::read(line) {
            Err(EntryError::NotAnObject) if is_last => Err(EntryError::Torn),
            read => read,
        };
        reading.take(at + 1, read);
    }
    reading
}

/// Reads a bundle, a journal that somebody sent as it is, or what is left of either. Everything in it is somebody else's
/// ([`Origin::Imported`]).
#[must_use]
pub fn read_bundle(bundle: &[u8]) -> Reading {
    let text = std::str::from_utf8(bundle).ok();
    let document = text.and_then(|text| Some((text, parse_json(text, NESTING).ok()?)));
    let mut reading = match document {
        Some((text, document)) if document.get("entries").is_some() => in_document(text, &document),
        _ => read_rest(bundle),
    };
    if reading.entries.len() > MOST_ENTRIES {
        reading.entries.truncate(MOST_ENTRIES);
        reading.is_cut = true;
    }
    for entry in &mut reading.entries {
        entry.origin = Origin::Imported;
    }
    reading
}

/// The whole lines of a text that is no bundle, or of one that is cut.
fn read_rest(bundle: &[u8]) -> Reading {
    let mut reading = Reading::default();
    for (at, bytes) in bundle.split(|byte| *byte == b'\n').enumerate() {
        let line = bytes.trim_ascii();
        let line = line.strip_suffix(b",").unwrap_or(line);
        if !line.is_empty() {
            reading.take(at + 1, std::str::from_utf8(line).map_err(|_| EntryError::NotAnObject).and_then(Entry::read));
        }
    }
    reading
}

fn in_document(text: &str, document: &Node) -> Reading {
    let mut reading = Reading::default();
    let index = LineIndex::new(text);
    let line = |node: &Node| index.position(text, node.span.start).line;
    if document.get("schema").and_then(Node::as_str) != Some(BUNDLE_SCHEMA) {
        reading.take(1, Err(EntryError::OtherSchema));
        return reading;
    }
    match document.get("entries").map(|entries| (entries, &entries.value)) {
        Some((_, Value::Array(entries))) => {
            for entry in entries {
                let own = text.get(entry.span.start as usize..entry.span.end as usize);
                reading.take(line(entry), own.ok_or(EntryError::NotAnObject).and_then(Entry::read));
            }
        }
        Some((other, _)) => reading.take(line(other), Err(EntryError::Member("entries"))),
        None => reading.take(1, Err(EntryError::Member("entries"))),
    }
    reading
}

/// Entries, each once.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
}

impl Ledger {
    /// Adds entries that are not there yet, and returns them. What was recorded here stays one's own when it comes back from
    /// somebody else.
    pub fn merge(&mut self, entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
        let mut new = Vec::new();
        for entry in entries {
            let id = entry.id();
            match self.places.get(&id).and_then(|place| self.entries.get_mut(*place)) {
                Some(known) => known.origin = known.origin.min(entry.origin),
                None => {
                    self.places.insert(id, self.entries.len());
                    new.push(entry.clone());
                    self.entries.push(entry);
                }
            }
        }
        new
    }

    /// The entries, in the order in which they came.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl From<Reading> for Ledger {
    fn from(reading: Reading) -> Self {
        let mut ledger = Self::default();
        ledger.merge(reading.entries);
        ledger
    }
}

/// Entries for somebody else, one to a line, so that a refusal can name its line.
#[derive(Debug, Clone, Copy)]
pub struct Bundle<'e>(pub &'e [&'e Entry]);

impl std::fmt::Display for Bundle<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> = self.0.iter().map(|entry| entry.line()).collect();
        writeln!(f, "{{\"schema\":\"{BUNDLE_SCHEMA}\",\"entries\":[\n{}\n]}}", lines.join(",\n"))
    }
}

#[cfg(test)]
mod tests {
    use countersign_policy::condition::date;
    use proptest::prelude::*;

    use super::super::entry::{Confirmed, Outcome, Version};
    use super::super::histories;
    use super::*;

    fn entry(second: u8, cause: &str, outcome: Outcome, confirmed: Confirmed) -> Entry {
        Entry {
            time: date::parse(&format!("2026-03-04T05:06:{second:02}Z")).unwrap(),
            fingerprint: "1-3f2a1b9c04d7".parse().unwrap(),
            cause: cause.parse().unwrap(),
            fix: None,
            before: None,
            after: None,
            outcome,
            confirmed,
            version: Version::this(),
            origin: Origin::Own,
        }
    }

    fn some() -> Vec<Entry> {
        vec![
            entry(1, "external-id-missing", Outcome::Worked, Confirmed::Mechanical),
            entry(2, "external-id-missing", Outcome::Failed, Confirmed::User),
            entry(3, "external-id-missing", Outcome::Unknown, Confirmed::Mechanical),
            entry(4, "sunspots", Outcome::Worked, Confirmed::User),
        ]
    }

    fn journal(entries: &[Entry]) -> String {
        entries.iter().map(|entry| entry.line() + "\n").collect()
    }

    #[test]
    fn counts_come_with_their_n_and_unknown_causes_without_their_name() {
        let histories = histories(&some());
        let [history] = histories.as_slice() else { panic!("{histories:?}") };
        let shown: Vec<_> = history.own.iter().map(|count| (count.cause, count.to_string())).collect();
        assert_eq!(
            shown,
            [
                (
                    Some("external-id-missing"),
                    "mechanical: worked 1, failed 0, unknown 1 (n = 2); user's word: worked 0, failed 1 (n = 1)"
                        .to_owned()
                ),
                (None, "user's word: worked 1, failed 0 (n = 1)".to_owned()),
            ]
        );
        assert!(history.imported.is_empty());
    }

    #[test]
    fn a_bad_line_hides_no_other() {
        let (first, second) = (some()[0].line(), some()[1].line());
        let mut text = format!("{first}\n\u{1b}[2Jgarbage\n\n").into_bytes();
        text.extend(b"\xff\xfe\n");
        text.extend(format!("{second}\n").as_bytes());
        let reading = read_lines(&text);
        assert_eq!(reading.entries, some()[..2]);
        let refused: Vec<_> = reading.refused.iter().map(|refused| (refused.line, refused.why)).collect();
        assert_eq!(refused, [(2, EntryError::NotAnObject), (4, EntryError::NotAnObject)]);
    }

    #[test]
    fn wherever_writing_stops_everything_before_is_read() {
        let text = journal(&some()).into_bytes();
        for end in 0..text.len() {
            let (written, rest) = text.split_at(end);
            let reading = read_lines(written);
            let whole = written.iter().filter(|byte| **byte == b'\n').count();
            let last_is_whole = rest.first() == Some(&b'\n');
            assert_eq!(reading.entries.len(), whole + usize::from(last_is_whole), "{end}");
            let torn = !last_is_whole && written.last().is_some_and(|byte| *byte != b'\n');
            let why: Vec<_> = reading.refused.iter().map(|refused| refused.why).collect();
            assert_eq!(why, if torn { vec![EntryError::Torn] } else { Vec::new() }, "{end}");
        }
    }

    #[test]
    fn a_bundle_is_read_as_imported_and_names_the_lines_of_what_it_refuses() {
        let entries = some();
        let text = Bundle(&entries.iter().collect::<Vec<_>>()).to_string();
        let reading = read_bundle(text.as_bytes());
        assert_eq!(reading.entries.len(), 4);
        assert!(reading.entries.iter().all(|entry| entry.origin == Origin::Imported) && reading.refused.is_empty());
        let damaged = read_bundle(text.replacen("\"worked\"", "\"great\"", 2).as_bytes());
        let refused: Vec<_> = damaged.refused.iter().map(|refused| (refused.line, refused.why)).collect();
        assert_eq!(refused, [(2, EntryError::Member("outcome")), (5, EntryError::Member("outcome"))]);
        assert_eq!(damaged.entries.len(), 2);
    }

    #[test]
    fn a_journal_may_be_sent_as_it_is() {
        let reading = read_bundle(journal(&some()).as_bytes());
        assert_eq!(reading.entries.len(), 4);
        assert!(reading.entries.iter().all(|entry| entry.origin == Origin::Imported));
    }

    #[test]
    fn the_whole_lines_of_a_cut_bundle_are_read() {
        let text = Bundle(&some().iter().collect::<Vec<_>>()).to_string();
        let (cut, _) = text.split_at(text.len() - 40);
        let reading = read_bundle(cut.as_bytes());
        assert_eq!(reading.entries.len(), 3);
        assert_eq!(reading.refused.iter().map(|refused| refused.line).collect::<Vec<_>>(), [1, 5]);
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        for (text, why) in [
            ("{\"schema\":\"countersign.journal-bundle/2\",\"entries\":[]}", EntryError::OtherSchema),
            ("{\"schema\":\"countersign.journal-bundle/1\",\"entries\":{}}", EntryError::Member("entries")),
            ("<html>", EntryError::NotAnObject),
        ] {
            let reading = read_bundle(text.as_bytes());
            assert_eq!(reading.refused, [Refused { line: 1, why }], "{text}");
        }
    }

    #[test]
    fn ones_own_entries_stay_ones_own() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.merge(some()).len(), 4);
        let back = some().into_iter().map(|entry| Entry { origin: Origin::Imported, ..entry });
        assert_eq!(ledger.merge(back), []);
        assert!(ledger.entries().iter().all(|entry| entry.origin == Origin::Own));
    }

    #[test]
    fn only_lines_about_the_problem_are_looked_into() {
        let other = Entry { fingerprint: "1-000000000000".parse().unwrap(), ..some()[0].clone() };
        let text = format!("garbage\n{}\n{}", other.line(), some()[0].line());
        let reading = read_lines_about(text.as_bytes(), &other.fingerprint);
        assert_eq!((reading.entries, reading.refused), (vec![other], Vec::new()));
    }

    proptest! {
        #[test]
        fn merging_is_the_same_in_any_order_and_twice(picks in proptest::collection::vec((0_usize..4, any::<bool>()), 0..12)) {
            let chosen: Vec<Entry> = picks.iter().filter_map(|(at, imported)| {
                let origin = if *imported { Origin::Imported } else { Origin::Own };
                Some(Entry { origin, ..some().get(*at)?.clone() })
            }).collect();
            let merged = |entries: &[Entry]| {
                let mut ledger = Ledger::default();
                ledger.merge(entries.iter().cloned());
                let mut lines: Vec<String> = ledger.entries().iter().map(Entry::line).collect();
                lines.sort();
                lines
            };
            let once = merged(&chosen);
            let reversed: Vec<Entry> = chosen.iter().rev().cloned().collect();
            let twice: Vec<Entry> = chosen.iter().chain(&chosen).cloned().collect();
            prop_assert_eq!(&merged(&reversed), &once);
            prop_assert_eq!(&merged(&twice), &once);
        }
    }
}
