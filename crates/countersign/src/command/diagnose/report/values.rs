//! The value that is asked for above the one that is sent, with what differs marked.

use std::fmt::Write as _;

use countersign_diagnose::cause::Status;
use countersign_diagnose::diagnosis::Diagnosed;
use countersign_diagnose::external_id::{Glyph, compare, nearest, undamaged};

use crate::output::{BAD, NOTE};

/// How many characters stand around a difference, when the values are long.
const AROUND: usize = 20;
/// The most columns of a value.
const COLUMNS: usize = 60;

/// Both ExternalIds, when that is what fails.
pub(super) fn compared(cause: &Diagnosed) -> String {
    let is_id = cause.key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case("sts:ExternalId"));
    let (Some(sent), true) = (&cause.sent, is_id && cause.status != Status::Contradicted) else { return String::new() };
    if cause.statement.is_none() {
        // Nobody shows what is asked for: the value is none that STS takes.
        return undamaged(sent).map(|whole| lines("sendable ", &whole, sent)).unwrap_or_default();
    }
    let Some((required, _)) = nearest(cause.required_values.iter().map(String::as_str), sent) else {
        return String::new();
    };
    lines("asked for", required, sent)
}

fn lines(label: &str, required: &str, sent: &str) -> String {
    let (above, below) = compare(required, sent);
    let columns: Vec<(&Glyph, &Glyph)> = above.iter().zip(&below).collect();
    let mut rows = (String::new(), String::new(), String::new());
    let mut dots = false;
    let mut width = 0;
    for (at, (one, other)) in columns.iter().enumerate() {
        let near = columns.len() <= COLUMNS
            || columns.iter().skip(at.saturating_sub(AROUND)).take(2 * AROUND + 1).any(|(glyph, _)| glyph.differs);
        let cell = one.shown.chars().count().max(other.shown.chars().count());
        if !near || width + cell > COLUMNS {
            if !dots {
                rows.0.push('…');
                rows.1.push('…');
                rows.2.push(' ');
                dots = true;
            }
            continue;
        }
        dots = false;
        let _ = write!(rows.0, "{:<cell$}", one.shown);
        let _ = write!(rows.1, "{:<cell$}", other.shown);
        rows.2.push_str(&(if one.differs { "^" } else { " " }).repeat(cell));
        width += cell;
    }
    let (required, sent, marks) = (rows.0.trim_end(), rows.1.trim_end(), rows.2.trim_end());
    format!(
        "   {NOTE}={NOTE:#} {label} {required}\n   {NOTE}={NOTE:#} sent      {sent}\n               {BAD}{marks}{BAD:#}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(required: &str, sent: &str) -> String {
        anstream::adapter::strip_str(&lines("asked for", required, sent)).to_string()
    }

    #[test]
    fn marks_stand_under_what_differs() {
        let shown = plain("tenant-7F2", "tenant-7f2\u{200b}\n");
        let wanted =
            "   = asked for tenant-7F2\n   = sent      tenant-7f2U+200B\\n\n                       ^ ^^^^^^^^\n";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn long_values_are_shown_around_what_differs() {
        let long = "a".repeat(600);
        let shown = plain(&format!("{long}b{long}"), &format!("{long}c{long}"));
        let rows: Vec<&str> = shown.lines().collect();
        assert!(rows.iter().all(|row| row.chars().count() <= 80), "{shown}");
        let at = rows[2].chars().position(|c| c == '^').unwrap();
        assert_eq!((rows[0].chars().nth(at), rows[1].chars().nth(at)), (Some('b'), Some('c')));
        let all = plain(&"a".repeat(1000), &"b".repeat(1000));
        assert!(all.lines().all(|row| row.chars().count() <= 80), "{all}");
    }
}
