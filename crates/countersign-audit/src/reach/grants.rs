//! Policies compiled to one question: is this action granted, by which pattern, and on what?
//!
//! Every doubt is resolved upwards. A condition is taken as met (but for the one on
//! `iam:PassedToService`), a Deny counts only when it is unconditional and about
//! every resource, and what could not be read is named and neither grants nor forbids.

use std::collections::BTreeSet;

use countersign_policy::arn::Arn;
use countersign_policy::document::{
    ConditionEntry, Effect, PatternElement, Polarity, PolicyDocument, Severity, Statement, Text,
};

use super::pattern::{Actions, Pattern, Stem};
use super::{Unknown, managed};
use crate::permissions::{HOLE, PermissionPolicy, PolicyContent, aws_managed_name};

/// What a set of policies allows and denies.
#[derive(Debug, Default)]
pub(super) struct Grants {
    allows: Vec<Allow>,
    denies: Vec<Actions>,
    /// Names of the policies.
    names: Vec<Box<str>>,
}

#[derive(Debug)]
struct Allow {
    actions: Actions,
    /// Empty means every resource.
    resources: Vec<Resource>,
    /// The services to which `iam:PassRole` is allowed to pass; empty means any.
    passed_to: Vec<Pattern>,
    /// Its place among the names.
    policy: usize,
}

/// A resource pattern.
#[derive(Debug)]
pub(super) struct Resource {
    shown: String,
    /// The service of the ARN; empty when it may be any.
    service: Box<str>,
    /// Nothing narrows it down: `*`, `arn:aws:iam::*:role/*`.
    is_all: bool,
    /// Nothing but wildcards.
    is_star: bool,
    /// Nothing is like it.
    is_void: bool,
}

/// What a granted action is granted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// Every resource there is.
    Everything,
    /// Every resource of a kind, in whichever account and region.
    Kind,
    /// Those the pattern names.
    Named(String),
}

/// Why an action is granted.
#[derive(Debug, Clone)]
pub(super) struct Grant<'g> {
    pub(super) by: &'g Pattern,
    pub(super) policy: &'g str,
    pub(super) scope: Scope,
}

impl Grants {
    /// Compiles policies; `unknown` gets what they do not say.
    pub(super) fn of(policies: &[PermissionPolicy], unknown: &mut BTreeSet<Unknown>) -> Self {
        let mut grants = Self::default();
        for policy in policies {
            grants.names.push(policy.name.clone());
            match &policy.content {
                PolicyContent::Unknown(value) => {
                    unknown.insert(Unknown::Value(value.clone()));
                }
                PolicyContent::Managed(arn) => grants.managed(arn, unknown),
                PolicyContent::Document(_) | PolicyContent::Written(_) => {
                    if let Some(document) = policy.document() {
                        grants.document(&document, &policy.name, unknown);
                    }
                }
            }
        }
        grants
    }

    fn managed(&mut self, arn: &Text, unknown: &mut BTreeSet<Unknown>) {
        let row = aws_managed_name(arn).and_then(|name| managed::row(&name));
        let Some(row) = row else {
            match arn.holes() {
                [] => unknown.insert(Unknown::Policy(arn.lossy().into())),
                holes => holes.iter().fold(false, |_, hole| unknown.insert(Unknown::Value(hole.name.clone()))),
            };
            return;
        };
        let policy = self.names.len().saturating_sub(1);
        let (mut everywhere, mut somewhere) = (Actions::default(), Actions::default());
        for word in row.split_whitespace() {
            if let Some(action) = word.strip_prefix('!') {
                self.denies.push(Actions { listed: vec![Pattern::new(action)], excepted: Vec::new() });
            } else if let Some(action) = word.strip_prefix('-') {
                everywhere.excepted.push(Pattern::new(action));
            } else if let Some(action) = word.strip_prefix('~') {
                somewhere.listed.push(Pattern::new(action));
            } else {
                everywhere.listed.push(Pattern::new(word));
            }
        }
        self.allows.push(Allow { actions: everywhere, resources: Vec::new(), passed_to: Vec::new(), policy });
        let shown = format!("resources named in {}", self.names.last().map_or("", |name| name));
        let named = Resource { shown, service: "".into(), is_all: false, is_star: false, is_void: false };
        self.allows.push(Allow { actions: somewhere, resources: vec![named], passed_to: Vec::new(), policy });
    }

