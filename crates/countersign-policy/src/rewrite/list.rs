//! More values where one stands or several do.

use super::TextEdit;
use super::form::Form;
use super::layout::{line_break, line_end, line_start, margin};
use crate::document::Span;

/// Adds values to those at `spans`: to their list, or by making one of the single value.
#[must_use]
pub fn add_to_list(text: &str, form: Form, spans: &[Span], values: &[String]) -> Option<Vec<TextEdit>> {
    let written: Vec<String> = values.iter().map(|value| form.value(value)).collect::<Option<_>>()?;
    let (first, last) = (spans.first()?, spans.last()?);
    let before = text.get(..first.start as usize)?;
    let is_in_brackets = before.trim_end().ends_with('[');
    if form.is_by_margin() && !is_in_brackets {
        return by_margin(text, *first, *last, &written);
    }
    if !is_in_brackets {
        // What a function or a tag makes of it is no single value.
        let is_single = spans.len() == 1 && before.trim_end().ends_with(['=', ':']);
        let value = text.get(first.start as usize..first.end as usize)?;
        return is_single.then(|| vec![(*first, format!("[{value}, {}]", written.join(", ")))]);
    }
    let end = last.end as usize;
    let separator = match margin(text, last.start as usize) {
        Some(margin) => format!(",{}{margin}", line_break(text)),
        None => ", ".to_owned(),
    };
    let new: String = written.iter().map(|value| format!("{separator}{value}")).collect();
    Some(vec![(Span::new(end, end), new)])
}

/// The same in YAML over lines.
fn by_margin(text: &str, first: Span, last: Span, values: &[String]) -> Option<Vec<TextEdit>> {
    let newline = line_break(text);
    let start = line_start(text, last.start as usize);
    let before = text.get(start..last.start as usize)?;
    let end = line_end(text, last.end as usize);
    let tail = text.get(last.end as usize..end)?.trim_start();
    if !(tail.is_empty() || tail.starts_with('#')) {
        return None;
    }
    if let Some((margin, between)) = before.split_once('-')
        && margin.trim().is_empty()
        && is_tag(between)
    {
        let new: String = values.iter().map(|value| format!("{newline}{margin}- {value}")).collect();
        return Some(vec![(Span::new(end, end), new)]);
    }
    // The single value of a key becomes the first of a list.
    let (key, between) = before.split_once(": ").filter(|(_, between)| is_tag(between))?;
    if first != last {
        return None;
    }
    let column: String = key.chars().take_while(|c| matches!(c, ' ' | '-')).map(|_| ' ').collect();
    let gap = Span::new(start + key.len() + 1, last.start as usize - between.trim_start().len());
    let new: String = values.iter().map(|value| format!("{newline}{column}  - {value}")).collect();
    Some(vec![(gap, format!("{newline}{column}  - ")), (Span::new(end, end), new)])
}

/// Nothing, or the tag of the value behind it.
fn is_tag(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.starts_with('!') && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(form: Form, text: &str, value: &str) -> Option<String> {
        let start = text.find(value).unwrap();
        let edits = add_to_list(text, form, &[Span::new(start, start + value.len())], &["arn:y".to_owned()])?;
        let mut out = text.to_owned();
        for (span, new) in edits.iter().rev() {
            out.replace_range(span.start as usize..span.end as usize, new);
        }
        Some(out)
    }

    #[test]
    fn lists_grow_as_they_are_laid_out() {
        for (form, source, value, after) in [
            (Form::Json, r#"{"A":"x"}"#, r#""x""#, Some(r#"{"A":["x", "arn:y"]}"#)),
            (Form::Json, r#"{"A":["x"]}"#, r#""x""#, Some(r#"{"A":["x", "arn:y"]}"#)),
            (Form::Json, "{\"A\":[\n    \"x\"\n  ]}", r#""x""#, Some("{\"A\":[\n    \"x\",\n    \"arn:y\"\n  ]}")),
            (Form::HclObject, r#"{ A = "x" }"#, r#""x""#, Some(r#"{ A = ["x", "arn:y"] }"#)),
            (Form::HclBlock, "a = [\n  \"x\",\n]", r#""x""#, Some("a = [\n  \"x\",\n  \"arn:y\",\n]")),
            (Form::HclBlock, "a = concat(\"x\")", r#""x""#, None),
            (Form::YamlBlock, "  A: arn:x # c\n", "arn:x", Some("  A:\n    - arn:x # c\n    - arn:y\n")),
            (Form::YamlBlock, "- A: !Sub 'x'\r\n", "'x'", Some("- A:\r\n    - !Sub 'x'\r\n    - arn:y\r\n")),
            (Form::YamlBlock, "A:\n- x\nB: 1\n", "x", Some("A:\n- x\n- arn:y\nB: 1\n")),
            (Form::YamlBlock, "A: [x]\n", "x", Some("A: [x, arn:y]\n")),
            (Form::YamlFlow, "{A: x}", "x", Some("{A: [x, arn:y]}")),
        ] {
            assert_eq!(added(form, source, value).as_deref(), after, "{source}");
        }
    }
}
