//! ListGroups.

use super::member;
use crate::iam::permission::ask;
use crate::iam::{account, arn, reading};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("ListGroups", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let prefix = checks.optional("PathPrefix", Constraint::PATH_PREFIX).unwrap_or("/");
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:ListGroups", arn(call, "group", prefix, "")).allowed()?;
    let groups = account(call).into_iter().flat_map(|account| account.groups.iter());
    let below = groups.filter(|group| group.entity.path.starts_with(prefix));
    let keyed = below.map(|group| (group.entity.name.to_ascii_lowercase(), group));
    Ok(page.cut(keyed).elements("Groups", |group| member(call, group)))
}
