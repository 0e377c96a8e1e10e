//! UpdateUser: another name, another path.

use super::{arn, ask_on, found, named, refuse_out_of_the_box};
use crate::iam::permission::ask;
use crate::iam::{already_exists, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{AccessKey, Change, Edit, KeyOwner, MfaDevice, User};

pub(in crate::iam) static OPERATION: Operation = writing("UpdateUser", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_128);
    let new_path = checks.optional("NewPath", Constraint::PATH);
    let new_name = checks.optional("NewUserName", Constraint::NAME_64);
    checks.finish()?;
    ask_on(call, "iam:UpdateUser", name).allowed()?;
    let old = found(call, name)?;
    let mut user = User::clone(&old);
    user.entity.path = new_path.unwrap_or(&old.entity.path).to_owned();
    user.entity.name = new_name.unwrap_or(&old.entity.name).to_owned();
    // AWS documents that the permission is needed for what the user becomes, too.
    ask(call, "iam:UpdateUser", arn(call, &user)).allowed()?;
    if user.entity.name != old.entity.name {
        refuse_out_of_the_box(call, &old)?;
    }
    let is_other = |other: &User| other.entity.id != old.entity.id;
    if named(call, &user.entity.name).is_some_and(|other| is_other(&other)) {
        return Err(already_exists(format!("User with name {} already exists.", user.entity.name)));
    }
    Ok(Written { result: Vec::new(), changes: renamed(call, &old, user) })
}

/// The changes that make `old` into `new`, with its keys and its MFA devices, which know it by its name.
fn renamed(call: &Call<'_>, old: &User, new: User) -> Vec<Change> {
    let account = call.principal.account;
    let name = &new.entity.name;
    let mut changes = Vec::new();
    if old.entity.name != *name {
        changes.push(Change::User(account, Edit::remove(old)));
        let old_owner = KeyOwner::User(account, old.entity.name.clone());
        changes.extend(call.world.keys_of(&old_owner).map(|key| {
            let owner = KeyOwner::User(account, name.clone());
            Change::AccessKey(Edit::put(AccessKey { owner, ..key.clone() }))
        }));
        let devices = call.world.devices_of(account, &old.entity.name).map(|device| {
            let device = MfaDevice { user: Some(name.clone()), ..device.clone() };
            Change::MfaDevice(account, Edit::put(device))
        });
        changes.extend(devices);
    }
    changes.push(Change::User(account, Edit::put(new)));
    changes
}
