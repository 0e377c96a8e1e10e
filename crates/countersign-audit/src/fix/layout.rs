//! How a stretch of source is laid out: which language it is in, and how far its parts are indented.

use countersign_policy::document::Span;

use super::Language;

/// How a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `{"Effect": "Allow"}`
    Json,
    /// `{ Effect = "Allow" }`
    HclObject,
    /// `statement { effect = "Allow" }`
    HclBlock,
    /// `Effect: Allow`, over lines.
    YamlBlock,
    /// `{ Effect: Allow }`
    YamlFlow,
}

impl Form {
    /// The form of the statement at `span`.
    pub(super) fn of(text: &str, span: Span, language: Language) -> Option<Self> {
        let statement = text.get(span.start as usize..span.end as usize)?;
        let Some(inside) = statement.strip_prefix('{') else {
            return match language {
                Language::Hcl => statement.ends_with('}').then_some(Self::HclBlock),
                Language::CloudFormation => Some(Self::YamlBlock),
                Language::Json | Language::Printed => None,
            };
        };
        let first = inside.trim_start();
        // In a quoted string, where a quote has to be escaped.
        if first.starts_with('\\') {
            return None;
        }
        let quoted = first.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        Some(match (quoted, language) {
            (Some((_, after)), _) if after.trim_start().starts_with(':') => Self::Json,
            (_, Language::Hcl) => Self::HclObject,
            (_, Language::CloudFormation) => Self::YamlFlow,
            (_, Language::Json | Language::Printed) => return None,
        })
    }
}

/// Whether a statement may have a condition block, though no condition was read from it: an empty one, or one that went with
/// a value. A second block would take its place or be refused.
pub(super) fn names_condition(text: &str, statement: Span) -> bool {
    text.get(statement.start as usize..statement.end as usize).is_none_or(|text| text.contains("Condition"))
}

/// What stands before the first character of the line that `at` is on, up to the first that is no blank.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let line = line_start(text, at);
    let rest = text.get(line..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest.get(..blanks).unwrap_or_default()
}

/// Where the line that `at` is on starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// As many blanks as there are characters before `at` on its line: where YAML puts what belongs beside it.
pub(super) fn column(text: &str, at: usize) -> String {
    let before = text.get(line_start(text, at)..at).unwrap_or_default();
    " ".repeat(before.chars().count())
}

/// Where what stands before `at` ends, blanks and line breaks left out.
pub(super) fn before_blanks(text: &str, at: usize) -> usize {
    text.get(..at).map_or(at, |before| before.trim_end().len())
}

/// Whether a comment to the end of the line stands on the line that ends at `end`: what is inserted there would be lost in it.
pub(super) fn ends_in_comment(text: &str, end: usize, marks: &[&str]) -> bool {
    let line = text.get(line_start(text, end)..end).unwrap_or_default();
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            _ if marks.iter().any(|mark| line.get(at..).is_some_and(|rest| rest.starts_with(mark))) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, language: Language) -> Option<Form> {
        Form::of(text, Span::new(0, text.len()), language)
    }

    #[test]
    fn a_statement_in_a_quoted_string_has_no_form_to_write_in() {
        for language in [Language::Hcl, Language::CloudFormation, Language::Json] {
            assert_eq!(form(r#"{ \"Effect\": \"Allow\" }"#, language), None, "{language:?}");
            assert_eq!(form(r#"{ "Effect": "Allow" }"#, language), Some(Form::Json), "{language:?}");
        }
        assert_eq!(form(r#"{ Effect = "Allow" }"#, Language::Hcl), Some(Form::HclObject));
    }
}
