//! Action patterns: what they match, and what one leaves of another.

use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};

/// An action as a policy writes it, `*` and `?` being wildcards.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// As written.
    pub(super) written: Box<str>,
    /// In lower case.
    lower: Box<str>,
    /// Up to the first wildcard.
    stem: usize,
    /// What comes after the stem is more than one `*`.
    template: Option<Template>,
}

impl Pattern {
    pub(super) fn new(written: &str) -> Self {
        let lower = written.to_ascii_lowercase();
        let stem = lower.find(['*', '?']).unwrap_or(lower.len());
        let rest = lower.get(stem..).unwrap_or_default();
        let template =
            (!matches!(rest, "" | "*")).then(|| Template::compile(&lower, Wildcards::Match, Variables::Literal));
        Self { written: written.into(), lower: lower.into(), stem, template }
    }

    /// Whether it names one action.
    pub(super) fn is_exact(&self) -> bool {
        self.stem == self.lower.len()
    }

    /// The text before the first wildcard, in lower case.
    pub(super) fn stem(&self) -> &str {
        self.lower.get(..self.stem).unwrap_or_default()
    }

    /// Whether it matches the action.
    pub(super) fn matches(&self, action: &str) -> bool {
        let stem = self.stem();
        if !action.get(..stem.len()).is_some_and(|head| head.eq_ignore_ascii_case(stem)) {
            return false;
        }
        match &self.template {
            Some(template) => template.matches(action, Case::IgnoreAscii, &NoVariables),
            None => !self.is_exact() || action.len() == stem.len(),
        }
    }

    /// Whether it matches everything that `other` matches. A `no` may be wrong where both have wildcards inside.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if other.is_exact() {
            return self.matches(&other.lower);
        }
        let (mut rest, mut of_other) = (self.lower.as_bytes(), other.lower.as_bytes());
        let mut last_run: Option<(&[u8], &[u8])> = None;
        loop {
            match (rest, of_other) {
                ([], []) => return true,
                ([b'*', after @ ..], _) => {
                    last_run = Some((after, of_other));
                    rest = after;
                    continue;
                }
                ([a, after @ ..], [b, after_other @ ..]) if a == b || (*a == b'?' && *b != b'*') => {
                    (rest, of_other) = (after, after_other);
                    continue;
                }
                _ => {}
            }
            let Some((after, [_, shorter @ ..])) = last_run else { return false };
            last_run = Some((after, shorter));
            (rest, of_other) = (after, shorter);
        }
    }

    /// The stem of what both match; `None` when that is nothing. Something may come of patterns that match nothing
    /// together but differ behind the stems only.
    pub(super) fn meet(&self, stem: &Stem) -> Option<Stem> {
        let own = self.stem();
        if stem.is_exact {
            return self.matches(&stem.text).then(|| stem.clone());
        }
        if own.starts_with(&*stem.text) {
            return Some(Stem { text: own.into(), is_exact: self.is_exact() });
        }
        (stem.text.starts_with(own) && !self.is_exact()).then(|| stem.clone())
    }
}

/// How the actions begin that are granted, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stem {
    pub(super) text: Box<str>,
    /// It is one whole action.
    pub(super) is_exact: bool,
}

impl Stem {
    /// Whether one of the patterns covers all that begins like this, or all that `by` matches, from which this comes.
    fn is_within(&self, patterns: &[Pattern], by: &Pattern) -> bool {
        let whole = Pattern::new(&format!("{}*", self.text));
        patterns.iter().any(|pattern| pattern.covers(by) || pattern.covers(&whole))
    }
}

impl From<&Pattern> for Stem {
    fn from(pattern: &Pattern) -> Self {
        Self { text: pattern.stem().into(), is_exact: pattern.is_exact() }
    }
}

/// What an `Action` or `NotAction` element is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Actions {
    pub(super) listed: Vec<Pattern>,
    pub(super) excepted: Vec<Pattern>,
}

impl Actions {
    /// The pattern that makes the action one of them.
    pub(super) fn covering(&self, action: &str) -> Option<&Pattern> {
        let listed = self.listed.iter().find(|pattern| pattern.matches(action))?;
        (!self.excepted.iter().any(|pattern| pattern.matches(action))).then_some(listed)
    }

    /// What is left of `stems`, which come from `by`, once these actions are taken away.
    pub(super) fn take_from(&self, by: &Pattern, stems: Vec<Stem>) -> Vec<Stem> {
        let left = |stem: Stem| -> Vec<Stem> {
            if stem.is_exact {
                self.covering(&stem.text).is_none().then_some(stem).into_iter().collect()
            } else if stem.is_within(&self.listed, by) {
                self.excepted.iter().filter_map(|own| own.meet(&stem)).collect()
            } else {
                vec![stem]
            }
        };
        stems.into_iter().flat_map(left).collect()
    }

    /// What is left of `stems`, which come from `by`, within these actions.
    pub(super) fn keep_of(&self, by: &Pattern, stems: &[Stem]) -> Vec<Stem> {
        let listed = self.listed.iter().flat_map(|own| stems.iter().filter_map(|stem| own.meet(stem)));
        let is_left = |stem: &Stem| match stem.is_exact {
            true => self.covering(&stem.text).is_some(),
            false => !stem.is_within(&self.excepted, by),
        };
        listed.filter(is_left).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_in_any_case() {
        assert!(Pattern::new("IAM:passrole").matches("iam:PassRole"));
        assert!(Pattern::new("s3:G?tObj*").matches("s3:GetObject"));
        assert!(!Pattern::new("s3:GetObject").matches("s3:GetObjectAcl"));
        assert!(!Pattern::new("s3:Get*").matches("s3"));
    }

    #[test]
    fn a_pattern_covers_only_what_it_matches_whole() {
        let covers = |a: &str, b: &str| Pattern::new(a).covers(&Pattern::new(b));
        assert!(covers("*", "s3:*"));
        assert!(covers("s3:*", "S3:Get?bject"));
        assert!(covers("s3:*Object*", "s3:GetObject*"));
        assert!(covers("s3:Get?", "s3:Get?"));
        assert!(!covers("s3:Get?", "s3:Get*"));
        assert!(!covers("s3:Get*", "s3:G*"));
        assert!(!covers("s3:GetObject", "s3:GetObjec?"));
        assert!(!covers("s3:*Object", "s3:GetObject*"));
    }

    #[test]
    fn what_two_patterns_share_begins_with_the_longer_stem() {
        let meet = |a: &str, b: &str| Pattern::new(a).meet(&Stem::from(&Pattern::new(b))).map(|stem| stem.text);
        assert_eq!(meet("s3:*", "s3:Get*"), Some("s3:get".into()));
        assert_eq!(meet("s3:Get*", "*"), Some("s3:get".into()));
        assert_eq!(meet("s3:GetObject", "s3:Get*"), Some("s3:getobject".into()));
        assert_eq!(meet("s3:Get*", "s3:PutObject"), None);
        assert_eq!(meet("s3:GetObject", "ec2:*"), None);
        assert_eq!(meet("s3:Get", "s3:GetObject*"), None);
    }
}
