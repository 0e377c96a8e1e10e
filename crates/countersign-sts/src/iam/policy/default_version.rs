//! SetDefaultPolicyVersion.

use super::managed::Managed;
use super::{ask_on, own, put, version_absent};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::ManagedPolicy;

pub(in crate::iam) static SET: Operation = writing("SetDefaultPolicyVersion", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let id = checks.required("VersionId", Constraint::VERSION_ID);
    checks.finish()?;
    ask_on(call, "iam:SetDefaultPolicyVersion", arn).allowed()?;
    let policy = own(call, "iam:SetDefaultPolicyVersion", arn)?;
    let version = Managed::Own(policy).version(id).ok_or_else(|| version_absent(arn, id))?;
    let changed = ManagedPolicy { default_version: version.number, updated: call.now.seconds(), ..policy.clone() };
    Ok(put(call, changed))
}
