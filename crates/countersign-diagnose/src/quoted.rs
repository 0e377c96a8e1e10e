//! Values of other people in sentences of ours.

use core::fmt::Display;

/// The longest value that a sentence shows, in characters.
const LONGEST: usize = 512;

/// A value in backticks. It cannot end its quotation, and goes on for no longer than a reader follows.
pub(crate) fn quoted(value: &impl Display) -> String {
    let text = value.to_string();
    let mut shown = String::with_capacity(text.len() + 2);
    shown.push('`');
    for (nth, c) in text.chars().enumerate() {
        if nth == LONGEST {
            shown.push('…');
            break;
        }
        match c {
            '`' => shown.push_str("\\u{60}"),
            c => shown.push(c),
        }
    }
    shown.push('`');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_inside_of_its_quotation() {
        assert_eq!(quoted(&"tenant-7f2"), "`tenant-7f2`");
        assert_eq!(quoted(&"a` is fine. `b"), r"`a\u{60} is fine. \u{60}b`");
        assert_eq!(quoted(&"é".repeat(600)).chars().count(), LONGEST + 3);
    }
}
