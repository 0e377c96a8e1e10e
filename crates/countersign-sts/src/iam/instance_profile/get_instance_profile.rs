//! GetInstanceProfile.

use super::{ask_on, found, shape};
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("GetInstanceProfile", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    checks.finish()?;
    ask_on(call, "iam:GetInstanceProfile", name).allowed()?;
    Ok(vec![Element::parent("InstanceProfile", shape::members(call, found(call, name)?))])
}
