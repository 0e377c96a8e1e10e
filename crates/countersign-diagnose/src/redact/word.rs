//! A text as words: runs of letters and digits, whatever language, escape or encoding they stand in.
//!
//! What stands between words is layout and stays. A character may be written as `\u0061` or `%61`; a pseudonym is written
//! in the same way.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;
use std::ops::Range;

/// What is looked at in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    /// An IP address, with the length of its prefix where it has one.
    Address,
    /// A date, and the time behind it: never a name.
    Date,
}

/// One character as a text writes it.
struct Unit {
    length: usize,
    /// The letter or digit; `None` for what stands between words.
    letter: Option<char>,
    /// A backslash and a letter: the escape of a line break, or the start of a name in a path.
    is_soft: bool,
}

/// The tokens of a text. `is_name` says whether a word is one that is known to be a name: `\new` is an escape unless there
/// is somebody called `new`.
pub(super) fn tokens<'t>(text: &'t str, is_name: &'t dyn Fn(&str) -> bool) -> impl Iterator<Item = Token> + 't {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let unit = unit(text, at)?;
            if unit.letter.is_some() {
                break;
            }
            let start = at;
            at += unit.length;
            if unit.is_soft && starts_name(text, at, is_name) {
                at = (start + unit.length).saturating_sub(1);
                break;
            }
        }
        let start = at;
        if let Some((kind, length)) = special(text, start) {
            at = start + length;
            return Some(Token { kind, span: start..at });
        }
        at = word_end(text, at);
        Some(Token { kind: TokenKind::Word, span: start..at })
    })
}

fn word_end(text: &str, mut at: usize) -> usize {
    while let Some(unit) = unit(text, at).filter(|unit| unit.letter.is_some()) {
        at += unit.length;
    }
    at
}

/// Whether the letter of the escape that ends at `at` starts a name.
fn starts_name(text: &str, at: usize, is_name: &dyn Fn(&str) -> bool) -> bool {
    let end = word_end(text, at);
    let (Some(with), Some(without)) = (at.checked_sub(1).and_then(|from| text.get(from..end)), text.get(at..end))
    else {
        return false;
    };
    !without.is_empty() && is_name(&decoded(with)) && !is_name(&decoded(without))
}

fn unit(text: &str, at: usize) -> Option<Unit> {
    let rest = text.get(at..)?;
    let c = rest.chars().next()?;
    let plain = |length: usize| Unit { length, letter: None, is_soft: false };
    Some(match c {
        '\\' => escape(rest),
        '%' => match percent(rest) {
            // What is behind it is part of it in any case, so that no pseudonym can become one.
            Some((length, c)) => Unit { length, letter: c.filter(|c| c.is_alphanumeric()), is_soft: false },
            None => plain(1),
        },
        '\u{1b}' => plain(1 + colour(rest.get(1..).unwrap_or_default())),
        c if c.is_alphanumeric() => Unit { length: c.len_utf8(), letter: Some(c), is_soft: false },
        c => plain(c.len_utf8()),
    })
}

