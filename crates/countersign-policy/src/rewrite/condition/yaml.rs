//! In statements written as YAML over lines.

use super::names_condition;
use crate::document::{ConditionEntry, Span, Statement};
use crate::rewrite::TextEdit;
use crate::rewrite::layout::{before_blanks, column, line_start};

pub(super) fn add(text: &str, statement: &Statement, operator: &str, key: &str, value: &str) -> Option<TextEdit> {
    let same = |entry: &&ConditionEntry| &*entry.operator.value == operator;
    if let Some(entry) = statement.conditions.iter().rfind(same) {
        let margin = own_line(text, entry.key.span.start as usize)?;
        return insert(text, entry.span.end as usize, &format!("\n{margin}{key}: {value}"));
    }
    if let Some(last) = statement.conditions.last() {
        own_line(text, last.key.span.start as usize)?;
        let margin = own_line(text, last.operator.span.start as usize)?;
        return insert(text, last.span.end as usize, &format!("\n{margin}{operator}:\n{margin}  {key}: {value}"));
    }
    if names_condition(text, statement.span) || !statement.undecided.is_empty() {
        return None;
    }
    let margin = column(text, statement.span.start as usize);
    let new = format!("\n{margin}Condition:\n{margin}  {operator}:\n{margin}    {key}: {value}");
    insert(text, statement.span.end as usize, &new)
}

/// The margin of a key that starts its line, or stands behind the dashes of a list.
fn own_line(text: &str, at: usize) -> Option<String> {
    let start = line_start(text, at);
    let before = text.get(start..at)?;
    before.chars().all(|c| c == ' ' || c == '-').then(|| column(text, at))
}

/// Inserts lines after the line that `end` is on: a comment may follow there.
fn insert(text: &str, end: usize, lines: &str) -> Option<TextEdit> {
    let end = before_blanks(text, end);
    let rest = text.get(end..)?;
    let tail = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let is_comment = tail.trim_start().is_empty() || tail.trim_start().starts_with('#');
    let at = end + tail.len();
    is_comment.then(|| (Span::new(at, at), lines.to_owned()))
}
