//! DeleteGroup.

use super::{ask_on, found, users};
use crate::iam::{delete_conflict, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteGroup", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("GroupName", Constraint::NAME_128);
    checks.finish()?;
    ask_on(call, "iam:DeleteGroup", name).allowed()?;
    let group = found(call, name)?;
    // Which of several obstacles AWS names is not documented.
    let obstacles = [
        (users(call, name).next().is_some(), "remove users from group"),
        (!group.entity.attached.is_empty(), "detach all policies"),
        (!group.entity.inline.is_empty(), "delete policies"),
    ];
    if let Some((_, first)) = obstacles.into_iter().find(|(stands, _)| *stands) {
        return Err(delete_conflict(format!("Cannot delete entity, must {first} first.")));
    }
    let changes = vec![Change::Group(call.principal.account, Edit::remove(group))];
    Ok(Written { result: Vec::new(), changes })
}
