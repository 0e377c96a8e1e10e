//! Words and widths that the forms of the answer share.

use countersign_diagnose::cause::Side;
use countersign_diagnose::diagnosis::Diagnosis;
use countersign_policy::evaluate::Decision;

use crate::output::quoted_list;

/// The columns of a terminal that people can be expected to have.
const WIDTH: usize = 80;
/// The longest value that is shown whole.
const LONGEST: usize = 64;

/// Who has to change something.
pub(super) fn side(side: Side) -> &'static str {
    match side {
        Side::Request => "in the call",
        Side::Caller => "the caller's credentials",
        Side::Identity => "the caller's account",
        Side::Trust => "the role's owner",
        Side::Account => "the role's account",
        Side::Organization => "the organization",
        Side::Time => "nobody, it passes",
    }
}

/// Why a decision came out as it did.
pub(super) fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "an Allow applies",
        Decision::ExplicitDeny => "a Deny applies",
        Decision::ImplicitDeny => "no Allow applies",
    }
}

/// What the evaluator took for granted, as a clause behind what it says.
pub(super) fn provided(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    // Where the answer holds for everybody, nobody has to be named.
    if diagnosis.call.caller.is_none() && !diagnosis.open.iter().any(|open| open == "caller") {
        out.push_str(", whoever calls");
    }
    out + &if_open(&diagnosis.open)
}

/// What is not known and taken to be as the call needs it, as a clause; empty when there is nothing.
pub(in super::super) fn if_open(open: &[String]) -> String {
    let (keys, words): (Vec<String>, Vec<String>) = open.iter().cloned().partition(|open| open.contains(':'));
    let mut out = String::new();
    if words.iter().any(|word| word == "caller") {
        out.push_str(", if the caller, whom nobody names, is one that it is for");
    }
    if !keys.is_empty() {
        out.push_str(&format!(
            ", if the call has what the policy asks for in {}, which nobody says",
            quoted_list(&keys)
        ));
    }
    let guards: Vec<String> = words.into_iter().filter(|word| word != "caller").collect();
    if !guards.is_empty() {
        out.push_str(&format!(", if {} lets it through, of which nobody gave the text", guards.join(", ")));
    }
    out
}

/// Prose over lines of a terminal: the first starts at column `start`, the others at `margin`. Words stay whole.
pub(super) fn wrapped(text: &str, start: usize, margin: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = start;
    for (at, word) in text.split(' ').enumerate() {
        let width = word.chars().count();
        if at > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(&" ".repeat(margin));
            column = margin;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out
}

/// The text with long values in backticks cut in the middle.
pub(super) fn clipped(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let shown: Vec<String> =
        parts.map(|(at, part)| if at % 2 == 1 { middle_out(part) } else { part.to_owned() }).collect();
    shown.join("`")
}

/// A value without its middle, when it is long.
fn middle_out(value: &str) -> String {
    let length = value.chars().count();
    if length <= LONGEST {
        return value.to_owned();
    }
    let half = LONGEST / 2;
    let head: String = value.chars().take(half).collect();
    let tail: String = value.chars().skip(length - half).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_words_stay_whole() {
        let text = "word ".repeat(40) + &"x".repeat(120) + " end";
        let shown = wrapped(&text, 10, 4);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH || line.contains("xxx")), "{shown}");
        assert!(lines[0].chars().count() + 10 <= WIDTH, "{shown}");
        assert!(shown.contains(&"x".repeat(120)));
        assert_eq!(shown.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn long_values_lose_their_middle_and_prose_does_not() {
        let arn = format!("arn:aws:iam::111122223333:role/{}end", "a".repeat(100));
        let text = clipped(&format!("{} `{arn}`", "long prose ".repeat(10)));
        assert!(text.starts_with(&"long prose ".repeat(10)));
        let value = text.split('`').nth(1).unwrap();
        assert!(value.starts_with("arn:aws:iam::") && value.ends_with("end") && value.chars().count() == LONGEST + 1);
        assert_eq!(clipped("`short`"), "`short`");
    }
}
