//! Numeric operators: exact decimals, never floats.
//!
//! "Integer or decimal" (operators page): an optional sign, digits, and at most one point. Exponents, hexadecimal,
//! spaces and everything else do not parse, and then nothing matches.

use std::cmp::Ordering;

/// A decimal number, as slices of the text it was read from. Leading and trailing zeros do not count.
#[derive(Debug, Clone, Copy)]
pub struct Decimal<'a> {
    negative: bool,
    integer: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Reads an integer or decimal; `None` for anything else.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if digits.len() <= usize::from(digits.contains('.')) || !all_digits(integer) || !all_digits(fraction) {
            return None;
        }
        let (integer, fraction) = (integer.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = integer.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, integer, fraction })
    }

    /// Compares by value.
    #[must_use]
    pub fn compare(&self, other: &Decimal<'_>) -> Ordering {
        let magnitude = || {
            let by_length = self.integer.len().cmp(&other.integer.len());
            by_length.then_with(|| self.integer.cmp(other.integer)).then_with(|| self.fraction.cmp(other.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(),
            (true, true) => magnitude().reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(a: &str, b: &str) -> Ordering {
        Decimal::parse(a).unwrap().compare(&Decimal::parse(b).unwrap())
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        for (a, b) in [("12345", "012345"), ("1", "1.0"), ("-0", "0"), ("+5", "5"), ("0.5", ".5")] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn order_is_exact_beyond_floats() {
        assert_eq!(compare("9007199254740993", "9007199254740992"), Ordering::Greater);
        assert_eq!(compare("-2", "-10"), Ordering::Greater);
        assert_eq!(compare("0.30000000000000001", "0.3"), Ordering::Greater);
        assert_eq!(compare("9", "10"), Ordering::Less);
    }

    #[test]
    fn other_spellings_are_not_numbers() {
        for text in ["", "-", ".", "1e3", "0x10", " 1", "1 ", "1.2.3", "soon", "١"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }
}
