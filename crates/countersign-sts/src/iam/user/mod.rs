//! Users.

pub(super) mod create_user;
pub(super) mod delete_user;
pub(super) mod get_user;
pub(super) mod list_groups_for_user;
pub(super) mod list_users;
pub(super) mod login_profile;
pub(super) mod other_credentials;
pub(super) mod permissions_boundary;
pub(super) mod shape;
pub(super) mod tags;
pub(super) mod update_user;

use std::borrow::Cow;

use countersign_policy::request::CallerKind;

use super::holder::Kind;
use super::no_such_entity;
use super::permission::{Asked, ask};
use crate::protocol::{ApiError, ErrorCode};
use crate::service::{Call, Written};
use crate::world::{Change, Edit, KeyOwner, User};

/// Asks for an action on the user of that name. Who may not act on it does not learn whether it exists.
pub(super) fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
    Kind::User.ask_on(call, action, name)
}

/// Asks for an action on what belongs to that owner, which is an action on the owner.
pub(super) fn ask_on_owner<'a, 'c>(call: &'a Call<'c>, action: &'static str, owner: &KeyOwner) -> Asked<'a, 'c> {
    match owner {
        KeyOwner::User(_, name) => ask_on(call, action, name),
        KeyOwner::Root(_) => ask(call, action, call.principal.caller.name().to_owned()),
    }
}

/// The user of that name, in any case.
pub(super) fn named<'c>(call: &Call<'c>, name: &str) -> Option<Cow<'c, User>> {
    call.world.find_user(call.principal.account, name)
}

/// The user of that name, or the error that there is none.
pub(super) fn found<'c>(call: &Call<'c>, name: &str) -> Result<Cow<'c, User>, ApiError> {
    named(call, name).ok_or_else(|| no_such_entity(format!("The user with name {name} cannot be found.")))
}

/// Refuses to take away the user that every account has out of the box: its keys need no declaration, and so would have it
/// come back.
fn refuse_out_of_the_box(call: &Call<'_>, user: &User) -> Result<(), ApiError> {
    if !call.world.is_out_of_the_box(call.principal.account, user) {
        return Ok(());
    }
    let text = format!("The user {} is there out of the box and keeps its name.", user.entity.name);
    Err(ApiError::new(ErrorCode::EntityTemporarilyUnmodifiable, text))
}

/// The user's ARN.
pub(super) fn arn(call: &Call<'_>, user: &User) -> String {
    super::arn(call, "user", &user.entity.path, &user.entity.name)
}

/// The user as it is from now on, and nothing to tell.
pub(super) fn put(call: &Call<'_>, user: User) -> Written {
    let changes = vec![Change::User(call.principal.account, Edit::put(user))];
    Written { result: Vec::new(), changes }
}

/// Whom an operation is about that takes `UserName` or else the caller.
pub(super) fn meant(call: &Call<'_>, name: Option<&str>) -> Result<KeyOwner, ApiError> {
    let account = call.principal.account;
    let caller = &call.principal.caller;
    match (name, caller.kind()) {
        (Some(name), _) => Ok(KeyOwner::User(account, name.to_owned())),
        (None, CallerKind::Root(_)) => Ok(KeyOwner::Root(account)),
        (None, CallerKind::User(_)) => {
            let own = caller.name().rsplit('/').next().unwrap_or_default();
            Ok(KeyOwner::User(account, own.to_owned()))
        }
        (
            None,
            CallerKind::RoleSession(_)
            | CallerKind::FederatedUser(_)
            | CallerKind::Service
            | CallerKind::Federated
            | CallerKind::Anonymous,
        ) => Err(ApiError::validation("Must specify userName when calling with non-User credentials")),
    }
}
