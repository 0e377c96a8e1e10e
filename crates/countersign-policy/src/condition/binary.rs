//! `BinaryEquals`: bytes against bytes. A binary value in a request's context is carried as base64 text, as the
//! policy's own values are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Decodes standard base64.
#[must_use]
pub fn parse(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Whether `sent` is base64 of exactly `required`. Decodes four characters at a time, so nothing is allocated.
#[must_use]
pub fn equals(required: &[u8], sent: &str) -> bool {
    let mut rest = required;
    let quads = sent.as_bytes().chunks(4);
    let last = quads.len();
    for (at, quad) in quads.enumerate() {
        let mut bytes = [0u8; 3];
        let Ok(length) = STANDARD.decode_slice(quad, &mut bytes) else { return false };
        if length < 3 && at + 1 != last {
            return false;
        }
        match bytes.get(..length).and_then(|decoded| rest.strip_prefix(decoded)) {
            Some(remaining) => rest = remaining,
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_compared_not_spellings() {
        let required = parse("c2VjcmV0").unwrap();
        assert!(equals(&required, "c2VjcmV0"));
        assert!(!equals(&required, "c2VjcmV1"));
        assert!(!equals(&required, "c2VjcmV"));
        assert!(!equals(&required, "secret"));
        assert!(equals(&parse("YQ==").unwrap(), "YQ=="));
    }
}
