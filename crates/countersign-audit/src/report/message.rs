//! One message in rustc's manner: what is wrong, where, the line with the place marked, and what to do.
//!
//! Reports print findings and problems through it, and the command line everything else that is wrong. Text is styled with
//! escapes; whoever prints it takes them off where there is no terminal. What the user wrote passes through [`inert`].

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use countersign_policy::document::Position;

use super::excerpt::{Excerpt, inert};

/// Denied, failed, wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Worth a look.
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Rules, arrows, labels.
pub const NOTE: Style = AnsiColor::Cyan.on_default();
/// Headlines.
pub const BOLD: Style = Style::new().bold();

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Wrong.
    Error,
    /// Worth a look.
    Warning,
    /// Worth knowing.
    Note,
}

/// A message.
#[derive(Debug)]
pub struct Message<'a> {
    /// How bad it is.
    pub level: Level,
    /// The audit that speaks.
    pub id: Option<&'a str>,
    /// What is wrong.
    pub text: &'a str,
    /// The file, and the place in it.
    pub place: Option<(&'a str, Option<Position>)>,
    /// The line.
    pub excerpt: Option<&'a Excerpt>,
    /// Further lines: a label such as `help` and its text.
    pub notes: &'a [(&'static str, &'a str)],
}

impl Message<'_> {
    /// The message as styled text, with a line break at its end.
    #[must_use]
    pub fn render(&self) -> String {
        let (word, style) = match self.level {
            Level::Error => ("error", BAD),
            Level::Warning => ("warning", WARN),
            Level::Note => ("note", NOTE),
        };
        let id = self.id.map(|id| format!("[{id}]")).unwrap_or_default();
        let mut out = format!("{style}{word}{id}{style:#}{BOLD}: {}{BOLD:#}\n", inert(self.text));
        self.render_place(&mut out);
        for (label, text) in self.notes {
            // Writing to a string cannot fail.
            let _ = writeln!(out, " {NOTE}{label}:{NOTE:#} {}", inert(text));
        }
        out
    }

    fn render_place(&self, out: &mut String) {
        let Some((path, position)) = self.place else { return };
        match position {
            Some(position) => out.push_str(&marked(path, position, self.excerpt, "")),
            None => {
                let _ = writeln!(out, "  {NOTE}-->{NOTE:#} {}", inert(path));
            }
        }
    }
}

/// A place, its line with the place marked, and a word beside the mark: a further place of a message.
#[must_use]
pub fn marked(path: &str, position: Position, excerpt: Option<&Excerpt>, label: &str) -> String {
    let number = position.line.to_string();
    let gap = " ".repeat(number.len());
    let mut out = format!(" {gap}{NOTE}-->{NOTE:#} {}:{number}:{}\n", inert(path), position.column);
    if let Some(excerpt) = excerpt.filter(|excerpt| !excerpt.is_blank()) {
        let label = if label.is_empty() { String::new() } else { format!(" {}", inert(label)) };
        let _ = writeln!(out, " {gap} {NOTE}|{NOTE:#}");
        let _ = writeln!(out, " {NOTE}{number} |{NOTE:#} {}", excerpt.text.trim_end());
        let _ = writeln!(out, " {gap} {NOTE}|{NOTE:#} {BAD}{}{label}{BAD:#}", excerpt.carets);
    }
    out
}
