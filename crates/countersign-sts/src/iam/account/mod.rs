//! The account as a whole.

pub(super) mod alias;
pub(super) mod authorization_details;
pub(super) mod get_account_summary;
pub(super) mod organization_features;
pub(super) mod outbound_web_identity;
pub(super) mod password_policy;
pub(super) mod web_identity_federation;

use crate::service::Call;
use crate::world::{Change, Settings};

/// What is true of the caller's account as a whole.
fn settings(call: &Call<'_>) -> Settings {
    super::account(call).map(|account| account.settings.clone()).unwrap_or_default()
}

fn changed(call: &Call<'_>, settings: Settings) -> Vec<Change> {
    vec![Change::Settings(call.principal.account, settings)]
}
