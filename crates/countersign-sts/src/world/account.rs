//! An account and what IAM keeps in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::{Named, Names};
use super::{Group, InstanceProfile, ManagedPolicy, MfaDevice, OidcProvider, Policy, Role, SamlProvider, User};

/// An account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    /// What is true of the account as a whole.
    pub settings: Settings,
    /// Its users.
    pub users: Names<User>,
    /// Its groups.
    pub groups: Names<Group>,
    /// Its roles.
    pub roles: Names<Role>,
    /// Its customer managed policies, whose names are unique whatever their paths.
    pub policies: Names<ManagedPolicy>,
    /// Its instance profiles.
    pub instance_profiles: Names<InstanceProfile>,
    /// Its OpenID Connect providers, by their URLs without the scheme.
    pub oidc_providers: Names<OidcProvider>,
    /// Its SAML providers.
    pub saml_providers: Names<SamlProvider>,
    /// Its virtual MFA devices, by serial number.
    pub mfa_devices: Names<MfaDevice>,
    /// What it can attach of AWS's managed policies besides those that need no declaration, by path and name.
    pub aws_policies: BTreeMap<String, Policy>,
}

/// What is true of an account as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// The name that its sign-in page has in place of the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// What passwords of its users have to be; AWS's default when it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicy>,
    /// Whether its principals get web identity tokens from STS.
    pub outbound_web_identity_federation: Switch,
    /// Regions in which STS is off for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disabled_regions: Vec<String>,
}

/// Whether a feature of an account or an organization is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// It is not, as AWS has it until somebody enables it.
    #[default]
    Off,
    /// It is.
    On,
}

/// What passwords of users have to be. It is kept and shown, and asked when a password is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "they are AWS's own switches")]
pub struct PasswordPolicy {
    /// In characters.
    pub minimum_length: u32,
    /// At least one character that is neither letter nor digit.
    pub require_symbols: bool,
    /// At least one digit.
    pub require_numbers: bool,
    /// At least one of `A` to `Z`.
    pub require_uppercase: bool,
    /// At least one of `a` to `z`.
    pub require_lowercase: bool,
    /// Whether users may change their own.
    pub users_may_change: bool,
    /// In days; `None` when passwords do not expire.
    pub max_age: Option<u32>,
    /// How many earlier ones may not be used again.
    pub reuse_prevention: Option<u32>,
    /// Whether an expired one can only be replaced by an administrator.
    pub hard_expiry: Option<bool>,
}

impl Default for Settings {
    /// An account of the commercial partition, without an alias.
    fn default() -> Self {
        Self {
            partition: "aws".to_owned(),
            alias: None,
            password_policy: None,
            outbound_web_identity_federation: Switch::Off,
            disabled_regions: Vec::new(),
        }
    }
}

/// What users, groups, roles, policies and instance profiles have in common.
macro_rules! named_by {
    ($($kind:ty => $($field:ident).+;)*) => {
        $(impl Named for $kind {
            fn name(&self) -> &str {
                &self.$($field).+
            }
        })*
    };
}

named_by! {
    User => entity.name;
    Group => entity.name;
    Role => entity.name;
    ManagedPolicy => name;
    InstanceProfile => name;
    OidcProvider => url;
    SamlProvider => name;
    MfaDevice => serial_number;
}
