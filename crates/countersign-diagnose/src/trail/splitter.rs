//! JSON in pieces of any size, cut into its records: the objects that stand alone, in a list, or in the list of a wrapper
//! (`{"Records": […]}`).
//!
//! What is between the brackets is looked at for its punctuation only, so that a record can be passed over without being
//! read. Nothing is kept but the record that is open. Damage costs the record it is in: the next one is looked for where a
//! line starts with `{`, or where an event starts as CloudTrail writes it.

use countersign_policy::document::Position;

/// The most bytes of a record. CloudTrail's own limit is 1 MB.
pub(super) const MOST_BYTES: usize = 4 << 20;
/// The deepest nesting: as deep as the records are read.
const MOST_NESTING: usize = 120;
/// How CloudTrail starts each event. Its first byte does not come again.
const EVENT_START: &[u8] = b"{\"eventVersion\"";
/// The members of wrappers whose lists hold events: CloudTrail's files, `lookup-events`, exports of log groups.
const LISTS: [&str; 4] = ["Records", "Events", "events", "logEvents"];

/// A piece that was found.
pub(super) enum Piece<'t> {
    /// A record, and where it starts: an object, or a text in a list.
    Record(&'t [u8], Position),
    /// Something that is wrong.
    Damage(Position, Damage),
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// A character where it cannot stand.
    Unexpected(&'static str),
    /// A raw control character in a string.
    BrokenString,
    /// More nesting than is read.
    TooDeep,
    /// A record larger than is kept.
    TooLarge,
    /// The text ends inside of a record.
    CutRecord,
    /// The text ends inside of a list.
    CutList,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Container {
    Array,
    Object,
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Value,
    ValueOrEnd,
    After,
    Key,
    KeyOrEnd,
    Colon,
    Text(Role),
    Escape(Role),
    /// A number, or `true`, `false`, `null`.
    Word,
    /// After damage: how much of the start of an event was seen, and whether only blanks stand before on the line.
    Lost {
        seen: usize,
        at_line_start: bool,
    },
}

/// What a string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Value,
}

/// The record that is open.
#[derive(Debug)]
struct Open {
    start: Position,
    /// How many containers are around it.
    depth: usize,
    /// Its text so far, unless it is too large.
    text: Vec<u8>,
    /// Where its last own key starts in `text`, and where it ends.
    key: (usize, usize),
}

/// Reads piece by piece.
#[derive(Debug)]
pub(super) struct Splitter {
    state: State,
    stack: Vec<Container>,
    open: Option<Open>,
    position: Position,
    /// Brackets that close nothing are no news after damage.
    was_lost: bool,
    /// The buffer of the last record, for the next.
    spare: Vec<u8>,
}

/// A chunk on its way through.
struct Chunk<'c> {
    /// What was not yet counted and kept.
    pending: &'c [u8],
    rest: &'c [u8],
}

impl Splitter {
    pub(super) fn new() -> Self {
        Self {
            state: State::Value,
            stack: Vec::new(),
            open: None,
            position: Position { line: 1, column: 1 },
            was_lost: false,
            spare: Vec::new(),
        }
    }