/// One or more backslashes and what they escape.
fn escape(rest: &str) -> Unit {
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let behind = rest.get(slashes..).unwrap_or_default();
    let coded = |digits: usize| {
        let value = behind.get(1..=digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        char::from_u32(u32::from_str_radix(value, 16).ok()?)
    };
    let found = match behind.chars().next() {
        Some('u') => coded(4).map(|c| (5, c)),
        Some('x') => coded(2).map(|c| (3, c)),
        Some('n' | 't' | 'r') => return Unit { length: slashes + 1, letter: None, is_soft: true },
        _ => None,
    };
    match found {
        Some((length, '\u{1b}')) => {
            let length = slashes + length;
            let colour = colour(rest.get(length..).unwrap_or_default());
            Unit { length: length + colour, letter: None, is_soft: false }
        }
        Some((length, c)) => {
            Unit { length: slashes + length, letter: Some(c).filter(|c| c.is_alphanumeric()), is_soft: false }
        }
        None => Unit { length: slashes, letter: None, is_soft: false },
    }
}

/// `%41`, also when the sign itself is encoded again: `%2541`. A byte that is no character of its own has none.
fn percent(rest: &str) -> Option<(usize, Option<char>)> {
    let mut at = 1;
    let byte = |at: usize| {
        let digits = rest.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u8::from_str_radix(digits, 16).ok()
    };
    while byte(at) == Some(b'%') && byte(at + 2).is_some() && at < 9 {
        at += 2;
    }
    let byte = byte(at)?;
    Some((at + 2, (b' '..0x7f).contains(&byte).then(|| char::from(byte))))
}

/// The length of a terminal's `[31m` behind its escape character.
fn colour(behind: &str) -> usize {
    if !behind.starts_with('[') {
        return 0;
    }
    let end = behind.char_indices().skip(1).take(32).find(|(_, c)| ('@'..='~').contains(c));
    end.map_or(1, |(at, c)| at + c.len_utf8())
}

/// A date or an address that starts at `at`, and its length.
fn special(text: &str, at: usize) -> Option<(TokenKind, usize)> {
    let before = text.get(..at)?.chars().next_back();
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let rest = text.get(at..)?;
    let first = *rest.as_bytes().first()?;
    if first.is_ascii_digit()
        && let Some(length) = date(rest)
    {
        return Some((TokenKind::Date, length));
    }
    if !first.is_ascii_hexdigit() || before == Some('.') {
        return None;
    }
    let length =
        rest.bytes().take(64).take_while(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')).count();
    let run = rest.get(..length)?.trim_end_matches(['.', ':']);
    let follows = rest.get(run.len()..)?;
    let is_word = |text: &str| text.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    let is_v6 = || run.matches(':').count() >= 2 && run.contains(|c: char| c.is_ascii_digit());
    let length = if run.parse::<Ipv4Addr>().is_ok() || (is_v6() && run.parse::<Ipv6Addr>().is_ok()) {
        run.len()
    } else {
        // `203.0.113.7:443`
        run.split(':').next().filter(|host| host.parse::<Ipv4Addr>().is_ok())?.len()
    };
    if length == run.len() && is_word(follows) {
        return None;
    }
    let mask = rest.get(length..)?.strip_prefix('/').map_or(0, |mask| {
        let digits = mask.bytes().take_while(u8::is_ascii_digit).count();
        let is_mask = (1..=3).contains(&digits) && !mask.get(digits..).is_some_and(is_word);
        if is_mask { digits + 1 } else { 0 }
    });
    Some((TokenKind::Address, length + mask))
}

/// The length of `2026-08-01` or `2026-08-01T10:00:00Z`.
fn date(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let digits = |range: Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let dash = |at: usize| bytes.get(at) == Some(&b'-');
    if !(digits(0..4) && dash(4) && digits(5..7) && dash(7) && digits(8..10)) {
        return None;
    }
    let behind = rest.get(10..)?;
    if !behind.starts_with('T') {
        let ends = !behind.starts_with(|c: char| c.is_alphanumeric() || c == '-');
        return ends.then_some(10);
    }
    let time = behind.bytes().skip(1).take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')).count();
    let zone = usize::from(behind.get(1 + time..)?.starts_with('Z'));
    let ends = !behind.get(1 + time + zone..)?.starts_with(char::is_alphanumeric);
    (time > 0 && ends).then_some(11 + time + zone)
}

/// The letters of a word as it is written.
pub(super) fn decoded(written: &str) -> Cow<'_, str> {
    if !written.contains(['\\', '%']) {
        return Cow::Borrowed(written);
    }
    let mut out = String::new();
    let mut at = 0;
    while let Some(unit) = unit(written, at) {
        out.extend(unit.letter);
        at += unit.length.max(1);
    }
    Cow::Owned(out)
}

/// Writes the letters of `other` as `written` writes its own. Both have as many.
pub(super) fn write_as(written: &str, other: &str, out: &mut String) {
    if !written.contains(['\\', '%']) {
        out.push_str(other);
        return;
    }
    let mut letters = other.chars();
    let mut at = 0;
    while let Some(unit) = unit(written, at) {
        let raw = written.get(at..at + unit.length).unwrap_or_default();
        at += unit.length.max(1);
        let (Some(own), Some(letter)) = (unit.letter, letters.next()) else {
            out.push_str(raw);
            continue;
        };
        let digits = if raw.starts_with('\\') && raw.contains('u') { 4 } else { 2 };
        let head = raw.len().checked_sub(digits).filter(|_| raw.starts_with(['\\', '%']));
        match head.and_then(|head| raw.get(..head).zip(raw.get(head..))) {
            Some(_) if own == letter => out.push_str(raw),
            Some((head, tail)) if tail.contains(|c: char| c.is_ascii_uppercase()) => {
                out.push_str(&format!("{head}{:0digits$X}", u32::from(letter)));
            }
            Some((head, _)) => out.push_str(&format!("{head}{:0digits$x}", u32::from(letter))),
            None => out.push(letter),
        }
    }
    out.extend(letters);
}

/// A text with its escapes undone, and where its characters stand in the text.
pub(super) struct Plain<'t> {
    pub(super) text: Cow<'t, str>,
    /// A place here and in the text, wherever the distance between the two changes.
    turns: Vec<(usize, usize)>,
}

