//! GetUser.

use countersign_policy::condition::date::Moment;

use super::{ask_on, found, meant, shape};
use crate::iam::permission::ask;
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};
use crate::world::KeyOwner;

pub(in crate::iam) static OPERATION: Operation = reading("GetUser", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.optional("UserName", Constraint::NAME_128);
    checks.finish()?;
    let members = match meant(call, name)? {
        KeyOwner::User(_, name) => {
            ask_on(call, "iam:GetUser", &name).allowed()?;
            shape::members(call, &*found(call, &name)?)
        }
        KeyOwner::Root(account) => {
            let arn = call.principal.caller.name();
            ask(call, "iam:GetUser", arn.to_owned()).allowed()?;
            root(&account.to_string(), arn)
        }
    };
    Ok(vec![Element::parent("User", members)])
}

/// The root user has neither a name nor a path. When its account was made is not known here: it is the epoch.
fn root(account: &str, arn: &str) -> Vec<Element> {
    let created = Element::time("CreateDate", Moment::from_seconds(0));
    vec![Element::leaf("UserId", account), Element::leaf("Arn", arn), created]
}
