//! A file that was read: its name, its text, and where its lines start.

use std::sync::{Arc, OnceLock};

use countersign_policy::document::{LineIndex, Position, Problem, Severity, Span};
use serde::Serialize;

use crate::fix::Surroundings;
use crate::report::Excerpt;

/// A file, shared by the roles that came from it.
#[derive(Debug, Clone)]
pub struct SourceFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: String,
    text: String,
    lines: LineIndex,
    surroundings: OnceLock<Surroundings>,
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
        Self(Arc::new(Inner { path: path.to_owned(), text, lines, surroundings: OnceLock::new() }))
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

    /// What fixes go by.
    pub(crate) fn surroundings(&self) -> &Surroundings {
        self.0.surroundings.get_or_init(|| Surroundings::of(self.text()))
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

/// Files laid end to end, so that one span names a place in any of them: a role of a template has its parts in several.
#[derive(Debug, Clone)]
pub struct SourceMap(Arc<[Placed]>);

#[derive(Debug)]
struct Placed {
    base: u32,
    file: SourceFile,
}

/// A [`SourceMap`] to which files are added.
#[derive(Debug, Default)]
pub struct SourceMapBuilder {
    placed: Vec<Placed>,
    next: u32,
}

impl SourceMapBuilder {
    /// Adds a file and says what its spans are moved by, or `None` when there are more than 4 GiB of them.
    pub fn add(&mut self, file: SourceFile) -> Option<u32> {
        let base = self.next;
        // A byte between two files, so that the end of one is not the start of the next.
        self.next =
            u32::try_from(file.text().len()).ok().and_then(|length| base.checked_add(length)?.checked_add(1))?;
        self.placed.push(Placed { base, file });
        Some(base)
    }

    /// The files so far.
    #[must_use]
    pub fn finish(self) -> SourceMap {
        SourceMap(self.placed.into())
    }
}

impl From<SourceFile> for SourceMap {
    fn from(file: SourceFile) -> Self {
        Self(Arc::new([Placed { base: 0, file }]))
    }
}

impl SourceMap {
    /// The file a span starts in, and the span in that file.
    #[must_use]
    pub fn place(&self, span: Span) -> (&SourceFile, Span) {
        let after = self.0.partition_point(|placed| placed.base <= span.start);
        let placed = self.0.get(after.saturating_sub(1)).or_else(|| self.0.first());
        match placed {
            Some(Placed { base, file }) => {
                let local = |at: u32| at.saturating_sub(*base);
                (file, Span { start: local(span.start), end: local(span.end) })
            }
            None => (nowhere(), Span::default()),
        }
    }

    /// The location of a span.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        let (file, span) = self.place(span);
        file.location(span)
    }

    /// The only file, where there is one only.
    #[must_use]
    pub fn single(&self) -> Option<&SourceFile> {
        match &*self.0 {
            [placed] => Some(&placed.file),
            _ => None,
        }
    }

    /// Whether both are one map, shared.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The files, each with where its places start.
    pub fn laid(&self) -> impl Iterator<Item = (u32, &SourceFile)> {
        self.0.iter().map(|placed| (placed.base, &placed.file))
    }

    /// The files.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.0.iter().map(|placed| &placed.file)
    }
}

fn nowhere() -> &'static SourceFile {
    static NOWHERE: std::sync::OnceLock<SourceFile> = std::sync::OnceLock::new();
    NOWHERE.get_or_init(|| SourceFile::new("", String::new()))
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

impl From<Severity> for ProblemSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
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
