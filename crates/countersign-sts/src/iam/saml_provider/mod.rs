//! SAML providers.

pub(super) mod create_saml_provider;
pub(super) mod delete_saml_provider;
mod encryption;
pub(super) mod get_saml_provider;
pub(super) mod list_saml_providers;
pub(super) mod tags;
pub(super) mod update_saml_provider;

use countersign_policy::arn::Arn;
use countersign_policy::condition::date::Moment;

use super::permission::{Asked, ask};
use super::{account, no_such_entity};
use crate::protocol::{ApiError, Constraint, Element, ErrorCode};
use crate::saml::Metadata;
use crate::service::{Call, Written};
use crate::world::{Change, Edit, SamlProvider};

const DOCUMENT: Constraint = Constraint { pattern: None, least: 1000, most: 10_000_000 };
/// How long metadata is good that does not say: a hundred years of the calendar. AWS does not document it.
const UNLIMITED_SECONDS: i64 = 36_524 * 86_400;

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

fn named<'c>(call: &Call<'c>, arn: &str) -> Option<&'c SamlProvider> {
    let parsed = Arn::parse(arn).filter(|arn| arn.service == "iam")?;
    let own = parsed.account_id() == Some(call.principal.account);
    let name = parsed.resource.strip_prefix("saml-provider/").filter(|_| own)?;
    account(call)?.saml_providers.get(name)
}

/// The provider of that ARN, or the error that there is none.
fn found<'c>(call: &Call<'c>, arn: &str) -> Result<&'c SamlProvider, ApiError> {
    named(call, arn).ok_or_else(|| no_such_entity(format!("Manifest not found for arn {arn}")))
}

fn arn(call: &Call<'_>, name: &str) -> String {
    super::arn(call, "saml-provider", "/", name)
}

/// The provider as it is from now on, and nothing to tell.
fn put(call: &Call<'_>, provider: SamlProvider) -> Written {
    let changes = vec![Change::SamlProvider(call.principal.account, Edit::put(provider))];
    Written { result: Vec::new(), changes }
}

/// Refuses what is not the metadata of an identity provider.
fn check_metadata(document: &str) -> Result<(), ApiError> {
    let refused = || ApiError::new(ErrorCode::InvalidInput, "Could not parse metadata");
    Metadata::read(document).map(|_| ()).ok_or_else(refused)
}

/// `CreateDate` and `ValidUntil`.
fn dates(provider: &SamlProvider) -> [Element; 2] {
    let created = Moment::from_seconds(provider.created);
    let stated = Metadata::read(&provider.metadata).and_then(|metadata| metadata.valid_until);
    let valid_until = stated.unwrap_or_else(|| created.plus_seconds(UNLIMITED_SECONDS));
    [Element::time("CreateDate", created), Element::time("ValidUntil", valid_until)]
}
