//! Policies inside other texts: as a JSON string, percent-encoded as IAM's API returns them, in bytes of doubtful origin.

use std::borrow::Cow;

use super::{Problem, Severity, Span};

/// How a policy's own text lies in the file it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embedding {
    /// The policy is part of the file: spans are the file's.
    Direct,
    /// The policy is the content of a JSON string at this span (quotes included).
    JsonString(Span),
    /// As [`Embedding::JsonString`], and percent-encoded inside it.
    PercentEncodedJsonString(Span),
    /// The whole file is one percent-encoded policy.
    PercentEncoded,
}

impl Embedding {
    /// The span in `file` for a span in the policy's own text.
    ///
    /// Walks the encoded text, so it costs time linear in the policy's size: ask it for findings, not in loops.
    #[must_use]
    pub fn locate(self, file: &str, span: Span) -> Span {
        let (outer, percent) = match self {
            Self::Direct => return span,
            Self::JsonString(outer) => (Span { start: outer.start + 1, end: outer.end.saturating_sub(1) }, false),
            Self::PercentEncodedJsonString(outer) => {
                (Span { start: outer.start + 1, end: outer.end.saturating_sub(1) }, true)
            }
            Self::PercentEncoded => (Span::new(0, file.len()), true),
        };
        let encoded = file.get(outer.start as usize..outer.end as usize).unwrap_or_default();
        let escapes = !matches!(self, Self::PercentEncoded);
        let place = |wanted: u32| {
            let (mut inner, mut bytes) = (0u32, encoded.bytes().enumerate().peekable());
            while let Some((at, byte)) = bytes.next() {
                if inner >= wanted {
                    return outer.start + u32::try_from(at).unwrap_or(u32::MAX);
                }
                let (skip, width) = match byte {
                    b'\\' if escapes => match encoded.as_bytes().get(at + 1) {
                        Some(b'u') => (5, escaped_width(encoded, at + 2)),
                        _ => (1, 1),
                    },
                    b'%' if percent => (2, 1),
                    _ => (0, 1),
                };
                for _ in 0..skip {
                    bytes.next();
                }
                inner += width;
            }
            outer.end
        };
        Span { start: place(span.start), end: place(span.end) }
    }
}

/// How many bytes of UTF-8 the `\u` escape with digits at `at` stands for; a surrogate pair counts at its first half.
fn escaped_width(text: &str, at: usize) -> u32 {
    let unit = text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    match unit {
        0..0x80 => 1,
        0x80..0x800 => 2,
        0xD800..0xDC00 => 4,
        0xDC00..0xE000 => 0,
        _ => 3,
    }
}

/// The policy in a string value: as it is, or percent-decoded when it starts with an encoded `{`.
#[must_use]
pub fn decode_policy_text(text: &str) -> (Cow<'_, str>, bool) {
    let trimmed = text.trim_start().as_bytes();
    let encoded = trimmed.starts_with(b"%7B")
        || trimmed.starts_with(b"%7b")
        || trimmed.starts_with(b"%0A")
        || trimmed.starts_with(b"%20");
    if !encoded {
        return (Cow::Borrowed(text), false);
    }
    (percent_encoding::percent_decode_str(text).decode_utf8_lossy(), true)
}

/// The text of a file.
///
/// # Errors
/// A [`Problem`] at the first byte that is not UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, (Problem, &str)> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let valid =
                bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
            let problem = Problem {
                severity: Severity::Error,
                span: Span::new(valid.len(), valid.len() + 1),
                message: "not UTF-8 text".into(),
                help: Some("save the file as UTF-8; binary files hold no policies".into()),
            };
            Err((problem, valid))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoded_policies_are_decoded() {
        let (text, encoded) = decode_policy_text("%7B%22Version%22%3A%222012-10-17%22%7D");
        assert_eq!((text.as_ref(), encoded), (r#"{"Version":"2012-10-17"}"#, true));
        assert_eq!(decode_policy_text(r#"{"a":"100%25"}"#).0, r#"{"a":"100%25"}"#);
    }

    #[test]
    fn places_inside_encoded_strings_are_found_again() {
        let file = r#"{"P":"{\"a\":\"x\"}"}"#;
        let outer = Span::new(5, 19);
        assert_eq!(Embedding::JsonString(outer).locate(file, Span::new(5, 8)), Span::new(13, 18));
        let file = r#"{"P":"%7B%22a%22%7D"}"#;
        assert_eq!(
            Embedding::PercentEncodedJsonString(Span::new(5, 20)).locate(file, Span::new(1, 4)),
            Span::new(9, 16)
        );
    }
}
