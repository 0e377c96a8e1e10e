//! Where a parameter is written, and how.

use std::collections::BTreeMap;

use countersign_policy::document::Span;

use super::Name;
use crate::edit::Edit;

/// The parameters that are written to a text.
const WRITTEN: [Name; 8] = [
    Name::RoleArn,
    Name::RoleSessionName,
    Name::ExternalId,
    Name::DurationSeconds,
    Name::SerialNumber,
    Name::TokenCode,
    Name::SourceIdentity,
    Name::Region,
];

/// The parameters that are taken out of a text. A session policy is none of them: without it the session may do more.
const REMOVED: [Name; 4] = [Name::ExternalId, Name::DurationSeconds, Name::SourceIdentity, Name::Tags];

/// The places of parameters, as `place` finds them.
pub(super) fn slots(mut place: impl FnMut(Name) -> Option<Slot>) -> BTreeMap<Name, Slot> {
    WRITTEN.into_iter().filter_map(|name| Some((name, place(name)?))).collect()
}

/// How parameters are taken out, as `edits` finds it.
pub(super) fn removals(mut edits: impl FnMut(Name) -> Option<Vec<Edit>>) -> BTreeMap<Name, Vec<Edit>> {
    REMOVED.into_iter().filter_map(|name| Some((name, edits(name)?))).collect()
}

/// The place for a parameter of a call: where it stands, or where it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What stands before the value in what is inserted: `, ExternalId=`.
    pub before: String,
    /// What stands behind it.
    pub behind: String,
    /// How the value is quoted.
    pub quoting: Quoting,
    /// What else has to change: an import, a comma before a comment.
    pub also: Vec<Edit>,
}

/// How a value is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quoting {
    /// Not at all: the rest of the line is the value.
    Line,
    /// As a word of a shell, with quotes where it needs them.
    Shell,
    /// As a word of a shell in these quotes, or in others where it needs them.
    ShellIn(char),
    /// As a word of a shell whose command stands in a string literal.
    ShellWithin {
        /// The quote of the literal.
        literal: char,
        /// The quotes of the word, where it has some.
        inner: Option<char>,
    },
    /// As a scalar of YAML, with quotes where it needs them.
    Yaml,
    /// In this quote, with `\` before the quote and itself.
    Backslash(char),
    /// In double quotes in which `${` and `%{` are templates.
    Hcl,
    /// In double quotes in which `$` and `#` start a value.
    Interpolating,
    /// Digits.
    Number,
    /// Seconds in double quotes, with their unit.
    HclSeconds,
}

impl Slot {
    /// Replaces what stands there.
    #[must_use]
    pub fn replace(span: Span, quoting: Quoting) -> Self {
        Self { span, before: String::new(), behind: String::new(), quoting, also: Vec::new() }
    }

    /// Inserts at a byte.
    #[must_use]
    pub fn insert(at: u32, before: impl Into<String>, behind: impl Into<String>, quoting: Quoting) -> Self {
        let span = Span { start: at, end: at };
        Self { span, before: before.into(), behind: behind.into(), quoting, also: Vec::new() }
    }

    /// The same place in a text that this one starts in at `offset`.
    pub(super) fn move_by(&mut self, offset: u32) {
        self.span = moved(self.span, offset);
        for edit in &mut self.also {
            edit.span = moved(edit.span, offset);
        }
    }

    /// The edits that send `value`; `None` when this place cannot hold it.
    #[must_use]
    pub fn write(&self, value: &str) -> Option<Vec<Edit>> {
        Some(self.write_as_is(&quote(value, self.quoting)?))
    }

    /// The edits that send two values, each in its own place; `None` when one of them would need what the other takes.
    #[must_use]
    pub fn write_both(&self, value: &str, other: &Self, others: &str) -> Option<Vec<Edit>> {
        let (mut first, second) = (self.write(value)?, other.write(others)?);
        let is_shared = |edit: &Edit| edit.text == ",";
        if self.span != other.span || self.also.iter().any(is_shared) {
            let apart = self.span.end <= other.span.start || other.span.end <= self.span.start;
            first.extend(second);
            return (self.span != other.span && apart).then_some(first);
        }
        first.last_mut()?.text.push_str(&second.last()?.text);
        Some(first)
    }

    /// The same, without quotes.
    pub(super) fn write_as_is(&self, text: &str) -> Vec<Edit> {
        let written = Edit::replace(self.span, format!("{}{text}{}", self.before, self.behind));
        self.also.iter().cloned().chain([written]).collect()
    }
}

/// A span in a text that starts at `offset` of another.
pub(super) fn moved(span: Span, offset: u32) -> Span {
    Span { start: span.start.saturating_add(offset), end: span.end.saturating_add(offset) }
}

