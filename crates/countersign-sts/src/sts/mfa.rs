//! `SerialNumber` and `TokenCode`.

use crate::protocol::{ApiError, Checks, Constraint, ErrorCode, Pattern};

const SERIAL_NUMBER: Constraint = Constraint { pattern: Some(&Pattern::SERIAL_NUMBER), least: 9, most: 256 };
const TOKEN_CODE: Constraint = Constraint { pattern: Some(&Pattern::DIGITS), least: 6, most: 6 };

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

    /// Worlds have no MFA devices, so a call that names one names one that is not the caller's.
    pub(super) fn authenticate(&self) -> Result<(), ApiError> {
        if self.serial_number.is_none() && self.token_code.is_none() {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::AccessDenied,
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
             valid and associated with this user.",
        ))
    }
}
