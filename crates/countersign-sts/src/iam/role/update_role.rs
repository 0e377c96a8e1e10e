//! UpdateRole, and UpdateRoleDescription from before it.

use super::shape::{self, View};
use super::{ask_on, modifiable, put};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::{DEFAULT_MAX_SESSION_DURATION, Role};

pub(in crate::iam) static OPERATION: Operation = writing("UpdateRole", respond);
pub(in crate::iam) static DESCRIPTION: Operation = writing("UpdateRoleDescription", describe);

/// A description that is not sent stays, a duration becomes what AWS documents as its default.
fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let description = checks.optional("Description", Constraint::ROLE_DESCRIPTION);
    let max_session_duration = checks.integer("MaxSessionDuration", 3600, 43_200)?;
    checks.finish()?;
    ask_on(call, "iam:UpdateRole", name).allowed()?;
    let role = modifiable(call, name)?;
    Ok(put(
        call,
        Role {
            description: description.map(str::to_owned).or_else(|| role.description.clone()),
            max_session_duration: max_session_duration.unwrap_or(DEFAULT_MAX_SESSION_DURATION),
            ..role.clone()
        },
    ))
}

fn describe(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let description = checks.required("Description", Constraint::ROLE_DESCRIPTION);
    checks.finish()?;
    ask_on(call, "iam:UpdateRoleDescription", name).allowed()?;
    let role = Role { description: Some(description.to_owned()), ..modifiable(call, name)?.clone() };
    let result = vec![Element::parent("Role", shape::members(call, &role, View::Whole))];
    Ok(Written { result, ..put(call, role) })
}
