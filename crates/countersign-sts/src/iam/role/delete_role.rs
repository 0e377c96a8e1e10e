//! DeleteRole.

use super::{ask_on, modifiable};
use crate::iam::{account, delete_conflict, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit, Role};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteRole", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    checks.finish()?;
    ask_on(call, "iam:DeleteRole", name).allowed()?;
    let role = modifiable(call, name)?;
    match obstacle(call, role) {
        Some(first) => Err(delete_conflict(format!("Cannot delete entity, must {first} first."))),
        None => {
            Ok(Written { result: Vec::new(), changes: vec![Change::Role(call.principal.account, Edit::remove(role))] })
        }
    }
}

/// What has to be done before the role can go. Which of several AWS names is not documented.
fn obstacle(call: &Call<'_>, role: &Role) -> Option<&'static str> {
    let own = |name: &String| name.eq_ignore_ascii_case(&role.entity.name);
    let mut profiles = account(call).into_iter().flat_map(|account| account.instance_profiles.iter());
    let obstacles = [
        (profiles.any(|profile| profile.role.as_ref().is_some_and(own)), "remove roles from instance profile"),
        (!role.entity.attached.is_empty(), "detach all policies"),
        (!role.entity.inline.is_empty(), "delete policies"),
    ];
    obstacles.into_iter().find(|(stands, _)| *stands).map(|(_, first)| first)
}
