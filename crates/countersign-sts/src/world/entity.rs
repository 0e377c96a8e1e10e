//! Users, groups and roles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Policy;

/// How long sessions of a role last at most, unless it says otherwise.
pub const DEFAULT_MAX_SESSION_DURATION: u32 = 3600;

/// What users, groups and roles have in common: where they are, and what they may do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Entity {
    /// Its name, in the case it was given.
    pub name: String,
    /// `/`, or `/a/b/`.
    pub path: String,
    /// `AIDA…`, `AGPA…` or `AROA…`.
    pub id: String,
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// Tags, by key.
    pub tags: BTreeMap<String, String>,
    /// Inline policies, by name.
    pub inline: BTreeMap<String, Policy>,
    /// ARNs of the attached managed policies, in the order they were attached.
    pub attached: Vec<String>,
    /// ARN of the managed policy that is its permissions boundary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boundary: Option<String>,
}

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct User {
    /// Where it is and what it may do.
    pub entity: Entity,
    /// Names of the groups it is in, in the order it joined.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Set when it has a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_profile: Option<LoginProfile>,
}

/// That a user has a password. The password itself is not kept: there is nothing here to sign in to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LoginProfile {
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// Whether the user has to choose another one at the next sign-in.
    pub reset_required: bool,
}

/// An IAM group. It has neither tags nor a boundary.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Group {
    /// Where it is and what its users may do.
    pub entity: Entity,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Role {
    /// Where it is and what it may do.
    pub entity: Entity,
    /// Who may assume it. Users and roles stand in it as their unique ids, as AWS keeps them.
    pub trust_policy: Policy,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// In seconds.
    pub max_session_duration: u32,
}

/// An instance profile: what an EC2 instance gets a role through.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InstanceProfile {
    /// Its name, in the case it was given.
    pub name: String,
    /// `/`, or `/a/b/`.
    pub path: String,
    /// `AIPA…`.
    pub id: String,
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// Tags, by key.
    pub tags: BTreeMap<String, String>,
    /// The name of its role.
    pub role: Option<String>,
}