/// A value as a text writes it; `None` when it cannot.
fn quote(value: &str, quoting: Quoting) -> Option<String> {
    if value.is_empty() || value.chars().any(char::is_control) {
        return None;
    }
    let escaped = |quote: char, special: &[char]| {
        let mut out = String::from(quote);
        for c in value.chars() {
            if c == '\\' || c == quote || special.contains(&c) {
                out.push('\\');
            }
            out.push(c);
        }
        out.push(quote);
        out
    };
    // What STS takes needs no quotes, neither in a shell nor in YAML.
    let is_plain_letter = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    let is_plain = value.chars().all(is_plain_letter);
    Some(match quoting {
        Quoting::Line if value.trim() != value => return None,
        Quoting::Line => value.to_owned(),
        Quoting::Shell if is_plain => value.to_owned(),
        Quoting::ShellIn(quote)
            if is_plain || value.chars().all(|c| c == ' ' || c.is_ascii_alphanumeric() || c == '-') =>
        {
            format!("{quote}{value}{quote}")
        }
        Quoting::Shell | Quoting::ShellIn(_) => format!("'{}'", value.replace('\'', r"'\''")),
        Quoting::ShellWithin { inner: None, .. } if is_plain => value.to_owned(),
        Quoting::ShellWithin { literal, inner } => {
            let is_safe = value.chars().all(|c| is_plain_letter(c) || " <>".contains(c));
            let quote = inner.unwrap_or(if literal == '\'' { '"' } else { '\'' });
            let written = if quote == literal { format!("\\{quote}") } else { quote.to_string() };
            return is_safe.then(|| format!("{written}{value}{written}"));
        }
        Quoting::Yaml if is_plain && !reads_as_no_string(value) => value.to_owned(),
        Quoting::Yaml => format!("'{}'", value.replace('\'', "''")),
        Quoting::Backslash(quote) => escaped(quote, &[]),
        Quoting::Hcl => escaped('"', &[]).replace("${", "$${").replace("%{", "%%{"),
        Quoting::Interpolating => escaped('"', &['$', '#']),
        Quoting::Number | Quoting::HclSeconds if !value.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Quoting::Number => value.to_owned(),
        Quoting::HclSeconds => format!("\"{value}s\""),
    })
}

/// Whether YAML takes the word for something else than a string, or for the start of something.
fn reads_as_no_string(word: &str) -> bool {
    let is_word =
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && !word.contains([',', '=']) && !word.ends_with(':');
    let lower = word.to_ascii_lowercase();
    !is_word || matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_as_each_language_needs_it() {
        let hard = r#"a'b"c\d${e}#{f}"#;
        let cases = [
            (Quoting::Shell, "acme-1", "acme-1"),
            (Quoting::Shell, "<id>", "'<id>'"),
            (Quoting::Shell, hard, r#"'a'\''b"c\d${e}#{f}'"#),
            (Quoting::ShellWithin { literal: '"', inner: None }, "acme-1", "acme-1"),
            (Quoting::ShellWithin { literal: '"', inner: None }, "<id>", "'<id>'"),
            (Quoting::ShellWithin { literal: '\'', inner: None }, "<id>", "\"<id>\""),
            (Quoting::ShellWithin { literal: '"', inner: Some('"') }, "acme-1", r#"\"acme-1\""#),
            (Quoting::Yaml, "acme-1", "acme-1"),
            (Quoting::Yaml, "012345678901", "'012345678901'"),
            (Quoting::Yaml, "off", "'off'"),
            (Quoting::Yaml, "arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/a"),
            (Quoting::Yaml, "arn:", "'arn:'"),
            (Quoting::Yaml, "<id>", "'<id>'"),
            (Quoting::Backslash('\''), hard, r#"'a\'b"c\\d${e}#{f}'"#),
            (Quoting::Hcl, hard, r#""a'b\"c\\d$${e}#{f}""#),
            (Quoting::Interpolating, hard, r#""a'b\"c\\d\${e}\#{f}""#),
            (Quoting::Line, "<id>", "<id>"),
            (Quoting::Number, "3600", "3600"),
            (Quoting::HclSeconds, "3600", "\"3600s\""),
        ];
        for (quoting, value, expected) in cases {
            assert_eq!(quote(value, quoting).as_deref(), Some(expected), "{quoting:?} {value}");
        }
    }

    #[test]
    fn what_no_call_can_send_is_not_written() {
        assert_eq!(quote("", Quoting::Shell), None);
        assert_eq!(quote("a\nb", Quoting::Backslash('"')), None);
        assert_eq!(quote(" a", Quoting::Line), None);
        assert_eq!(quote("1h", Quoting::Number), None);
        assert_eq!(quote("a'b", Quoting::ShellWithin { literal: '"', inner: None }), None);
    }
}
