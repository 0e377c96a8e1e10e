//! CreatePolicyVersion.

use super::managed::Managed;
use super::{ask_on, create_policy, own, put};
use crate::iam::{limit_exceeded, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::PolicyVersion;

pub(in crate::iam) static OPERATION: Operation = writing("CreatePolicyVersion", respond);

const MOST: usize = 5;

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let text = checks.required("PolicyDocument", Constraint::DOCUMENT);
    let set_as_default = checks.boolean("SetAsDefault")?;
    checks.finish()?;
    ask_on(call, "iam:CreatePolicyVersion", arn).allowed()?;
    let mut policy = own(call, "iam:CreatePolicyVersion", arn)?.clone();
    let document = create_policy::read(text)?;
    if policy.versions.len() >= MOST {
        return Err(limit_exceeded(format!(
            "A managed policy can have up to {MOST} versions. Before you create a new version, you must delete an \
             existing version."
        )));
    }
    let (number, now) = (policy.last_version.saturating_add(1), call.now.seconds());
    policy.versions.insert(number, PolicyVersion { created: now, policy: document });
    policy.last_version = number;
    if set_as_default == Some(true) {
        policy.default_version = number;
        policy.updated = now;
    }
    let made = Managed::Own(&policy).versions().into_iter().find(|version| version.number == number);
    let members = made.map(|version| version.members(policy.default_version)).unwrap_or_default();
    Ok(Written { result: vec![Element::parent("PolicyVersion", members)], ..put(call, policy) })
}
