//! DeleteAccessKey.

use super::{existing, found};
use crate::iam::{user, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteAccessKey", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let user_name = checks.optional("UserName", Constraint::NAME_128);
    let id = checks.required("AccessKeyId", Constraint::ACCESS_KEY_ID);
    checks.finish()?;
    let owner = user::meant(call, user_name)?;
    user::ask_on_owner(call, "iam:DeleteAccessKey", &owner).allowed()?;
    let key = found(call, &existing(call, owner)?, id)?;
    Ok(Written { result: Vec::new(), changes: vec![Change::AccessKey(Edit::remove(key))] })
}
