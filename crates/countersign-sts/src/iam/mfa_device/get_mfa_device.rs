//! GetMFADevice. Virtual devices have no certifications to tell.

use countersign_policy::condition::date::Moment;

use super::{SERIAL_NUMBER, found};
use crate::iam::{no_such_entity, reading, user};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation};
use crate::world::KeyOwner;

pub(in crate::iam) static OPERATION: Operation = reading("GetMFADevice", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let serial_number = checks.required("SerialNumber", SERIAL_NUMBER);
    let user_name = checks.optional("UserName", Constraint::NAME_64);
    checks.finish()?;
    let absent = || no_such_entity(format!("VirtualMFADevice with serial number {serial_number} doesn't exist."));
    let KeyOwner::User(_, name) = user::meant(call, user_name)? else { return Err(absent()) };
    user::ask_on(call, "iam:GetMFADevice", &name).allowed()?;
    let name = &user::found(call, &name)?.entity.name;
    let device = found(call, serial_number)?;
    if device.user.as_ref() != Some(name) {
        return Err(absent());
    }
    Ok(vec![
        Element::leaf("UserName", name),
        Element::leaf("SerialNumber", &device.serial_number),
        Element::time("EnableDate", Moment::from_seconds(device.enabled)),
    ])
}
