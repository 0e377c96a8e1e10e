//! The constraints of an API's parameters, and the one message in which AWS reports all that are broken.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

use super::{ApiError, Parameters};

/// What a text may be. Lengths are in characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constraint {
    pub(crate) pattern: Option<&'static Pattern>,
    pub(crate) least: usize,
    pub(crate) most: usize,
}

/// A set of characters, written as the regular expression that AWS prints.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: &'static str,
    accepts: fn(char) -> bool,
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_letter_separator_or_number(character: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Separator};
    matches!(character.general_category_group(), Letter | Number | Separator)
}

impl Pattern {
    pub(crate) const NAME: Self = Self { text: r"[\w+=,.@-]*", accepts: |c| is_word(c) || "+=,.@-".contains(c) };
    pub(crate) const WORD: Self = Self { text: r"[\w]*", accepts: is_word };
    pub(crate) const DIGITS: Self = Self { text: r"[\d]*", accepts: |c| c.is_ascii_digit() };
    pub(crate) const EXTERNAL_ID: Self =
        Self { text: r"[\w+=,.@:\/-]*", accepts: |c| is_word(c) || "+=,.@:/-".contains(c) };
    pub(crate) const SERIAL_NUMBER: Self =
        Self { text: r"[\w+=/:,.@-]*", accepts: |c| is_word(c) || "+=/:,.@-".contains(c) };
    pub(crate) const POLICY: Self = Self {
        text: r"[\u0009\u000A\u000D\u0020-\u00FF]+",
        accepts: |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FF}'),
    };
    pub(crate) const ARN: Self = Self {
        text: r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
        accepts: |c| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{7E}' | '\u{85}' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..),
    };
    pub(crate) const TAG_KEY: Self = Self { text: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", accepts: |c| Self::in_tag(c) };
    pub(crate) const TAG_VALUE: Self = Self { text: r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", accepts: |c| Self::in_tag(c) };

    fn in_tag(character: char) -> bool {
        is_letter_separator_or_number(character) || "_.:/=+-@".contains(character)
    }

    fn matches(&self, text: &str) -> bool {
        text.chars().all(self.accepts) && !(text.is_empty() && self.text.ends_with('+'))
    }
}

impl Constraint {
    pub(crate) const ARN: Self = Self { pattern: Some(&Pattern::ARN), least: 20, most: 2048 };
    pub(crate) const TAG_KEY: Self = Self { pattern: Some(&Pattern::TAG_KEY), least: 1, most: 128 };
    pub(crate) const TAG_VALUE: Self = Self { pattern: Some(&Pattern::TAG_VALUE), least: 0, most: 256 };
}

/// Reads parameters and keeps every broken constraint until [`Checks::finish`].
pub(crate) struct Checks<'p> {
    parameters: &'p Parameters,
    violations: Vec<String>,
}

impl<'p> Checks<'p> {
    pub(crate) fn new(parameters: &'p Parameters) -> Self {
        Self { parameters, violations: Vec::new() }
    }