    /// Takes the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8], found: &mut dyn FnMut(Piece<'_>)) {
        let mut chunk = Chunk { pending: bytes, rest: bytes };
        while let Some((byte, tail)) = chunk.rest.split_first() {
            match self.state {
                State::Text(role) => self.text(role, &mut chunk, found),
                State::Escape(role) if *byte >= b' ' => {
                    chunk.rest = tail;
                    self.state = State::Text(role);
                }
                State::Escape(_) => self.damage(Damage::BrokenString, &mut chunk, found),
                State::Word if is_word(*byte) => chunk.rest = tail,
                State::Word => self.state = State::After,
                State::Lost { seen, at_line_start } => self.search(*byte, seen, at_line_start, &mut chunk),
                _ if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') => chunk.rest = tail,
                state => self.punctuation(state, *byte, &mut chunk, found),
            }
        }
        self.keep(&mut chunk);
    }

    /// Says what is missing at the end.
    pub(super) fn end(&mut self, found: &mut dyn FnMut(Piece<'_>)) {
        match &self.open {
            _ if matches!(self.state, State::Lost { .. }) => {}
            Some(open) => found(Piece::Damage(open.start, Damage::CutRecord)),
            None if self.stack.is_empty() => {}
            None => found(Piece::Damage(self.position, Damage::CutList)),
        }
    }

    /// Inside of a string.
    fn text(&mut self, role: Role, chunk: &mut Chunk<'_>, found: &mut dyn FnMut(Piece<'_>)) {
        let at = chunk.rest.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < b' ');
        let Some(at) = at else { return chunk.rest = &[] };
        let byte = chunk.rest.get(at).copied().unwrap_or_default();
        chunk.rest = chunk.rest.get(at..).unwrap_or_default();
        if byte < b' ' {
            return self.damage(Damage::BrokenString, chunk, found);
        }
        chunk.step();
        match (byte, role) {
            (b'\\', _) => self.state = State::Escape(role),
            (_, Role::Key) => {
                if self.is_own_member() {
                    let end = self.kept(chunk);
                    self.open.iter_mut().for_each(|open| open.key.1 = end);
                }
                self.state = State::Colon;
            }
            (_, Role::Value) => self.close_value(chunk, found),
        }
    }

    /// A byte that is no blank, outside of strings and words.
    fn punctuation(&mut self, state: State, byte: u8, chunk: &mut Chunk<'_>, found: &mut dyn FnMut(Piece<'_>)) {
        match (state, byte) {
            (State::Key | State::KeyOrEnd, b'"') => {
                if self.is_own_member() {
                    let start = self.kept(chunk);
                    self.open.iter_mut().for_each(|open| open.key = (start, start));
                }
                chunk.step();
                self.state = State::Text(Role::Key);
            }
            (State::Colon, b':') => {
                chunk.step();
                self.state = State::Value;
            }
            (State::KeyOrEnd | State::After, b'}') if self.stack.last() == Some(&Container::Object) => {
                self.close(chunk, found);
            }
            (State::ValueOrEnd | State::After, b']') if self.stack.last() == Some(&Container::Array) => {
                self.close(chunk, found);
            }
            (State::After, b',') if !self.stack.is_empty() => {
                chunk.step();
                self.state = match self.stack.last() {
                    Some(Container::Object) => State::Key,
                    Some(Container::Array) | None => State::Value,
                };
            }
            (State::After, _) if self.stack.is_empty() => self.state = State::Value,
            // What is left of lists and wrappers that were given up; and lists without their brackets.
            (State::Value, b',') if self.stack.is_empty() => chunk.step(),
            (State::Value, b']' | b'}') if self.stack.is_empty() && self.was_lost => chunk.step(),
            (State::Value | State::ValueOrEnd, _) => self.value(byte, chunk, found),
            _ => self.damage(Damage::Unexpected(state.expected()), chunk, found),
        }
    }

    /// The first byte of a value.
    fn value(&mut self, byte: u8, chunk: &mut Chunk<'_>, found: &mut dyn FnMut(Piece<'_>)) {
        let is_loose = self.stack.is_empty();
        match byte {
            b'{' | b'[' if self.stack.len() >= MOST_NESTING => self.damage(Damage::TooDeep, chunk, found),
            b'{' => {
                self.start(chunk);
                self.stack.push(Container::Object);
                chunk.step();
                self.state = State::KeyOrEnd;
            }
            b'[' => {
                if self.is_own_member() {
                    self.keep(chunk);
                    if self.open.as_ref().is_some_and(Open::is_wrapper) {
                        self.forget();
                    }
                }
                self.stack.push(Container::Array);
                chunk.step();
                self.state = State::ValueOrEnd;
            }
            b'"' if !is_loose => {
                if self.stack.last() == Some(&Container::Array) {
                    self.start(chunk);
                }
                chunk.step();
                self.state = State::Text(Role::Value);
            }
            _ if is_word(byte) && !is_loose => self.state = State::Word,
            _ => self.damage(Damage::Unexpected(State::Value.expected()), chunk, found),
        }
    }

    /// Looks for the start of a record.
    fn search(&mut self, byte: u8, seen: usize, at_line_start: bool, chunk: &mut Chunk<'_>) {
        if byte == b'{' && at_line_start {
            // As if a text started here.
            self.state = State::Value;
            return;
        }
        chunk.step();
        let expected = EVENT_START.get(seen) == Some(&byte);
        let seen = if expected { seen + 1 } else { usize::from(byte == b'{') };
        if seen < EVENT_START.len() {
            let at_line_start = byte == b'\n' || at_line_start && matches!(byte, b' ' | b'\t' | b'\r');
            self.state = State::Lost { seen, at_line_start };
            return;
        }
        self.keep(chunk);
        let mut text = std::mem::take(&mut self.spare);
        text.extend_from_slice(EVENT_START);
        // It has no line break.
        let start = Position { column: self.position.column - EVENT_START.len(), ..self.position };
        self.open = Some(Open { start, depth: 0, text, key: (1, EVENT_START.len()) });
        self.stack.push(Container::Object);
        self.state = State::Colon;
    }

    /// Opens a record, unless one is open.
    fn start(&mut self, chunk: &mut Chunk<'_>) {
        if self.open.is_some() {
            return;
        }
        self.keep(chunk);
        let text = std::mem::take(&mut self.spare);
        self.open = Some(Open { start: self.position, depth: self.stack.len(), text, key: (0, 0) });
    }

    fn close(&mut self, chunk: &mut Chunk<'_>, found: &mut dyn FnMut(Piece<'_>)) {
        chunk.step();
        self.stack.pop();
        self.close_value(chunk, found);
    }

    /// After a value, which may have been the record.
    fn close_value(&mut self, chunk: &mut Chunk<'_>, found: &mut dyn FnMut(Piece<'_>)) {
        self.state = State::After;
        if self.open.as_ref().is_none_or(|open| open.depth != self.stack.len()) {
            return;
        }
        self.keep(chunk);
        if let Some(open) = &self.open {
            found(match open.text.len() > MOST_BYTES {
                true => Piece::Damage(open.start, Damage::TooLarge),
                false => Piece::Record(&open.text, open.start),
            });
        }
        self.forget();
    }

    fn damage(&mut self, damage: Damage, chunk: &mut Chunk<'_>, found: &mut dyn FnMut(Piece<'_>)) {
        self.keep(chunk);
        // What follows a record that was damaged is damaged with it.
        if self.open.is_some() || !self.was_lost {
            found(Piece::Damage(self.position, damage));
        }
        // Between two records the byte itself may start the next one.
        let at_line_start = self.open.is_none() || self.position.column == 1;
        self.forget();
        self.stack.clear();
        self.was_lost = true;
        self.state = State::Lost { seen: 0, at_line_start };
    }

    /// No record is open.
    fn forget(&mut self) {
        if let Some(open) = self.open.take() {
            self.spare = open.text;
            self.spare.clear();
            self.spare.shrink_to(64 << 10);
        }
    }

    /// Whether a key or value here is a member of the open record.
    fn is_own_member(&self) -> bool {
        self.stack.last() == Some(&Container::Object)
            && self.open.as_ref().is_some_and(|open| open.depth + 1 == self.stack.len())
    }

    /// How much of the open record stands before here.
    fn kept(&self, chunk: &Chunk<'_>) -> usize {
        self.open.as_ref().map_or(0, |open| open.text.len()) + chunk.pending.len() - chunk.rest.len()
    }

    /// Counts what was passed, and keeps it if a record is open: one byte more than is read shows that it is too large.
    fn keep(&mut self, chunk: &mut Chunk<'_>) {
        let passed = chunk.pending.get(..chunk.pending.len() - chunk.rest.len()).unwrap_or_default();
        chunk.pending = chunk.rest;
        pass(&mut self.position, passed);
        if let Some(open) = &mut self.open {
            let room = (MOST_BYTES + 1).saturating_sub(open.text.len()).min(passed.len());
            open.text.extend_from_slice(passed.get(..room).unwrap_or_default());
        }
    }
}

impl Chunk<'_> {
    fn step(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }
}

impl Open {
    /// Whether its last key is one of a list of events.
    fn is_wrapper(&self) -> bool {
        let key = self.text.get(self.key.0..self.key.1).unwrap_or_default();
        serde_json::from_slice::<String>(key).is_ok_and(|key| LISTS.contains(&key.as_str()))
    }
}

impl State {
    fn expected(self) -> &'static str {
        match self {
            Self::Value | Self::ValueOrEnd => "a value",
            Self::After => "`,` or a closing bracket",
            Self::Key => "a member's name",
            Self::KeyOrEnd => "a member's name or `}`",
            Self::Colon => "`:`",
            Self::Text(_) | Self::Escape(_) => "the rest of a string",
            Self::Word | Self::Lost { .. } => "a record",
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Moves on over text.
fn pass(position: &mut Position, text: &[u8]) {
    let rest = match text.iter().rposition(|byte| *byte == b'\n') {
        Some(last) => {
            position.line += text.iter().filter(|byte| **byte == b'\n').count();
            position.column = 1;
            text.get(last + 1..).unwrap_or_default()
        }
        None => text,
    };
    // All bytes of a character but its first are continuations.
    position.column += rest.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
}
