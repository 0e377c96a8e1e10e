//! Operations that need a permission of the caller and touch no resource.

use countersign_policy::assumptions::Assumptions;
use countersign_policy::evaluate::{Decision, by_caller_side};
use countersign_policy::request::Request;

use super::connection::call_context;
use crate::protocol::{ApiError, ErrorCode};
use crate::service::Call;
use crate::signature::SessionPrincipal;

/// Refuses callers whose policies do not allow `action`, and sessions of GetSessionToken, which may call AssumeRole and
/// GetCallerIdentity only.
pub(super) fn require(call: &Call<'_>, action: &str) -> Result<(), ApiError> {
    let caller = &call.principal.caller;
    let text = format!("User: {caller} is not authorized to perform: {action}");
    let denied = Err(ApiError::new(ErrorCode::AccessDenied, text));
    match call.principal.session.as_ref().map(|session| &session.principal) {
        Some(SessionPrincipal::Root { .. } | SessionPrincipal::User { .. }) => return denied,
        Some(SessionPrincipal::Role { .. }) | None => {}
    }
    let partition = caller.home().map_or("aws", |home| &home.partition);
    let request = Request {
        caller: caller.clone(),
        action: action.to_owned(),
        role: format!("arn:{partition}:sts:::*"),
        context: call_context(call),
    };
    let (decision, _) = by_caller_side(&request, &call.principal.side, Assumptions::default());
    match decision {
        Decision::Allowed => Ok(()),
        Decision::ImplicitDeny | Decision::ExplicitDeny => denied,
    }
}
