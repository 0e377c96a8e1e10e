//! Roles.

pub(super) mod create_role;
pub(super) mod delete_role;
pub(super) mod get_role;
pub(super) mod list_roles;
pub(super) mod permissions_boundary;
pub(super) mod service_linked;
pub(super) mod shape;
pub(super) mod tags;
pub(super) mod trust_policy;
pub(super) mod update_assume_role_policy;
pub(super) mod update_role;

use super::holder::Kind;
use super::permission::Asked;
use super::{account, arn, no_such_entity};
use crate::protocol::{ApiError, ErrorCode};
use crate::service::{Call, Written};
use crate::world::{Change, Edit, Role};

/// Where roles are that only AWS's services change.
const SERVICE_PATH: &str = "/aws-service-role/";

/// Asks for an action on the role of that name. Who may not act on it does not learn whether it exists.
pub(super) fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
    Kind::Role.ask_on(call, action, name)
}

/// Asks for handing the role of that name to a service. Here messages name the role by its ARN.
pub(super) fn ask_to_pass<'a, 'c>(call: &'a Call<'c>, name: &str, service: &str) -> Asked<'a, 'c> {
    let path = named(call, name).map_or("/", |role| &role.entity.path);
    let shown = arn(call, "role", path, name);
    ask_on(call, "iam:PassRole", name).with("iam:PassedToService", service).shown_as(shown)
}

/// The role of that name, in any case.
pub(super) fn named<'c>(call: &Call<'c>, name: &str) -> Option<&'c Role> {
    account(call)?.roles.get(name)
}

/// The role of that name, or the error that there is none.
pub(super) fn found<'c>(call: &Call<'c>, name: &str) -> Result<&'c Role, ApiError> {
    named(call, name).ok_or_else(|| no_such_entity(format!("The role with name {name} cannot be found.")))
}

/// The role of that name, which callers may change.
pub(super) fn modifiable<'c>(call: &Call<'c>, name: &str) -> Result<&'c Role, ApiError> {
    let role = found(call, name)?;
    if !role.entity.path.starts_with(SERVICE_PATH) {
        return Ok(role);
    }
    let name = &role.entity.name;
    let text =
        format!("Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS");
    Err(ApiError::new(ErrorCode::UnmodifiableEntity, text))
}

/// The role as it is from now on, and nothing to tell.
fn put(call: &Call<'_>, role: Role) -> Written {
    Written { result: Vec::new(), changes: vec![Change::Role(call.principal.account, Edit::put(role))] }
}
