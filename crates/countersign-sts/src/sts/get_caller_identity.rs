//! GetCallerIdentity: needs no permission, and no policy can forbid it.

use crate::protocol::{ApiError, Element};
use crate::service::{Auth, Call, Operation, Run};

pub(super) static OPERATION: Operation =
    Operation { name: "GetCallerIdentity", auth: Auth::Signed, run: Run::Read(respond) };

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let principal = call.principal;
    Ok(vec![
        Element::leaf("Arn", &principal.caller),
        Element::leaf("UserId", principal.user_id()),
        Element::leaf("Account", principal.account),
    ])
}
