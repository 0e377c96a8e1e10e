//! Long-term access keys.

use std::fmt;

use countersign_policy::account::AccountId;
use serde::{Deserialize, Serialize};

use super::{Named, Strictness, World};

/// The secret of every out-of-the-box key.
const OPEN_SECRET: &str = "test";
/// The user that out-of-the-box keys belong to.
pub(super) const OPEN_USER: &str = "admin";

/// A long-term access key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// `AKIA…`.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// Whose key it is.
    pub owner: KeyOwner,
    /// Whether it can be used.
    #[serde(default)]
    pub status: KeyStatus,
    /// When it was made, in seconds since the epoch.
    #[serde(default)]
    pub created: i64,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyOwner {
    /// The root user of an account.
    Root(AccountId),
    /// A user of an account, by name.
    User(AccountId, String),
}

/// Whether a key can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It can.
    #[default]
    Active,
    /// It is refused like an unknown one.
    Inactive,
}

impl fmt::Debug for AccessKey {
    /// Without the secret, which must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("owner", &self.owner)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Named for AccessKey {
    fn name(&self) -> &str {
        &self.id
    }
}

impl KeyOwner {
    /// The owner's account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Self::Root(account) | Self::User(account, _) => *account,
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Root(own), Self::Root(other)) => own == other,
            (Self::User(own, name), Self::User(other, other_name)) => {
                own == other && name.eq_ignore_ascii_case(other_name)
            }
            (Self::Root(_), Self::User(..)) | (Self::User(..), Self::Root(_)) => false,
        }
    }
}

impl World {
    /// The secret and owner of a key that can be used.
    pub(crate) fn usable_key(&self, id: &str) -> Option<(&str, KeyOwner)> {
        match self.access_key(id) {
            Some(key) => match key.status {
                KeyStatus::Active => Some((&key.secret, key.owner.clone())),
                KeyStatus::Inactive => None,
            },
            None => match self.strictness {
                Strictness::OutOfTheBox => Some((OPEN_SECRET, KeyOwner::User(id.parse().ok()?, OPEN_USER.into()))),
                Strictness::Strict => None,
            },
        }
    }

    /// A key of this world, whatever its status.
    pub(crate) fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.access_keys.get(id).filter(|key| key.id == id)
    }

    /// The keys of an owner, in the order of their ids.
    pub(crate) fn keys_of(&self, owner: &KeyOwner) -> impl Iterator<Item = &AccessKey> {
        self.access_keys.iter().filter(move |key| key.owner.is(owner))
    }

    /// The account of a key of this world, whatever its status.
    pub(crate) fn key_account(&self, id: &str) -> Option<AccountId> {
        self.access_key(id).map(|key| key.owner.account())
    }
}
