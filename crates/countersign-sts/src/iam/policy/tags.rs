//! TagPolicy, UntagPolicy and ListPolicyTags.

use std::collections::BTreeMap;

use super::managed::Managed;
use super::{ask_on, found, own, put};
use crate::iam::{reading, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation, Written};

pub(in crate::iam) static TAG: Operation = writing("TagPolicy", tag);
pub(in crate::iam) static UNTAG: Operation = writing("UntagPolicy", untag);
pub(in crate::iam) static LIST: Operation = reading("ListPolicyTags", list);

fn tag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let sent = tags::read_required(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:TagPolicy", arn).bringing(&sent).allowed()?;
    let mut policy = own(call, "iam:TagPolicy", arn)?.clone();
    policy.tags = tags::put(&policy.tags, &sent, "Policy")?;
    Ok(put(call, policy))
}

fn untag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let keys = tags::read_keys(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:UntagPolicy", arn).naming(&keys).allowed()?;
    let mut policy = own(call, "iam:UntagPolicy", arn)?.clone();
    policy.tags = tags::without(&policy.tags, &keys);
    Ok(put(call, policy))
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListPolicyTags", arn).allowed()?;
    Ok(match found(call, arn)? {
        Managed::Own(policy) => tags::list(&page, &policy.tags),
        Managed::OfAws { .. } => tags::list(&page, &BTreeMap::new()),
    })
}
