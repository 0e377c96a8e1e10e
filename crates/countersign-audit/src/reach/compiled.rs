//! One policy compiled: what its statements allow and deny, and what cannot be read of them.
//!
//! Every doubt is resolved upwards. A condition is taken as met (but for the one on `iam:PassedToService`), a Deny counts
//! only when it is unconditional and about every resource, and what could not be read is named and neither grants nor
//! forbids.

use std::collections::BTreeSet;

use countersign_policy::document::{
    ConditionEntry, Effect, PatternElement, Polarity, PolicyDocument, Problem, Severity, Statement, Text,
};

use super::pattern::{Actions, Pattern};
use super::{Unknown, managed};
use crate::permissions::{HOLE, PermissionPolicy, PolicyContent, aws_managed_name};

/// What one policy allows and denies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    pub(super) allows: Vec<Allow>,
    pub(super) denies: Vec<Actions>,
    /// What it does not say.
    pub(super) unknown: BTreeSet<Unknown>,
}

/// What an Allow allows.
#[derive(Debug, Clone)]
pub(super) struct Allow {
    pub(super) actions: Actions,
    /// Empty means every resource.
    resources: Vec<Resource>,
    /// The services to which `iam:PassRole` is allowed to pass; empty means any.
    passed_to: Vec<Pattern>,
}

/// A resource pattern.
#[derive(Debug, Clone)]
struct Resource {
    /// The service of the ARN; empty when it may be any.
    service: Box<str>,
    scope: Scope,
    /// Nothing but `*`.
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

impl Compiled {
    /// Compiles a policy.
    pub(super) fn new(policy: &PermissionPolicy) -> Self {
        let mut compiled = Self::default();
        match &policy.content {
            PolicyContent::Unknown(value) => {
                compiled.unknown.insert(Unknown::Value(value.clone()));
            }
            PolicyContent::Managed(arn) => compiled.managed(arn, &policy.name),
            PolicyContent::Document(document) => compiled.document(document, &policy.name),
            PolicyContent::Written(written) => compiled.document(&written.document(), &policy.name),
        }
        compiled
    }

    fn managed(&mut self, arn: &Text, name: &str) {
        let row = aws_managed_name(arn).and_then(|name| managed::row(&name));
        let Some(row) = row else {
            let holes = arn.holes().iter().map(|hole| Unknown::Value(hole.name.clone()));
            self.unknown.extend(holes);
            if arn.holes().is_empty() {
                self.unknown.insert(Unknown::Policy(arn.lossy().into()));
            }
            return;
        };
        let (mut everywhere, mut excepted, mut somewhere) = (Vec::new(), Vec::new(), Vec::new());
        for word in row.split_whitespace() {
            if let Some(action) = word.strip_prefix('!') {
                self.denies.push(Actions::listed([Pattern::new(action)]));
            } else if let Some(action) = word.strip_prefix('-') {
                excepted.push(Pattern::new(action));
            } else if let Some(action) = word.strip_prefix('~') {
                somewhere.push(Pattern::new(action));
            } else {
                everywhere.push(Pattern::new(word));
            }
        }
        let actions = Actions { listed: everywhere.into_iter().collect(), excepted: excepted.into_iter().collect() };
        self.allows.push(Allow { actions, resources: Vec::new(), passed_to: Vec::new() });
        let scope = Scope::Named(format!("resources named in {name}"));
        let named = Resource { service: "".into(), scope, is_star: false, is_void: false };
        let actions = Actions::listed(somewhere);
        self.allows.push(Allow { actions, resources: vec![named], passed_to: Vec::new() });
    }

    fn document(&mut self, document: &PolicyDocument, name: &str) {
        let failed = |problem: &Problem| problem.severity == Severity::Error;
        if document.has_duplicate_keys() || document.statements.is_empty() && document.problems.iter().any(failed) {
            self.unknown.insert(Unknown::Unreadable(name.into()));
        }
        for statement in &document.statements {
            match statement.effect.as_ref().map(|effect| effect.value) {
                _ if statement.unreadable.is_some() => {
                    self.unknown.insert(Unknown::Unreadable(name.into()));
                }
                Some(Effect::Allow) => self.allow(statement),
                Some(Effect::Deny) => self.deny(statement),
                None => {
                    self.unknown.insert(Unknown::Unreadable(name.into()));
                }
            }
        }
    }

