//! CreateOpenIDConnectProvider.
//!
//! AWS fetches the thumbprint of the issuer's certificate when none is sent. Nothing is fetched here: the list stays empty.
//! For the same reason no token of a provider that was made by a call can be verified; one with keys is declared.

use std::collections::BTreeMap;

use super::{CLIENT_ID, THUMBPRINT, arn, distinct, put, thumbprints};
use crate::iam::permission::ask;
use crate::iam::{account, already_exists, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::OidcProvider;

pub(in crate::iam) static OPERATION: Operation = writing("CreateOpenIDConnectProvider", respond);

const URL: Constraint = Constraint { pattern: None, least: 1, most: 255 };

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let url = checks.required("Url", URL);
    let client_ids = checks.texts("ClientIDList", usize::MAX, CLIENT_ID)?;
    let sent_thumbprints = checks.texts("ThumbprintList", usize::MAX, THUMBPRINT)?;
    let sent = tags::read(&mut checks)?;
    checks.finish()?;
    let issuer = issuer(url).ok_or_else(|| ApiError::validation("Invalid Open ID Connect Provider URL"))?;
    ask(call, "iam:CreateOpenIDConnectProvider", arn(call, issuer)).bringing(&sent).allowed()?;
    let tags = tags::put(&BTreeMap::new(), &sent, "OpenIDConnectProvider")?;
    if account(call).is_some_and(|account| account.oidc_providers.get(issuer).is_some()) {
        return Err(already_exists(format!("Provider with url {url} already exists.")));
    }
    let provider = OidcProvider {
        url: issuer.to_owned(),
        client_ids: distinct(&client_ids)?,
        thumbprints: thumbprints(&sent_thumbprints)?,
        created: call.now.seconds(),
        tags,
        ..OidcProvider::default()
    };
    let mut result = vec![Element::leaf("OpenIDConnectProviderArn", arn(call, &provider.url))];
    result.extend(tags::element(&provider.tags));
    Ok(Written { result, ..put(call, provider) })
}

/// The issuer without its scheme. AWS documents that the scheme is `https`, and that there is neither a port nor a query.
fn issuer(url: &str) -> Option<&str> {
    let issuer = url.strip_prefix("https://")?;
    let (host, path) = issuer.split_once('/').unwrap_or((issuer, ""));
    let in_host = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
    let in_path = |character: char| ('!'..='~').contains(&character) && !matches!(character, '?' | '#');
    (!host.is_empty() && host.chars().all(in_host) && path.chars().all(in_path)).then_some(issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_a_host_and_a_path() {
        for url in
            ["https://idp.example", "https://idp.example/a/B_c", "https://oidc.eks.eu-west-1.amazonaws.com/id/E1"]
        {
            assert_eq!(issuer(url), url.strip_prefix("https://"), "{url}");
        }
        for url in [
            "http://idp.example",
            "idp.example",
            "https://",
            "https:///a",
            "https://idp.example:8443",
            "https://me@idp.example",
            "https://idp.example?a=b",
            "https://idp.example/a?b",
            "https://idp.example/#a",
            "https://idp.example/a b",
        ] {
            assert_eq!(issuer(url), None, "{url}");
        }
    }
}
