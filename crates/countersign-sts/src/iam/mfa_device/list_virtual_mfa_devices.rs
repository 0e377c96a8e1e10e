//! ListVirtualMFADevices: those of the account, without their seeds and tags.

use countersign_policy::condition::date::Moment;

use crate::iam::permission::ask;
use crate::iam::{account, arn, reading, user};
use crate::protocol::{ApiError, Checks, Element, Page, Value};
use crate::service::{Call, Operation};
use crate::world::MfaDevice;

pub(in crate::iam) static OPERATION: Operation = reading("ListVirtualMFADevices", respond);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AssignmentStatus {
    Assigned,
    Unassigned,
    Any,
}

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    use AssignmentStatus::{Any, Assigned, Unassigned};
    let mut checks = Checks::without_values(call.parameters);
    let choices = [("Assigned", Assigned), ("Unassigned", Unassigned), ("Any", Any)];
    let status = checks.choice("AssignmentStatus", &choices).unwrap_or(Any);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:ListVirtualMFADevices", arn(call, "mfa", "/", "")).allowed()?;
    let devices = account(call).into_iter().flat_map(|account| account.mfa_devices.iter());
    let wanted = devices.filter(|device| match status {
        Assigned => device.user.is_some(),
        Unassigned => device.user.is_none(),
        Any => true,
    });
    let keyed = wanted.map(|device| (device.serial_number.to_ascii_lowercase(), device));
    Ok(page.cut(keyed).elements("VirtualMFADevices", |device| member(call, device)))
}

fn member(call: &Call<'_>, device: &MfaDevice) -> Value {
    let mut members = vec![Element::leaf("SerialNumber", &device.serial_number)];
    if let Some(user) = device.user.as_ref().and_then(|name| user::named(call, name)) {
        members.push(Element::time("EnableDate", Moment::from_seconds(device.enabled)));
        members.push(Element::parent("User", user::shape::listed(call, &user)));
    }
    Value::Structure(members)
}
