//! GetPolicy.

use super::managed::View;
use super::{ask_on, found};
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("GetPolicy", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:GetPolicy", arn).allowed()?;
    Ok(vec![Element::parent("Policy", found(call, arn)?.members(call, View::Whole))])
}
