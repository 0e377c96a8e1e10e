//! CreateGroup.

use super::{named, put, shape};
use crate::iam::permission::ask;
use crate::iam::{already_exists, arn, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::{Entity, Group};

pub(in crate::iam) static OPERATION: Operation = writing("CreateGroup", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let path = checks.optional("Path", Constraint::PATH).unwrap_or("/");
    let name = checks.required("GroupName", Constraint::NAME_128);
    checks.finish()?;
    ask(call, "iam:CreateGroup", arn(call, "group", path, name)).allowed()?;
    if named(call, name).is_some() {
        return Err(already_exists(format!("Group with name {name} already exists.")));
    }
    let entity = Entity {
        name: name.to_owned(),
        path: path.to_owned(),
        id: call.mint.entity_id("AGPA", call.principal.account),
        created: call.now.seconds(),
        ..Entity::default()
    };
    let group = Group { entity };
    let result = vec![Element::parent("Group", shape(call, &group))];
    Ok(Written { result, ..put(call, group) })
}
