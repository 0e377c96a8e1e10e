//! What STS takes for an ExternalId, and what is wrong with a value that it does not take.

use super::{DifferenceClass, difference, is_variable, look_alike, percent_decoded};

/// Whether STS takes the value: 2 to 1224 of `A-Za-z0-9_+=,.@:/-`.
#[must_use]
pub fn is_sendable(value: &str) -> bool {
    (2..=1224).contains(&value.chars().count()) && value.chars().all(is_taken)
}

fn is_taken(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c)
}

/// What a value that cannot be sent was before it was damaged: without blanks, quotes and URL encoding, and with the
/// characters of ASCII in the place of those that look like them. `None` when that cannot be sent either.
///
/// ```
/// # use countersign_diagnose::external_id::undamaged;
/// assert_eq!(undamaged("\"tenant-7f2\"\n").as_deref(), Some("tenant-7f2"));
/// assert_eq!(undamaged("${EXTERNAL_ID}"), None);
/// ```
#[must_use]
pub fn undamaged(value: &str) -> Option<String> {
    if is_variable(value) {
        return None;
    }
    let decoded = String::from_utf8(percent_decoded(value)).ok()?;
    let ascii = |c: char| if c.is_ascii() { Some(c) } else { look_alike(c) };
    let whole: String = decoded.chars().filter(|c| !c.is_whitespace()).filter_map(ascii).collect();
    let whole = whole.trim_matches(['"', '\'', '`', '“', '”', '‘', '’']);
    is_sendable(whole).then(|| whole.to_owned())
}

/// What is wrong with a value that cannot be sent, as what is said of it: `ends with a line break`.
#[must_use]
pub fn fault(value: &str) -> Option<&'static str> {
    use DifferenceClass as Class;
    if is_sendable(value) {
        return None;
    }
    let class = match value {
        "" => Some(Class::Empty),
        text if is_variable(text) => Some(Class::UnexpandedVariable),
        text => undamaged(text).and_then(|whole| difference(&whole, text)),
    };
    Some(match class {
        Some(Class::Empty) => "is empty",
        Some(Class::UnexpandedVariable) => "is the name of a variable that was never replaced by its value",
        Some(Class::TrailingNewline) => "ends with a line break",
        Some(Class::EdgeWhitespace) => "has white space at an end",
        Some(Class::InnerWhitespace) => "has white space inside",
        Some(Class::Quotes) => "has quotes around it",
        Some(Class::UrlEncoding) => "is URL-encoded",
        Some(Class::LookAlike) => "has characters that only look like those of ASCII",
        _ if value.chars().all(is_taken) => "is too short or too long",
        _ => "has characters that STS does not take",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_and_undone() {
        for (value, wrong, whole) in [
            ("", "is empty", None),
            ("x", "is too short or too long", None),
            ("$EXTERNAL_ID", "is the name of a variable that was never replaced by its value", None),
            ("tenant-7f2\n", "ends with a line break", Some("tenant-7f2")),
            ("tenant-7f2 ", "has white space at an end", Some("tenant-7f2")),
            ("tenant -7f2", "has white space inside", Some("tenant-7f2")),
            ("'tenant-7f2'", "has quotes around it", Some("tenant-7f2")),
            ("\"tenant-7f2\n\"", "has quotes around it", Some("tenant-7f2")),
            ("a%2Fb%3Ac", "is URL-encoded", Some("a/b:c")),
            ("tеnant-7f2", "has characters that only look like those of ASCII", Some("tenant-7f2")),
            ("tenant\u{2013}7f2", "has characters that only look like those of ASCII", Some("tenant-7f2")),
            ("tenant-7f2\u{200b}", "has characters that only look like those of ASCII", Some("tenant-7f2")),
            ("tenant#7f2", "has characters that STS does not take", None),
        ] {
            assert_eq!(fault(value), Some(wrong), "{value:?}");
            assert_eq!(undamaged(value).as_deref(), whole, "{value:?}");
        }
        assert_eq!(fault("tenant-7f2"), None);
    }
}
