//! TagRole, UntagRole and ListRoleTags. Protected roles can be tagged: these operations have no error that would refuse it.

use super::{ask_on, found, put};
use crate::iam::{reading, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation, Written};

pub(in crate::iam) static TAG: Operation = writing("TagRole", tag);
pub(in crate::iam) static UNTAG: Operation = writing("UntagRole", untag);
pub(in crate::iam) static LIST: Operation = reading("ListRoleTags", list);

fn tag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let sent = tags::read_required(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:TagRole", name).bringing(&sent).allowed()?;
    let mut role = found(call, name)?.clone();
    role.entity.tags = tags::put(&role.entity.tags, &sent, "Role")?;
    Ok(put(call, role))
}

fn untag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let keys = tags::read_keys(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:UntagRole", name).naming(&keys).allowed()?;
    let mut role = found(call, name)?.clone();
    role.entity.tags = tags::without(&role.entity.tags, &keys);
    Ok(put(call, role))
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListRoleTags", name).allowed()?;
    Ok(tags::list(&page, &found(call, name)?.entity.tags))
}
