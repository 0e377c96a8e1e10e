//! The two ways out: the answer goes to stdout, talk to stderr. Text is styled with escapes that are taken off where there
//! is no terminal; what the user wrote passes through [`inert`] first. A pipe that was closed ends the output quietly.

use std::io::{self, Write};
use std::ops::ControlFlow;

use anstyle::{AnsiColor, Style};
use countersign_audit::report::json_text;

pub(crate) use countersign_audit::report::{BAD, BOLD, NOTE, WARN, inert};

/// Allowed, matched.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();

/// Prints the answer.
///
/// # Errors
/// When stdout cannot be written to, unless the reader has gone away.
pub(crate) fn answer(text: &str) -> io::Result<()> {
    write(anstream::stdout().lock(), text)
}

/// Prints one of many answers; a break when the reader has gone away, so that no more are made.
///
/// # Errors
/// As [`answer`].
pub(crate) fn answer_while_read(text: &str) -> io::Result<ControlFlow<()>> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        written => written.map(ControlFlow::Continue),
    }
}

/// Prints the answer as one JSON document.
///
/// # Errors
/// As [`answer`].
pub(crate) fn answer_json(value: &impl serde::Serialize) -> io::Result<()> {
    answer_plain(&json_text(value)?)
}

/// Prints the answer as it is: data, without styles.
///
/// # Errors
/// As [`answer`].
pub(crate) fn answer_plain(text: &str) -> io::Result<()> {
    write(io::stdout().lock(), text)
}

fn write(mut stdout: impl Write, text: &str) -> io::Result<()> {
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints what is said on the side. There is nobody to tell when that fails.
pub(crate) fn talk(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
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
