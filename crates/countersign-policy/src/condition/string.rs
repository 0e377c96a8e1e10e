//! String values: literal text, wildcards and policy variables, and how they match.

use super::variable::{self, Reference, Variable};

/// One piece of a condition value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Token {
    /// These characters.
    Literal(String),
    /// `?`: exactly one character.
    AnyOne,
    /// `*`: any run of characters, the empty one included.
    AnyRun,
    /// The value of a context key, as literal text (rule V6).
    Variable(Variable),
}

/// A condition value, compiled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Template {
    tokens: Vec<Token>,
}

/// Whether `*` and `?` are wildcards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wildcards {
    /// `StringLike`, ARN operators, actions.
    Match,
    /// `StringEquals`.
    Literal,
}

/// Whether `${…}` is a policy variable (Version 2012-10-17 only, rule G2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variables {
    /// Substituted.
    Substitute,
    /// Literal text.
    Literal,
}

/// Letter case in a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// Byte for byte.
    Sensitive,
    /// ASCII letters fold (a named assumption: nothing else does).
    IgnoreAscii,
}

/// Looks up the value a policy variable stands for.
pub trait Lookup {
    /// The value, or `None` when the key is absent or not single-valued.
    fn value(&self, variable: &Variable) -> Option<&str>;
}

/// No variable has a value.
pub struct NoVariables;

impl Lookup for NoVariables {
    fn value(&self, _: &Variable) -> Option<&str> {
        None
    }
}

impl Template {
    /// Compiles a value.
    #[must_use]
    pub fn compile(text: &str, wildcards: Wildcards, variables: Variables) -> Self {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if variables == Variables::Substitute
                && first == '$'
                && let Ok((reference, after)) = variable::parse(rest)
            {
                match reference {
                    Reference::Escape(character) => template.push_literal(character),
                    Reference::Variable(variable) => template.tokens.push(Token::Variable(variable)),
                }
                rest = after;
                continue;
            }
            let special = |c: char| {
                (c == '$' && variables == Variables::Substitute)
                    || (matches!(c, '*' | '?') && wildcards == Wildcards::Match)
            };
            match first {
                '*' if wildcards == Wildcards::Match => template.tokens.push(Token::AnyRun),
                '?' if wildcards == Wildcards::Match => template.tokens.push(Token::AnyOne),
                _ => {
                    let after_first = first.len_utf8();
                    let tail = rest.get(after_first..).unwrap_or_default();
                    let end = after_first + tail.find(special).unwrap_or(tail.len());
                    template.push_literal(rest.get(..end).unwrap_or_default());
                    rest = rest.get(end..).unwrap_or_default();
                    continue;
                }
            }
            rest = rest.get(1..).unwrap_or_default();
        }
        template
    }

    fn push_literal(&mut self, text: &str) {
        if let Some(Token::Literal(last)) = self.tokens.last_mut() {
            last.push_str(text);
        } else {
            self.tokens.push(Token::Literal(text.into()));
        }
    }

    /// The pieces, in order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The text, if the template is nothing but text.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.tokens.as_slice() {
            [] => Some(""),
            [Token::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The variables it uses.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Variable(variable) => Some(variable),
            Token::Literal(_) | Token::AnyOne | Token::AnyRun => None,
        })
    }

    /// Splits on the first `n - 1` colons of the *pattern* (rule V9: before substitution).
    #[must_use]
    pub fn split_on_colons(&self, n: usize) -> Vec<Self> {
        let mut parts = vec![Self::default()];
        for token in &self.tokens {
            let Token::Literal(text) = token else {
                if let Some(part) = parts.last_mut() {
                    part.tokens.push(token.clone());
                }
                continue;
            };
            let mut rest: &str = text;
            while parts.len() < n
                && let Some((before, after)) = rest.split_once(':')
            {
                if let (Some(part), false) = (parts.last_mut(), before.is_empty()) {
                    part.push_literal(before);
                }
                parts.push(Self::default());
                rest = after;
            }
            if let (Some(part), false) = (parts.last_mut(), rest.is_empty()) {
                part.push_literal(rest);
            }
        }
        parts
    }

    /// Whether `sent`, as a whole, matches. A variable without value and default makes the value unmatchable (rule V4).
    /// Allocates nothing.
    #[must_use]
    pub fn matches(&self, sent: &str, case: Case, lookup: &impl Lookup) -> bool {
        if let [Token::Literal(text)] = self.tokens.as_slice() {
            return equal(text, sent, case);
        }
        if self.variables().any(|variable| resolve(variable, lookup).is_none()) {
            return false;
        }
        // Greedy matching that only ever goes back to the last `*`.
        let (mut token, mut rest) = (0, sent);
        let mut last_run: Option<(usize, &str)> = None;
        loop {
            let advanced = match self.tokens.get(token) {
                None if rest.is_empty() => return true,
                None => None,
                Some(Token::AnyRun) => {
                    last_run = Some((token + 1, rest));
                    Some(rest)
                }
                Some(Token::AnyOne) => without_first(rest),
                Some(Token::Literal(text)) => strip_prefix(rest, text, case),
                Some(Token::Variable(variable)) => {
                    resolve(variable, lookup).and_then(|text| strip_prefix(rest, text, case))
                }
            };
            match (advanced, last_run) {
                (Some(after), _) => {
                    token += 1;
                    rest = after;
                }
                (None, Some((after_run, from))) => match without_first(from) {
                    Some(shorter) => {
                        last_run = Some((after_run, shorter));
                        token = after_run;
                        rest = shorter;
                    }
                    None => return false,
                },
                (None, None) => return false,
            }
        }
    }
}