    fn document(&mut self, document: &PolicyDocument, name: &str, unknown: &mut BTreeSet<Unknown>) {
        let failed = |problem: &countersign_policy::document::Problem| problem.severity == Severity::Error;
        if document.has_duplicate_keys() || document.statements.is_empty() && document.problems.iter().any(failed) {
            unknown.insert(Unknown::Unreadable(name.into()));
        }
        for statement in &document.statements {
            match statement.effect.as_ref().map(|effect| effect.value) {
                _ if statement.unreadable.is_some() => {
                    unknown.insert(Unknown::Unreadable(name.into()));
                }
                Some(Effect::Allow) => self.allow(statement, unknown),
                Some(Effect::Deny) => self.deny(statement),
                None => {
                    unknown.insert(Unknown::Unreadable(name.into()));
                }
            }
        }
    }

    fn allow(&mut self, statement: &Statement, unknown: &mut BTreeSet<Unknown>) {
        for element in &statement.actions {
            let (known, holes) = known_patterns(element);
            let actions = match element.polarity {
                Polarity::Listed => {
                    unknown.extend(holes.into_iter().map(Unknown::Value));
                    Actions { listed: known, excepted: Vec::new() }
                }
                Polarity::Excepted => Actions { listed: vec![Pattern::new("*")], excepted: known },
            };
            let listed = statement.resources.iter().filter(|element| element.polarity == Polarity::Listed);
            // With `NotResource` among them, nearly everything is covered.
            let all_listed = statement.resources.iter().all(|element| element.polarity == Polarity::Listed);
            let resources = match all_listed {
                true => listed.flat_map(|element| &element.patterns).map(|text| Resource::new(&text.value)).collect(),
                false => Vec::new(),
            };
            let policy = self.names.len().saturating_sub(1);
            self.allows.push(Allow { actions, resources, passed_to: passed_to(statement), policy });
        }
    }

    fn deny(&mut self, statement: &Statement) {
        let [element] = statement.actions.as_slice() else { return };
        let of_everything = |element: &PatternElement| {
            element.polarity == Polarity::Listed
                && element.patterns.iter().any(|pattern| Resource::new(&pattern.value).is_star)
        };
        if !statement.conditions.is_empty() || !statement.resources.iter().any(of_everything) {
            return;
        }
        let (known, holes) = known_patterns(element);
        match element.polarity {
            Polarity::Listed => self.denies.push(Actions { listed: known, excepted: Vec::new() }),
            Polarity::Excepted if holes.is_empty() => {
                self.denies.push(Actions { listed: vec![Pattern::new("*")], excepted: known });
            }
            Polarity::Excepted => {}
        }
    }

    /// Whether and how the action is granted, on as much as possible. `iam:PassRole@ec2/lambda` asks for passing roles to
    /// one of these services.
    pub(super) fn grant(&self, action: &str) -> Option<Grant<'_>> {
        let (action, services) = action.split_once('@').unwrap_or((action, ""));
        if self.denies.iter().any(|denied| denied.covering(action).is_some()) {
            return None;
        }
        let grants = self.allows.iter().filter_map(|allow| {
            let by = allow.actions.covering(action).filter(|_| allow.passes_to(services))?;
            let policy = self.names.get(allow.policy).map_or("", |name| name);
            Some(Grant { by, policy, scope: allow.scope(action)? })
        });
        grants.min_by_key(|grant| grant.scope.rank())
    }

    /// Every pattern that grants something, with how the actions begin that it grants.
    pub(super) fn stems(&self) -> impl Iterator<Item = (Grant<'_>, Vec<Stem>)> {
        self.allows.iter().flat_map(move |allow| {
            let policy = self.names.get(allow.policy).map_or("", |name| name);
            allow.actions.listed.iter().filter_map(move |by| {
                let mut stems = vec![Stem::from(by)];
                let is_void = allow.resources.iter().all(|resource| resource.is_void) && !allow.resources.is_empty();
                if is_void || allow.actions.excepted.iter().any(|except| except.covers(by)) {
                    return None;
                }
                for denied in &self.denies {
                    stems = denied.take_from(by, stems);
                }
                Some((Grant { by, policy, scope: Scope::Everything }, stems))
            })
        })
    }

    /// What is left of `stems` within these grants, as a boundary.
    pub(super) fn within(&self, by: &Pattern, stems: &[Stem]) -> Vec<Stem> {
        let mut left: Vec<Stem> = self.allows.iter().flat_map(|allow| allow.actions.keep_of(by, stems)).collect();
        for denied in &self.denies {
            left = denied.take_from(by, left);
        }
        left
    }
}

