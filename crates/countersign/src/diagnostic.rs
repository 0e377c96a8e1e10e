//! What is wrong and where, printed in rustc's manner.

use std::fmt::Write as _;

use countersign_audit::report::{Excerpt, Level, Message};
use countersign_policy::document::{Embedding, Position, Problem, Severity, Span};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::output::{self, inert};
use crate::read::Input;

/// One thing that is wrong, with its place when it has one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Diagnostic {
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) message: String,
    /// Where.
    pub(crate) place: Option<Place>,
    /// What to do about it.
    pub(crate) help: Option<String>,
}

/// A file, or a range in one.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: String,
    range: Option<Range>,
}

#[derive(Debug, Clone)]
struct Range {
    start: Position,
    end: Position,
    excerpt: Excerpt,
}

impl Place {
    /// A file as a whole.
    pub(crate) fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), range: None }
    }

    /// A range of a file.
    pub(crate) fn range(input: &Input, span: Span) -> Self {
        let (start, end) = (input.position(span.start), input.position(span.end));
        let excerpt = Excerpt::new(&input.text, span);
        Self { path: input.name.clone(), range: Some(Range { start, end, excerpt }) }
    }
}

impl Diagnostic {
    /// An error without a place.
    pub(crate) fn error(message: impl Into<String>, help: Option<String>) -> Self {
        Self { severity: Severity::Error, message: message.into(), place: None, help }
    }

    /// A problem at its place in a file.
    pub(crate) fn at(input: &Input, problem: &Problem) -> Self {
        Self::embedded(input, Embedding::Direct, problem)
    }

    /// A problem in a policy that lies inside a file.
    pub(crate) fn embedded(input: &Input, embedding: Embedding, problem: &Problem) -> Self {
        let span = embedding.locate(&input.text, problem.span);
        Self {
            severity: problem.severity,
            message: problem.message.clone(),
            place: Some(Place::range(input, span)),
            help: problem.help.clone(),
        }
    }

    /// Whether it is more than a warning.
    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether it points into a file, and not just at one.
    pub(crate) fn has_position(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.range.is_some())
    }

    /// The diagnostic as text, in colour, with a line break at its end.
    pub(crate) fn render(&self) -> String {
        let range = self.place.as_ref().and_then(|place| place.range.as_ref());
        let help = self.help.as_deref().map(|help| ("help", help));
        Message {
            level: match self.severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
            },
            id: None,
            text: &self.message,
            place: self.place.as_ref().map(|place| (place.path.as_str(), range.map(|range| range.start))),
            excerpt: range.map(|range| &range.excerpt),
            notes: help.as_slice(),
        }
        .render()
    }
}

/// The most problems of one file that are shown to people.
const SHOWN: usize = 20;

/// Problems of a file as text, each with a blank line below it.
pub(crate) fn list(problems: &[Diagnostic], file: &str) -> String {
    let mut text: String = problems.iter().take(SHOWN).map(|problem| problem.render() + "\n").collect();
    if problems.len() > SHOWN {
        let _ = writeln!(text, "and {} more problems in {}\n", problems.len() - SHOWN, inert(file));
    }
    text
}

/// An element of a JSON report's `problems`.
impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let range = self.place.as_ref().and_then(|place| place.range.as_ref());
        let mut members = serializer.serialize_struct("Diagnostic", 8)?;
        members.serialize_field("path", &self.place.as_ref().map(|place| &place.path))?;
        members.serialize_field("line", &range.map(|range| range.start.line))?;
        members.serialize_field("column", &range.map(|range| range.start.column))?;
        members.serialize_field("end_line", &range.map(|range| range.end.line))?;
        members.serialize_field("end_column", &range.map(|range| range.end.column))?;
        members.serialize_field("severity", &self.severity)?;
        members.serialize_field("message", &self.message)?;
        members.serialize_field("help", &self.help)?;
        members.end()
    }
}

/// Prints why a command could not answer.
pub(crate) fn report(error: &anyhow::Error) {
    if let Some(diagnostic) = error.downcast_ref::<Box<Diagnostic>>() {
        return output::talk(&diagnostic.render());
    }
    let mut text = Diagnostic::error(error.to_string(), None).render();
    for cause in error.chain().skip(1) {
        let _ = writeln!(text, " {}cause:{:#} {}", output::NOTE, output::NOTE, inert(&cause.to_string()));
    }
    output::talk(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(input: &Input, start: usize, end: usize) -> String {
        let problem =
            Problem { severity: Severity::Error, span: Span::new(start, end), message: "bad".into(), help: None };
        anstream::adapter::strip_str(&Diagnostic::at(input, &problem).render()).to_string()
    }

    #[test]
    fn carets_stand_under_their_text() {
        let input = Input::new("a.json", "{\n\t\"é\": 1234\n}");
        assert_eq!(plain(&input, 9, 13), "error: bad\n  --> a.json:2:7\n   |\n 2 |  \"é\": 1234\n   |       ^^^^\n",);
    }

    #[test]
    fn terminal_escapes_in_the_users_text_are_inert() {
        let input = Input::new("a\x1b[2J.json", "\"\x1b]0;title\x07\"");
        let problem = Problem {
            severity: Severity::Error,
            span: Span::new(0, 3),
            message: "unknown element `\u{1b}[31m\u{202e}`".into(),
            help: Some("\r\x07".into()),
        };
        let text = Diagnostic::at(&input, &problem).render();
        let own = anstream::adapter::strip_str(&text).to_string();
        assert!(!own.contains(['\x1b', '\r', '\x07', '\u{202e}']), "{own:?}");
        assert!(text.contains(r"\u{1b}[31m\u{202e}"));
    }

    #[test]
    fn places_past_the_end_do_not_panic() {
        assert!(plain(&Input::new("empty", ""), 5, 9).starts_with("error: bad\n  --> empty:1:1\n"));
    }
}