impl Plain<'_> {
    /// Where a range of characters stands in the text.
    pub(super) fn raw(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.turn(self.turns.partition_point(|(here, _)| *here <= range.start), range.start);
        let end = self.turn(self.turns.partition_point(|(here, _)| *here < range.end), range.end);
        start..end.max(start)
    }

    fn turn(&self, behind: usize, at: usize) -> usize {
        let turn = behind.checked_sub(1).and_then(|nth| self.turns.get(nth));
        turn.map_or(at, |(here, there)| there + (at - here))
    }
}

/// The text with its escapes and encodings undone, to look for values in.
pub(super) fn plain(text: &str) -> Plain<'_> {
    if !text.contains(['\\', '%', '\u{1b}']) {
        return Plain { text: Cow::Borrowed(text), turns: Vec::new() };
    }
    let mut out = String::with_capacity(text.len());
    let mut turns = Vec::new();
    let mut at = 0;
    while let Some(unit) = unit(text, at) {
        let raw = text.get(at..at + unit.length).unwrap_or_default();
        let is_coded = raw.starts_with(['\\', '%', '\u{1b}']);
        if is_coded {
            turns.push((out.len(), at));
        }
        at += unit.length.max(1);
        match unit.letter {
            Some(c) => out.push(c),
            None if unit.is_soft => out.push('\n'),
            None if raw.starts_with('%') => out.push(percent(raw).and_then(|(_, c)| c).unwrap_or('%')),
            None if raw.starts_with('\\') => out.extend(escaped_sign(raw)),
            None if raw.starts_with('\u{1b}') => {}
            None => out.push_str(raw),
        }
        if is_coded {
            turns.push((out.len(), at));
        }
    }
    Plain { text: Cow::Owned(out), turns }
}

/// What stands between the quotes of a JSON string, with its escapes undone as JSON undoes them.
pub(super) fn unescaped(text: &str) -> Plain<'_> {
    if !text.contains('\\') {
        return Plain { text: Cow::Borrowed(text), turns: Vec::new() };
    }
    let mut out = String::with_capacity(text.len());
    let mut turns = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(slash) = rest.find('\\') else {
            out.push_str(rest);
            break;
        };
        out.push_str(rest.get(..slash).unwrap_or_default());
        at += slash;
        turns.push((out.len(), at));
        let code = rest.get(slash + 1..).unwrap_or_default();
        let unit = |at: usize| {
            let digits = code.get(at..at + 4)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let (length, c) = match code.chars().next() {
            Some('u') => match (unit(1), unit(7).filter(|_| code.get(5..7) == Some("\\u"))) {
                (Some(high @ 0xd800..0xdc00), Some(low @ 0xdc00..0xe000)) => {
                    (12, char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)))
                }
                (Some(code), _) => (6, char::from_u32(code)),
                (None, _) => (2, None),
            },
            Some('n') => (2, Some('\n')),
            Some('t') => (2, Some('\t')),
            Some('r') => (2, Some('\r')),
            Some('b') => (2, Some('\u{8}')),
            Some('f') => (2, Some('\u{c}')),
            Some(c) => (1 + c.len_utf8(), Some(c)),
            None => (1, None),
        };
        at += length;
        out.extend(c.or(Some('\u{fffd}')));
        turns.push((out.len(), at));
    }
    Plain { text: Cow::Owned(out), turns }
}

