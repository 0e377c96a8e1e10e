//! TagInstanceProfile, UntagInstanceProfile and ListInstanceProfileTags.

use super::{ask_on, found, put};
use crate::iam::{reading, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation, Written};
use crate::world::InstanceProfile;

pub(in crate::iam) static TAG: Operation = writing("TagInstanceProfile", tag);
pub(in crate::iam) static UNTAG: Operation = writing("UntagInstanceProfile", untag);
pub(in crate::iam) static LIST: Operation = reading("ListInstanceProfileTags", list);

fn tag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    let sent = tags::read_required(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:TagInstanceProfile", name).bringing(&sent).allowed()?;
    let profile = found(call, name)?;
    let tags = tags::put(&profile.tags, &sent, "InstanceProfile")?;
    Ok(put(call, InstanceProfile { tags, ..profile.clone() }))
}

fn untag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    let keys = tags::read_keys(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:UntagInstanceProfile", name).naming(&keys).allowed()?;
    let profile = found(call, name)?;
    Ok(put(call, InstanceProfile { tags: tags::without(&profile.tags, &keys), ..profile.clone() }))
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListInstanceProfileTags", name).allowed()?;
    Ok(tags::list(&page, &found(call, name)?.tags))
}
