//! GetAccessKeyInfo: the account of an access key, whether or not the key still exists.

use super::permission;
use crate::protocol::{ApiError, Checks, Constraint, Element, Pattern};
use crate::service::{Auth, Call, Operation, Run};
use crate::world::account_in;

pub(super) static OPERATION: Operation =
    Operation { name: "GetAccessKeyInfo", auth: Auth::Signed, run: Run::Read(respond) };

const ACCESS_KEY_ID: Constraint = Constraint { pattern: Some(&Pattern::WORD), least: 16, most: 128 };

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::new(call.parameters);
    let id = checks.required("AccessKeyId", ACCESS_KEY_ID);
    checks.finish()?;
    permission::require(call, "sts:GetAccessKeyInfo")?;
    let account = call.world.key_account(id).or_else(|| account_in(id));
    let account = account.ok_or_else(|| ApiError::validation(format!("{id} is invalid")))?;
    Ok(vec![Element::leaf("Account", account)])
}
