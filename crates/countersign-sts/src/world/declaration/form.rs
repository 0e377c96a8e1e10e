//! The form of a declared world.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::world::policy_text::PolicyText;
use crate::world::{Organization, Policy, Switch};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    #[serde(default)]
    pub(super) accounts: BTreeMap<String, DeclaredAccount>,
    #[serde(default)]
    pub(super) organizations: BTreeMap<String, Organization>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DeclaredAccount {
    #[serde(default = "commercial")]
    pub(super) partition: String,
    pub(super) alias: Option<String>,
    #[serde(default)]
    pub(super) outbound_web_identity_federation: Switch,
    #[serde(default)]
    pub(super) disabled_regions: Vec<String>,
    #[serde(default)]
    pub(super) root_keys: Vec<DeclaredKey>,
    #[serde(default)]
    pub(super) users: BTreeMap<String, DeclaredUser>,
    #[serde(default)]
    pub(super) groups: BTreeMap<String, DeclaredGroup>,
    #[serde(default)]
    pub(super) roles: BTreeMap<String, DeclaredRole>,
    /// By ARN.
    #[serde(default)]
    pub(super) managed_policies: BTreeMap<String, Policy>,
    #[serde(default)]
    pub(super) instance_profiles: BTreeMap<String, DeclaredInstanceProfile>,
    /// By issuer, with or without `https://`.
    #[serde(default)]
    pub(super) oidc_providers: BTreeMap<String, DeclaredOidcProvider>,
    #[serde(default)]
    pub(super) saml_providers: BTreeMap<String, DeclaredSamlProvider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclaredKey {
    pub(super) id: String,
    pub(super) secret: String,
    #[serde(default)]
    pub(super) inactive: bool,
}

/// What users, groups and roles have in common.
pub(super) struct DeclaredEntity {
    pub(super) path: String,
    pub(super) id: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) policies: Policies,
    pub(super) attached: Vec<String>,
    pub(super) boundary: Option<Boundary>,
}

/// serde cannot flatten one struct into another and refuse unknown members at once.
macro_rules! with_entity {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])*
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct $name {
            #[serde(default = "root_path")]
            path: String,
            id: Option<String>,
            #[serde(default)]
            tags: BTreeMap<String, String>,
            #[serde(default)]
            policies: Policies,
            #[serde(default)]
            attached: Vec<String>,
            boundary: Option<Boundary>,
            $($(#[$attribute])* pub(super) $field: $type,)*
        }

        impl $name {
            pub(super) fn take_entity(&mut self) -> DeclaredEntity {
                DeclaredEntity {
                    path: std::mem::take(&mut self.path),
                    id: self.id.take(),
                    tags: std::mem::take(&mut self.tags),
                    policies: std::mem::take(&mut self.policies),
                    attached: std::mem::take(&mut self.attached),
                    boundary: self.boundary.take(),
                }
            }
        }
    };
}

with_entity! {
    DeclaredUser {
        #[serde(default)]
        groups: Vec<String>,
        #[serde(default)]
        keys: Vec<DeclaredKey>,
        #[serde(default)]
        mfa_devices: Vec<DeclaredDevice>,
    }
}

with_entity! {
    DeclaredGroup {}
}

with_entity! {
    DeclaredRole {
        trust_policy: Policy,
        description: Option<String>,
        max_session_duration: Option<u32>,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DeclaredDevice {
    pub(super) serial_number: String,
    /// In base32, as authenticator apps take it.
    pub(super) seed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclaredInstanceProfile {
    #[serde(default = "root_path")]
    pub(super) path: String,
    pub(super) role: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DeclaredOidcProvider {
    #[serde(default)]
    pub(super) client_ids: Vec<String>,
    #[serde(default)]
    pub(super) thumbprints: Vec<String>,
    /// As an object, or as its text.
    pub(super) jwks: Option<PolicyText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclaredSamlProvider {
    pub(super) metadata: String,
}

/// A boundary: the ARN of a managed policy, or a policy that becomes one.
pub(super) enum Boundary {
    Arn(String),
    Document(Policy),
}

impl<'de> Deserialize<'de> for Boundary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PolicyText(text) = PolicyText::deserialize(deserializer)?;
        Ok(if text.starts_with("arn:") { Self::Arn(text) } else { Self::Document(Policy::new(&text)) })
    }
}

/// Inline policies by name. A list has no names to give: `policy-1`, `policy-2`, …
#[derive(Default)]
pub(super) struct Policies(pub(super) Vec<(String, Policy)>);

impl<'de> Deserialize<'de> for Policies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListOrMap)
    }
}

struct ListOrMap;

impl<'de> Visitor<'de> for ListOrMap {
    type Value = Policies;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("policies by name, or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Policies, A::Error> {
        let mut policies = Vec::new();
        while let Some(policy) = values.next_element()? {
            policies.push((format!("policy-{}", policies.len() + 1), policy));
        }
        Ok(Policies(policies))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Policies, A::Error> {
        let mut policies = Vec::new();
        while let Some(member) = members.next_entry()? {
            policies.push(member);
        }
        Ok(Policies(policies))
    }
}

fn commercial() -> String {
    "aws".to_owned()
}

fn root_path() -> String {
    "/".to_owned()
}
