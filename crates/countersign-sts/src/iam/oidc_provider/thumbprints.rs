//! UpdateOpenIDConnectProviderThumbprint: other thumbprints in place of all there are.

use super::{THUMBPRINT, ask_on, found, put, thumbprints};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::OidcProvider;

pub(in crate::iam) static OPERATION: Operation = writing("UpdateOpenIDConnectProviderThumbprint", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("OpenIDConnectProviderArn", Constraint::ARN);
    let sent = checks.texts("ThumbprintList", usize::MAX, THUMBPRINT)?;
    checks.finish()?;
    ask_on(call, "iam:UpdateOpenIDConnectProviderThumbprint", arn)?.allowed()?;
    let provider = found(call, arn)?;
    Ok(put(call, OidcProvider { thumbprints: thumbprints(&sent)?, ..provider.clone() }))
}
