//! GetGroup: a group and a page of its users.

use super::{ask_on, found, shape, users};
use crate::iam::{reading, user};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("GetGroup", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("GroupName", Constraint::NAME_128);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:GetGroup", name).allowed()?;
    let mut result = vec![Element::parent("Group", shape(call, found(call, name)?))];
    let keyed = users(call, name).map(|user| (user.entity.name.to_ascii_lowercase(), user));
    result.extend(page.cut(keyed).elements("Users", |user| user::shape::member(call, user)));
    Ok(result)
}
