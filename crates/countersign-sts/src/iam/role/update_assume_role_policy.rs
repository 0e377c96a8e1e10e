//! UpdateAssumeRolePolicy.

use super::{ask_on, modifiable, put, trust_policy};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::Role;

pub(in crate::iam) static OPERATION: Operation = writing("UpdateAssumeRolePolicy", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let text = checks.required("PolicyDocument", Constraint::DOCUMENT);
    checks.finish()?;
    ask_on(call, "iam:UpdateAssumeRolePolicy", name).allowed()?;
    let role = modifiable(call, name)?;
    Ok(put(call, Role { trust_policy: trust_policy::read(call, text)?, ..role.clone() }))
}
