//! EnableMFADevice, DeactivateMFADevice and ResyncMFADevice.

use super::{SERIAL_NUMBER, found, put};
use crate::iam::{already_exists, limit_exceeded, no_such_entity, user, writing};
use crate::protocol::{ApiError, Checks, Constraint, ErrorCode, Pattern};
use crate::service::{Call, Operation, Written};
use crate::world::{KeyOwner, MfaDevice};

pub(in crate::iam) static ENABLE_MFA_DEVICE: Operation = writing("EnableMFADevice", enable);
pub(in crate::iam) static DEACTIVATE_MFA_DEVICE: Operation = writing("DeactivateMFADevice", deactivate);
pub(in crate::iam) static RESYNC_MFA_DEVICE: Operation = writing("ResyncMFADevice", resync);

const CODE: Constraint = Constraint { pattern: Some(&Pattern::AUTHENTICATION_CODE), least: 6, most: 6 };
/// How many devices a user can have.
const MOST_DEVICES: usize = 8;

/// A user, a device, and two codes that it shows one after the other.
struct Input<'p> {
    user: &'p str,
    serial_number: &'p str,
    codes: (&'p str, &'p str),
}

impl<'p> Input<'p> {
    fn read(call: &Call<'p>) -> Result<Self, ApiError> {
        let mut checks = Checks::without_values(call.parameters);
        let user = checks.required("UserName", Constraint::NAME_128);
        let serial_number = checks.required("SerialNumber", SERIAL_NUMBER);
        let codes = (checks.required("AuthenticationCode1", CODE), checks.required("AuthenticationCode2", CODE));
        checks.finish()?;
        Ok(Self { user, serial_number, codes })
    }

    /// Refuses codes that the device does not show in turn at this time.
    fn prove(&self, device: &MfaDevice, call: &Call<'_>) -> Result<(), ApiError> {
        let (first, second) = self.codes;
        let refused =
            || ApiError::new(ErrorCode::InvalidAuthenticationCode, "Authentication code for device is not valid.");
        device.shows_in_turn(first, second, call.now).then_some(()).ok_or_else(refused)
    }
}

fn enable(call: &Call<'_>) -> Result<Written, ApiError> {
    let input = Input::read(call)?;
    user::ask_on(call, "iam:EnableMFADevice", input.user).allowed()?;
    let user = &user::found(call, input.user)?.entity.name;
    let device = found(call, input.serial_number)?;
    if device.user.is_some() {
        return Err(already_exists("MFA Device is already in use."));
    }
    if call.world.devices_of(call.principal.account, user).count() >= MOST_DEVICES {
        return Err(limit_exceeded(format!("Cannot exceed quota for MFADevicesPerUser: {MOST_DEVICES}")));
    }
    input.prove(device, call)?;
    Ok(put(call, MfaDevice { user: Some(user.clone()), enabled: call.now.seconds(), ..device.clone() }))
}

/// The device's clock may be as far off as in sign-ins: there is no drift to learn, so that this checks the codes and
/// changes nothing.
fn resync(call: &Call<'_>) -> Result<Written, ApiError> {
    let input = Input::read(call)?;
    user::ask_on(call, "iam:ResyncMFADevice", input.user).allowed()?;
    let device = enabled(call, input.user, input.serial_number)?;
    input.prove(device, call)?;
    Ok(Written::default())
}

fn deactivate(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let user_name = checks.optional("UserName", Constraint::NAME_128);
    let serial_number = checks.required("SerialNumber", SERIAL_NUMBER);
    checks.finish()?;
    let KeyOwner::User(_, user) = user::meant(call, user_name)? else { return Err(not_enabled(serial_number)) };
    user::ask_on(call, "iam:DeactivateMFADevice", &user).allowed()?;
    let device = enabled(call, &user, serial_number)?;
    Ok(put(call, MfaDevice { user: None, enabled: 0, ..device.clone() }))
}

/// The device of that serial number, which is that user's.
fn enabled<'c>(call: &Call<'c>, user: &str, serial_number: &str) -> Result<&'c MfaDevice, ApiError> {
    user::found(call, user)?;
    let device = found(call, serial_number)?;
    let own = device.user.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(user));
    own.then_some(device).ok_or_else(|| not_enabled(serial_number))
}

fn not_enabled(serial_number: &str) -> ApiError {
    no_such_entity(format!("MFA Device with serial number {serial_number} is not enabled for this user."))
}
