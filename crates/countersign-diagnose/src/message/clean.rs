//! A pasted text as one line of plain characters, with the way back to where each of them stood.
//!
//! Terminals, chats, logs and issue trackers change a message: colours, line breaks, typographic quotes, escapes of the
//! language that printed it, box drawings, quote marks at the start of lines. None of it means anything.

use countersign_policy::document::Span;

/// The text without what carries no meaning. Runs of white space are one blank.
#[derive(Debug, Clone)]
pub(super) struct Clean {
    /// The plain text.
    pub(super) text: String,
    origins: Vec<Run>,
}

/// Where a stretch of the plain text comes from.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Where it starts in the plain text.
    at: usize,
    /// The bytes of the original that its first character was written with.
    origin: Span,
    /// Every character stands as it stood; otherwise the run is one character.
    is_same: bool,
}

impl Clean {
    /// Cleans in one pass.
    pub(super) fn new(original: &str) -> Self {
        let mut writer = Writer { text: String::with_capacity(original.len()), origins: Vec::new(), after_line: true };
        let mut rest = original.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let following = original.get(at + c.len_utf8()..).unwrap_or_default();
            let (skip, plain) = plain(c, following, writer.after_line);
            let skip_to = at + c.len_utf8() + skip;
            while rest.peek().is_some_and(|(next, _)| *next < skip_to) {
                rest.next();
            }
            match plain {
                Plain::Nothing => {}
                Plain::Blank => writer.blank(Span::new(at, skip_to)),
                Plain::LineBreak => {
                    writer.blank(Span::new(at, skip_to));
                    writer.after_line = true;
                }
                Plain::Char(c) => writer.push(Span::new(at, skip_to), c),
            }
        }
        Self { text: writer.text, origins: writer.origins }
    }

    /// The span in the original of bytes `start..end` of the plain text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let origin = |at: usize| self.origin(at.min(self.text.len().saturating_sub(1)));
        let start = origin(start).start;
        let end = end.checked_sub(1).map_or(start, |last| origin(last).end.max(start));
        Span { start, end }
    }

    /// The bytes that the character of byte `at` was written with.
    fn origin(&self, at: usize) -> Span {
        let after = self.origins.partition_point(|run| run.at <= at);
        let Some(run) = after.checked_sub(1).and_then(|run| self.origins.get(run)) else { return Span::default() };
        if !run.is_same {
            return run.origin;
        }
        let first = self.text.floor_char_boundary(at);
        let length = self.text.get(first..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let start = run.origin.start as usize + first - run.at;
        Span::new(start, start + length)
    }
}

struct Writer {
    text: String,
    origins: Vec<Run>,
    after_line: bool,
}

impl Writer {
    fn push(&mut self, origin: Span, c: char) {
        let at = self.text.len();
        let is_same = (origin.end - origin.start) as usize == c.len_utf8();
        let goes_on = self
            .origins
            .last()
            .is_some_and(|run| is_same && run.is_same && at - run.at == (origin.start - run.origin.start) as usize);
        if !goes_on {
            self.origins.push(Run { at, origin, is_same });
        }
        self.text.push(c);
        self.after_line = false;
    }

    fn blank(&mut self, origin: Span) {
        if !self.text.ends_with(' ') && !self.text.is_empty() {
            let after_line = self.after_line;
            self.push(origin, ' ');
            self.after_line = after_line;
        }
    }
}

/// What stays of a character.
enum Plain {
    Nothing,
    Blank,
    LineBreak,
    Char(char),
}

