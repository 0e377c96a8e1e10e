//! ListAccessKeys. Nobody is shown a secret again.

use countersign_policy::condition::date::Moment;

use super::{existing, name, status};
use crate::iam::{reading, user};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation};
use crate::world::AccessKey;

pub(in crate::iam) static OPERATION: Operation = reading("ListAccessKeys", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let user_name = checks.optional("UserName", Constraint::NAME_128);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    let owner = user::meant(call, user_name)?;
    user::ask_on_owner(call, "iam:ListAccessKeys", &owner).allowed()?;
    let owner = existing(call, owner)?;
    let keys = call.world.keys_of(&owner).map(|key| (key.id.to_ascii_lowercase(), key));
    Ok(page.cut(keys).elements("AccessKeyMetadata", metadata))
}

fn metadata(key: &AccessKey) -> Value {
    Value::Structure(vec![
        Element::leaf("UserName", name(&key.owner)),
        Element::leaf("AccessKeyId", &key.id),
        Element::leaf("Status", status(key)),
        Element::time("CreateDate", Moment::from_seconds(key.created)),
    ])
}
