//! A command that stands in strings of a program: what it comes to, with the place of each letter, and the calls in it.

use countersign_policy::document::Span;

use super::command::OPERATION;
use super::tree::{Id, Patience, Tree};
use crate::call::shell;
use crate::call::{Call, Parameter, Quoting, Slot, Style};
use crate::edit::Edit;

/// No command is longer.
const LONGEST: usize = 32 << 10;
/// What stands for a value that the text does not say: the shell's variable of a name that nobody sets.
const UNKNOWN: &str = "${_}";

/// Where a letter of a command comes from.
#[derive(Debug, Clone, Copy)]
struct Letter {
    /// What it is written as.
    span: Span,
    /// The string literal it stands in, or that holds the expression it comes from.
    literal: Id,
    /// The literal is a part of the command where that is made, and not a value it was given.
    is_own: bool,
    /// It is a part of [`UNKNOWN`].
    is_unknown: bool,
}

/// The text of a command.
#[derive(Debug, Default)]
pub(in crate::call) struct Letters {
    text: String,
    /// One for each byte of the text.
    places: Vec<Letter>,
}

/// A string literal, as far as it says how what is written to it is escaped.
#[derive(Debug, Clone, Copy)]
struct Host {
    quote: char,
    is_raw: bool,
    has_lines: bool,
    /// Its lines go on behind two backslashes, and not behind one.
    doubles: bool,
}

impl Letters {
    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Adds a letter of a literal; `None` when the command gets too long.
    pub(in crate::call) fn push(&mut self, letter: char, span: Span, literal: Id, is_own: bool) -> Option<()> {
        if self.text.len() > LONGEST {
            return None;
        }
        self.text.push(letter);
        let place = Letter { span, literal, is_own, is_unknown: false };
        self.places.resize(self.text.len(), place);
        Some(())
    }

    /// Adds a value that is not known.
    pub(in crate::call) fn push_unknown(&mut self, span: Span, literal: Id, is_own: bool) -> Option<()> {
        if self.text.len() > LONGEST {
            return None;
        }
        self.text.push_str(UNKNOWN);
        let place = Letter { span, literal, is_own, is_unknown: true };
        self.places.resize(self.text.len(), place);
        Some(())
    }

    /// Writes a word before all others, at the place of the first.
    pub(super) fn start_with(&mut self, word: &str) {
        let Some(first) = self.places.first().copied() else { return };
        let at = Letter { span: Span { start: first.span.start, end: first.span.start }, ..first };
        self.text.insert_str(0, word);
        self.places.splice(0..0, std::iter::repeat_n(at, word.len()));
    }

    /// The calls of the command, with their places in the program. `whole` is where the program makes it.
    pub(in crate::call) fn calls(&self, tree: &Tree<'_>, whole: Id, style: Style, patience: Patience<'_>) -> Vec<Call> {
        let calls = shell::read(&self.text, patience).map(|reading| reading.calls).unwrap_or_default();
        calls.into_iter().map(|call| self.placed(tree, whole, style, call)).collect()
    }

    fn placed(&self, tree: &Tree<'_>, whole: Id, style: Style, mut call: Call) -> Call {
        let is_above = |id: &Id| tree.kind(*id).ends_with("argument_list") || tree.kind(*id) == "arguments";
        let around = tree.parent(whole).filter(is_above).and_then(|list| tree.parent(list)).unwrap_or(whole);
        let behind = self.behind_operation(call.span);
        call.style = style;
        call.span = tree.span(around);
        for parameter in call.parameters.values_mut() {
            let (Parameter::Known { span, .. } | Parameter::Unknown { span, .. }) = &*parameter else { continue };
            let (is_unknown, place) = (self.is_unknown(*span), self.place(*span).unwrap_or(call.span));
            *parameter = match std::mem::replace(parameter, Parameter::Absent) {
                Parameter::Known { value, .. } if !is_unknown => Parameter::Known { value, span: place },
                _ => {
                    let written = tree.source().get(place.start as usize..place.end as usize);
                    Parameter::Unknown { expression: written.unwrap_or_default().to_owned(), span: place }
                }
            };
        }
        call.slots = std::mem::take(&mut call.slots)
            .into_iter()
            .filter_map(|(name, slot)| Some((name, self.slot(tree, slot, behind)?)))
            .collect();
        let removal = |edits: Vec<Edit>| -> Option<Vec<Edit>> {
            edits.into_iter().map(|edit| Some(Edit { span: self.place(edit.span)?, text: edit.text })).collect()
        };
        call.removals = std::mem::take(&mut call.removals)
            .into_iter()
            .filter_map(|(name, edits)| Some((name, removal(edits)?)))
            .collect();
        call
    }

