//! The operations of IAM: a folder per kind of entity, a file per operation or per few small ones that belong together.
//!
//! An operation reads its parameters under their constraints, asks whether the caller may ([`permission`]), looks at what
//! is there, and says what changes. An entity without permission is not told apart from one that is not there.

mod access_key;
mod group;
mod permission;
mod role;
mod tags;
mod user;

use crate::protocol::{ApiError, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run, Service, Written};
use crate::world::Account;

pub(crate) static SERVICE: Service = Service {
    signing_name: "iam",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    operations: &[
        // Users.
        &user::create_user::OPERATION,
        &user::delete_user::OPERATION,
        &user::get_user::OPERATION,
        &user::list_groups_for_user::OPERATION,
        &user::list_users::OPERATION,
        &user::permissions_boundary::DELETE,
        &user::permissions_boundary::PUT,
        &user::tags::LIST_USER_TAGS,
        &user::tags::TAG_USER,
        &user::tags::UNTAG_USER,
        &user::update_user::OPERATION,
        // Groups.
        &group::create_group::OPERATION,
        &group::delete_group::OPERATION,
        &group::get_group::OPERATION,
        &group::list_groups::OPERATION,
        &group::membership::ADD_USER_TO_GROUP,
        &group::membership::REMOVE_USER_FROM_GROUP,
        &group::update_group::OPERATION,
        // Access keys.
        &access_key::create_access_key::OPERATION,
        &access_key::delete_access_key::OPERATION,
        &access_key::get_access_key_last_used::OPERATION,
        &access_key::list_access_keys::OPERATION,
        &access_key::update_access_key::OPERATION,
        // Roles.
        &role::create_role::OPERATION,
        &role::get_role::OPERATION,
    ],
};

/// An operation that reads. Every call to IAM is signed.
const fn reading(name: &'static str, read: fn(&Call<'_>) -> Result<Vec<Element>, ApiError>) -> Operation {
    Operation { name, auth: Auth::Signed, run: Run::Read(read) }
}

/// An operation that changes the world.
const fn writing(name: &'static str, write: fn(&Call<'_>) -> Result<Written, ApiError>) -> Operation {
    Operation { name, auth: Auth::Signed, run: Run::Write(write) }
}

/// The account that a call is about, which is its caller's; `None` when there is nothing in it.
fn account<'c>(call: &Call<'c>) -> Option<&'c Account> {
    call.world.account(call.principal.account)
}

/// The ARN of something in the caller's account, such as `arn:aws:iam::111122223333:role/a/R`.
fn arn(call: &Call<'_>, kind: &str, path: &str, name: &str) -> String {
    let account = call.principal.account;
    crate::world::entity_arn(call.world.partition(account), account, kind, path, name)
}

fn no_such_entity(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::NoSuchEntity, text)
}

fn already_exists(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::EntityAlreadyExists, text)
}

fn limit_exceeded(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::LimitExceeded, text)
}

fn delete_conflict(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::DeleteConflict, text)
}
