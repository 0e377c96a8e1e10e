//! CreateSAMLProvider.

use std::collections::BTreeMap;

use super::encryption::Encryption;
use super::{DOCUMENT, arn, check_metadata, put};
use crate::iam::permission::ask;
use crate::iam::{account, already_exists, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Pattern};
use crate::service::{Call, Operation, Written};
use crate::world::SamlProvider;

pub(in crate::iam) static OPERATION: Operation = writing("CreateSAMLProvider", respond);

const NAME: Constraint = Constraint { pattern: Some(&Pattern::SAML_PROVIDER_NAME), least: 1, most: 128 };

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let metadata = checks.required("SAMLMetadataDocument", DOCUMENT);
    let name = checks.required("Name", NAME);
    let sent = tags::read(&mut checks)?;
    let encryption = Encryption::read(&mut checks);
    checks.finish()?;
    ask(call, "iam:CreateSAMLProvider", arn(call, name)).bringing(&sent).allowed()?;
    let tags = tags::put(&BTreeMap::new(), &sent, "SAMLProvider")?;
    check_metadata(metadata)?;
    if account(call).is_some_and(|account| account.saml_providers.get(name).is_some()) {
        return Err(already_exists(format!("Provider with name {name} already exists.")));
    }
    let (name, metadata, created) = (name.to_owned(), metadata.to_owned(), call.now.seconds());
    let provider = SamlProvider { name, metadata, created, tags, ..SamlProvider::default() };
    let provider = encryption.apply(call, provider)?;
    let mut result = vec![Element::leaf("SAMLProviderArn", arn(call, &provider.name))];
    result.extend(tags::element(&provider.tags));
    Ok(Written { result, ..put(call, provider) })
}