    /// A parameter that may be absent.
    pub(crate) fn optional(&mut self, name: &str, constraint: Constraint) -> Option<&'p str> {
        let value = self.parameters.get(name)?;
        self.check_text(value, &format!("'{value}' "), &member_name(name), constraint);
        Some(value)
    }

    /// A parameter that must be there; the empty text when it is not, which [`Checks::finish`] reports.
    pub(crate) fn required(&mut self, name: &str, constraint: Constraint) -> &'p str {
        if let Some(value) = self.optional(name, constraint) {
            return value;
        }
        self.absent(name);
        ""
    }

    /// A parameter that must be there, and that no message repeats: a token or an assertion.
    pub(crate) fn required_secret(&mut self, name: &str, constraint: Constraint) -> &'p str {
        if let Some(value) = self.parameters.get(name) {
            self.check_text(value, "", &member_name(name), constraint);
            return value;
        }
        self.absent(name);
        ""
    }

    fn absent(&mut self, name: &str) {
        let member = member_name(name);
        self.violations.push(format!("Value null at '{member}' failed to satisfy constraint: Member must not be null"));
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&mut self, name: &str, least: u32, most: u32) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.parameters.get(name) else { return Ok(None) };
        let number: i64 = text.parse().map_err(|_| ApiError::validation(format!("{name} must be an integer")))?;
        let (member, shown) = (member_name(name), format!("'{text}' "));
        if number < i64::from(least) {
            self.broken(&shown, &member, &format!("Member must have value greater than or equal to {least}"));
        }
        if number > i64::from(most) {
            self.broken(&shown, &member, &format!("Member must have value less than or equal to {most}"));
        }
        Ok(u32::try_from(number).ok())
    }

    /// The members of a list, as prefixes of parameter names. Of a list that is too long only as many as may be, so that
    /// a large request has no larger answer.
    pub(crate) fn list(&mut self, name: &str, least: usize, most: usize) -> Result<Vec<String>, ApiError> {
        let mut members = self.parameters.members(name)?;
        let count = members.len();
        members.truncate(most);
        let shown = || format!("'[{}]' ", members.join(", "));
        if count > most {
            self.broken(&shown(), &member_name(name), &format!("Member must have length less than or equal to {most}"));
        }
        if count > 0 && count < least {
            self.broken(
                &shown(),
                &member_name(name),
                &format!("Member must have length greater than or equal to {least}"),
            );
        }
        Ok(members)
    }

    /// Every violation in one message, joined as AWS joins them.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        let count = self.violations.len();
        let errors = match count {
            0 => return Ok(()),
            1 => "error",
            _ => "errors",
        };
        let joined = self.violations.join("; ");
        Err(ApiError::validation(format!("{count} validation {errors} detected: {joined}")))
    }

    /// `shown` is the value as the message has it, with a blank after it; or nothing.
    fn check_text(&mut self, value: &str, shown: &str, member: &str, constraint: Constraint) {
        if let Some(pattern) = constraint.pattern.filter(|pattern| !pattern.matches(value)) {
            self.broken(shown, member, &format!("Member must satisfy regular expression pattern: {}", pattern.text));
        }
        let length = value.chars().count();
        if length < constraint.least {
            let least = constraint.least;
            self.broken(shown, member, &format!("Member must have length greater than or equal to {least}"));
        }
        if length > constraint.most {
            let most = constraint.most;
            self.broken(shown, member, &format!("Member must have length less than or equal to {most}"));
        }
    }

    fn broken(&mut self, shown: &str, member: &str, constraint: &str) {
        self.violations.push(format!("Value {shown}at '{member}' failed to satisfy constraint: {constraint}"));
    }
}

/// `Tags.member.1.Key` as messages name it: `tags.1.member.key`.
fn member_name(parameter: &str) -> String {
    let mut parts: Vec<String> = parameter.split('.').map(lower_first).collect();
    for at in 1..parts.len() {
        let is_index = |part: &String| part.bytes().all(|byte| byte.is_ascii_digit());
        if parts.get(at).is_some_and(is_index) && parts.get(at - 1).is_some_and(|part| part == "member") {
            parts.swap(at - 1, at);
        }
    }
    parts.join(".")
}

fn lower_first(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str, check: impl FnOnce(&mut Checks<'_>)) -> String {
        let parameters = Parameters::decode("", body.as_bytes()).unwrap();
        let mut checks = Checks::new(&parameters);
        check(&mut checks);
        checks.finish().map_or_else(|error| error.message, |()| String::new())
    }

    #[test]
    fn pattern_comes_before_length_and_all_are_joined() {
        let text = message("RoleArn=", |checks| {
            checks.required("RoleArn", Constraint::ARN);
        });
        assert_eq!(
            text,
            r"2 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+; Value '' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"
        );
    }

    #[test]
    fn members_of_lists_are_named_as_aws_names_them() {
        assert_eq!(member_name("Tags.member.1.Key"), "tags.1.member.key");
        assert_eq!(member_name("TransitiveTagKeys.member.12"), "transitiveTagKeys.12.member");
        assert_eq!(member_name("PolicyArns.member.2.arn"), "policyArns.2.member.arn");
    }

    #[test]
    fn tags_take_letters_of_every_script_but_no_symbols() {
        let accepts = |value: &str| Pattern::TAG_VALUE.matches(value);
        assert!(accepts("größe 値 Ⅳ_.:/=+-@") && accepts(""));
        assert!(!accepts("a*") && !accepts("a\u{301}") && !accepts("a\tb"));
        assert!(!Pattern::TAG_KEY.matches(""));
    }

    #[test]
    fn numbers_have_bounds() {
        let text = |value: u32| {
            message(&format!("DurationSeconds={value}"), |checks| {
                checks.integer("DurationSeconds", 900, 43_200).unwrap();
            })
        };
        assert_eq!((text(900), text(43_200)), (String::new(), String::new()));
        assert!(text(899).ends_with("Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"));
        assert!(text(43_201).ends_with("Member must have value less than or equal to 43200"));
    }
}
