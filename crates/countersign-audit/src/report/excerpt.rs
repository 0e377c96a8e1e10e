//! The user's text as it may be shown: a stretch of a line with a place marked, and nothing that steers a terminal.

use std::borrow::Cow;

use countersign_policy::document::Span;

/// The widest piece of a source line that is shown, in characters.
const WIDTH: usize = 100;

/// The part of a line around a place, with carets under the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    pub(super) text: String,
    pub(super) carets: String,
}

impl Excerpt {
    /// The line of `text` that `span` starts on.
    ///
    /// Looks only at the characters it shows, so a place in a large minified line costs no more than one in a short one.
    #[must_use]
    pub fn new(text: &str, span: Span) -> Self {
        let (head, tail) = text.split_at_checked(span.start as usize).unwrap_or((text, ""));
        let on_line = |c: &char| !matches!(c, '\n' | '\r');
        let before: Vec<char> = head.chars().rev().take_while(on_line).take(WIDTH + 1).collect();
        let after: Vec<char> = tail.chars().take_while(on_line).take(WIDTH + 1).collect();
        let length = span.end.saturating_sub(span.start) as usize;
        let marked = tail.char_indices().take_while(|(at, c)| *at < length && on_line(c)).take(WIDTH).count().max(1);
        let shown_before = if before.len() + after.len() <= WIDTH {
            before.len()
        } else {
            before.len().min(WIDTH.saturating_sub(after.len()).max((WIDTH - marked) / 2))
        };
        let shown_after = after.len().min(WIDTH - shown_before);
        let dots = |cut: bool| if cut { "…" } else { "" };
        let (dots_before, dots_after) = (dots(shown_before < before.len()), dots(shown_after < after.len()));
        let shown = before.iter().take(shown_before).rev().chain(after.iter().take(shown_after));
        let shown: String = shown.map(|c| visible(*c)).collect();
        let indent = " ".repeat(shown_before + dots_before.chars().count());
        let carets = "^".repeat(marked.min(shown_after).max(1));
        Self { text: format!("{dots_before}{shown}{dots_after}"), carets: indent + &carets }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Text of the user's that moves no cursor, turns no line around and hides nothing: control, bidirectional and invisible
/// characters are written as escapes such as `\u{202e}`.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if is_active(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// The character as it stands in an excerpt, where every character takes one column.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if is_active(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// Control characters, line and paragraph separators, and Unicode's formatting and default-ignorable characters.
pub(super) fn is_active(c: char) -> bool {
    // Nearly every character of a policy.
    if matches!(c, ' '..='~') {
        return false;
    }
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
                | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, start: usize, end: usize) -> Excerpt {
        Excerpt::new(text, Span::new(start, end))
    }

    #[test]
    fn carets_stand_under_their_text() {
        let shown = excerpt("{\n\t\"é\": 1234\n}", 9, 13);
        assert_eq!((shown.text.as_str(), shown.carets.as_str()), (" \"é\": 1234", "      ^^^^"));
    }

    #[test]
    fn a_minified_line_is_cut_around_the_place() {
        let text = format!("{}\"x\"{}", "0,".repeat(5_000), ",0".repeat(5_000));
        let shown = excerpt(&text, 10_000, 10_003);
        assert!(shown.text.chars().count() <= WIDTH + 2, "{shown:?}");
        let at = shown.carets.chars().position(|c| c == '^').unwrap();
        assert_eq!(shown.text.chars().skip(at).take(3).collect::<String>(), "\"x\"");
    }

    #[test]
    fn places_past_the_end_do_not_panic() {
        assert!(excerpt("", 5, 9).is_blank());
        assert_eq!(excerpt("xx\ny", 0, 4).carets, "^^");
        assert!(excerpt("é", 1, 2).carets.ends_with('^'), "inside a character");
    }

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        for c in "\u{0}\u{1b}\r\n\t\u{7f}\u{9b}\u{ad}\u{61c}\u{200b}\u{200e}\u{2028}\u{202e}\u{2066}\u{2064}\u{fe0f}\u{feff}\u{fff9}\u{e0041}"
            .chars()
        {
            let text = format!("a{c}b");
            assert_eq!(inert(&text), format!("a\\u{{{:x}}}b", c as u32));
            assert!(!excerpt(&text, 0, 1).text.contains(c) || c == ' ', "{c:?}");
        }
        assert!(matches!(inert("trust-été-日本.json"), Cow::Borrowed(_)));
    }
}
