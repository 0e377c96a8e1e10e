//! `SerialNumber` and `TokenCode`.

use crate::protocol::{ApiError, Checks, Constraint, ErrorCode, Pattern};
use crate::service::Call;

const SERIAL_NUMBER: Constraint = Constraint { pattern: Some(&Pattern::SERIAL_NUMBER), least: 9, most: 256 };
const TOKEN_CODE: Constraint = Constraint { pattern: Some(&Pattern::DIGITS), least: 6, most: 6 };

/// The caller showed a code of its MFA device in this call.
#[derive(Debug, Clone, Copy)]
pub(super) struct MfaProof;

/// What a call says of an MFA device.
pub(super) struct Mfa<'p> {
    serial_number: Option<&'p str>,
    token_code: Option<&'p str>,
}

impl<'p> Mfa<'p> {
    pub(super) fn read(checks: &mut Checks<'p>) -> Self {
        let serial_number = checks.optional("SerialNumber", SERIAL_NUMBER);
        Self { serial_number, token_code: checks.optional("TokenCode", TOKEN_CODE) }
    }

    /// Whether the caller showed the code of its own device. A code is good for one call, whatever becomes of the call: AWS
    /// documents that each is taken once, and not the text for the second time. Here it is that of a wrong code. Enabling a
    /// device takes no code away.
    pub(super) fn authenticate(&self, call: &Call<'_>) -> Result<Option<MfaProof>, ApiError> {
        let refused = |text| Err(ApiError::new(ErrorCode::AccessDenied, text));
        if self.serial_number.is_none() && self.token_code.is_none() {
            return Ok(None);
        }
        let device = self.serial_number.and_then(|serial| call.world.mfa_device(&call.principal.caller, serial));
        let (Some(device), Some(code)) = (device, self.token_code) else {
            return refused(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number \
                 is valid and associated with this user.",
            );
        };
        if device.shown(code, call.now).is_some_and(|shown| call.code_uses.is_first(shown)) {
            Ok(Some(MfaProof))
        } else {
            refused("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
        }
    }
}
