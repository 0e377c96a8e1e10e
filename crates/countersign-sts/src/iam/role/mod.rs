//! Roles.

pub(super) mod create_role;
pub(super) mod get_role;
pub(super) mod shape;

use super::permission::{Asked, ask};
use super::{account, arn, no_such_entity};
use crate::protocol::ApiError;
use crate::service::Call;
use crate::world::Role;

/// Asks for an action on the role of that name. Who may not act on it does not learn whether it exists.
fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
    let shown = format!("role {name}");
    match named(call, name) {
        Some(role) => {
            let entity = &role.entity;
            let asked = ask(call, action, arn(call, "role", &entity.path, &entity.name));
            asked.shown_as(shown).tagged(&entity.tags)
        }
        None => ask(call, action, arn(call, "role", "/", name)).shown_as(shown),
    }
}

/// The role of that name, in any case.
fn named<'c>(call: &Call<'c>, name: &str) -> Option<&'c Role> {
    account(call)?.roles.get(name)
}

/// The role of that name, or the error that there is none.
fn found<'c>(call: &Call<'c>, name: &str) -> Result<&'c Role, ApiError> {
    named(call, name).ok_or_else(|| no_such_entity(format!("The role with name {name} cannot be found.")))
}
