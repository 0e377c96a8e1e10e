//! PutRolePermissionsBoundary and DeleteRolePermissionsBoundary.

use super::{ask_on, modifiable, put};
use crate::iam::holder::Kind;
use crate::iam::{no_such_entity, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};

pub(in crate::iam) static PUT: Operation = writing("PutRolePermissionsBoundary", put_boundary);
pub(in crate::iam) static DELETE: Operation = writing("DeleteRolePermissionsBoundary", delete_boundary);

/// The ARN of a managed policy that there is: others cannot be a boundary.
pub(in crate::iam) fn usable(call: &Call<'_>, arn: &str) -> Result<String, ApiError> {
    let known = call.world.managed_policy(call.principal.account, arn);
    let absent = || no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable."));
    known.map(|_| arn.to_owned()).ok_or_else(absent)
}

fn put_boundary(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let boundary = checks.required("PermissionsBoundary", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:PutRolePermissionsBoundary", name).with("iam:PermissionsBoundary", boundary).allowed()?;
    let mut role = modifiable(call, name)?.clone();
    role.entity.boundary = Some(usable(call, boundary)?);
    Ok(put(call, role))
}

fn delete_boundary(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    checks.finish()?;
    Kind::Role.ask_within(call, "iam:DeleteRolePermissionsBoundary", name).allowed()?;
    let mut role = modifiable(call, name)?.clone();
    let absent = || no_such_entity(format!("The role {name} has no permissions boundary."));
    role.entity.boundary.take().ok_or_else(absent)?;
    Ok(put(call, role))
}
