//! AddUserToGroup and RemoveUserFromGroup.

use super::{ask_on, found, is_in};
use crate::iam::{limit_exceeded, no_such_entity, user, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::User;

pub(in crate::iam) static ADD_USER_TO_GROUP: Operation = writing("AddUserToGroup", add);
pub(in crate::iam) static REMOVE_USER_FROM_GROUP: Operation = writing("RemoveUserFromGroup", remove);

/// How many groups a user can be in.
const MOST_GROUPS: usize = 10;

/// The names of a group and a user.
fn names<'p>(call: &Call<'p>) -> Result<(&'p str, &'p str), ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let group = checks.required("GroupName", Constraint::NAME_128);
    let user = checks.required("UserName", Constraint::NAME_128);
    checks.finish().map(|()| (group, user))
}

/// Who is in the group already stays there.
fn add(call: &Call<'_>) -> Result<Written, ApiError> {
    let (group, user) = names(call)?;
    ask_on(call, "iam:AddUserToGroup", group).allowed()?;
    let group = found(call, group)?;
    let mut user = User::clone(&*user::found(call, user)?);
    if is_in(&user, &group.entity.name) {
        return Ok(Written::default());
    }
    if user.groups.len() >= MOST_GROUPS {
        return Err(limit_exceeded(format!("Cannot exceed quota for GroupsPerUser: {MOST_GROUPS}")));
    }
    user.groups.push(group.entity.name.clone());
    Ok(user::put(call, user))
}

/// AWS documents that it refuses when the user is not in the group, and not in which words.
fn remove(call: &Call<'_>) -> Result<Written, ApiError> {
    let (group_name, user_name) = names(call)?;
    ask_on(call, "iam:RemoveUserFromGroup", group_name).allowed()?;
    let group = &found(call, group_name)?.entity.name;
    let mut user = User::clone(&*user::found(call, user_name)?);
    if !is_in(&user, group) {
        return Err(no_such_entity(format!("The user with name {user_name} is not in the group {group_name}.")));
    }
    user.groups.retain(|own| !own.eq_ignore_ascii_case(group));
    Ok(user::put(call, user))
}
