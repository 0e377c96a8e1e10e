//! ListUsers.

use super::shape;
use crate::iam::permission::ask;
use crate::iam::{arn, reading};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("ListUsers", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let prefix = checks.optional("PathPrefix", Constraint::PATH_PREFIX).unwrap_or("/");
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:ListUsers", arn(call, "user", prefix, "")).allowed()?;
    let users = call.world.users(call.principal.account);
    let below = users.iter().filter(|user| user.entity.path.starts_with(prefix));
    let keyed = below.map(|user| (user.entity.name.to_ascii_lowercase(), user));
    Ok(page.cut(keyed).elements("Users", |user| shape::member(call, user)))
}
