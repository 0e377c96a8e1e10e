//! CreateRole.

use std::collections::BTreeMap;

use super::permissions_boundary::usable;
use super::shape::{self, View};
use super::{SERVICE_PATH, named, put, trust_policy};
use crate::iam::permission::ask;
use crate::iam::{already_exists, arn, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Call, Operation, Written};
use crate::world::{DEFAULT_MAX_SESSION_DURATION, Entity, Role};

pub(in crate::iam) static OPERATION: Operation = writing("CreateRole", respond);

/// The parameters, in the order of the API's model.
struct Input<'p> {
    path: &'p str,
    name: &'p str,
    trust_policy: &'p str,
    description: Option<&'p str>,
    max_session_duration: Option<u32>,
    boundary: Option<&'p str>,
    tags: Vec<(&'p str, &'p str)>,
}

impl<'p> Input<'p> {
    fn read(call: &Call<'p>) -> Result<Self, ApiError> {
        let mut checks = Checks::without_values(call.parameters);
        let input = Self {
            path: checks.optional("Path", Constraint::PATH).unwrap_or("/"),
            name: checks.required("RoleName", Constraint::NAME_64),
            trust_policy: checks.required("AssumeRolePolicyDocument", Constraint::DOCUMENT),
            description: checks.optional("Description", Constraint::ROLE_DESCRIPTION),
            max_session_duration: checks.integer("MaxSessionDuration", 3600, 43_200)?,
            boundary: checks.optional("PermissionsBoundary", Constraint::ARN),
            tags: tags::read(&mut checks)?,
        };
        checks.finish()?;
        Ok(input)
    }
}

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let input = Input::read(call)?;
    ask(call, "iam:CreateRole", arn(call, "role", input.path, input.name))
        .with_any("iam:PermissionsBoundary", input.boundary)
        .bringing(&input.tags)
        .allowed()?;
    if input.path.starts_with(SERVICE_PATH) {
        // That only services make such roles is documented, the text is not.
        let text = format!("The path {SERVICE_PATH} is reserved for service-linked roles.");
        return Err(ApiError::new(ErrorCode::InvalidInput, text));
    }
    let tags = tags::put(&BTreeMap::new(), &input.tags, "Role")?;
    if named(call, input.name).is_some() {
        return Err(already_exists(format!("Role with name {} already exists.", input.name)));
    }
    let trust_policy = trust_policy::read(call, input.trust_policy)?;
    let entity = Entity {
        name: input.name.to_owned(),
        path: input.path.to_owned(),
        id: call.mint.entity_id("AROA", call.principal.account),
        created: call.now.seconds(),
        tags,
        boundary: input.boundary.map(|arn| usable(call, arn)).transpose()?,
        ..Entity::default()
    };
    let role = Role {
        entity,
        trust_policy,
        description: input.description.map(str::to_owned),
        max_session_duration: input.max_session_duration.unwrap_or(DEFAULT_MAX_SESSION_DURATION),
    };
    let result = vec![Element::parent("Role", shape::members(call, &role, View::Created))];
    Ok(Written { result, ..put(call, role) })
}