/// What `c` comes to, and how many bytes of what follows go with it.
fn plain(c: char, following: &str, after_line: bool) -> (usize, Plain) {
    match c {
        '\u{1b}' => (escape_length(following), Plain::Nothing),
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => (0, Plain::LineBreak),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' => {
            (0, Plain::Nothing)
        }
        // Marks that tools draw at the edge of their messages.
        '│' | '╷' | '╵' | '┃' => (0, Plain::Blank),
        '>' | '|' if after_line => (0, Plain::Blank),
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '＂' => (0, Plain::Char('"')),
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '＇' => (0, Plain::Char('\'')),
        '\\' => match following.chars().next() {
            Some('n' | 't' | 'r') => (1, Plain::Blank),
            Some('"') => (1, Plain::Char('"')),
            Some('\'') => (1, Plain::Char('\'')),
            Some('/') => (1, Plain::Char('/')),
            Some('u') => escaped(following.get(1..5)).map_or((0, Plain::Char(c)), |c| (5, Plain::Char(c))),
            _ => (0, Plain::Char(c)),
        },
        '&' => entity(following),
        c if c.is_whitespace() => (0, Plain::Blank),
        c if c.is_control() => (0, Plain::Nothing),
        c => (0, Plain::Char(c)),
    }
}

/// How long a terminal's escape sequence is after its first character.
fn escape_length(following: &str) -> usize {
    let mut chars = following.char_indices();
    match chars.next() {
        // `ESC [`, parameters, a letter.
        Some((_, '[')) => match chars.find(|(_, c)| !(' '..='?').contains(c)) {
            Some((at, '@'..='~')) => at + 1,
            _ => 1,
        },
        // `ESC ] … BEL` or `ESC \`; without an end it is not one.
        Some((_, ']')) => {
            let end = following.char_indices().take(512).find(|(_, c)| matches!(c, '\u{7}' | '\u{1b}'));
            end.map_or(1, |(at, c)| if c == '\u{7}' { at + 1 } else { at })
        }
        Some((at, c)) if c.is_ascii() && !c.is_control() => at + 1,
        _ => 0,
    }
}

fn escaped(digits: Option<&str>) -> Option<char> {
    let c = char::from_u32(u32::from_str_radix(digits?, 16).ok()?)?;
    (!c.is_control()).then_some(c)
}

/// The XML entities that STS and log viewers write.
fn entity(following: &str) -> (usize, Plain) {
    let known = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("apos;", '\'')];
    let found = known.iter().find(|(name, _)| following.starts_with(name));
    found.map_or_else(|| numeric_entity(following), |(name, c)| (name.len(), Plain::Char(*c)))
}

/// `&#x27;` and `&#39;`.
fn numeric_entity(following: &str) -> (usize, Plain) {
    let plain = || {
        let body = following.strip_prefix('#')?;
        let (digits, _) = body.split_once(';').filter(|(digits, _)| (1..=6).contains(&digits.len()))?;
        let code = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => digits.parse().ok()?,
        };
        let c = char::from_u32(code).filter(|c| !c.is_control())?;
        Some((digits.len() + 2, Plain::Char(c)))
    };
    plain().unwrap_or((0, Plain::Char('&')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn original<'t>(text: &'t str, clean: &Clean, needle: &str) -> &'t str {
        let start = clean.text.find(needle).unwrap();
        let span = clean.span(start, start + needle.len());
        text.get(span.start as usize..span.end as usize).unwrap()
    }

    #[test]
    fn colours_quotes_and_line_breaks_go() {
        let text = "\u{1b}[31mError:\u{1b}[0m “role”\n  │ is  not\r\n> authorized &quot;x&quot; \\u003ca\\u003e";
        let clean = Clean::new(text);
        assert_eq!(clean.text, "Error: \"role\" is not authorized \"x\" <a>");
        assert_eq!(original(text, &clean, "Error:"), "Error:");
        assert_eq!(original(text, &clean, "is not authorized"), "is  not\r\n> authorized");
        assert_eq!(original(text, &clean, "\"role\""), "“role”");
    }

    #[test]
    fn escapes_that_never_end_take_nothing_else_with_them() {
        assert_eq!(Clean::new("\u{1b}]0;titleUser: a").text, "0;titleUser: a");
        assert_eq!(Clean::new("a\u{1b}").text, "a");
        assert_eq!(Clean::new("\u{1b}]0;t\u{7}b").text, "b");
        assert_eq!(Clean::new("é\\u00zz &x; \u{202e}").text, "é\\u00zz &x; ");
    }
}