    /// The end of the operation's name in the command at `span`.
    fn behind_operation(&self, span: Span) -> Option<usize> {
        let command = self.text.get(span.start as usize..span.end as usize)?;
        Some(span.start as usize + command.find(OPERATION)? + OPERATION.len())
    }

    fn letters(&self, span: Span) -> &[Letter] {
        self.places.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn is_unknown(&self, span: Span) -> bool {
        self.letters(span).iter().any(|letter| letter.is_unknown)
    }

    /// The place of a stretch of the command that stands in one literal.
    fn place(&self, span: Span) -> Option<Span> {
        let letters = self.letters(span);
        let (first, last) = (letters.first()?, letters.last()?);
        let is_one = letters.iter().all(|letter| letter.literal == first.literal);
        (is_one && first.span.start <= last.span.end).then_some(Span { start: first.span.start, end: last.span.end })
    }

    /// A slot of the command as one of the program. What is added where no literal goes on stands right behind the operation.
    fn slot(&self, tree: &Tree<'_>, slot: Slot, behind: Option<usize>) -> Option<Slot> {
        if !slot.also.is_empty() || !slot.behind.is_empty() {
            return None;
        }
        let inner = match slot.quoting {
            Quoting::Shell => None,
            Quoting::ShellIn(quote) => Some(quote),
            _ => return None,
        };
        if slot.span.start < slot.span.end {
            // In quotes of the shell's, what is not known looks like a text.
            (!self.is_unknown(slot.span)).then_some(())?;
            let span = self.place(slot.span)?;
            let literal = self.letters(slot.span).first()?.literal;
            let mut host = Host::of(tree, literal)?;
            // In a long string quotes may stand without escapes.
            let written = tree.source().get(span.start as usize..).unwrap_or_default();
            if inner == Some(host.quote) && written.starts_with(host.quote) {
                host.quote = if host.quote == '"' { '\'' } else { '"' };
            }
            return Some(host.slot(span, &slot.before, inner));
        }
        let at = |at: usize| self.places.get(at.checked_sub(1)?);
        let goes_on = |letter: &&Letter| letter.is_own && tree.span(letter.literal).end > letter.span.end;
        let there = at(slot.span.start as usize).filter(goes_on);
        let letter = there.or_else(|| at(behind?).filter(goes_on))?;
        // Away from the options there is no line to stand on.
        let before = if there.is_some() {
            slot.before
        } else {
            format!(" {}", slot.before.trim_start_matches(['\\', '\r', '\n', ' ', '\t']))
        };
        let end = letter.span.end;
        Some(Host::of(tree, letter.literal)?.slot(Span { start: end, end }, &before, inner))
    }
}

impl Host {
    fn of(tree: &Tree<'_>, literal: Id) -> Option<Self> {
        let text = tree.text(literal);
        let at = text.find(['"', '\'', '`'])?;
        let quote = text.get(at..)?.chars().next()?;
        let (has_lines, doubles) = (text.contains('\n'), text.contains("\\\\\n") || text.contains("\\\\\r\n"));
        Some(Self { quote, is_raw: is_raw(tree, literal), has_lines, doubles })
    }

    fn slot(self, span: Span, before: &str, inner: Option<char>) -> Slot {
        let mut out = String::new();
        let mut letters = before.chars().peekable();
        while let Some(letter) = letters.next() {
            let ends_line = matches!(letters.peek(), Some('\n' | '\r'));
            match letter {
                '\n' if !self.has_lines => out.push_str("\\n"),
                '\\' if !self.is_raw && (self.doubles || !self.has_lines || !ends_line) => out.push_str("\\\\"),
                letter => out.push(letter),
            }
        }
        let quoting = Quoting::ShellWithin { literal: self.quote, inner };
        Slot { span, before: out, behind: String::new(), quoting, also: Vec::new() }
    }
}

/// Whether a literal has no escapes: `r"…"`, `@"…"`, a shell's `'…'`.
pub(super) fn is_raw(tree: &Tree<'_>, literal: Id) -> bool {
    let kind = tree.kind(literal);
    let text = tree.text(literal);
    let prefix = text.split(['"', '\'', '`']).next().unwrap_or_default();
    kind.starts_with("raw") || kind.starts_with("verbatim") || prefix.contains(['r', 'R', '@'])
}
