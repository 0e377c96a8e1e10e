//! Access keys, of users and of the root user.

pub(super) mod create_access_key;
pub(super) mod delete_access_key;
pub(super) mod get_access_key_last_used;
pub(super) mod list_access_keys;
pub(super) mod update_access_key;

use super::{no_such_entity, user};
use crate::protocol::ApiError;
use crate::service::Call;
use crate::world::{AccessKey, KeyOwner, KeyStatus};

/// The owner with its name in the case that it was given, once it is known to exist.
fn existing(call: &Call<'_>, owner: KeyOwner) -> Result<KeyOwner, ApiError> {
    match owner {
        KeyOwner::User(account, name) => Ok(KeyOwner::User(account, user::found(call, &name)?.entity.name.clone())),
        KeyOwner::Root(account) => Ok(KeyOwner::Root(account)),
    }
}

/// The owner's key of that id.
fn found<'c>(call: &Call<'c>, owner: &KeyOwner, id: &str) -> Result<&'c AccessKey, ApiError> {
    let absent = || no_such_entity(format!("The Access Key with id {id} cannot be found."));
    call.world.access_key(id).filter(|key| key.owner == *owner).ok_or_else(absent)
}

/// The name of a key's owner as answers show it. What AWS shows for the root user is not documented.
fn name(owner: &KeyOwner) -> &str {
    match owner {
        KeyOwner::User(_, name) => name,
        KeyOwner::Root(_) => "root",
    }
}

fn status(key: &AccessKey) -> &'static str {
    match key.status {
        KeyStatus::Active => "Active",
        KeyStatus::Inactive => "Inactive",
    }
}
