//! CreateUser.

use std::collections::BTreeMap;

use super::{named, put, shape};
use crate::iam::permission::ask;
use crate::iam::role::permissions_boundary::usable;
use crate::iam::{already_exists, arn, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::{Entity, User};

pub(in crate::iam) static OPERATION: Operation = writing("CreateUser", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let path = checks.optional("Path", Constraint::PATH).unwrap_or("/");
    let name = checks.required("UserName", Constraint::NAME_64);
    let boundary = checks.optional("PermissionsBoundary", Constraint::ARN);
    let sent = tags::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:CreateUser", arn(call, "user", path, name))
        .with_any("iam:PermissionsBoundary", boundary)
        .bringing(&sent)
        .allowed()?;
    let tags = tags::put(&BTreeMap::new(), &sent, "User")?;
    if named(call, name).is_some() {
        return Err(already_exists(format!("User with name {name} already exists.")));
    }
    let entity = Entity {
        name: name.to_owned(),
        path: path.to_owned(),
        id: call.mint.entity_id("AIDA", call.principal.account),
        created: call.now.seconds(),
        tags,
        boundary: boundary.map(|arn| usable(call, arn)).transpose()?,
        ..Entity::default()
    };
    let user = User { entity, ..User::default() };
    let result = vec![Element::parent("User", shape::members(call, &user))];
    Ok(Written { result, ..put(call, user) })
}
