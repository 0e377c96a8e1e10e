//! A file that was read: its name, its text, and where its lines start.

use std::sync::Arc;

use countersign_policy::document::{LineIndex, Position, Problem, Span};
use serde::Serialize;

use crate::report::Excerpt;

/// A file, shared by the roles that came from it.
#[derive(Debug, Clone)]
pub struct SourceFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: String,
    text: String,
    lines: LineIndex,
}

/// A stretch of a file, as people count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// The file as it was named.
    pub path: String,
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    /// The line of the last character.
    pub end_line: usize,
    /// One past the last character.
    pub end_column: usize,
}

impl SourceFile {
    /// A file with this text; `path` is what reports call it.
    #[must_use]
    pub fn new(path: &str, text: String) -> Self {
        let lines = LineIndex::new(&text);
        Self(Arc::new(Inner { path: path.to_owned(), text, lines }))
    }

    /// The file's name.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The position of a byte offset.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.0.lines.position(&self.0.text, offset)
    }

    /// The location of a span.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        let (start, end) = (self.position(span.start), self.position(span.end.max(span.start)));
        Location {
            path: self.path().to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

/// How bad it is that something could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProblemSeverity {
    /// Worth knowing.
    Note,
    /// Something is odd; nothing is lost.
    Warning,
    /// Something could not be read.
    Error,
}

/// Something in the input that could not be used, at its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputProblem {
    /// The file.
    pub path: String,
    /// 1-based line; 1 when the file as a whole is meant.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
    /// How bad it is.
    pub severity: ProblemSeverity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The line, for people.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

impl InputProblem {
    /// A problem with the file as a whole.
    #[must_use]
    pub fn of_file(path: &str, severity: ProblemSeverity, message: impl Into<String>, help: &str) -> Self {
        Self {
            path: path.to_owned(),
            line: 1,
            column: 1,
            severity,
            message: message.into(),
            help: Some(help.to_owned()),
            excerpt: None,
        }
    }

    /// A problem at a place in a file.
    #[must_use]
    pub fn at(
        file: &SourceFile,
        span: Span,
        severity: ProblemSeverity,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Self {
        let Position { line, column } = file.position(span.start);
        let excerpt = Some(Excerpt::new(file.text(), span));
        Self { path: file.path().to_owned(), line, column, severity, message: message.into(), help, excerpt }
    }

    /// A document's problem, placed in `file` (`problem.span` is the file's).
    #[must_use]
    pub fn in_file(file: &SourceFile, problem: &Problem, severity: ProblemSeverity) -> Self {
        Self::at(file, problem.span, severity, problem.message.clone(), problem.help.clone())
    }
}
