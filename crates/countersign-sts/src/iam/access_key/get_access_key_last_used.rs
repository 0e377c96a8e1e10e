//! GetAccessKeyLastUsed.

use crate::iam::{no_such_entity, reading, user};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};
use crate::world::KeyOwner;

pub(in crate::iam) static OPERATION: Operation = reading("GetAccessKeyLastUsed", respond);

/// The last use of a key since the endpoint was started: uses are no changes of the world, and no journal keeps them.
fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let id = checks.required("AccessKeyId", Constraint::ACCESS_KEY_ID);
    checks.finish()?;
    let own = |key: &&crate::world::AccessKey| key.owner.account() == call.principal.account;
    let absent = || no_such_entity(format!("The Access Key with id {id} cannot be found."));
    let Some(key) = call.world.access_key(id).filter(own) else {
        let owner = KeyOwner::User(call.principal.account, "*".to_owned());
        user::ask_on_owner(call, "iam:GetAccessKeyLastUsed", &owner).allowed()?;
        return Err(absent());
    };
    user::ask_on_owner(call, "iam:GetAccessKeyLastUsed", &key.owner).allowed()?;
    let used = match call.key_uses.last(id) {
        Some(used) => vec![
            Element::time("LastUsedDate", used.at),
            Element::leaf("ServiceName", used.service),
            Element::leaf("Region", used.region),
        ],
        None => vec![Element::leaf("ServiceName", "N/A"), Element::leaf("Region", "N/A")],
    };
    let user_name = Element::leaf("UserName", super::name(&key.owner));
    Ok(vec![user_name, Element::parent("AccessKeyLastUsed", used)])
}
