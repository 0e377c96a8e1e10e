//! GetDelegatedAccessToken: trades a token of a delegation request for credentials.
//!
//! Such tokens reach partners of AWS through a channel of their own, once SendDelegationToken is called. Nothing here
//! issues them, so that every token is answered as one that cannot be traded any more: the one error that AWS's model has
//! for them. `AccessDenied` comes first.

use super::permission;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run};

pub(super) static OPERATION: Operation =
    Operation { name: "GetDelegatedAccessToken", auth: Auth::Signed, run: Run::Read(respond) };

/// AWS's model says nothing of its size.
const TRADE_IN_TOKEN: Constraint = Constraint { pattern: None, least: 0, most: usize::MAX };

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::new(call.parameters);
    checks.required_secret("TradeInToken", TRADE_IN_TOKEN);
    checks.finish()?;
    permission::require(call, "sts:GetDelegatedAccessToken")?;
    let text = "The trade-in token provided in the request has expired and can no longer be exchanged for credentials";
    Err(ApiError::new(ErrorCode::ExpiredTradeInTokenException, text))
}
