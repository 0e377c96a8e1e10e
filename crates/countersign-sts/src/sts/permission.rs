//! Operations that need a permission of the caller and touch no resource.

use countersign_policy::assumptions::Assumptions;
use countersign_policy::evaluate::{Decision, by_caller_side};
use countersign_policy::request::{Request, RequestContext};

use super::connection::call_context;
use crate::protocol::{ApiError, ErrorCode};
use crate::record::Decided;
use crate::service::Call;
use crate::signature::SessionPrincipal;

/// Refuses callers whose policies do not allow `action`, which has no resource.
pub(super) fn require(call: &Call<'_>, action: &str) -> Result<(), ApiError> {
    require_with(call, action, |_| {})
}

/// Likewise, with condition keys of the action's own.
pub(super) fn require_with(
    call: &Call<'_>,
    action: &str,
    add_keys: impl FnOnce(&mut RequestContext),
) -> Result<(), ApiError> {
    let partition = call.principal.caller.home().map_or("aws", |home| &home.partition);
    let nothing = format!("arn:{partition}:sts:::*");
    allowed(call, action, &nothing, add_keys)
        .then_some(())
        .ok_or_else(|| denied(format!("User: {} is not authorized to perform: {action}", call.principal.caller)))
}

/// Refuses callers whose policies do not allow `action` on `resource`.
pub(super) fn require_on(
    call: &Call<'_>,
    action: &str,
    resource: &str,
    add_keys: impl FnOnce(&mut RequestContext),
) -> Result<(), ApiError> {
    allowed(call, action, resource, add_keys).then_some(()).ok_or_else(|| {
        let caller = &call.principal.caller;
        denied(format!("User: {caller} is not authorized to perform: {action} on resource: {resource}"))
    })
}

fn denied(text: String) -> ApiError {
    ApiError::new(ErrorCode::AccessDenied, text)
}

/// Sessions of GetSessionToken may call AssumeRole and GetCallerIdentity only, federated users GetCallerIdentity only,
/// whatever their policies say.
fn allowed(call: &Call<'_>, action: &str, resource: &str, add_keys: impl FnOnce(&mut RequestContext)) -> bool {
    match call.principal.session.as_ref().map(|session| &session.principal) {
        Some(
            SessionPrincipal::Root { .. } | SessionPrincipal::User { .. } | SessionPrincipal::FederatedUser { .. },
        ) => return false,
        Some(SessionPrincipal::Role { .. } | SessionPrincipal::AssumedRoot { .. }) | None => {}
    }
    let mut context = call_context(call);
    add_keys(&mut context);
    let request = Request {
        caller: call.principal.caller.clone(),
        action: action.to_owned(),
        role: resource.to_owned(),
        context,
    };
    let (decision, layers) = by_caller_side(&request, &call.principal.side, Assumptions::default());
    call.decided.replace(Some(Decided::by_caller_side(request, decision, layers)));
    match decision {
        Decision::Allowed => true,
        Decision::ImplicitDeny | Decision::ExplicitDeny => false,
    }
}
