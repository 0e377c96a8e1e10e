//! ListOpenIDConnectProviders, which has no pages.

use super::arn;
use crate::iam::permission::ask;
use crate::iam::{account, reading};
use crate::protocol::{ApiError, Element, Value};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("ListOpenIDConnectProviders", respond);

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    ask(call, "iam:ListOpenIDConnectProviders", arn(call, "*")).allowed()?;
    let providers = account(call).into_iter().flat_map(|account| account.oidc_providers.iter());
    let member =
        |provider: &crate::world::OidcProvider| Value::Structure(vec![Element::leaf("Arn", arn(call, &provider.url))]);
    Ok(vec![Element::list("OpenIDConnectProviderList", providers.map(member))])
}
