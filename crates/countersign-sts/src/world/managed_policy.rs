//! Managed policies: the accounts' own with their versions, and AWS's.

use std::collections::BTreeMap;

use countersign_policy::account::AccountId;
use serde::{Deserialize, Serialize};

use super::Policy;
use super::mint::entity_id;
use super::policy::FULL_ACCESS;

/// A customer managed policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ManagedPolicy {
    /// Its name, in the case it was given.
    pub name: String,
    /// `/`, or `/a/b/`.
    pub path: String,
    /// `ANPA…`.
    pub id: String,
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// When its default version last changed, in seconds since the epoch.
    pub updated: i64,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Tags, by key.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its versions by number: `v1` is 1.
    pub versions: BTreeMap<u32, PolicyVersion>,
    /// The number of the version that counts.
    pub default_version: u32,
    /// The number of the newest version there ever was: numbers are not used again.
    pub last_version: u32,
}

/// A version of a managed policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// What it says.
    pub policy: Policy,
}

impl ManagedPolicy {
    /// A policy of one version at the path `/`, that was always there.
    #[must_use]
    pub fn declared(account: AccountId, name: &str, policy: Policy) -> Self {
        Self {
            name: name.to_owned(),
            path: "/".to_owned(),
            id: entity_id("ANPA", account, name),
            created: 0,
            updated: 0,
            description: None,
            tags: BTreeMap::new(),
            versions: [(1, PolicyVersion { created: 0, policy })].into(),
            default_version: 1,
            last_version: 1,
        }
    }

    /// The version that counts.
    #[must_use]
    pub fn current(&self) -> Option<&Policy> {
        self.versions.get(&self.default_version).map(|version| &version.policy)
    }
}

/// A policy that AWS manages, by path and name. There are over a thousand; this is the one whose content is needed to
/// decide calls, the others have to be declared.
pub(super) fn of_aws(path_and_name: &str) -> Option<&'static Policy> {
    (path_and_name == "AdministratorAccess").then(|| &*FULL_ACCESS)
}
