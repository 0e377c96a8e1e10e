//! CloudTrail's files, in pieces of any size: refused calls out, of which those that are not meant are only counted.
//!
//! A trail is read as it comes: the files that CloudTrail writes, JSON by the line, what `aws cloudtrail lookup-events`
//! prints, exports of log groups, several of them one after the other. Memory does not grow with the text. Damage costs the
//! record it is in, and is told with its place.

mod record;
mod refusals;
mod splitter;

#[cfg(test)]
mod tests;

pub use refusals::{Group, Refusals, Wanted};

use countersign_policy::document::Position;

use crate::evidence::Event;
use splitter::{Damage, Piece, Splitter};

/// The most problems of a text that are kept; more are only counted.
const MOST_PROBLEMS: usize = 16;

/// A trail that is being read: any number of texts, each in any number of pieces.
///
/// ```
/// use countersign_diagnose::trail::{Trail, Wanted};
///
/// let mut trail = Trail::new(Wanted::default());
/// trail.feed(br#"{"Records": [{"eventName": "AssumeRole", "errorCo"#);
/// trail.feed(br#"de": "AccessDenied"}]}"#);
/// assert!(trail.end().is_empty());
/// assert!(trail.refusals().chosen().is_some());
/// ```
#[derive(Debug)]
pub struct Trail {
    refusals: Refusals,
    reading: Reading,
}

/// One text on its way.
#[derive(Debug)]
struct Reading {
    splitter: Splitter,
    problems: Problems,
    records: usize,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// The first of them.
    pub first: Vec<Problem>,
    /// How many there are.
    pub count: usize,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub message: String,
    /// Where.
    pub position: Position,
}

impl Trail {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self { refusals: Refusals::new(wanted), reading: Reading::new() }
    }

    /// Takes the next bytes of a text. How a text is cut into pieces makes no difference.
    pub fn feed(&mut self, bytes: &[u8]) {
        let Self { refusals, reading } = self;
        let Reading { splitter, problems, records } = reading;
        splitter.feed(bytes, &mut |piece| {
            *records += usize::from(matches!(piece, Piece::Record(..)));
            take(piece, problems, &mut |event| refusals.add(event));
        });
    }

    /// The text has ended; the next may begin. What was wrong with this one.
    pub fn end(&mut self) -> Problems {
        let mut ended = std::mem::replace(&mut self.reading, Reading::new());
        ended.splitter.end(&mut |piece| take(piece, &mut ended.problems, &mut |_| {}));
        ended.problems
    }

    /// What was refused so far.
    #[must_use]
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// How many records the text had so far.
    #[must_use]
    pub fn records(&self) -> usize {
        self.reading.records
    }
}

impl Reading {
    fn new() -> Self {
        Self { splitter: Splitter::new(), problems: Problems::default(), records: 0 }
    }
}

impl Problems {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, message: String, position: Position) {
        self.count += 1;
        if self.first.len() < MOST_PROBLEMS {
            self.first.push(Problem { message, position });
        }
    }
}

/// The refused calls of a text, in its order.
#[must_use]
pub fn read_events(text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    Splitter::new().feed(text.as_bytes(), &mut |piece| {
        take(piece, &mut Problems::default(), &mut |event| events.push(event));
    });
    events
}

fn take(piece: Piece<'_>, problems: &mut Problems, refused: &mut dyn FnMut(Event)) {
    match piece {
        Piece::Record(text, start) => match record::refusals(text) {
            Ok(events) => events.into_iter().for_each(refused),
            Err(error) => problems.add(words(&error), place(text, start, &error)),
        },
        Piece::Damage(position, damage) => problems.add(damage.words(), position),
    }
}

impl Damage {
    fn words(self) -> String {
        match self {
            Self::Unexpected(expected) => format!("expected {expected}; the record is passed over"),
            Self::BrokenString => "a string is not closed on its line; the record is passed over".to_owned(),
            Self::TooDeep => "nested too deep; the record is passed over".to_owned(),
            Self::TooLarge => {
                format!("the record is larger than {} MiB, and is passed over", splitter::MOST_BYTES >> 20)
            }
            Self::CutRecord => "the text ends in the middle of this record; what stands before it counts".to_owned(),
            Self::CutList => "the text ends in the middle of a list; what stands before counts".to_owned(),
        }
    }
}

/// The parser's words, without its own place in the record.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let words = text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words);
    format!("{words}; the record is passed over")
}

/// Where in the file, when the record starts at `start`.
fn place(text: &[u8], start: Position, error: &serde_json::Error) -> Position {
    let line = text.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = line.get(..error.column().saturating_sub(1)).unwrap_or(line);
    let column = before.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    match error.line() {
        0 | 1 => Position { line: start.line, column: start.column + column },
        lines => Position { line: start.line + lines - 1, column: column + 1 },
    }
}