    fn allow(&mut self, statement: &Statement) {
        for element in &statement.actions {
            let (known, holes) = known_patterns(element);
            let actions = match element.polarity {
                Polarity::Listed => {
                    self.unknown.extend(holes.into_iter().map(Unknown::Value));
                    Actions::listed(known)
                }
                Polarity::Excepted => Actions::all_but(known),
            };
            let listed = statement.resources.iter().filter(|element| element.polarity == Polarity::Listed);
            // With `NotResource` among them, nearly everything is covered.
            let all_listed = statement.resources.iter().all(|element| element.polarity == Polarity::Listed);
            let resources = match all_listed {
                true => listed.flat_map(|element| &element.patterns).map(|text| Resource::new(&text.value)).collect(),
                false => Vec::new(),
            };
            self.allows.push(Allow { actions, resources, passed_to: passed_to(statement) });
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
            Polarity::Listed => self.denies.push(Actions::listed(known)),
            Polarity::Excepted if holes.is_empty() => {
                self.denies.push(Actions::all_but(known));
            }
            Polarity::Excepted => {}
        }
    }
}

impl Allow {
    /// Whether it may pass roles to one of the services; without any, the question is not about passing.
    pub(super) fn passes_to(&self, services: &str) -> bool {
        let is_allowed = |service: &str| {
            let names = [format!("{service}.amazonaws.com"), format!("{service}.amazonaws.com.cn")];
            self.passed_to.iter().any(|pattern| names.iter().any(|name| pattern.matches(name)))
        };
        services.is_empty() || self.passed_to.is_empty() || services.split('/').any(is_allowed)
    }

    /// Whether it is about nothing at all.
    pub(super) fn is_void(&self) -> bool {
        !self.resources.is_empty() && self.resources.iter().all(|resource| resource.is_void)
    }

    /// On what the action is granted; `None` when no resource of the statement is one of its own.
    pub(super) fn scope(&self, action: &str) -> Option<Scope> {
        if self.resources.is_empty() {
            return Some(Scope::Everything);
        }
        let own = self.resources.iter().filter(|resource| resource.suits(action));
        own.map(|resource| resource.scope.clone()).min_by_key(Scope::rank)
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
        let is_wild = |text: &str| text.contains('*') && text.bytes().all(|byte| b"*?/:".contains(&byte));
        let segments: Vec<&str> = plain.splitn(6, ':').collect();
        let service = match segments.as_slice() {
            [_, _, service, _, ..] if !service.contains(['*', '?']) && !service.contains(HOLE) => *service,
            _ => "",
        };
        // `arn:aws:iam::*`: the last segment runs over all that would follow.
        let (stem, rest) = plain.find('*').and_then(|at| plain.split_at_checked(at)).unwrap_or((&plain, ""));
        let of_any_arn = (stem.starts_with("arn:") || "arn:".starts_with(stem)) && !stem.contains(HOLE);
        let is_all = match segments.as_slice() {
            // `role/*`, `function:*`, `*`: what follows the kind is nothing but wildcards.
            [_, _, _, _, _, resource] => is_wild(resource.split_once(['/', ':']).map_or(resource, |(_, name)| name)),
            _ => of_any_arn && is_wild(rest),
        };
        let scope = match is_all {
            true if service.is_empty() => Scope::Everything,
            true => Scope::Kind,
            false => Scope::Named(text.display()),
        };
        // In a role's session this variable has no value, and so matches nothing.
        let is_void = plain.contains("${aws:username}");
        let is_star = !plain.is_empty() && plain.bytes().all(|byte| byte == b'*');
        Self { service: service.into(), scope, is_star, is_void }
    }

    /// Whether the action may be about it.
    fn suits(&self, action: &str) -> bool {
        let service = action.split(':').next().unwrap_or_default();
        let of_service = self.service.is_empty() || *self.service == *service;
        !self.is_void && (of_service || FOREIGN_ARNS.contains(&(service, &self.service)))
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
