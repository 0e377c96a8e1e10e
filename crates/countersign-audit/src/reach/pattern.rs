//! Action patterns: what they match, and what one leaves of another.

use std::collections::BTreeMap;

use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};

use super::action::may_write;

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
    /// One of the actions it matches may change something.
    pub(super) may_write: bool,
}

impl Pattern {
    pub(super) fn new(written: &str) -> Self {
        let lower = written.to_ascii_lowercase();
        let stem = lower.find(['*', '?']).unwrap_or(lower.len());
        let rest = lower.get(stem..).unwrap_or_default();
        let template =
            (!matches!(rest, "" | "*")).then(|| Template::compile(&lower, Wildcards::Match, Variables::Literal));
        let mut pattern = Self { written: written.into(), lower: lower.into(), stem, template, may_write: false };
        pattern.may_write = may_write(&Stem::from(&pattern));
        pattern
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
    fn is_within(&self, patterns: &Patterns, by: &Pattern) -> bool {
        let whole = Pattern::new(&format!("{}*", self.text));
        patterns.iter().any(|pattern| pattern.covers(by) || pattern.covers(&whole))
    }
}

impl From<&Pattern> for Stem {
    fn from(pattern: &Pattern) -> Self {
        Self { text: pattern.stem().into(), is_exact: pattern.is_exact() }
    }
}

/// Patterns, found by the service of an action.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    all: Vec<Pattern>,
    of_service: BTreeMap<Box<str>, Vec<usize>>,
    /// Those of more than one service.
    wide: Vec<usize>,
}

impl FromIterator<Pattern> for Patterns {
    fn from_iter<I: IntoIterator<Item = Pattern>>(patterns: I) -> Self {
        let mut found = Self::default();
        for pattern in patterns {
            let place = found.all.len();
            match pattern.stem().split_once(':') {
                Some((service, _)) => found.of_service.entry(service.into()).or_default().push(place),
                None => found.wide.push(place),
            }
            found.all.push(pattern);
        }
        found
    }
}

impl Patterns {
    /// Every pattern, in order.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Pattern> {
        self.all.iter()
    }

    /// The first pattern that matches the action, whose service is in lower case.
    fn matching(&self, action: &str) -> Option<&Pattern> {
        let service = action.split(':').next().unwrap_or_default();
        let first = |places: &[usize]| {
            places.iter().copied().find(|place| self.all.get(*place).is_some_and(|pattern| pattern.matches(action)))
        };
        let own = self.of_service.get(service).and_then(|places| first(places));
        let place = own.into_iter().chain(first(&self.wide)).min()?;
        self.all.get(place)
    }
}

/// What an `Action` or `NotAction` element is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Actions {
    pub(super) listed: Patterns,
    pub(super) excepted: Patterns,
}

impl Actions {
    /// Those that the patterns match.
    pub(super) fn listed(patterns: impl IntoIterator<Item = Pattern>) -> Self {
        Self { listed: patterns.into_iter().collect(), excepted: Patterns::default() }
    }

    /// All but those that the patterns match.
    pub(super) fn all_but(patterns: impl IntoIterator<Item = Pattern>) -> Self {
        Self { listed: std::iter::once(Pattern::new("*")).collect(), excepted: patterns.into_iter().collect() }
    }

    /// The pattern that makes the action one of them.
    pub(super) fn covering(&self, action: &str) -> Option<&Pattern> {
        self.listed.matching(action).filter(|_| self.excepted.matching(action).is_none())
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
