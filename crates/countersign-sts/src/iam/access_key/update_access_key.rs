//! UpdateAccessKey: a key that is made inactive stops to work with the next call, and works again once it is active.

use super::{existing, found};
use crate::iam::{user, writing};
use crate::protocol::{ApiError, Checks, Constraint, ErrorCode};
use crate::service::{Call, Operation, Written};
use crate::world::{AccessKey, Change, Edit, KeyStatus};

pub(in crate::iam) static OPERATION: Operation = writing("UpdateAccessKey", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let user_name = checks.optional("UserName", Constraint::NAME_128);
    let id = checks.required("AccessKeyId", Constraint::ACCESS_KEY_ID);
    let choices = [("Active", Some(KeyStatus::Active)), ("Inactive", Some(KeyStatus::Inactive)), ("Expired", None)];
    let status = checks.required_choice("Status", &choices);
    checks.finish()?;
    let owner = user::meant(call, user_name)?;
    user::ask_on_owner(call, "iam:UpdateAccessKey", &owner).allowed()?;
    let key = found(call, &existing(call, owner)?, id)?;
    // Only AWS itself lets keys expire.
    let refused = || ApiError::new(ErrorCode::InvalidInput, "The status of an access key cannot be set to Expired.");
    let status = status.flatten().ok_or_else(refused)?;
    let changes = vec![Change::AccessKey(Edit::put(AccessKey { status, ..key.clone() }))];
    Ok(Written { result: Vec::new(), changes })
}
