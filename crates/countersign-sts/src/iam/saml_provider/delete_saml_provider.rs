//! DeleteSAMLProvider.

use super::{ask_on, found};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::{Call, Operation, Written};
use crate::world::{Change, Edit};

pub(in crate::iam) static OPERATION: Operation = writing("DeleteSAMLProvider", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("SAMLProviderArn", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:DeleteSAMLProvider", arn)?.allowed()?;
    let changes = vec![Change::SamlProvider(call.principal.account, Edit::remove(found(call, arn)?))];
    Ok(Written { result: Vec::new(), changes })
}
