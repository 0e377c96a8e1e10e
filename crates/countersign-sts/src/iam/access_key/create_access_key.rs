//! CreateAccessKey.

use countersign_policy::condition::date::Moment;

use super::{existing, name, status};
use crate::iam::{limit_exceeded, user, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::{AccessKey, Change, Edit, KeyStatus};

pub(in crate::iam) static OPERATION: Operation = writing("CreateAccessKey", respond);

const MOST: usize = 2;

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let user_name = checks.optional("UserName", Constraint::NAME_128);
    checks.finish()?;
    let owner = user::meant(call, user_name)?;
    user::ask_on_owner(call, "iam:CreateAccessKey", &owner).allowed()?;
    let owner = existing(call, owner)?;
    if call.world.keys_of(&owner).count() >= MOST {
        return Err(limit_exceeded(format!("Cannot exceed quota for AccessKeysPerUser: {MOST}")));
    }
    let id = call.mint.access_key_id(call.principal.account);
    let secret = call.mint.secret(&id);
    let key = AccessKey { id, secret, owner, status: KeyStatus::Active, created: call.now.seconds() };
    let members = vec![
        Element::leaf("UserName", name(&key.owner)),
        Element::leaf("AccessKeyId", &key.id),
        Element::leaf("Status", status(&key)),
        Element::leaf("SecretAccessKey", &key.secret),
        Element::time("CreateDate", Moment::from_seconds(key.created)),
    ];
    let changes = vec![Change::AccessKey(Edit::put(key))];
    Ok(Written { result: vec![Element::parent("AccessKey", members)], changes })
}
