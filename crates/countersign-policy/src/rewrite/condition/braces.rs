//! In statements written in braces: JSON, HCL objects, YAML in flow style.

use super::names_condition;
use crate::document::{ConditionEntry, Span, Statement};
use crate::rewrite::TextEdit;
use crate::rewrite::form::Form;
use crate::rewrite::layout::{before_blanks, ends_in_comment, indent, line_start};

pub(super) fn add(
    text: &str,
    statement: &Statement,
    form: Form,
    operator: &str,
    key: &str,
    value: &str,
) -> Option<TextEdit> {
    let writer = Writer { text, form };
    let same = |entry: &&ConditionEntry| &*entry.operator.value == operator;
    if let Some(entry) = statement.conditions.iter().rfind(same) {
        // Beside the other keys of the operator, wherever its map goes on.
        return writer.after(entry.span.end as usize, entry.span.start as usize, &[], (key, value));
    }
    if let Some(last) = statement.conditions.last() {
        let brace = writer.next_brace(last.span.end as usize)?;
        return writer.after(brace + 1, last.operator.span.start as usize, &[operator], (key, value));
    }
    if names_condition(text, statement.span) || !statement.undecided.is_empty() {
        return None;
    }
    let (start, end) = (statement.span.start as usize, statement.span.end as usize);
    let last = before_blanks(text, end.checked_sub(1)?);
    let first = start + 1 + text.get(start + 1..end)?.find(|c: char| !c.is_whitespace())?;
    writer.after(last, first, &["Condition", operator], (key, value))
}

struct Writer<'t> {
    text: &'t str,
    form: Form,
}

impl Writer<'_> {
    /// Inserts `names…: { key: value }` after `end`, laid out as the member that starts at `beside`.
    fn after(&self, end: usize, beside: usize, names: &[&str], member: (&str, &str)) -> Option<TextEdit> {
        let end = before_blanks(self.text, end);
        let marks: &[&str] = match self.form {
            Form::HclObject => &["#", "//"],
            Form::YamlFlow => &["#"],
            Form::Json | Form::HclBlock | Form::YamlBlock => &[],
        };
        if ends_in_comment(self.text, end, marks) {
            return None;
        }
        let has_comma = self.text.get(..end)?.ends_with(',');
        let on_own_line = self.text.get(line_start(self.text, beside)..beside)?.trim().is_empty();
        let over_lines = on_own_line && (self.text.get(beside..end)?.contains('\n') || self.is_alone(end));
        let comma = match self.form {
            _ if has_comma => "",
            Form::HclObject if over_lines => "",
            _ => ",",
        };
        let new = if over_lines {
            let margin = indent(self.text, beside).to_owned();
            format!("{comma}\n{margin}{}", self.nested(names, member, Some(&margin)))
        } else {
            format!("{comma} {}", self.nested(names, member, None))
        };
        // A comma that was last stays last.
        let new = if has_comma && (over_lines || self.form != Form::HclObject) { new + "," } else { new };
        Some((Span::new(end, end), new))
    }

    /// Whether nothing else stands on the line after `end`.
    fn is_alone(&self, end: usize) -> bool {
        let rest = self.text.get(end..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default().trim().is_empty()
    }

    fn nested(&self, names: &[&str], (key, value): (&str, &str), margin: Option<&str>) -> String {
        let Some((name, rest)) = names.split_first() else {
            return format!("{}{value}", self.form.key(key));
        };
        let deeper = margin.map(|margin| format!("{margin}{}", self.step()));
        let inside = self.nested(rest, (key, value), deeper.as_deref());
        match (margin, &deeper) {
            (Some(margin), Some(deeper)) => {
                format!("{}{{\n{deeper}{inside}\n{margin}}}", self.form.key(name))
            }
            _ if self.form == Form::HclObject => format!("{}{{ {inside} }}", self.form.key(name)),
            _ => format!("{}{{{inside}}}", self.form.key(name)),
        }
    }

    /// One level of indentation: four blanks where the file is indented by four.
    fn step(&self) -> &'static str {
        let mut widths = self.text.lines().filter_map(|line| {
            let width = line.len() - line.trim_start_matches(' ').len();
            (width > 0 && width < line.len()).then_some(width)
        });
        match widths.next() {
            Some(4) => "    ",
            _ => "  ",
        }
    }

    /// The brace that closes the map whose last value ends at `from`.
    fn next_brace(&self, from: usize) -> Option<usize> {
        let rest = self.text.get(from..)?;
        let at = rest.find(|c: char| !c.is_whitespace() && c != ',')?;
        rest.get(at..)?.starts_with('}').then_some(from + at)
    }
}
