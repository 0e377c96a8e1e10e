//! Values that messages hold, and how to tell that one was masked.

use countersign_policy::document::Span;
use serde::Serialize;

/// A value in a text. A masked one (`***`, `<account>`, `xxxx`) is unknown, not another value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// As it stands there.
    pub text: String,
    /// Where.
    #[serde(skip)]
    pub span: Span,
}

impl Found {
    /// The value, unless a part of it is masked.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        (!is_masked(&self.text)).then_some(self.text.as_str())
    }
}

/// Whether somebody or something blacked out a part of the value.
pub(crate) fn is_masked(text: &str) -> bool {
    text.contains("***")
        || text.contains('…')
        || text.contains("...")
        || text.contains("${")
        || text.contains(['<', '>', '[', ']', '{', '}', '█', '•'])
        || text.split([':', '/', '-', '_', '.']).any(is_blacked_out)
        || text.split([':', '/']).any(|part| STAND_INS.iter().any(|name| part.eq_ignore_ascii_case(name)))
}

/// Whether somebody blacked a value out. A variable's name is none: it may be what was sent.
pub(crate) fn is_hidden(text: &str) -> bool {
    let word = text.trim_matches(|c: char| !c.is_alphanumeric());
    text.contains("***")
        || text.contains(['…', '█', '•'])
        || text.split([':', '/', '-', '_', '.']).any(is_blacked_out)
        || HIDDEN.iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// What people and tools write where a value was, in brackets or not.
const HIDDEN: [&str; 6] = ["redacted", "masked", "hidden", "removed", "omitted", "censored"];

/// `xxxx`, and a number of which no more than half of the digits are left: `80xxxx`.
pub(crate) fn is_blacked_out(part: &str) -> bool {
    let is_ink = |byte: u8| matches!(byte, b'x' | b'X' | b'#');
    let ink = part.bytes().filter(|byte| is_ink(*byte)).count();
    ink >= 3 && 2 * ink >= part.len() && part.bytes().all(|byte| is_ink(byte) || byte.is_ascii_digit())
}

/// What people write where a value was.
const STAND_INS: [&str; 5] = ["redacted", "account_id", "accountid", "account-id", "masked"];

/// Whether a character can stand in an ARN, or in what masks a part of one.
pub(super) fn in_arn(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            ':' | '/' | '_' | '+' | '=' | ',' | '.' | '@' | '-' | '*' | '<' | '>' | '[' | ']' | '{' | '}' | '$' | '#'
        )
        || matches!(c, '…' | '█' | '•')
}

/// The longest ARN, in bytes.
const LONGEST_ARN: usize = 2_048;

/// The length of the ARN that `text` starts with, without the punctuation of the sentence around it. What is longer than any
/// ARN is none.
pub(super) fn arn_length(text: &str) -> usize {
    let text = text.get(..text.floor_char_boundary(LONGEST_ARN + 1)).unwrap_or_default();
    let end = text.find(|c: char| !in_arn(c)).unwrap_or(text.len());
    let arn = text.get(..end).filter(|arn| arn.len() <= LONGEST_ARN).unwrap_or_default();
    // A tag that follows, as in `…role/x</Message>`, and what ends sentences and lists.
    let arn = arn.split_once("</").map_or(arn, |(before, _)| before);
    let mut arn = arn.trim_end_matches(['.', ',', ':', '=', '{', '<', '[']);
    // Bold print; a mask has three stars.
    arn = arn.strip_suffix("**").filter(|rest| !rest.ends_with('*')).unwrap_or(arn);
    for (open, close) in [('[', ']'), ('{', '}'), ('<', '>')] {
        while arn.ends_with(close) && arn.matches(open).count() < arn.matches(close).count() {
            arn = arn.strip_suffix(close).unwrap_or(arn);
        }
    }
    arn.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_values_are_told_from_short_ones() {
        for masked in [
            "arn:aws:iam::***:role/a",
            "arn:aws:iam::<account>:role/a",
            "arn:aws:iam::xxxxxxxxxxxx:role/a",
            "arn:aws:iam::XXXXXXXXXXXX:role/a",
            "arn:aws:iam::ACCOUNT_ID:role/a",
            "arn:aws:iam::[redacted]:role/a",
            "arn:aws:iam::1111…:role/a",
            "arn:aws:iam::80xxxxx:role/a",
            "arn:aws:iam::XXXXXXXX3:role/a",
        ] {
            assert!(is_masked(masked), "{masked}");
        }
        for plain in ["arn:aws:iam::111122223333:role/xx", "arn:aws:iam::111122223333:role/maxxx", "AccessDenied"] {
            assert!(!is_masked(plain), "{plain}");
        }
    }

    #[test]
    fn arns_end_before_the_punctuation_of_their_sentence() {
        for (text, arn) in [
            ("arn:aws:iam::111122223333:role/a. Please", "arn:aws:iam::111122223333:role/a"),
            ("arn:aws:iam::111122223333:role/a</Message>", "arn:aws:iam::111122223333:role/a"),
            ("arn:aws:iam::<id>:role/a) x", "arn:aws:iam::<id>:role/a"),
            ("arn:aws:iam::111122223333:role/a\"}", "arn:aws:iam::111122223333:role/a"),
            ("arn:aws:iam::111122223333:role/a],", "arn:aws:iam::111122223333:role/a"),
            ("arn:aws:iam::111122223333:role/a**", "arn:aws:iam::111122223333:role/a"),
            ("arn:aws:iam::***:role/***", "arn:aws:iam::***:role/***"),
        ] {
            assert_eq!(text.get(..arn_length(text)), Some(arn), "{text}");
        }
    }
}
