//! DeleteInstanceProfile.

use super::{ask_on, found};
use crate::iam::{delete_conflict, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteInstanceProfile", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    checks.finish()?;
    ask_on(call, "iam:DeleteInstanceProfile", name).allowed()?;
    let profile = found(call, name)?;
    if profile.role.is_some() {
        return Err(delete_conflict("Cannot delete entity, must remove roles from instance profile first."));
    }
    let changes = vec![Change::InstanceProfile(call.principal.account, Edit::remove(profile))];
    Ok(Written { result: Vec::new(), changes })
}
