//! ListRoles.

use super::shape::{self, View};
use crate::iam::permission::ask;
use crate::iam::{account, arn, reading};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("ListRoles", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let prefix = checks.optional("PathPrefix", Constraint::PATH_PREFIX).unwrap_or("/");
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:ListRoles", arn(call, "role", prefix, "")).allowed()?;
    let roles = account(call).into_iter().flat_map(|account| account.roles.iter());
    let keyed = roles
        .filter(|role| role.entity.path.starts_with(prefix))
        .map(|role| (role.entity.name.to_ascii_lowercase(), role));
    Ok(page.cut(keyed).elements("Roles", |role| Value::Structure(shape::members(call, role, View::Listed))))
}
