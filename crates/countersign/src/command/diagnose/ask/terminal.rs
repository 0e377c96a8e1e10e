//! Lines that somebody types or pastes, with Ctrl-C as an end of them.

use std::io::BufRead as _;
use std::sync::mpsc::{Receiver, sync_channel};

use crate::command::diagnose::interrupt;
use crate::output;

/// The most bytes of an answer.
const LONGEST: usize = 1 << 20;

/// Whoever was asked has left, with Ctrl-D or Ctrl-C.
#[derive(Debug)]
pub(super) struct Left;

/// What comes from the terminal.
pub(super) struct Terminal {
    lines: Receiver<Option<String>>,
}

impl Terminal {
    /// Listens to the terminal.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub(super) fn open() -> std::io::Result<Self> {
        let (sender, lines) = sync_channel(1);
        let end = sender.clone();
        interrupt::listen(move || drop(end.send(None)))?;
        std::thread::spawn(move || {
            let mut stdin = std::io::stdin().lock();
            loop {
                let mut line = String::new();
                let read = stdin.read_line(&mut line);
                let line = read.is_ok_and(|length| length > 0).then_some(line);
                let is_end = line.is_none();
                if sender.send(line).is_err() || is_end {
                    return;
                }
            }
        });
        Ok(Self { lines })
    }

    /// The next line, without its end.
    ///
    /// # Errors
    /// [`Left`] at Ctrl-D and Ctrl-C.
    pub(super) fn line(&mut self, prompt: &str) -> Result<String, Left> {
        output::talk(prompt);
        let line = self.lines.recv().ok().flatten().ok_or(Left)?;
        Ok(line.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// A JSON document that starts with `first`: to where it is complete, or to two empty lines.
    ///
    /// # Errors
    /// [`Left`] at Ctrl-D and Ctrl-C.
    pub(super) fn json(&mut self, first: String) -> Result<String, Left> {
        let mut text = first;
        let mut blank = 0;
        while blank < 2 && text.len() < LONGEST && !is_complete(&text) {
            let line = self.line("")?;
            blank = if line.trim().is_empty() { blank + 1 } else { 0 };
            text.push('\n');
            text.push_str(&line);
        }
        text.push('\n');
        Ok(text)
    }
}

/// Whether nothing is missing. A document that is wrong in its middle is complete: more of it does not help.
fn is_complete(text: &str) -> bool {
    let parsed = serde_json::from_str::<serde::de::IgnoredAny>(text);
    parsed.map_or_else(|error| !error.is_eof(), |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_complete_when_nothing_is_missing() {
        for (text, complete) in
            [("{", false), ("{\"a\":\n[1,", false), ("{}", true), ("{\"a\" 1", true), ("{} x", true)]
        {
            assert_eq!(is_complete(text), complete, "{text}");
        }
    }
}
