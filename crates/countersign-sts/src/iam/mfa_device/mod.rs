//! Virtual MFA devices. There are no others here: hardware tokens and passkeys need hardware.

pub(super) mod create_virtual_mfa_device;
pub(super) mod delete_virtual_mfa_device;
pub(super) mod enabling;
pub(super) mod get_mfa_device;
pub(super) mod list_mfa_devices;
pub(super) mod list_virtual_mfa_devices;
mod qr_code;
pub(super) mod tags;

use super::permission::{Asked, ask};
use super::{account, no_such_entity};
use crate::protocol::{ApiError, Constraint, Pattern};
use crate::service::{Call, Written};
use crate::world::{Change, Edit, MfaDevice};

const SERIAL_NUMBER: Constraint = Constraint { pattern: Some(&Pattern::DEVICE_SERIAL_NUMBER), least: 9, most: 256 };

/// Asks for an action on the device of that serial number, which is its ARN.
fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, serial_number: &str) -> Asked<'a, 'c> {
    let asked = ask(call, action, serial_number.to_owned());
    match named(call, serial_number) {
        Some(device) => asked.tagged(&device.tags),
        None => asked,
    }
}

fn named<'c>(call: &Call<'c>, serial_number: &str) -> Option<&'c MfaDevice> {
    account(call)?.mfa_devices.get(serial_number)
}

/// The device of that serial number, or the error that there is none.
fn found<'c>(call: &Call<'c>, serial_number: &str) -> Result<&'c MfaDevice, ApiError> {
    let absent = || no_such_entity(format!("VirtualMFADevice with serial number {serial_number} doesn't exist."));
    named(call, serial_number).ok_or_else(absent)
}

/// The device as it is from now on, and nothing to tell.
fn put(call: &Call<'_>, device: MfaDevice) -> Written {
    let changes = vec![Change::MfaDevice(call.principal.account, Edit::put(device))];
    Written { result: Vec::new(), changes }
}
