//! What a caller who gets into a role can do there: its permissions, summed up in one level.
//!
//! The reach is an upper bound, since a role must not look harmless for want of knowledge. Conditions of an Allow are taken
//! as met, but for `iam:PassedToService`, which says to which services roles may be passed; a Deny takes away only what it
//! forbids unconditionally on every resource; a boundary that the input does not hold takes nothing away. What else is not in the input is named in [`Reach::unknown`] and may add to the level.
//!
//! Resources matter where they decide: an action on named resources makes nobody administrator and is no escalation, but
//! what those resources lead to is named as unknown.

mod action;
mod compiled;
mod escalation;
mod grants;
mod managed;
mod pattern;
mod store;

pub use escalation::Gain;
pub use store::DataStore;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::permissions::{Extent, Permissions};
pub(crate) use compiled::Compiled;
use compiled::Scope;
use grants::{Grant, Grants};
use pattern::{Pattern, Stem};

/// How far a role reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// The worst that is known of it.
    pub level: Level,
    /// The grants that make it that level. Of an administrator, of writes and of metadata there is one, of escalation one
    /// for each way, of reading one for each store.
    pub by: Vec<Cause>,
    /// The data stores it reads, whatever the level.
    pub stores: BTreeSet<DataStore>,
    /// What is not in the input and may add to the level.
    pub unknown: BTreeSet<Unknown>,
}

/// The worst a role may do, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Everything, in the whole account.
    Administrator,
    /// Less than everything, but enough to get more.
    Escalation,
    /// It creates, changes or deletes.
    Writes,
    /// It reads the content of data stores.
    ReadsData,
    /// It sees what there is, or adds to logs and metrics.
    Metadata,
    /// Nothing.
    None,
    /// Nothing is known of it.
    Unknown,
}

/// Why a role has its level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The actions: as the policy writes them when one pattern is enough, else by their own names.
    pub actions: Vec<String>,
    /// The policies that grant them.
    pub policies: BTreeSet<String>,
    /// What an escalation leads to.
    pub gain: Option<Gain>,
}

/// Something that is not in the input and may add to the level.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// The input does not say which policies the role has.
    NotSaid,
    /// A managed policy whose document is not in the input and which is not in the table of AWS's, by its ARN.
    Policy(Box<str>),
    /// A value, by its name.
    Value(Box<str>),
    /// A policy that cannot be read, by its name.
    Unreadable(Box<str>),
    /// What resources that are named lead to: a role that may be assumed or passed, a function whose code may be changed.
    Beyond {
        /// The action, as the policy writes it.
        action: Box<str>,
        /// The resource, as the policy writes it.
        resource: Box<str>,
    },
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSaid => f.write_str("policies that the input does not list"),
            Self::Policy(arn) => write!(f, "the policy `{arn}`"),
            Self::Value(name) => write!(f, "the value of `{name}`"),
            Self::Unreadable(name) => write!(f, "the policy `{name}`, which cannot be read"),
            Self::Beyond { action, resource } => write!(f, "what `{action}` on `{resource}` leads to"),
        }
    }
}

impl Level {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Escalation => "escalation",
            Self::Writes => "writes",
            Self::ReadsData => "reads-data",
            Self::Metadata => "metadata",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The reach of a role with these permissions.
#[must_use]
pub fn reach(permissions: &Permissions) -> Reach {
    let grants = Grants::of(&permissions.policies);
    let mut unknown = grants.unknown();
    if permissions.extent == Extent::Partial {
        unknown.insert(Unknown::NotSaid);
    }
    let boundary = permissions.boundary.as_ref().map(|policy| Grants::of(std::slice::from_ref(policy)));
    let boundary = boundary.filter(|boundary| boundary.unknown().is_empty());
    Effective { grants, boundary }.reach(unknown)
}

/// An action of the table of ways, without the services it is asked for.
fn named_action(action: &str) -> String {
    action.split('@').next().unwrap_or_default().to_owned()
}

/// Grants as far as the boundary lets them.
struct Effective<'p> {
    grants: Grants<'p>,
    boundary: Option<Grants<'p>>,
}

/// An action of no service that any table here knows: only who may do everything may do it.
const ANYTHING: &str = "countersign-unlisted:CreateAnything";

/// Who may do these on everything administers the account, even if a few other actions are kept from them.
const ADMINISTRATION: &[&str] = &[
    ANYTHING,
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "kms:PutKeyPolicy",
    "s3:PutBucketPolicy",
];