impl Allow {
    /// Whether it may pass roles to one of the services; without any, the question is not about passing.
    fn passes_to(&self, services: &str) -> bool {
        let is_allowed = |service: &str| {
            let names = [format!("{service}.amazonaws.com"), format!("{service}.amazonaws.com.cn")];
            self.passed_to.iter().any(|pattern| names.iter().any(|name| pattern.matches(name)))
        };
        services.is_empty() || self.passed_to.is_empty() || services.split('/').any(is_allowed)
    }

    /// On what the action is granted; `None` when no resource of the statement is one of its own.
    fn scope(&self, action: &str) -> Option<Scope> {
        if self.resources.is_empty() {
            return Some(Scope::Everything);
        }
        let own = self.resources.iter().filter(|resource| resource.suits(action));
        own.map(Resource::scope).min_by_key(Scope::rank)
    }
}

impl Scope {
    /// Wider comes first.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Everything => 0,
            Self::Kind => 1,
            Self::Named(_) => 2,
        }
    }
}

/// Services whose actions are about ARNs of other services, too or only. All others' are about their own.
const FOREIGN_ARNS: &[(&str, &str)] = &[
    ("ebs", "ec2"),
    ("ec2-instance-connect", "ec2"),
    ("eks-auth", "eks"),
    ("rds-data", "rds"),
    ("redshift-data", "redshift"),
    ("redshift-data", "redshift-serverless"),
    ("ssm", "ec2"),
    ("ssm", "ecs"),
    ("sts", "iam"),
];

impl Resource {
    fn new(text: &Text) -> Self {
        let plain = text.fill(|_| HOLE.to_owned());
        let is_star = plain.starts_with('*') && plain.bytes().all(|byte| byte == b'*');
        let arn = Arn::parse(&plain);
        let service = arn.map(|arn| arn.service).filter(|service| !service.contains(['*', '?', '\u{fffc}']));
        // `role/*`, `function:*`, `*`: what follows the kind is nothing but wildcards.
        let name = arn.map(|arn| arn.resource.split_once(['/', ':']).map_or(arn.resource, |(_, name)| name));
        let is_all = is_star
            || name
                .is_some_and(|name| name.contains('*') && name.bytes().all(|byte| matches!(byte, b'*' | b'/' | b':')));
        // In a role's session this variable has no value, and so matches nothing.
        let is_void = plain.contains("${aws:username}");
        Self { shown: text.display(), service: service.unwrap_or_default().into(), is_all, is_star, is_void }
    }

    /// Whether the action may be about it.
    fn suits(&self, action: &str) -> bool {
        let service = action.split(':').next().unwrap_or_default();
        let of_service = self.service.is_empty() || *self.service == *service;
        !self.is_void && (of_service || FOREIGN_ARNS.contains(&(service, &self.service)))
    }

    fn scope(&self) -> Scope {
        match (self.is_star, self.is_all) {
            (true, _) => Scope::Everything,
            (false, true) => Scope::Kind,
            (false, false) => Scope::Named(self.shown.clone()),
        }
    }
}

/// The services that the statement's condition on `iam:PassedToService` names; none when it names them not in full, or not
/// as those that are allowed.
fn passed_to(statement: &Statement) -> Vec<Pattern> {
    let names_them = |entry: &&ConditionEntry| {
        let listing = [
            "StringEquals",
            "StringEqualsIgnoreCase",
            "StringLike",
            "ForAnyValue:StringEquals",
            "ForAnyValue:StringLike",
        ];
        entry.key.value.eq_ignore_ascii_case("iam:PassedToService") && listing.contains(&&*entry.operator.value)
    };
    let mut entries = statement.conditions.iter().filter(names_them);
    let values = entries.next().map(|entry| entry.values.iter().map(|value| value.value.known().map(Pattern::new)));
    values.and_then(|mut values| values.by_ref().collect::<Option<Vec<_>>>()).unwrap_or_default()
}

/// The patterns that are known in full, and the holes of the others.
fn known_patterns(element: &PatternElement) -> (Vec<Pattern>, Vec<Box<str>>) {
    let known = element.patterns.iter().filter_map(|pattern| pattern.value.known()).map(Pattern::new).collect();
    let holes = element.patterns.iter().flat_map(|pattern| pattern.value.holes());
    (known, holes.map(|hole| hole.name.clone()).collect())
}
