//! How a statement is written, and how its words are.

pub(super) use crate::document::json_string as json;
use crate::document::{Span, parse_json};

/// How a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
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
    /// The form of the statement at `span`, by its first words.
    #[must_use]
    pub fn of(text: &str, span: Span) -> Option<Self> {
        let statement = text.get(span.start as usize..span.end as usize)?;
        let Some(inside) = statement.strip_prefix('{') else {
            // A key with its quotes, or the labels of a block.
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '"' | '\'' | ' ');
            return match statement.trim_start_matches(word).chars().next()? {
                '{' => Some(Self::HclBlock),
                ':' => Some(Self::YamlBlock),
                _ => None,
            };
        };
        let first = behind_comments(inside);
        let quoted = first.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(_, rest)| rest);
        let bare = first.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        match (quoted, quoted.unwrap_or(bare).trim_start().chars().next()?) {
            (_, '=') => Some(Self::HclObject),
            (Some(_), ':') => Some(Self::Json),
            (None, ':') => Some(Self::YamlFlow),
            _ => None,
        }
    }

    /// Whether what belongs together is told by margins.
    pub(super) fn is_by_margin(self) -> bool {
        self == Self::YamlBlock
    }

    /// Whether members on lines of their own need a comma between them.
    pub(super) fn needs_commas(self) -> bool {
        matches!(self, Self::Json | Self::YamlFlow)
    }

    /// A value as it is written.
    pub(super) fn value(self, text: &str) -> Option<String> {
        match self {
            Self::YamlBlock | Self::YamlFlow => Some(yaml(text)),
            Self::HclObject | Self::HclBlock => literal(text).then(|| json(text)),
            Self::Json => Some(json(text)),
        }
    }

    /// A member's key as it is written, with what stands before the value.
    pub(super) fn key(self, key: &str) -> String {
        let is_word = key.chars().all(|c| c.is_ascii_alphanumeric());
        match self {
            Self::HclObject | Self::HclBlock if is_word => format!("{key} = "),
            Self::HclObject | Self::HclBlock => format!("{} = ", json(key)),
            Self::YamlBlock | Self::YamlFlow if is_word => format!("{key}: "),
            Self::YamlBlock => format!("{}: ", yaml(key)),
            Self::YamlFlow | Self::Json => format!("{}: ", json(key)),
        }
    }
}

/// What stands behind blanks and whole lines of comments.
fn behind_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') || rest.starts_with("//") {
        rest = rest.split_once('\n').map_or("", |(_, next)| next.trim_start());
    }
    rest
}

/// A text as a scalar of YAML: bare only where every reader takes it for the string it is.
fn yaml(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=.@:/*-".contains(c))
        && !text.ends_with(':')
        && text.contains([':', '/', '.', '-']);
    if is_plain { text.to_owned() } else { json(text) }
}

/// Whether the text means itself inside of a template's string.
fn literal(text: &str) -> bool {
    !text.contains("${") && !text.contains("%{")
}

/// The text of a literal with another value, quoted as it is. `None` when something else than the literal `was` stands there.
pub(super) fn reworded(source: &str, place: Span, was: &str, new: &str) -> Option<String> {
    let written = source.get(place.start as usize..place.end as usize)?;
    let quote = written.chars().next()?;
    // What a template would fill in is no literal. On its own a policy has variables of its own.
    let is_policy = source.trim_start().starts_with('{');
    match quote {
        '"' => {
            let tree = parse_json(written, 1).ok()?;
            let same = tree.as_str() == Some(was) && (is_policy || literal(was) && literal(new));
            same.then(|| json(new))
        }
        '\'' => {
            let inside = written.strip_prefix('\'')?.strip_suffix('\'')?;
            let fits = inside.replace("''", "'") == was && !new.contains(char::is_control);
            fits.then(|| format!("'{}'", new.replace('\'', "''")))
        }
        _ => (written == was).then(|| yaml(new)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_by_their_first_words() {
        for (text, form) in [
            (r#"{ "Effect": "Allow" }"#, Some(Form::Json)),
            (r#"{ Effect = "Allow" }"#, Some(Form::HclObject)),
            (r#"{ "Effect" = "Allow" }"#, Some(Form::HclObject)),
            ("statement {\n}", Some(Form::HclBlock)),
            ("Effect: Allow\nAction: a", Some(Form::YamlBlock)),
            ("{ Effect: Allow }", Some(Form::YamlFlow)),
            ("'Effect': Allow", Some(Form::YamlBlock)),
            ("{\n  # the vendor\n  Effect = \"Allow\" }", Some(Form::HclObject)),
            ("dynamic \"statement\" {\n}", Some(Form::HclBlock)),
            (r#"{ \"Effect\": 1 }"#, None),
            ("local.statement", None),
        ] {
            assert_eq!(Form::of(text, Span::new(0, text.len())), form, "{text}");
        }
    }

    #[test]
    fn only_the_literal_that_was_read_is_written_over() {
        for (source, was, new) in [
            (r#""a""#, "a", Some(r#""b""#)),
            ("'a'", "a", Some("'b'")),
            ("a", "a", Some(r#""b""#)),
            ("sts:A", "sts:A", Some(r#""b""#)),
            ("!Ref A", "a", None),
            (r#""${var.a}""#, "a", None),
            (r#""${var.a}""#, "${var.a}", None),
            ("var.a", "a", None),
        ] {
            let found = reworded(source, Span::new(0, source.len()), was, "b");
            assert_eq!(found.as_deref(), new, "{source}");
        }
    }
}