fn resolve<'l>(variable: &'l Variable, lookup: &'l impl Lookup) -> Option<&'l str> {
    lookup.value(variable).or(variable.default.as_deref())
}

fn equal(a: &str, b: &str, case: Case) -> bool {
    match case {
        Case::Sensitive => a == b,
        Case::IgnoreAscii => a.eq_ignore_ascii_case(b),
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}

fn strip_prefix<'t>(text: &'t str, prefix: &str, case: Case) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    if equal(head, prefix, case) { text.get(prefix.len()..) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(pattern: &str, sent: &str) -> bool {
        Template::compile(pattern, Wildcards::Match, Variables::Substitute).matches(sent, Case::Sensitive, &NoVariables)
    }

    #[test]
    fn wildcards_match_whole_strings() {
        assert!(like("acme-*", "acme-"));
        assert!(like("a*b*c", "a--b--b--c"));
        assert!(like("*a?c", "abcabc"));
        assert!(like("?", "é"));
        assert!(!like("acme-????", "acme-123"));
        assert!(!like("a*b", "a"));
        assert!(like("*", ""));
        assert!(!like("", "x"));
    }

    #[test]
    fn escapes_are_literal_and_unknown_variables_never_match() {
        assert!(like("a${*}b", "a*b"));
        assert!(!like("a${*}b", "axb"));
        assert!(!like("${aws:username}*", "ann"));
        assert!(like("${aws:username, 'ann'}*", "ann-1"));
    }

    #[test]
    fn under_2008_dollar_braces_are_text() {
        let template = Template::compile("a${*}b", Wildcards::Match, Variables::Literal);
        assert!(template.matches("a${xyz}b", Case::Sensitive, &NoVariables));
        assert!(!template.matches("a*b", Case::Sensitive, &NoVariables));
    }

    #[test]
    fn colons_inside_variables_do_not_split() {
        let template =
            Template::compile("arn:aws:iam::${aws:PrincipalAccount}:role/x:y", Wildcards::Match, Variables::Substitute);
        let parts = template.split_on_colons(6);
        assert_eq!(parts.len(), 6);
        assert_eq!(parts[5].as_literal(), Some("role/x:y"));
        assert_eq!(parts[4].variables().count(), 1);
        assert_eq!(parts[3].as_literal(), Some(""));
    }
}
