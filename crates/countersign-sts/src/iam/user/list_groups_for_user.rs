//! ListGroupsForUser.

use super::{ask_on, found};
use crate::iam::{group, reading};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("ListGroupsForUser", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("UserName", Constraint::NAME_128);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListGroupsForUser", name).allowed()?;
    let user = found(call, name)?;
    let mut groups: Vec<_> = user.groups.iter().filter_map(|name| group::named(call, name)).collect();
    groups.sort_by_key(|group| group.entity.name.to_ascii_lowercase());
    let keyed = groups.into_iter().map(|group| (group.entity.name.to_ascii_lowercase(), group));
    Ok(page.cut(keyed).elements("Groups", |group| group::member(call, group)))
}
