//! ListMFADevices: those of a user.

use countersign_policy::condition::date::Moment;

use crate::iam::{reading, user};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation};
use crate::world::{KeyOwner, MfaDevice};

pub(in crate::iam) static OPERATION: Operation = reading("ListMFADevices", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let user_name = checks.optional("UserName", Constraint::NAME_128);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    let owner = user::meant(call, user_name)?;
    user::ask_on_owner(call, "iam:ListMFADevices", &owner).allowed()?;
    let devices: Vec<&MfaDevice> = match owner {
        KeyOwner::User(account, name) => {
            let name = &user::found(call, &name)?.entity.name;
            call.world.devices_of(account, name).collect()
        }
        // Devices are enabled by the names of users, which the root user has none of.
        KeyOwner::Root(_) => Vec::new(),
    };
    let keyed = devices.into_iter().map(|device| (device.serial_number.to_ascii_lowercase(), device));
    Ok(page.cut(keyed).elements("MFADevices", |device| {
        Value::Structure(vec![
            Element::leaf("UserName", device.user.as_deref().unwrap_or_default()),
            Element::leaf("SerialNumber", &device.serial_number),
            Element::time("EnableDate", Moment::from_seconds(device.enabled)),
        ])
    }))
}
