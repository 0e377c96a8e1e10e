//! CreateVirtualMFADevice: the only answer that ever shows the device's seed.

use std::collections::BTreeMap;

use data_encoding::{BASE32, BASE64};

use super::{named, put, qr_code};
use crate::iam::permission::ask;
use crate::iam::{account, already_exists, arn, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Pattern};
use crate::service::{Call, Operation, Written};
use crate::world::MfaDevice;

pub(in crate::iam) static OPERATION: Operation = writing("CreateVirtualMFADevice", respond);

/// AWS's model has no longest name; a serial number has 256 characters at most.
const NAME: Constraint = Constraint { pattern: Some(&Pattern::ENTITY_NAME), least: 1, most: 226 };

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let path = checks.optional("Path", Constraint::PATH).unwrap_or("/");
    let name = checks.required("VirtualMFADeviceName", NAME);
    let sent = tags::read(&mut checks)?;
    checks.finish()?;
    let serial_number = arn(call, "mfa", path, name);
    ask(call, "iam:CreateVirtualMFADevice", serial_number.clone()).bringing(&sent).allowed()?;
    let tags = tags::put(&BTreeMap::new(), &sent, "MFADevice")?;
    if named(call, &serial_number).is_some() {
        return Err(already_exists("MFADevice entity at the same path and name already exists."));
    }
    let device = MfaDevice { serial_number, seed: call.mint.seed(), tags, ..MfaDevice::default() };
    let seed = BASE32.encode(&device.seed);
    let alias = account(call).and_then(|account| account.settings.alias.clone());
    let shown = alias.unwrap_or_else(|| call.principal.account.to_string());
    let mut members = vec![
        Element::leaf("SerialNumber", &device.serial_number),
        Element::leaf("Base32StringSeed", BASE64.encode(seed.as_bytes())),
    ];
    let picture = qr_code::png(&qr_code::uri(name, &shown, &seed));
    members.extend(picture.map(|png| Element::leaf("QRCodePNG", BASE64.encode(&png))));
    members.extend(tags::element(&device.tags));
    let result = vec![Element::parent("VirtualMFADevice", members)];
    Ok(Written { result, ..put(call, device) })
}
