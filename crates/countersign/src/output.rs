//! The two ways out: the answer goes to stdout, talk to stderr. Text is styled with escapes that are taken off where there
//! is no terminal; what the user wrote passes through [`inert`] first. A pipe that was closed ends the output quietly.

use std::borrow::Cow;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

/// Denied, failed, wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Allowed, matched.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Worth a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Rules, arrows, labels.
pub(crate) const NOTE: Style = AnsiColor::Cyan.on_default();
/// Headlines.
pub(crate) const BOLD: Style = Style::new().bold();

/// Prints the answer.
///
/// # Errors
/// When stdout cannot be written to, unless the reader has gone away.
pub(crate) fn answer(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints the answer as one JSON document.
///
/// # Errors
/// As [`answer`].
pub(crate) fn answer_json(value: &impl serde::Serialize) -> io::Result<()> {
    answer(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Prints what is said on the side. There is nobody to tell when that fails.
pub(crate) fn talk(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Text of the user's that moves no cursor and turns no line around: control characters and bidirectional marks are
/// written as escapes.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if is_active(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// The character as it stands in an excerpt, where every character takes one column.
pub(crate) fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if is_active(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A value in backticks, cut when it is long.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let shown: String = text.chars().take(LONGEST).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("`{}{dots}`", inert(&shown))
}

/// Values in backticks, the first three and how many more.
pub(crate) fn quoted_list(values: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = values.iter().take(SHOWN).map(|value| quoted(value)).collect();
    match values.len() {
        0 => "no value".to_owned(),
        count if count > SHOWN => format!("{} and {} more", shown.join(", "), count - SHOWN),
        _ => shown.join(", "),
    }
}
