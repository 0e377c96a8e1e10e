//! UpdateGroup: another name, another path.

use super::{arn, ask_on, found, named, users};
use crate::iam::permission::ask;
use crate::iam::{already_exists, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit, Group, User};

pub(in crate::iam) static OPERATION: Operation = writing("UpdateGroup", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("GroupName", Constraint::NAME_128);
    let new_path = checks.optional("NewPath", Constraint::PATH);
    let new_name = checks.optional("NewGroupName", Constraint::NAME_128);
    checks.finish()?;
    ask_on(call, "iam:UpdateGroup", name).allowed()?;
    let old = found(call, name)?;
    let mut group = Group::clone(old);
    group.entity.path = new_path.unwrap_or(&old.entity.path).to_owned();
    group.entity.name = new_name.unwrap_or(&old.entity.name).to_owned();
    // AWS documents that the permission is needed for what the group becomes, too.
    ask(call, "iam:UpdateGroup", arn(call, &group)).allowed()?;
    if named(call, &group.entity.name).is_some_and(|other| other.entity.id != old.entity.id) {
        return Err(already_exists(format!("Group with name {} already exists.", group.entity.name)));
    }
    Ok(Written { result: Vec::new(), changes: renamed(call, old, group) })
}

/// The changes that make `old` into `new`, with its users, who know it by its name.
fn renamed(call: &Call<'_>, old: &Group, new: Group) -> Vec<Change> {
    let account = call.principal.account;
    let mut changes = Vec::new();
    if old.entity.name != new.entity.name {
        changes.push(Change::Group(account, Edit::remove(old)));
        for user in users(call, &old.entity.name) {
            let mut user = User::clone(user);
            let own = user.groups.iter_mut().filter(|name| name.eq_ignore_ascii_case(&old.entity.name));
            own.for_each(|name| name.clone_from(&new.entity.name));
            changes.push(Change::User(account, Edit::put(user)));
        }
    }
    changes.push(Change::Group(account, Edit::put(new)));
    changes
}
