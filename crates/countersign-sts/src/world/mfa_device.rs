//! Virtual MFA devices: time-based one-time passwords (RFC 6238), as authenticator apps make them.

use std::collections::BTreeMap;
use std::fmt;

use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::request::{Caller, CallerKind};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use super::World;

const STEP_SECONDS: i64 = 30;

/// A virtual MFA device.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MfaDevice {
    /// Its serial number, which is an ARN.
    pub serial_number: String,
    /// What its codes are made from: the base32 text of the QR code, decoded.
    pub seed: Vec<u8>,
    /// The name of the user it is enabled for.
    pub user: Option<String>,
    /// When it was enabled, in seconds since the epoch.
    pub enabled: i64,
    /// Tags, by key.
    pub tags: BTreeMap<String, String>,
}

/// A code that a device shows. Devices of one serial number, of which one took the other's place, have other codes.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct ShownCode {
    serial_number: String,
    step: i64,
    code: String,
}

impl ShownCode {
    /// Whether there is a time at which both are good. The clock of a world can be put back, so that it counts both ways.
    pub(crate) fn could_be_shown_with(&self, other: &Self) -> bool {
        self.step.abs_diff(other.step) <= 2
    }
}

impl fmt::Debug for MfaDevice {
    /// Without the seed, which must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaDevice").field("serial_number", &self.serial_number).finish_non_exhaustive()
    }
}

impl MfaDevice {
    /// The code, when the device shows it, or did or will one step away.
    pub(crate) fn shown(&self, code: &str, now: Moment) -> Option<ShownCode> {
        let step = now.seconds().div_euclid(STEP_SECONDS);
        let step = (step - 1..=step + 1).find(|step| self.code(*step).as_deref() == Some(code))?;
        Some(ShownCode { serial_number: self.serial_number.clone(), step, code: code.to_owned() })
    }

    /// Whether it shows `first` and then `second`, one step after the other and at about `now`: either of the two codes
    /// may be the present one, and the device's clock one step off.
    pub(crate) fn shows_in_turn(&self, first: &str, second: &str, now: Moment) -> bool {
        let step = now.seconds().div_euclid(STEP_SECONDS);
        let mut starts = step - 2..=step + 1;
        starts.any(|step| self.code(step).as_deref() == Some(first) && self.code(step + 1).as_deref() == Some(second))
    }

    fn code(&self, step: i64) -> Option<String> {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.seed).ok()?;
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash.last()? & 0xf);
        let (four, _) = hash.get(offset..)?.split_first_chunk::<4>()?;
        Some(format!("{:06}", (u32::from_be_bytes(*four) & 0x7fff_ffff) % 1_000_000))
    }
}

impl World {
    /// The MFA devices that are enabled for the user of that name.
    pub(crate) fn devices_of(&self, account: AccountId, user: &str) -> impl Iterator<Item = &MfaDevice> {
        let devices = self.account(account).into_iter().flat_map(|account| account.mfa_devices.iter());
        devices.filter(move |device| device.user.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(user)))
    }

    /// The caller's own MFA device of that serial number.
    pub(crate) fn mfa_device(&self, caller: &Caller, serial_number: &str) -> Option<&MfaDevice> {
        match caller.kind() {
            CallerKind::User(home) => {
                let name = caller.name().rsplit('/').next()?;
                let device = self.account(home.account)?.mfa_devices.get(serial_number)?;
                let own = device.user.as_deref() == Some(name) && device.serial_number == serial_number;
                own.then_some(device)
            }
            CallerKind::Root(_)
            | CallerKind::RoleSession(_)
            | CallerKind::FederatedUser(_)
            | CallerKind::Service
            | CallerKind::Federated
            | CallerKind::Anonymous => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        let device = MfaDevice { seed: b"12345678901234567890".to_vec(), ..MfaDevice::default() };
        for (seconds, code) in [(59_i64, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let at = |off: i64| device.shown(code, Moment::from_seconds(seconds + off)).is_some();
            assert!(at(0) && at(-30) && at(30), "{seconds}");
            assert!(!at(-60) && !at(90), "{seconds}");
        }
    }
}
