//! A kind of principal that a statement does not name yet.

use super::TextEdit;
use super::form::{Form, json};
use super::layout::{line_break, line_end, margin};
use crate::document::{PrincipalElement, Span};

/// Names principals of another kind than those that are there.
pub(super) fn add_kind(
    text: &str,
    form: Form,
    statement: Span,
    element: &PrincipalElement,
    kind: &str,
    names: &[String],
) -> Option<Vec<TextEdit>> {
    let newline = line_break(text);
    let values: Vec<String> = names.iter().map(|name| form.value(name)).collect::<Option<_>>()?;
    let value = match values.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    let (first, after_key) = (element.entries.first()?.span.start as usize, element.key_span.end as usize);
    if form == Form::HclBlock {
        return block(text, statement, element, kind, &values.join(", "));
    }
    let between = text.get(after_key..first)?;
    if form == Form::YamlBlock && !between.contains('{') {
        // The first key of the map, on a line below.
        let start = after_key + between.find('\n')? + 1;
        let at = start + text.get(start..)?.find(|c: char| c != ' ')?;
        let column = margin(text, at)?;
        return Some(vec![(Span::new(at, at), format!("{}{value}{newline}{column}", form.key(kind)))]);
    }
    let brace = after_key + between.find('{')? + 1;
    let rest = text.get(brace..)?;
    let blanks = rest.get(..rest.len() - rest.trim_start().len())?;
    let comma = if form.needs_commas() || !blanks.contains('\n') { "," } else { "" };
    let key = form.key(kind);
    let gap = if comma.is_empty() || !blanks.is_empty() { "" } else { " " };
    Some(vec![(Span::new(brace, brace), format!("{blanks}{key}{value}{comma}{gap}"))])
}

/// A block of its own, behind the last one.
fn block(text: &str, statement: Span, element: &PrincipalElement, kind: &str, values: &str) -> Option<Vec<TextEdit>> {
    let newline = line_break(text);
    let last = element.entries.iter().map(|entry| entry.span.end as usize).max()?;
    let end = last + text.get(last..statement.end as usize)?.find('}')?;
    let column = margin(text, end)?;
    let at = line_end(text, end);
    let lines = [
        String::new(),
        String::new(),
        format!("{column}principals {{"),
        format!("{column}  type        = {}", json(kind)),
        format!("{column}  identifiers = [{values}]"),
        format!("{column}}}"),
    ];
    Some(vec![(Span::new(at, at), lines.join(newline))])
}
