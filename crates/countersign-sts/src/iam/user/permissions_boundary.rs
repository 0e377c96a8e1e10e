//! PutUserPermissionsBoundary and DeleteUserPermissionsBoundary.

use super::{ask_on, found, put};
use crate::iam::{no_such_entity, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::User;

pub(in crate::iam) static PUT: Operation = writing("PutUserPermissionsBoundary", put_boundary);
pub(in crate::iam) static DELETE: Operation = writing("DeleteUserPermissionsBoundary", delete_boundary);

/// The ARN of a managed policy that there is: others cannot be a boundary.
pub(in crate::iam) fn usable(call: &Call<'_>, arn: &str) -> Result<String, ApiError> {
    let known = call.world.managed_policy(call.principal.account, arn);
    let absent = || no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable."));
    known.map(|_| arn.to_owned()).ok_or_else(absent)
}

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
    let present = super::named(call, name).and_then(|user| user.entity.boundary.clone());
    let asked = ask_on(call, "iam:DeleteUserPermissionsBoundary", name);
    asked.with_any("iam:PermissionsBoundary", present.as_deref()).allowed()?;
    let mut user = User::clone(&*found(call, name)?);
    let absent = || no_such_entity(format!("The user {name} has no permissions boundary."));
    user.entity.boundary.take().ok_or_else(absent)?;
    Ok(put(call, user))
}
