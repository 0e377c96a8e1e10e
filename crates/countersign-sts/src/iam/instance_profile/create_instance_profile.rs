//! CreateInstanceProfile.

use std::collections::BTreeMap;

use super::{named, put, shape};
use crate::iam::permission::ask;
use crate::iam::{already_exists, arn, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::InstanceProfile;

pub(in crate::iam) static OPERATION: Operation = writing("CreateInstanceProfile", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("InstanceProfileName", Constraint::NAME_128);
    let path = checks.optional("Path", Constraint::PATH).unwrap_or("/");
    let sent = tags::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:CreateInstanceProfile", arn(call, "instance-profile", path, name)).bringing(&sent).allowed()?;
    let tags = tags::put(&BTreeMap::new(), &sent, "InstanceProfile")?;
    if named(call, name).is_some() {
        return Err(already_exists(format!("Instance Profile {name} already exists.")));
    }
    let profile = InstanceProfile {
        name: name.to_owned(),
        path: path.to_owned(),
        id: call.mint.entity_id("AIPA", call.principal.account),
        created: call.now.seconds(),
        tags,
        role: None,
    };
    let result = vec![Element::parent("InstanceProfile", shape::members(call, &profile))];
    Ok(Written { result, ..put(call, profile) })
}
