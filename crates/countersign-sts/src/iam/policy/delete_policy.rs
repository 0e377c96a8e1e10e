//! DeletePolicy.

use super::usage::{self, Usage};
use super::{ask_on, own};
use crate::iam::{delete_conflict, writing};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit};

pub(in crate::iam) static OPERATION: Operation = writing("DeletePolicy", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:DeletePolicy", arn).allowed()?;
    let policy = own(call, "iam:DeletePolicy", arn)?;
    let usages = [Usage::PermissionsPolicy, Usage::PermissionsBoundary];
    if usages.into_iter().any(|usage| usage::count(call, arn, usage) > 0) {
        return Err(delete_conflict("Cannot delete a policy attached to entities."));
    }
    if policy.versions.len() > 1 {
        return Err(delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
             The default version is deleted with the policy.",
        ));
    }
    Ok(Written { result: Vec::new(), changes: vec![Change::Policy(call.principal.account, Edit::remove(policy))] })
}
