//! ListSAMLProviders, which has no pages.

use super::{arn, dates};
use crate::iam::permission::ask;
use crate::iam::{account, reading};
use crate::protocol::{ApiError, Element, Value};
use crate::service::{Call, Operation};
use crate::world::SamlProvider;

pub(in crate::iam) static OPERATION: Operation = reading("ListSAMLProviders", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    ask(call, "iam:ListSAMLProviders", arn(call, "*")).allowed()?;
    let providers = account(call).into_iter().flat_map(|account| account.saml_providers.iter());
    let member = |provider: &SamlProvider| {
        let arn = Element::leaf("Arn", arn(call, &provider.name));
        Value::Structure([arn].into_iter().chain(dates(provider)).collect())
    };
    Ok(vec![Element::list("SAMLProviderList", providers.map(member))])
}
