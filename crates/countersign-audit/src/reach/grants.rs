//! Policies together, asked one question: is this action granted, by which pattern, and on what?

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Unknown;
use super::compiled::{Allow, Compiled, Scope};
use super::pattern::{Actions, Pattern, Stem};
use crate::permissions::{PermissionPolicy, PolicyContent};

/// What a set of policies allows and denies.
#[derive(Debug)]
pub(super) struct Grants<'p> {
    /// With their names.
    policies: Vec<(&'p str, Cow<'p, Compiled>)>,
}

/// Why an action is granted.
#[derive(Debug, Clone)]
pub(super) struct Grant<'g> {
    pub(super) by: &'g Pattern,
    pub(super) policy: &'g str,
    pub(super) scope: Scope,
}

impl<'p> Grants<'p> {
    /// Compiles policies, where nobody has before.
    pub(super) fn of(policies: &'p [PermissionPolicy]) -> Self {
        let compile = |policy: &'p PermissionPolicy| match &policy.content {
            PolicyContent::Written(written) => Cow::Borrowed(written.compiled(|| Compiled::new(policy))),
            PolicyContent::Document(_) | PolicyContent::Managed(_) | PolicyContent::Unknown(_) => {
                Cow::Owned(Compiled::new(policy))
            }
        };
        Self { policies: policies.iter().map(|policy| (&*policy.name, compile(policy))).collect() }
    }

    /// What the policies do not say.
    pub(super) fn unknown(&self) -> BTreeSet<Unknown> {
        self.policies.iter().flat_map(|(_, policy)| policy.unknown.iter().cloned()).collect()
    }

    /// Whether and how the action is granted, on as much as possible. `iam:PassRole@ec2/lambda` asks for passing roles to
    /// one of these services.
    pub(super) fn grant(&self, action: &str) -> Option<Grant<'_>> {
        let (action, services) = action.split_once('@').unwrap_or((action, ""));
        if self.denies().any(|denied| denied.covering(action).is_some()) {
            return None;
        }
        let grants = self.allows().filter_map(|(policy, allow)| {
            let by = allow.actions.covering(action).filter(|_| allow.passes_to(services))?;
            Some(Grant { by, policy, scope: allow.scope(action)? })
        });
        grants.min_by_key(|grant| grant.scope.rank())
    }

    /// Every pattern that is `worth` it and grants something, with how the actions begin that it grants.
    pub(super) fn stems(&self, worth: impl Fn(&Pattern) -> bool) -> impl Iterator<Item = (Grant<'_>, Vec<Stem>)> {
        let allows = self.allows().filter(|(_, allow)| !allow.is_void());
        let patterns =
            allows.flat_map(|(policy, allow)| allow.actions.listed.iter().map(move |by| (policy, allow, by)));
        let left = patterns
            .filter(move |(_, allow, by)| worth(by) && !allow.actions.excepted.iter().any(|except| except.covers(by)));
        left.map(|(policy, _, by)| {
            let stems = self.denies().fold(vec![Stem::from(by)], |stems, denied| denied.take_from(by, stems));
            (Grant { by, policy, scope: Scope::Everything }, stems)
        })
    }

    /// What is left of `stems`, which come from `by`, within these grants, as a boundary.
    pub(super) fn within(&self, by: &Pattern, stems: &[Stem]) -> Vec<Stem> {
        let left = self.allows().flat_map(|(_, allow)| allow.actions.keep_of(by, stems)).collect();
        self.denies().fold(left, |stems, denied| denied.take_from(by, stems))
    }

    fn allows(&self) -> impl Iterator<Item = (&str, &Allow)> {
        self.policies.iter().flat_map(|(name, policy)| policy.allows.iter().map(move |allow| (*name, allow)))
    }

    fn denies(&self) -> impl Iterator<Item = &Actions> {
        self.policies.iter().flat_map(|(_, policy)| &policy.denies)
    }
}
