//! Identity providers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct OidcProvider {
    /// The issuer without `https://`: the last part of the provider's ARN.
    pub url: String,
    /// The audiences that are accepted.
    pub client_ids: Vec<String>,
    /// Thumbprints of the issuer's certificate. They are kept and shown; nothing here reads certificates.
    pub thumbprints: Vec<String>,
    /// The issuer's keys, a JSON Web Key Set. Nothing is fetched: without them no token can be verified.
    pub jwks: Option<String>,
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// Tags, by key.
    pub tags: BTreeMap<String, String>,
}

/// A SAML provider.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SamlProvider {
    /// Its name.
    pub name: String,
    /// The provider's metadata, XML.
    pub metadata: String,
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// Tags, by key.
    pub tags: BTreeMap<String, String>,
    /// Whether assertions have to be encrypted; `None` when it was never said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion_encryption: Option<AssertionEncryption>,
    /// The private keys that assertions are encrypted for. The keys themselves are not kept: nothing here decrypts.
    pub private_keys: Vec<PrivateKey>,
}

/// Whether a provider's assertions have to be encrypted. It is kept and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssertionEncryption {
    /// They have to.
    Required,
    /// They may be.
    Allowed,
}

/// That a SAML provider has a private key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateKey {
    /// The id that IAM gave it.
    pub id: String,
    /// When it was added, in seconds since the epoch.
    pub created: i64,
}
