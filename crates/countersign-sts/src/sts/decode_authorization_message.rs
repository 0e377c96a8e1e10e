//! DecodeAuthorizationMessage.
//!
//! AWS's STS and IAM put no encoded message into their refusals, and so does this endpoint. What can be decoded are
//! messages that [`crate::Endpoint::authorization_message`] made of a decision, for whoever tests a tool that decodes.

use super::permission;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run};

pub(super) static OPERATION: Operation =
    Operation { name: "DecodeAuthorizationMessage", auth: Auth::Signed, run: Run::Read(respond) };

const ENCODED_MESSAGE: Constraint = Constraint { pattern: None, least: 1, most: 10_240 };

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::new(call.parameters);
    let encoded = checks.required("EncodedMessage", ENCODED_MESSAGE);
    checks.finish()?;
    permission::require(call, "sts:DecodeAuthorizationMessage")?;
    let invalid = || ApiError::new(ErrorCode::InvalidAuthorizationMessageException, "Message is not valid");
    let decoded = call.token_key.open_message(encoded).ok_or_else(invalid)?;
    Ok(vec![Element::leaf("DecodedMessage", decoded)])
}
