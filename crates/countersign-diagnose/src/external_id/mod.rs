//! How an ExternalId differs from the one that is asked for: by which bytes, and what that says about how it got there.

mod compare;
mod sendable;

pub use compare::{Glyph, compare};
pub use sendable::{fault, is_sendable, undamaged};

use serde::Serialize;

/// The kinds of difference, from those that a slip of the pen makes to those that another party makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceClass {
    /// Nothing was sent in the parameter.
    Empty,
    /// A variable that nothing put a value for: `${EXTERNAL_ID}`.
    UnexpandedVariable,
    /// Letters differ in case only.
    LetterCase,
    /// A line break at the end, as files and `echo` leave it.
    TrailingNewline,
    /// White space before or after.
    EdgeWhitespace,
    /// White space inside.
    InnerWhitespace,
    /// Quotes that a shell, an INI file or a variable kept.
    Quotes,
    /// `%2F` for `/` and the like.
    UrlEncoding,
    /// Characters that look alike: dashes, Cyrillic, full width, invisible ones.
    LookAlike,
    /// Hyphens missing or added.
    Hyphens,
    /// One is the beginning of the other.
    Truncated,
    /// The other kind of identifier: an account id in place of an issued id, or the reverse.
    OtherIdentifier,
    /// Same form, other value: another tenant's, or one that was replaced.
    OtherValue,
    /// Nothing in common.
    Unrelated,
}

impl DifferenceClass {
    /// What the difference is, as a clause: `they differ in letter case only`.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Empty => "an empty text was sent",
            Self::UnexpandedVariable => "what was sent is the name of a variable that was never replaced by its value",
            Self::LetterCase => "they differ in letter case only, and ExternalIds are compared byte by byte",
            Self::TrailingNewline => "a line break at the end of one of them is part of the value",
            Self::EdgeWhitespace => "white space at an end of one of them is part of the value",
            Self::InnerWhitespace => "white space inside one of them is part of the value",
            Self::Quotes => "quotes around one of them are part of the value",
            Self::UrlEncoding => "one of them is URL-encoded",
            Self::LookAlike => "characters that look alike are not the same",
            Self::Hyphens => "they differ in hyphens only",
            Self::Truncated => "one is the beginning of the other: it was cut",
            Self::OtherIdentifier => {
                "they are different kinds of identifier: an account id is not an issued ExternalId"
            }
            Self::OtherValue => "they have the same form and another value: another tenant's, or one that was replaced",
            Self::Unrelated => "they have nothing in common",
        }
    }

    /// Whether the two are one value that was damaged on the way, so that the damaged side is the wrong one.
    #[must_use]
    pub fn is_damage(self) -> bool {
        match self {
            Self::Empty
            | Self::UnexpandedVariable
            | Self::LetterCase
            | Self::TrailingNewline
            | Self::EdgeWhitespace
            | Self::InnerWhitespace
            | Self::Quotes
            | Self::UrlEncoding
            | Self::LookAlike
            | Self::Hyphens
            | Self::Truncated => true,
            Self::OtherIdentifier | Self::OtherValue | Self::Unrelated => false,
        }
    }
}

/// How `sent` differs from `required`; `None` when they are the same.
#[must_use]
pub fn difference(required: &str, sent: &str) -> Option<DifferenceClass> {
    if required == sent {
        return None;
    }
    Some(classify(required, sent))
}

