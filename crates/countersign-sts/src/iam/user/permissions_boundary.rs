//! PutUserPermissionsBoundary and DeleteUserPermissionsBoundary.

use super::{ask_on, found, put};
use crate::iam::holder::Kind;
use crate::iam::role::permissions_boundary::usable;
use crate::iam::{no_such_entity, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::User;

pub(in crate::iam) static PUT: Operation = writing("PutUserPermissionsBoundary", put_boundary);
pub(in crate::iam) static DELETE: Operation = writing("DeleteUserPermissionsBoundary", delete_boundary);

fn put_boundary(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_64);
    let boundary = checks.required("PermissionsBoundary", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:PutUserPermissionsBoundary", name).with("iam:PermissionsBoundary", boundary).allowed()?;
    let mut user = User::clone(&*found(call, name)?);
    user.entity.boundary = Some(usable(call, boundary)?);
    Ok(put(call, user))
}

fn delete_boundary(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_64);
    checks.finish()?;
    Kind::User.ask_within(call, "iam:DeleteUserPermissionsBoundary", name).allowed()?;
    let mut user = User::clone(&*found(call, name)?);
    let absent = || no_such_entity(format!("The user {name} has no permissions boundary."));
    user.entity.boundary.take().ok_or_else(absent)?;
    Ok(put(call, user))
}
