//! Base64 that holds a name: nobody could put a pseudonym into it, so it goes as a whole.

use std::ops::Range;

use super::gather::account_in;
use super::word::{decoded, folded, tokens};

/// The shortest text that is looked at.
const SHORTEST: usize = 16;

/// Where such text stands.
pub(super) fn find(text: &str, is_hidden: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut found = Vec::new();
    let mut at = 0;
    for run in bytes.chunk_by(|a, b| is_base64(*a) == is_base64(*b)) {
        let start = at;
        at += run.len();
        let is_long = run.len() >= SHORTEST && run.first().is_some_and(|byte| is_base64(*byte));
        if is_long && decode(run).is_some_and(|inner| holds_name(&inner, is_hidden)) {
            let padding =
                bytes.get(at..).map_or(0, |rest| rest.iter().take(2).take_while(|byte| **byte == b'=').count());
            found.push(start..at + padding);
        }
    }
    found
}

fn holds_name(inner: &str, is_hidden: &dyn Fn(&str) -> bool) -> bool {
    tokens(inner, &|_| false).any(|token| {
        let word = folded(&decoded(inner.get(token.span).unwrap_or_default()));
        account_in(&word).is_some() || word.len() >= 4 && is_hidden(&word)
    })
}

/// The text that a run of characters encodes, if it is one.
fn decode(run: &[u8]) -> Option<String> {
    let url = run.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let encoding = if url { &data_encoding::BASE64URL_NOPAD } else { &data_encoding::BASE64_NOPAD };
    let out = encoding.decode(run).ok()?;
    let text = String::from_utf8(out).ok()?;
    let is_text = |c: char| !c.is_control() || c.is_whitespace();
    text.chars().all(is_text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_names_are_found_and_others_left() {
        // `role of acme-prod` and `nothing to be seen`
        let text = "a cm9sZSBvZiBhY21lLXByb2Q= b bm90aGluZyB0byBiZSBzZWVu c";
        let found = find(text, &|word| word == "acme");
        assert_eq!(found.len(), 1);
        assert_eq!(text.get(found[0].clone()), Some("cm9sZSBvZiBhY21lLXByb2Q="));
    }
}
