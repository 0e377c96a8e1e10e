//! DeleteUser.

use super::{ask_on, found, refuse_out_of_the_box};
use crate::iam::{delete_conflict, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit, KeyOwner, User};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteUser", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_128);
    checks.finish()?;
    ask_on(call, "iam:DeleteUser", name).allowed()?;
    let user = found(call, name)?;
    refuse_out_of_the_box(call, &user).map_err(|error| delete_conflict(error.message))?;
    match obstacle(call, &user) {
        Some(first) => Err(delete_conflict(format!("Cannot delete entity, must {first} first."))),
        None => {
            let changes = vec![Change::User(call.principal.account, Edit::remove(&*user))];
            Ok(Written { result: Vec::new(), changes })
        }
    }
}

/// What has to be done before the user can go. Which of several AWS names is not documented.
fn obstacle(call: &Call<'_>, user: &User) -> Option<&'static str> {
    let (account, entity) = (call.principal.account, &user.entity);
    let owner = KeyOwner::User(account, entity.name.clone());
    let has_key = call.world.keys_of(&owner).next().is_some();
    let has_device = call.world.devices_of(account, &entity.name).next().is_some();
    let obstacles = [
        (user.login_profile.is_some(), "delete login profile"),
        (has_key, "delete access keys"),
        (has_device, "delete MFA device"),
        (!user.groups.is_empty(), "remove users from group"),
        (!entity.attached.is_empty(), "detach all policies"),
        (!entity.inline.is_empty(), "delete policies"),
    ];
    obstacles.into_iter().find(|(stands, _)| *stands).map(|(_, first)| first)
}