impl Effective<'_> {
    fn reach(&self, mut unknown: BTreeSet<Unknown>) -> Reach {
        let stores: BTreeMap<DataStore, Cause> = self.stores().collect();
        let one = |level, by: Option<Cause>| by.map(|by| (level, vec![by]));
        // More than everything there is not: nothing else is asked of an administrator.
        if let Some((level, by)) = one(Level::Administrator, self.administration()) {
            return Reach { level, by, stores: stores.into_keys().collect(), unknown: BTreeSet::new() };
        }
        let ways = self.ways(&mut unknown);
        let (level, by) = (!ways.is_empty())
            .then_some((Level::Escalation, ways))
            .or_else(|| one(Level::Writes, self.stem(|by| by.may_write, action::may_write)))
            .or_else(|| (!stores.is_empty()).then(|| (Level::ReadsData, stores.values().cloned().collect())))
            .or_else(|| one(Level::Metadata, self.stem(|_| true, |_| true)))
            .unwrap_or((Level::None, Vec::new()));
        let level = if level == Level::None && !unknown.is_empty() { Level::Unknown } else { level };
        Reach { level, by, stores: stores.into_keys().collect(), unknown }
    }

    /// The grant of an action, on what both the policies and the boundary allow.
    fn grant(&self, action: &str) -> Option<Grant<'_>> {
        let grant = self.grants.grant(action)?;
        let Some(boundary) = &self.boundary else { return Some(grant) };
        let bound = boundary.grant(action)?;
        let scope = if bound.scope.rank() > grant.scope.rank() { bound.scope } else { grant.scope };
        Some(Grant { scope, ..grant })
    }

    fn administration(&self) -> Option<Cause> {
        let everywhere = |action: &str| self.grant(action).is_some_and(|grant| grant.scope == Scope::Everything);
        ADMINISTRATION.iter().all(|action| everywhere(action)).then(|| self.grant(ANYTHING).map(Cause::of)).flatten()
    }

    /// The ways to more that are open on resources of any name. Those on named resources go to `unknown`.
    fn ways(&self, unknown: &mut BTreeSet<Unknown>) -> Vec<Cause> {
        let mut ways = Vec::new();
        for (gain, needs) in escalation::WAYS {
            // Of equally good actions, the one that is granted on most.
            let grants: Option<Vec<(&str, Grant<'_>)>> = needs
                .split(' ')
                .map(|need| {
                    let granted = need.split('|').filter_map(|action| Some((action, self.grant(action)?)));
                    granted.min_by_key(|(_, grant)| grant.scope.rank())
                })
                .collect();
            let Some(grants) = grants else { continue };
            let mut named = grants
                .iter()
                .filter_map(|(_, grant)| match &grant.scope {
                    Scope::Named(resource) => Some((&grant.by.written, resource)),
                    Scope::Everything | Scope::Kind => None,
                })
                .peekable();
            if named.peek().is_none() {
                ways.push(Cause {
                    actions: grants.iter().map(|(action, _)| named_action(action)).collect(),
                    policies: grants.iter().map(|(_, grant)| grant.policy.to_owned()).collect(),
                    gain: Some(*gain),
                });
            }
            unknown.extend(named.map(|(action, resource)| Unknown::Beyond {
                action: action.clone(),
                resource: resource.as_str().into(),
            }));
        }
        ways.sort_by_key(|way| way.gain);
        ways
    }

    fn stores(&self) -> impl Iterator<Item = (DataStore, Cause)> {
        store::READS.iter().filter_map(|(store, actions)| {
            let (action, grant) = actions.iter().find_map(|action| Some((action, self.grant(action)?)))?;
            Some((*store, Cause { actions: vec![(*action).to_owned()], ..Cause::of(grant) }))
        })
    }

    /// The first pattern that is `worth` looking at and grants an action which begins as `wanted` says.
    fn stem(&self, worth: impl Fn(&Pattern) -> bool, wanted: impl Fn(&Stem) -> bool) -> Option<Cause> {
        let (by, _) = self.grants.stems(worth).find(|(grant, stems)| match &self.boundary {
            Some(boundary) => boundary.within(grant.by, stems).iter().any(&wanted),
            None => stems.iter().any(&wanted),
        })?;
        Some(Cause::of(by))
    }
}

impl Cause {
    fn of(grant: Grant<'_>) -> Self {
        let policies = BTreeSet::from([grant.policy.to_owned()]);
        Self { actions: vec![grant.by.written.to_string()], policies, gain: None }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, action) in self.actions.iter().enumerate() {
            let joint = match nth {
                0 => "",
                1 => " with ",
                _ => " and ",
            };
            write!(f, "{joint}`{action}`")?;
        }
        Ok(())
    }
}