/// Whether the two may be the values of two parties all the same, although they look like one value that was damaged:
/// `tenant-1` and `tenant-12`, `cust-1-23` and `cust-12-3`, `team-l0` and `team-10`. Both can be sent as they are.
#[must_use]
pub fn may_be_two(required: &str, sent: &str) -> bool {
    let Some(class) = difference(required, sent).filter(|_| is_sendable(required) && is_sendable(sent)) else {
        return false;
    };
    let hyphens = |text: &str| text.contains('-');
    match class {
        // A long piece of a random value is a piece of no other one.
        DifferenceClass::Truncated => !(sent.len() >= 8 && (is_uuid(required) || is_uuid(sent))),
        DifferenceClass::LookAlike => true,
        DifferenceClass::Hyphens => hyphens(required) && hyphens(sent),
        DifferenceClass::OtherIdentifier | DifferenceClass::OtherValue | DifferenceClass::Unrelated => true,
        DifferenceClass::Empty
        | DifferenceClass::UnexpandedVariable
        | DifferenceClass::LetterCase
        | DifferenceClass::TrailingNewline
        | DifferenceClass::EdgeWhitespace
        | DifferenceClass::InnerWhitespace
        | DifferenceClass::Quotes
        | DifferenceClass::UrlEncoding => false,
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// The required value that is nearest to what was sent, and how it differs.
#[must_use]
pub fn nearest<'r>(required: impl IntoIterator<Item = &'r str>, sent: &str) -> Option<(&'r str, DifferenceClass)> {
    let classes = required.into_iter().filter_map(|value| Some((value, difference(value, sent)?)));
    classes.min_by_key(|(_, class)| !class.is_damage())
}

/// The first byte at which the two differ.
#[must_use]
pub fn first_difference(required: &str, sent: &str) -> usize {
    required.bytes().zip(sent.bytes()).take_while(|(a, b)| a == b).count()
}

fn classify(required: &str, sent: &str) -> DifferenceClass {
    use DifferenceClass as Class;
    if sent.is_empty() {
        return Class::Empty;
    }
    if is_variable(sent) && !is_variable(required) {
        return Class::UnexpandedVariable;
    }
    if required.eq_ignore_ascii_case(sent) {
        return Class::LetterCase;
    }
    let breaks = ['\n', '\r'];
    if required.trim_end_matches(breaks) == sent.trim_end_matches(breaks)
        || required.trim_end_matches("\\n") == sent.trim_end_matches("\\n")
    {
        return Class::TrailingNewline;
    }
    if required.trim() == sent.trim() {
        return Class::EdgeWhitespace;
    }
    if without(required, char::is_whitespace) == without(sent, char::is_whitespace) {
        return Class::InnerWhitespace;
    }
    let quotes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’');
    if required.trim_matches(quotes) == sent.trim_matches(quotes) {
        return Class::Quotes;
    }
    if percent_decoded(required) == percent_decoded(sent) {
        return Class::UrlEncoding;
    }
    if folded(required) == folded(sent) {
        return Class::LookAlike;
    }
    if without(required, |c| c == '-').eq_ignore_ascii_case(&without(sent, |c| c == '-')) {
        return Class::Hyphens;
    }
    if let Some(class) = several(required, sent) {
        return class;
    }
    if sent.len() >= 3 && (required.starts_with(sent) || required.len() >= 3 && sent.starts_with(required)) {
        return Class::Truncated;
    }
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account(required) != is_account(sent) {
        return Class::OtherIdentifier;
    }
    if shape(required) == shape(sent) || shared_prefix(required, sent) {
        return Class::OtherValue;
    }
    Class::Unrelated
}

/// Values that are one when several kinds of damage are undone together; the kind that is hardest to see names it.
fn several(required: &str, sent: &str) -> Option<DifferenceClass> {
    use DifferenceClass as Class;
    let quotes = |c: char| matches!(c, '"' | '\'' | '`') || c.is_whitespace();
    // In small letters first: `I` looks like `l`, and `i` does not.
    let core = |text: &str| {
        without(&folded(&text.trim_matches(quotes).to_lowercase()), char::is_whitespace).to_ascii_lowercase()
    };
    if core(required).is_empty() || core(required) != core(sent) {
        return None;
    }
    let differ = |part: fn(&str) -> bool| part(required) != part(sent);
    Some(match () {
        () if differ(|text| text.ends_with(['\n', '\r'])) => Class::TrailingNewline,
        () if differ(|text| text.trim() != text) => Class::EdgeWhitespace,
        () if differ(|text| text.contains(char::is_whitespace)) => Class::InnerWhitespace,
        () if differ(|text| text.starts_with(['"', '\'', '`'])) => Class::Quotes,
        () => Class::LookAlike,
    })
}

fn is_variable(text: &str) -> bool {
    let wrapped = [("${", "}"), ("$(", ")"), ("{{", "}}"), ("%(", ")s"), ("<", ">")];
    wrapped.iter().any(|(open, close)| text.starts_with(open) && text.ends_with(close))
        || text
            .strip_prefix('$')
            .is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        || text.len() > 2 && text.starts_with('%') && text.ends_with('%')
}

fn without(text: &str, dropped: impl Fn(char) -> bool) -> String {
    text.chars().filter(|c| !dropped(*c)).collect()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits =
            (*byte == b'%').then(|| after.get(..2)).flatten().and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    out
}

/// The text with characters that look alike made one.
fn folded(text: &str) -> String {
    text.chars().filter_map(look_alike).collect()
}

/// One character for all that look like it; `None` for what is not seen.
pub(crate) fn look_alike(c: char) -> Option<char> {
    match c {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        'а' => Some('a'),
        'е' => Some('e'),
        'о' | 'ο' => Some('o'),
        'р' | 'ρ' => Some('p'),
        'с' => Some('c'),
        'х' => Some('x'),
        'у' => Some('y'),
        'і' => Some('i'),
        'А' | 'Α' => Some('A'),
        'В' | 'Β' => Some('B'),
        'Е' | 'Ε' => Some('E'),
        'К' | 'Κ' => Some('K'),
        'М' | 'Μ' => Some('M'),
        'Н' | 'Η' => Some('H'),
        'О' | 'Ο' | '0' => Some('O'),
        'Р' | 'Ρ' => Some('P'),
        'С' => Some('C'),
        'Т' | 'Τ' => Some('T'),
        'Х' | 'Χ' => Some('X'),
        'l' | 'I' | '|' => Some('1'),
        c => Some(c),
    }
}

/// The form of a value: runs of letters and digits, and what stands between them.
fn shape(text: &str) -> Vec<(char, usize)> {
    let mut runs: Vec<(char, usize)> = Vec::new();
    for c in text.chars() {
        let kind = if c.is_alphanumeric() { 'x' } else { c };
        match runs.last_mut() {
            Some((last, length)) if *last == kind => *length += 1,
            _ => runs.push((kind, 1)),
        }
    }
    runs
}

/// `tenant-a` and `tenant-blue`: alike up to the last part.
fn shared_prefix(a: &str, b: &str) -> bool {
    let head = |text: &str| text.rfind(['-', '_', ':', '/', '.']).map(|at| at + 1);
    match (head(a), head(b)) {
        (Some(in_a), Some(in_b)) => in_a == in_b && a.get(..in_a) == b.get(..in_b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_has_its_class() {
        use DifferenceClass as Class;
        for (required, sent, class) in [
            ("tenant-7f2", "", Class::Empty),
            ("tenant-7f2", "${EXTERNAL_ID}", Class::UnexpandedVariable),
            ("tenant-7f2", "$EXTERNAL_ID", Class::UnexpandedVariable),
            ("tenant-7f2", "Tenant-7F2", Class::LetterCase),
            ("tenant-7f2", "tenant-7f2\n", Class::TrailingNewline),
            ("tenant-7f2", " tenant-7f2", Class::EdgeWhitespace),
            ("tenant-7f2", "tenant- 7f2", Class::InnerWhitespace),
            ("tenant-7f2", "\"tenant-7f2\"", Class::Quotes),
            ("a/b:c", "a%2Fb%3Ac", Class::UrlEncoding),
            ("tenant-7f2", "tenant\u{2013}7f2", Class::LookAlike),
            ("Initech-7f2", "initech- 7f2", Class::InnerWhitespace),
            ("tenant-7f2", "tеnant-7f2", Class::LookAlike),
            ("tenant-70", "tenant-7O", Class::LookAlike),
            ("0f1e2d3c-0000", "0f1e2d3c0000", Class::Hyphens),
            ("tenant-7f2", "Tenant-7f2\u{200b}", Class::LookAlike),
            ("tenant-7f2", "\"Tenant-7f2\"\n", Class::TrailingNewline),
            ("tenant-7f2", " Tenant-7f2", Class::EdgeWhitespace),
            ("tenant-7f2", "Tenant- 7f2", Class::InnerWhitespace),
            ("tenant-7f2", "'Tenant-7f2'", Class::Quotes),
            ("tenant-7f2", "tenant-7", Class::Truncated),
            ("tenant-7f2", "tenant-7f2-old", Class::Truncated),
            ("tenant-7f2", "111122223333", Class::OtherIdentifier),
            ("tenant-7f2", "tenant-9c4", Class::OtherValue),
            ("0f1e2d3c-0000", "aaaabbbb-1111", Class::OtherValue),
            ("tenant-7f2", "x", Class::Unrelated),
        ] {
            assert_eq!(difference(required, sent), Some(class), "{required:?} {sent:?}");
        }
        assert_eq!(difference("a", "a"), None);
    }

    #[test]
    fn values_of_two_parties_are_not_taken_for_one_that_was_damaged() {
        let uuid = "0f1e2d3c-aaaa-bbbb-cccc-0123456789ab";
        for (required, sent, two) in [
            ("tenant-12", "tenant-1", true),
            ("tenant-1", "tenant-12", true),
            ("cust-1-23", "cust-12-3", true),
            ("team-l0", "team-10", true),
            ("tenant-7f2", "tenant-9c4", true),
            (uuid, "0f1e2d3c-aaaa", false),
            (uuid, "0f1e", true),
            ("1111-2222-3333", "111122223333", false),
            ("tenant-7f2", "Tenant-7f2", false),
            ("tenant-7f2", "tenant\u{2013}7f2", false),
            ("tenant-7f2", "tenant-7f2\n", false),
            ("same", "same", false),
        ] {
            assert_eq!(may_be_two(required, sent), two, "{required:?} {sent:?}");
        }
    }

    #[test]
    fn of_two_values_in_rotation_the_nearer_is_compared() {
        let (value, class) = nearest(["tenant-9c4", "Tenant-7f2"], "tenant-7f2").unwrap();
        assert_eq!((value, class), ("Tenant-7f2", DifferenceClass::LetterCase));
    }

    #[test]
    fn the_first_differing_byte_is_found() {
        assert_eq!(first_difference("tenant-7f2", "tenant-9c4"), 7);
        assert_eq!(first_difference("ab", "abc"), 2);
    }

    #[test]
    fn what_sts_refuses_is_known() {
        assert!(is_sendable("ab") && is_sendable("a:b/c=d,e.f@g_h+i-j"));
        for refused in ["", "a", "a b", "ä-1", "a\n"] {
            assert!(!is_sendable(refused), "{refused:?}");
        }
        assert!(!is_sendable(&"a".repeat(1225)));
    }
}
