//! TagMFADevice, UntagMFADevice and ListMFADeviceTags.

use super::{SERIAL_NUMBER, ask_on, found, put};
use crate::iam::{reading, tags, writing};
use crate::protocol::{ApiError, Checks, Element, Page};
use crate::service::{Call, Operation, Written};
use crate::world::MfaDevice;

pub(in crate::iam) static TAG_MFA_DEVICE: Operation = writing("TagMFADevice", tag);
pub(in crate::iam) static UNTAG_MFA_DEVICE: Operation = writing("UntagMFADevice", untag);
pub(in crate::iam) static LIST_MFA_DEVICE_TAGS: Operation = reading("ListMFADeviceTags", list);

fn tag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let serial_number = checks.required("SerialNumber", SERIAL_NUMBER);
    let sent = tags::read_required(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:TagMFADevice", serial_number).bringing(&sent).allowed()?;
    let device = found(call, serial_number)?;
    let tags = tags::put(&device.tags, &sent, "MFADevice")?;
    Ok(put(call, MfaDevice { tags, ..device.clone() }))
}

fn untag(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let serial_number = checks.required("SerialNumber", SERIAL_NUMBER);
    let keys = tags::read_keys(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:UntagMFADevice", serial_number).naming(&keys).allowed()?;
    let device = found(call, serial_number)?;
    let tags = tags::without(&device.tags, &keys);
    Ok(put(call, MfaDevice { tags, ..device.clone() }))
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let serial_number = checks.required("SerialNumber", SERIAL_NUMBER);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListMFADeviceTags", serial_number).allowed()?;
    Ok(tags::list(&page, &found(call, serial_number)?.tags))
}
