//! UpdateSAMLProvider: other metadata, keys come and go.

use super::encryption::Encryption;
use super::{DOCUMENT, arn, ask_on, check_metadata, found, put};
use crate::iam::writing;
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};

pub(in crate::iam) static OPERATION: Operation = writing("UpdateSAMLProvider", respond);

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let metadata = checks.optional("SAMLMetadataDocument", DOCUMENT);
    let provider_arn = checks.required("SAMLProviderArn", Constraint::ARN);
    let encryption = Encryption::read(&mut checks);
    checks.finish()?;
    ask_on(call, "iam:UpdateSAMLProvider", provider_arn)?.allowed()?;
    let mut provider = encryption.apply(call, found(call, provider_arn)?.clone())?;
    if let Some(metadata) = metadata {
        check_metadata(metadata)?;
        metadata.clone_into(&mut provider.metadata);
    }
    let result = vec![Element::leaf("SAMLProviderArn", arn(call, &provider.name))];
    Ok(Written { result, ..put(call, provider) })
}
