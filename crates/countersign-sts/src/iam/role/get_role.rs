//! GetRole.

use super::shape::{self, View};
use super::{ask_on, found};
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("GetRole", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    checks.finish()?;
    ask_on(call, "iam:GetRole", name).allowed()?;
    Ok(vec![Element::parent("Role", shape::members(call, found(call, name)?, View::Whole))])
}
