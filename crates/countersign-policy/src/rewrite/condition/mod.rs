//! One more condition of a statement: its operator, key and value, where the statement's other conditions stand.

mod block;
mod braces;
mod yaml;

use super::TextEdit;
use super::form::Form;
use super::layout::line_break;
use crate::document::{Span, Statement};

/// Adds `operator: { key: value }` to the conditions of a statement, the places of which are places in `text`. `value` stands as
/// the form wants it: a literal with its quotes, a variable, a function; in a block, what stands in the brackets.
///
/// `None` where the text gives no hold for it, and where a condition may be there that was not read: what is written could take
/// its place. Whether the key is asked about already is for the caller to see.
#[must_use]
pub fn add_condition(
    text: &str,
    form: Form,
    statement: &Statement,
    operator: &str,
    key: &str,
    value: &str,
) -> Option<TextEdit> {
    let (span, new) = match form {
        Form::HclBlock => block::add(text, statement, operator, key, value)?,
        Form::YamlBlock => yaml::add(text, statement, operator, key, value)?,
        Form::Json | Form::HclObject | Form::YamlFlow => braces::add(text, statement, form, operator, key, value)?,
    };
    Some((span, new.replace("\r\n", "\n").replace('\n', line_break(text))))
}

/// Whether a statement may have a condition block, though no condition was read from it: an empty one, or one that went with
/// a value. A second block would take its place or be refused.
fn names_condition(text: &str, statement: Span) -> bool {
    text.get(statement.start as usize..statement.end as usize).is_none_or(|text| text.contains("Condition"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::PolicyDocument;

    /// A statement whose conditions are `written`, after one more was added.
    fn added(written: &str) -> Option<String> {
        let source =
            format!(r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"{written}}}}}"#);
        let document = PolicyDocument::parse(&source);
        let (span, new) =
            add_condition(&source, Form::Json, document.statements.first()?, "StringEquals", "a:b", "\"x\"")?;
        let mut changed = source.clone();
        changed.replace_range(span.start as usize..span.end as usize, &new);
        let read = PolicyDocument::parse(&changed);
        let asks = read.statements[0].conditions.iter().any(|entry| &*entry.key.value == "a:b");
        assert!(read.problems.is_empty() && asks, "{changed}");
        Some(changed.split_once("AssumeRole\"")?.1.strip_suffix("}}")?.to_owned())
    }

    #[test]
    fn a_condition_stands_beside_those_that_are_there() {
        for (written, expected) in [
            ("", Some(r#", "Condition": {"StringEquals": {"a:b": "x"}}"#)),
            (
                r#","Condition":{"Bool":{"a:c":"true"}}"#,
                Some(r#","Condition":{"Bool":{"a:c":"true"}, "StringEquals": {"a:b": "x"}}"#),
            ),
            (
                r#","Condition":{"StringEquals":{"a:c":"y"}}"#,
                Some(r#","Condition":{"StringEquals":{"a:c":"y", "a:b": "x"}}"#),
            ),
            (r#","Condition":{}"#, None),
        ] {
            assert_eq!(added(written).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn lines_end_as_those_of_the_text() {
        let source = "{\"Statement\": [{\r\n  \"Effect\": \"Allow\",\r\n  \"Action\": \"a:b\"\r\n}]}";
        let document = PolicyDocument::parse(source);
        let edit = add_condition(source, Form::Json, &document.statements[0], "StringEquals", "a:b", "\"x\"");
        let (_, new) = edit.unwrap();
        assert_eq!(new.matches('\n').count(), new.matches("\r\n").count(), "{new:?}");
        assert!(new.contains("\r\n"), "{new:?}");
    }
}
