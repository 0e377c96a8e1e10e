//! AddClientIDToOpenIDConnectProvider and RemoveClientIDFromOpenIDConnectProvider. Neither minds what is so already.

use super::{CLIENT_ID, ask_on, distinct, found, put};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::OidcProvider;

pub(in crate::iam) static ADD: Operation = writing("AddClientIDToOpenIDConnectProvider", add);
pub(in crate::iam) static REMOVE: Operation = writing("RemoveClientIDFromOpenIDConnectProvider", remove);

/// The ARN of a provider and a client id.
fn read<'p>(call: &Call<'p>) -> Result<(&'p str, &'p str), ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("OpenIDConnectProviderArn", Constraint::ARN);
    let id = checks.required("ClientID", CLIENT_ID);
    checks.finish().map(|()| (arn, id))
}

fn add(call: &Call<'_>) -> Result<Written, ApiError> {
    let (arn, id) = read(call)?;
    ask_on(call, "iam:AddClientIDToOpenIDConnectProvider", arn)?.allowed()?;
    let provider = found(call, arn)?;
    let ids: Vec<&str> = provider.client_ids.iter().map(String::as_str).chain([id]).collect();
    Ok(put(call, OidcProvider { client_ids: distinct(&ids)?, ..provider.clone() }))
}

fn remove(call: &Call<'_>) -> Result<Written, ApiError> {
    let (arn, id) = read(call)?;
    ask_on(call, "iam:RemoveClientIDFromOpenIDConnectProvider", arn)?.allowed()?;
    let mut provider = found(call, arn)?.clone();
    provider.client_ids.retain(|own| own != id);
    Ok(put(call, provider))
}
