//! Reads parameters under their constraints, and reports all that are broken in the one message that AWS has for them.

use super::{ApiError, Constraint, Parameters};

/// Reads parameters and keeps every broken constraint until [`Checks::finish`].
pub(crate) struct Checks<'p> {
    parameters: &'p Parameters,
    wording: Wording,
    violations: Vec<String>,
    /// What is told only when every constraint holds.
    complaint: Option<String>,
}

/// Whether messages repeat the value that broke a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    /// As STS does.
    Values,
    /// As IAM does.
    NoValues,
}

impl<'p> Checks<'p> {
    /// Checks in STS's words, which repeat the values.
    pub(crate) fn new(parameters: &'p Parameters) -> Self {
        Self { parameters, wording: Wording::Values, violations: Vec::new(), complaint: None }
    }

    /// Checks in IAM's words, which do not.
    pub(crate) fn without_values(parameters: &'p Parameters) -> Self {
        Self { wording: Wording::NoValues, ..Self::new(parameters) }
    }

    /// A parameter that may be absent.
    pub(crate) fn optional(&mut self, name: &str, constraint: Constraint) -> Option<&'p str> {
        let value = self.parameters.get(name)?;
        self.check_text(value, name, constraint);
        Some(value)
    }

    /// A parameter that must be there; the empty text when it is not, which [`Checks::finish`] reports.
    pub(crate) fn required(&mut self, name: &str, constraint: Constraint) -> &'p str {
        if let Some(value) = self.optional(name, constraint) {
            return value;
        }
        self.missing(name);
        ""
    }

    /// A parameter that must be there, and that no message repeats: a token or an assertion.
    pub(crate) fn required_secret(&mut self, name: &str, constraint: Constraint) -> &'p str {
        let Some(value) = self.parameters.get(name) else {
            self.missing(name);
            return "";
        };
        let wording = std::mem::replace(&mut self.wording, Wording::NoValues);
        self.check_text(value, name, constraint);
        self.wording = wording;
        value
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&mut self, name: &str, least: u32, most: u32) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.parameters.get(name) else { return Ok(None) };
        let number: i64 = text.parse().map_err(|_| ApiError::validation(format!("{name} must be an integer")))?;
        if number < i64::from(least) {
            self.broken(text, name, &format!("Member must have value greater than or equal to {least}"));
        }
        if number > i64::from(most) {
            self.broken(text, name, &format!("Member must have value less than or equal to {most}"));
        }
        Ok(u32::try_from(number).ok())
    }

    /// `true` or `false`. How AWS refuses anything else is not documented; it is worded as for numbers.
    pub(crate) fn boolean(&mut self, name: &str) -> Result<Option<bool>, ApiError> {
        let refused = || ApiError::validation(format!("{name} must be a boolean"));
        let Some(text) = self.parameters.get(name) else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            _ => Err(refused()),
        }
    }

    /// One of a few words, spelt exactly.
    pub(crate) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.parameters.get(name)?;
        let chosen = choices.iter().find(|(word, _)| *word == value);
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let set = match self.wording {
                Wording::Values => format!(": [{}]", words.join(", ")),
                Wording::NoValues => String::new(),
            };
            self.broken(value, name, &format!("Member must satisfy enum value set{set}"));
        }
        chosen.map(|(_, meant)| *meant)
    }

    /// One of a few words that must be there. `None` is reported by [`Checks::finish`].
    pub(crate) fn required_choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        if self.parameters.get(name).is_none() {
            self.missing(name);
        }
        self.choice(name, choices)
    }

    /// The members of a list, as prefixes of parameter names. Of a list that is too long only as many as may be, so that
    /// a large request has no larger answer.
    pub(crate) fn list(&mut self, name: &str, least: usize, most: usize) -> Result<Vec<String>, ApiError> {
        let mut members = self.parameters.members(name)?;
        let count = members.len();
        members.truncate(most);
        let shown = || format!("[{}]", members.join(", "));
        if count > most {
            self.broken(&shown(), name, &format!("Member must have length less than or equal to {most}"));
        }
        if count > 0 && count < least {
            self.broken(&shown(), name, &format!("Member must have length greater than or equal to {least}"));
        }
        Ok(members)
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str, most: usize, each: Constraint) -> Result<Vec<&'p str>, ApiError> {
        let members = self.list(name, 0, most)?;
        Ok(members.iter().map(|member| self.required(member, each)).collect())
    }

    /// A list of texts that must be there, if only as an empty one.
    pub(crate) fn required_texts(
        &mut self,
        name: &str,
        most: usize,
        each: Constraint,
    ) -> Result<Vec<&'p str>, ApiError> {
        let texts = self.texts(name, most, each)?;
        if texts.is_empty() && self.parameters.get(name).is_none() {
            self.missing(name);
        }
        Ok(texts)
    }

    /// A list of tags: keys and values, in the order they came.
    pub(crate) fn tags(&mut self, name: &str, most: usize) -> Result<Vec<(&'p str, &'p str)>, ApiError> {
        let mut tags = Vec::new();
        for tag in self.list(name, 0, most)? {
            let key = self.required(&format!("{tag}.Key"), Constraint::TAG_KEY);
            tags.push((key, self.required(&format!("{tag}.Value"), Constraint::TAG_VALUE)));
        }
        Ok(tags)
    }

    /// The same where the list must be there, if only as an empty one.
    pub(crate) fn required_tags(&mut self, name: &str, most: usize) -> Result<Vec<(&'p str, &'p str)>, ApiError> {
        let tags = self.tags(name, most)?;
        if tags.is_empty() && self.parameters.get(name).is_none() {
            self.missing(name);
        }
        Ok(tags)
    }

    /// Keeps what is wrong and no constraint says. It is told when every constraint holds.
    pub(crate) fn refuse(&mut self, text: impl Into<String>) {
        self.complaint.get_or_insert_with(|| text.into());
    }

    /// Every violation in one message, joined as AWS joins them.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        let count = self.violations.len();
        let errors = match (count, self.complaint) {
            (0, None) => return Ok(()),
            (0, Some(complaint)) => return Err(ApiError::validation(complaint)),
            (1, _) => "error",
            _ => "errors",
        };
        let joined = self.violations.join("; ");
        Err(ApiError::validation(format!("{count} validation {errors} detected: {joined}")))
    }

    fn check_text(&mut self, value: &str, name: &str, constraint: Constraint) {
        if let Some(pattern) = constraint.pattern.filter(|pattern| !pattern.matches(value)) {
            match pattern.complaint {
                Some(complaint) => {
                    let member = member_name(name);
                    self.refuse(format!("The specified value for {member} is invalid. {complaint}"));
                }
                None => {
                    let text = pattern.text;
                    self.broken(value, name, &format!("Member must satisfy regular expression pattern: {text}"));
                }
            }
        }
        let length = value.chars().count();
        if length < constraint.least {
            let least = constraint.least;
            self.broken(value, name, &format!("Member must have length greater than or equal to {least}"));
        }
        if length > constraint.most {
            let most = constraint.most;
            self.broken(value, name, &format!("Member must have length less than or equal to {most}"));
        }
    }

    fn missing(&mut self, name: &str) {
        let value = match self.wording {
            Wording::Values => "Value null",
            Wording::NoValues => "Value",
        };
        let member = member_name(name);
        self.violations.push(format!("{value} at '{member}' failed to satisfy constraint: Member must not be null"));
    }

    fn broken(&mut self, value: &str, name: &str, constraint: &str) {
        let value = match self.wording {
            Wording::Values => format!("Value '{value}'"),
            Wording::NoValues => "Value".to_owned(),
        };
        let member = member_name(name);
        self.violations.push(format!("{value} at '{member}' failed to satisfy constraint: {constraint}"));
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

    fn iam_message(body: &str, check: impl FnOnce(&mut Checks<'_>)) -> String {
        let parameters = Parameters::decode("", body.as_bytes()).unwrap();
        let mut checks = Checks::without_values(&parameters);
        check(&mut checks);
        checks.finish().map_or_else(|error| error.message, |()| String::new())
    }

    #[test]
    fn iam_leaves_values_out() {
        let text = iam_message("Status=On", |checks| {
            checks.choice("Status", &[("Active", 1), ("Inactive", 2)]);
            checks.required("RoleName", Constraint::NAME_64);
        });
        assert_eq!(
            text,
            "2 validation errors detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value \
             set; Value at 'roleName' failed to satisfy constraint: Member must not be null"
        );
        let text = message("A=b", |checks| {
            checks.choice("A", &[("x", 1), ("y", 2)]);
        });
        assert!(
            text.ends_with("Value 'b' at 'a' failed to satisfy constraint: Member must satisfy enum value set: [x, y]")
        );
    }

    #[test]
    fn iam_refuses_characters_of_names_in_its_own_words_after_all_lengths() {
        let name = |body: &str| {
            iam_message(body, |checks| {
                checks.required("RoleName", Constraint::NAME_64);
                checks.optional("Path", Constraint::PATH);
            })
        };
        assert_eq!(
            name("RoleName=a%2Fb&Path=x"),
            "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the \
             following: +=,.@_-"
        );
        assert_eq!(
            name("RoleName=a&Path=x"),
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric \
             characters and/or / characters."
        );
        assert_eq!(
            name(&format!("RoleName=a%2F{}", "b".repeat(63))),
            "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have length less \
             than or equal to 64"
        );
    }

    #[test]
    fn a_boolean_is_one_of_two_words() {
        let parameters = Parameters::decode("", b"A=true&B=False&C=1").unwrap();
        let mut checks = Checks::new(&parameters);
        assert_eq!(checks.boolean("A"), Ok(Some(true)));
        assert_eq!(checks.boolean("B"), Ok(Some(false)));
        assert_eq!(checks.boolean("D"), Ok(None));
        assert_eq!(checks.boolean("C").unwrap_err().message, "C must be a boolean");
    }
}
