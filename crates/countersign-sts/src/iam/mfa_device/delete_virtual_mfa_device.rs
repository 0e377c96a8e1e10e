//! DeleteVirtualMFADevice.

use super::{SERIAL_NUMBER, ask_on, found};
use crate::iam::{delete_conflict, writing};
use crate::protocol::{ApiError, Checks};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteVirtualMFADevice", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let serial_number = checks.required("SerialNumber", SERIAL_NUMBER);
    checks.finish()?;
    ask_on(call, "iam:DeleteVirtualMFADevice", serial_number).allowed()?;
    let device = found(call, serial_number)?;
    if device.user.is_some() {
        return Err(delete_conflict("MFA VirtualDevice in use. Must deactivate first."));
    }
    let changes = vec![Change::MfaDevice(call.principal.account, Edit::remove(device))];
    Ok(Written { result: Vec::new(), changes })
}
