//! TagUser, UntagUser and ListUserTags.

use super::{ask_on, found, put};
use crate::iam::{reading, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation, Written};
use crate::world::User;

pub(in crate::iam) static TAG_USER: Operation = writing("TagUser", tag);
pub(in crate::iam) static UNTAG_USER: Operation = writing("UntagUser", untag);
pub(in crate::iam) static LIST_USER_TAGS: Operation = reading("ListUserTags", list);

fn tag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_128);
    let sent = tags::read_required(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:TagUser", name).bringing(&sent).allowed()?;
    let mut user = User::clone(&*found(call, name)?);
    user.entity.tags = tags::put(&user.entity.tags, &sent, "User")?;
    Ok(put(call, user))
}

fn untag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_128);
    let keys = tags::read_keys(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:UntagUser", name).naming(&keys).allowed()?;
    let mut user = User::clone(&*found(call, name)?);
    user.entity.tags = tags::without(&user.entity.tags, &keys);
    Ok(put(call, user))
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_128);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListUserTags", name).allowed()?;
    Ok(tags::list(&page, &found(call, name)?.entity.tags))
}
