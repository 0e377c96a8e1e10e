//! What is wrong and where, printed in rustc's manner.

use std::fmt::Write as _;

use countersign_policy::document::{Embedding, Position, Problem, Severity, Span};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::output::{self, inert};
use crate::read::Input;

/// The widest piece of a source line that is shown.
const EXCERPT_WIDTH: usize = 100;

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

/// The part of a line around a range, with its carets.
#[derive(Debug, Clone)]
struct Excerpt {
    text: String,
    carets: String,
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

impl Excerpt {
    /// Looks only at the characters it shows, so a place in a large minified line costs no more than one in a short one.
    fn new(text: &str, span: Span) -> Self {
        const WIDTH: usize = EXCERPT_WIDTH;
        let (head, tail) = text.split_at_checked(span.start as usize).unwrap_or((text, ""));
        let on_line = |c: &char| !matches!(c, '\n' | '\r');
        let before: Vec<char> = head.chars().rev().take_while(on_line).take(WIDTH + 1).collect();
        let after: Vec<char> = tail.chars().take_while(on_line).take(WIDTH + 1).collect();
        let marked = tail.get(..span.end.saturating_sub(span.start) as usize).unwrap_or(tail);
        let marked = marked.chars().take_while(on_line).take(WIDTH).count().max(1);
        let shown_before = if before.len() + after.len() <= WIDTH {
            before.len()
        } else {
            before.len().min(WIDTH.saturating_sub(after.len()).max((WIDTH - marked) / 2))
        };
        let shown_after = after.len().min(WIDTH - shown_before);
        let dots = |cut: bool| if cut { "…" } else { "" };
        let (dots_before, dots_after) = (dots(shown_before < before.len()), dots(shown_after < after.len()));
        let shown = before.iter().take(shown_before).rev().chain(after.iter().take(shown_after));
        let shown: String = shown.map(|c| output::visible(*c)).collect();
        let indent = " ".repeat(shown_before + dots_before.chars().count());
        let carets = "^".repeat(marked.min(shown_after).max(1));
        Self { text: format!("{dots_before}{shown}{dots_after}"), carets: indent + &carets }
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
        let (word, style) = match self.severity {
            Severity::Error => ("error", output::BAD),
            Severity::Warning => ("warning", output::WARN),
        };
        let mut text = format!("{style}{word}{style:#}{bold}: {}{bold:#}\n", inert(&self.message), bold = output::BOLD);
        if let Some(place) = &self.place {
            place.render(&mut text);
        }
        if let Some(help) = &self.help {
            // Writing to a string cannot fail.
            let _ = writeln!(text, " {}help:{:#} {}", output::NOTE, output::NOTE, inert(help));
        }
        text
    }
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

impl Place {
    fn render(&self, text: &mut String) {
        let path = inert(&self.path);
        let note = output::NOTE;
        let _ = match &self.range {
            None => writeln!(text, "  {note}-->{note:#} {path}"),
            Some(Range { start, excerpt, .. }) => {
                let number = start.line.to_string();
                let gap = " ".repeat(number.len());
                writeln!(text, " {gap}{note}-->{note:#} {path}:{}:{}", start.line, start.column).and_then(|()| {
                    if excerpt.text.trim().is_empty() {
                        return Ok(());
                    }
                    writeln!(text, " {gap} {note}|{note:#}")?;
                    writeln!(text, " {note}{number} |{note:#} {}", excerpt.text.trim_end())?;
                    writeln!(text, " {gap} {note}|{note:#} {bad}{}{bad:#}", excerpt.carets, bad = output::BAD)
                })
            }
        };
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
    fn a_minified_line_is_cut_around_the_place() {
        let input = Input::new("a.json", format!("{}\"x\"{}", "0,".repeat(5_000), ",0".repeat(5_000)));
        let text = plain(&input, 10_000, 10_003);
        assert!(text.lines().all(|line| line.chars().count() < 120), "{text}");
        let mut lines = text.lines().skip(3);
        let (source, carets) = (lines.next().unwrap(), lines.next().unwrap());
        let at = carets.chars().position(|c| c == '^').unwrap();
        assert_eq!(source.chars().skip(at).take(3).collect::<String>(), "\"x\"");
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
        let input = Input::new("empty", "");
        assert!(plain(&input, 5, 9).starts_with("error: bad\n  --> empty:1:1\n"));
        let input = Input::new("a", "xx\ny");
        assert!(plain(&input, 0, 4).contains("^^\n"));
    }
}
