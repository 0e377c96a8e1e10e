//! AddRoleToInstanceProfile and RemoveRoleFromInstanceProfile.

use super::{ask_on, found, put};
use crate::iam::{limit_exceeded, no_such_entity, role, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::InstanceProfile;

pub(in crate::iam) static ADD: Operation = writing("AddRoleToInstanceProfile", add);
pub(in crate::iam) static REMOVE: Operation = writing("RemoveRoleFromInstanceProfile", remove);

/// Who adds a role to a profile passes it to EC2, and needs the permission for that too.
fn add(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    let role_name = checks.required("RoleName", Constraint::NAME_64);
    checks.finish()?;
    ask_on(call, "iam:AddRoleToInstanceProfile", name).allowed()?;
    role::ask_to_pass(call, role_name, "ec2.amazonaws.com").allowed()?;
    let profile = found(call, name)?;
    let role = role::modifiable(call, role_name)?;
    if profile.role.is_some() {
        return Err(limit_exceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"));
    }
    Ok(put(call, InstanceProfile { role: Some(role.entity.name.clone()), ..profile.clone() }))
}

fn remove(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    let role_name = checks.required("RoleName", Constraint::NAME_64);
    checks.finish()?;
    ask_on(call, "iam:RemoveRoleFromInstanceProfile", name).allowed()?;
    let profile = found(call, name)?;
    role::modifiable(call, role_name)?;
    if !profile.role.as_ref().is_some_and(|role| role.eq_ignore_ascii_case(role_name)) {
        let text = format!("The role with name {role_name} cannot be found.");
        return Err(no_such_entity(text));
    }
    Ok(put(call, InstanceProfile { role: None, ..profile.clone() }))
}
