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
}
