//! `AssertionEncryptionMode`, `AddPrivateKey` and `RemovePrivateKey`.
//!
//! Encrypted assertions are not read here. What is said of them is kept and shown; of a key its id and its date.

use crate::iam::{limit_exceeded, no_such_entity};
use crate::protocol::{ApiError, Checks, Constraint, ErrorCode, Pattern};
use crate::service::Call;
use crate::world::{AssertionEncryption, PrivateKey, SamlProvider};

const PRIVATE_KEY: Constraint = Constraint { pattern: Some(&Pattern::POLICY), least: 1, most: 16_384 };
const KEY_ID: Constraint = Constraint { pattern: Some(&Pattern::PRIVATE_KEY_ID), least: 22, most: 64 };
const MOST_KEYS: usize = 2;

/// What a call says of encryption.
pub(super) struct Encryption<'p> {
    mode: Option<AssertionEncryption>,
    adds_key: bool,
    removed_key: Option<&'p str>,
}

impl<'p> Encryption<'p> {
    pub(super) fn read(checks: &mut Checks<'p>) -> Self {
        let choices = [("Required", AssertionEncryption::Required), ("Allowed", AssertionEncryption::Allowed)];
        let mode = checks.choice("AssertionEncryptionMode", &choices);
        let adds_key = checks.optional("AddPrivateKey", PRIVATE_KEY).is_some();
        Self { mode, adds_key, removed_key: checks.optional("RemovePrivateKey", KEY_ID) }
    }

    /// The provider with what the call says.
    pub(super) fn apply(&self, call: &Call<'_>, mut provider: SamlProvider) -> Result<SamlProvider, ApiError> {
        if let Some(id) = self.removed_key {
            let at = provider.private_keys.iter().position(|key| key.id == id);
            let absent = || no_such_entity(format!("The private key with id {id} cannot be found."));
            provider.private_keys.remove(at.ok_or_else(absent)?);
        }
        if self.adds_key {
            if provider.private_keys.len() >= MOST_KEYS {
                return Err(limit_exceeded(format!("Cannot exceed quota for PrivateKeysPerSAMLProvider: {MOST_KEYS}")));
            }
            let id = call.mint.request_id().replace('-', "").to_uppercase();
            provider.private_keys.push(PrivateKey { id, created: call.now.seconds() });
        }
        provider.assertion_encryption = self.mode.or(provider.assertion_encryption);
        if provider.assertion_encryption == Some(AssertionEncryption::Required) && provider.private_keys.is_empty() {
            let text = "A private key is required when the assertion encryption mode is Required.";
            return Err(ApiError::new(ErrorCode::InvalidInput, text));
        }
        Ok(provider)
    }
}

/// The mode as answers name it.
pub(super) fn name(mode: AssertionEncryption) -> &'static str {
    match mode {
        AssertionEncryption::Required => "Required",
        AssertionEncryption::Allowed => "Allowed",
    }
}
