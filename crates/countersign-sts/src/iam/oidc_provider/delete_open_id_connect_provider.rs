//! DeleteOpenIDConnectProvider. One that is not there is no error, as AWS documents.

use super::{ask_on, named};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteOpenIDConnectProvider", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("OpenIDConnectProviderArn", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:DeleteOpenIDConnectProvider", arn)?.allowed()?;
    let remove = |provider| Change::OidcProvider(call.principal.account, Edit::remove(provider));
    Ok(Written { result: Vec::new(), changes: named(call, arn).map(remove).into_iter().collect() })
}
