//! GetPolicyVersion, ListPolicyVersions and DeletePolicyVersion.

use super::{ask_on, found, own, put, version_absent};
use crate::iam::{delete_conflict, reading, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation, Written};

pub(in crate::iam) static GET: Operation = reading("GetPolicyVersion", get);
pub(in crate::iam) static LIST: Operation = reading("ListPolicyVersions", list);
pub(in crate::iam) static DELETE: Operation = writing("DeletePolicyVersion", delete);

fn get(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let id = checks.required("VersionId", Constraint::VERSION_ID);
    checks.finish()?;
    ask_on(call, "iam:GetPolicyVersion", arn).allowed()?;
    let managed = found(call, arn)?;
    let version = managed.version(id).ok_or_else(|| version_absent(arn, id))?;
    let mut members = vec![Element::document("Document", version.policy.text())];
    members.extend(version.members(managed.default_version()));
    Ok(vec![Element::parent("PolicyVersion", members)])
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListPolicyVersions", arn).allowed()?;
    let managed = found(call, arn)?;
    let default = managed.default_version();
    // The newest comes first, and so has the least key.
    let keyed = managed.versions().into_iter().map(|version| (format!("{:010}", u32::MAX - version.number), version));
    Ok(page.cut(keyed).elements("Versions", |version| Value::Structure(version.members(default))))
}

fn delete(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let id = checks.required("VersionId", Constraint::VERSION_ID);
    checks.finish()?;
    ask_on(call, "iam:DeletePolicyVersion", arn).allowed()?;
    let policy = own(call, "iam:DeletePolicyVersion", arn)?;
    let version = super::managed::Managed::Own(policy).version(id).ok_or_else(|| version_absent(arn, id))?;
    if version.number == policy.default_version {
        return Err(delete_conflict("Cannot delete the default version of a policy."));
    }
    let mut policy = policy.clone();
    policy.versions.remove(&version.number);
    Ok(put(call, policy))
}
