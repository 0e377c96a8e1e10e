//! ARN operators: six segments, each matched like `StringLike`. `ArnEquals` and `ArnLike` are the same.

use super::string::{Case, Lookup, Template, Token};

/// An ARN pattern; a text with fewer than six segments matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ArnPattern {
    segments: Vec<Template>,
}

impl ArnPattern {
    /// Splits a compiled value into its segments.
    #[must_use]
    pub fn compile(template: &Template) -> Self {
        Self { segments: template.split_on_colons(6) }
    }

    /// The six segments, or `None` when the text has fewer.
    #[must_use]
    pub fn segments(&self) -> Option<&[Template; 6]> {
        self.segments.as_slice().try_into().ok()
    }

    /// Whether the ARN `sent` matches, segment by segment.
    #[must_use]
    pub fn matches(&self, sent: &str, lookup: &impl Lookup) -> bool {
        let Some(patterns) = self.segments() else { return false };
        let mut sent = sent.splitn(6, ':');
        patterns
            .iter()
            .all(|pattern| sent.next().is_some_and(|segment| pattern.matches(segment, Case::Sensitive, lookup)))
    }

    /// The text when the pattern has neither wildcards nor variables.
    #[must_use]
    pub fn as_literal(&self) -> Option<String> {
        let parts: Option<Vec<&str>> = self.segments()?.iter().map(Template::as_literal).collect();
        Some(parts?.join(":"))
    }

    /// The pieces of all segments.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.segments.iter().flat_map(|segment| segment.tokens())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::string::{NoVariables, Variables, Wildcards};

    fn matches(pattern: &str, sent: &str) -> bool {
        ArnPattern::compile(&Template::compile(pattern, Wildcards::Match, Variables::Substitute))
            .matches(sent, &NoVariables)
    }

    #[test]
    fn wildcards_stay_inside_their_segment() {
        let role = "arn:aws:iam::999988887777:role/Collector";
        assert!(matches("arn:aws:iam::*:role/Coll*", role));
        assert!(!matches("arn:aws:iam:*:role/Collector", role));
        assert!(!matches("*", role));
        let foreign = "arn:aws:ssm-incidents:us-east-1:666666666666:incident-record/x:111111111111:y";
        assert!(!matches("arn:aws:*:*:111111111111:*", foreign));
        assert!(matches("arn:aws:*:*:666666666666:*", foreign));
    }
}
