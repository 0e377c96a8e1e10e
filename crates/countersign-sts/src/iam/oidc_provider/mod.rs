//! OpenID Connect providers.

pub(super) mod client_ids;
pub(super) mod create_open_id_connect_provider;
pub(super) mod delete_open_id_connect_provider;
pub(super) mod get_open_id_connect_provider;
pub(super) mod list_open_id_connect_providers;
pub(super) mod tags;
pub(super) mod thumbprints;

use countersign_policy::arn::Arn;

use super::permission::{Asked, ask};
use super::{account, limit_exceeded, no_such_entity};
use crate::protocol::{ApiError, Constraint, ErrorCode};
use crate::service::{Call, Written};
use crate::world::{Change, Edit, OidcProvider};

const CLIENT_ID: Constraint = Constraint { pattern: None, least: 1, most: 255 };
const THUMBPRINT: Constraint = Constraint { pattern: None, least: 40, most: 40 };
const MOST_CLIENT_IDS: usize = 100;
const MOST_THUMBPRINTS: usize = 5;

/// Asks for an action on the provider of that ARN.
fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, arn: &str) -> Result<Asked<'a, 'c>, ApiError> {
    if Arn::parse(arn).is_none() {
        return Err(ApiError::validation("Invalid ARN:  Could not be parsed!"));
    }
    let asked = ask(call, action, arn.to_owned());
    Ok(match named(call, arn) {
        Some(provider) => asked.tagged(&provider.tags),
        None => asked,
    })
}

fn named<'c>(call: &Call<'c>, arn: &str) -> Option<&'c OidcProvider> {
    let parsed = Arn::parse(arn).filter(|arn| arn.service == "iam")?;
    let own = parsed.account_id() == Some(call.principal.account);
    let url = parsed.resource.strip_prefix("oidc-provider/").filter(|_| own)?;
    account(call)?.oidc_providers.get(url)
}

/// The provider of that ARN, or the error that there is none.
fn found<'c>(call: &Call<'c>, arn: &str) -> Result<&'c OidcProvider, ApiError> {
    named(call, arn).ok_or_else(|| no_such_entity(format!("OpenIDConnect Provider not found for arn {arn}")))
}

fn arn(call: &Call<'_>, url: &str) -> String {
    super::arn(call, "oidc-provider", "/", url)
}

/// The provider as it is from now on, and nothing to tell.
fn put(call: &Call<'_>, provider: OidcProvider) -> Written {
    let changes = vec![Change::OidcProvider(call.principal.account, Edit::put(provider))];
    Written { result: Vec::new(), changes }
}

/// Client ids without those that stand twice.
fn distinct(ids: &[&str]) -> Result<Vec<String>, ApiError> {
    let first = |(at, id): &(usize, &&str)| !ids.iter().take(*at).any(|earlier| earlier == *id);
    let distinct: Vec<String> = ids.iter().enumerate().filter(first).map(|(_, id)| (*id).to_owned()).collect();
    let quota =
        || limit_exceeded(format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MOST_CLIENT_IDS}"));
    (distinct.len() <= MOST_CLIENT_IDS).then_some(distinct).ok_or_else(quota)
}

/// Thumbprints, of which there are not too many.
fn thumbprints(sent: &[&str]) -> Result<Vec<String>, ApiError> {
    if sent.len() > MOST_THUMBPRINTS {
        let text = format!("Thumbprint list must contain {MOST_THUMBPRINTS} entries at most.");
        return Err(ApiError::new(ErrorCode::InvalidInput, text));
    }
    Ok(sent.iter().map(|thumbprint| (*thumbprint).to_owned()).collect())
}