/// The sign that `\u002f` stands for. A backslash before a sign goes.
fn escaped_sign(raw: &str) -> Option<char> {
    let digits = raw.trim_start_matches('\\').strip_prefix(['u', 'x'])?;
    let c = char::from_u32(u32::from_str_radix(digits.get(..4).or(digits.get(..2))?, 16).ok()?)?;
    (c != '\u{1b}').then_some(c)
}

/// A word in the form in which it is looked up.
pub(super) fn folded(word: &str) -> String {
    word.to_ascii_lowercase()
}

/// `word` with the letter case of `model`, letter by letter.
pub(super) fn in_case_of(model: &str, word: &str) -> String {
    let cased = |(model, c): (char, char)| if model.is_ascii_uppercase() { c.to_ascii_uppercase() } else { c };
    model.chars().zip(word.chars()).map(cased).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let all = tokens(text, &|_| false).map(|token| (token.kind, text.get(token.span).unwrap().to_owned()));
        all.map(|(kind, text)| match kind {
            TokenKind::Word => decoded(&text).into_owned(),
            TokenKind::Address => format!("@{text}"),
            TokenKind::Date => format!("#{text}"),
        })
        .collect()
    }

    #[test]
    fn words_are_found_in_every_dress() {
        for (text, expected) in [
            ("arn:aws:iam::111122223333:role/a", vec!["arn", "aws", "iam", "111122223333", "role", "a"]),
            ("arn%3Aaws%3Aiam%3A%3A1", vec!["arn", "aws", "iam", "1"]),
            ("role%252FAcme", vec!["role", "Acme"]),
            (r"\u0061cme \\u0041cme", vec!["acme", "Acme"]),
            (r"a\nAcme\\nBee", vec!["a", "Acme", "Bee"]),
            ("\u{1b}[31mAcme\u{1b}[0m", vec!["Acme"]),
            (r"\u001b[31mAcme", vec!["Acme"]),
            ("100%zeta %acme", vec!["100", "zeta", "me"]),
            ("from 203.0.113.7:443, 203.0.113.0/24.", vec!["from", "@203.0.113.7", "443", "@203.0.113.0/24"]),
            ("2001:db8::1/64", vec!["@2001:db8::1/64"]),
            ("1.2.3 std::fmt", vec!["1", "2", "3", "std", "fmt"]),
            ("2012-10-17 2026-08-01T10:00:00Z", vec!["#2012-10-17", "#2026-08-01T10:00:00Z"]),
            ("Müller-é", vec!["Müller", "é"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_backslash_in_a_path_is_no_escape_of_a_known_name() {
        let text = r"C:\Users\nora";
        let named = |word: &str| word == "nora";
        let last = tokens(text, &named).last().unwrap();
        assert_eq!(text.get(last.span), Some("nora"));
        assert_eq!(words(text).last().map(String::as_str), Some("ora"));
    }

    #[test]
    fn pseudonyms_are_written_as_the_word_was() {
        for (written, other, expected) in [
            ("acme", "qxrt", "qxrt"),
            (r"\u0061cme", "qcme", r"\u0071cme"),
            (r"\u004Acme", "Kcme", r"\u004Bcme"),
            ("%61cme", "qcme", "%71cme"),
            ("%2561cme", "qcme", "%2571cme"),
        ] {
            let mut out = String::new();
            write_as(written, other, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn escapes_are_undone_to_look_for_values() {
        assert_eq!(plain(r#"{\"a\":\"b\/c\"}\u002f%3a\n"#).text, "{\"a\":\"b/c\"}/:\n");
    }
}
