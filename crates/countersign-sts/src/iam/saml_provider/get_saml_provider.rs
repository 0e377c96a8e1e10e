//! GetSAMLProvider.

use countersign_policy::condition::date::Moment;

use super::{ask_on, dates, encryption, found};
use crate::iam::{reading, tags};
use crate::protocol::{ApiError, Checks, Constraint, Element, Value};
use crate::service::{Call, Operation};
use crate::world::PrivateKey;

pub(in crate::iam) static OPERATION: Operation = reading("GetSAMLProvider", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("SAMLProviderArn", Constraint::ARN);
    checks.finish()?;
    ask_on(call, "iam:GetSAMLProvider", arn)?.allowed()?;
    let provider = found(call, arn)?;
    let mut result = vec![Element::leaf("SAMLMetadataDocument", &provider.metadata)];
    result.extend(dates(provider));
    result.extend(tags::element(&provider.tags));
    let mode = provider.assertion_encryption.map(encryption::name);
    result.extend(mode.map(|mode| Element::leaf("AssertionEncryptionMode", mode)));
    if !provider.private_keys.is_empty() {
        result.push(Element::list("PrivateKeyList", provider.private_keys.iter().map(key)));
    }
    Ok(result)
}

fn key(key: &PrivateKey) -> Value {
    let added = Element::time("Timestamp", Moment::from_seconds(key.created));
    Value::Structure(vec![Element::leaf("KeyId", &key.id), added])
}
