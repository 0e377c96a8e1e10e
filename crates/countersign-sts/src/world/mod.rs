//! What exists: organizations, accounts, and what IAM keeps in them. A world is a value; nothing in it knows of HTTP.
//!
//! Nothing is changed in place: every change is a [`Change`], so that what is declared, written, saved and reset has one
//! form.

mod access_key;
mod account;
mod change;
mod declaration;
mod entity;
mod managed_policy;
mod mfa_device;
mod mint;
mod names;
mod organization;
mod policy;
mod policy_text;
mod principal;
mod provider;
mod trust;

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::document::PolicyDocument;

pub use access_key::{AccessKey, KeyOwner, KeyStatus};
pub use account::{Account, PasswordPolicy, Settings, Switch};
pub use change::Change;
pub use declaration::{DeclarationError, Notation};
pub use entity::{DEFAULT_MAX_SESSION_DURATION, Entity, Group, InstanceProfile, LoginProfile, Role, User};
pub(crate) use managed_policy::aws_policy_id;
pub use managed_policy::{ManagedPolicy, PolicyVersion};
pub use mfa_device::MfaDevice;
pub(crate) use mfa_device::ShownCode;
pub(crate) use mint::{Mint, account_in, uuid};
pub use names::{Edit, Named, Names};
pub use organization::{FullAccess, Guardrails, Member, Organization, Unit};
pub use policy::Policy;
pub(crate) use principal::Principal;
pub use provider::{AssertionEncryption, OidcProvider, PrivateKey, SamlProvider};

/// Every account the endpoint knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct World {
    accounts: BTreeMap<AccountId, Account>,
    access_keys: Names<AccessKey>,
    organizations: Names<Organization>,
    strictness: Strictness,
}

/// Whether undeclared credentials work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// An access key id of twelve digits with the secret `test` is the user `admin` of that account, as users of other
    /// emulators expect.
    #[default]
    OutOfTheBox,
    /// Only declared access keys work.
    Strict,
}

impl World {
    /// A world without accounts.
    #[must_use]
    pub fn new(strictness: Strictness) -> Self {
        Self { strictness, ..Self::default() }
    }

    /// Whether undeclared credentials work.
    #[must_use]
    pub fn strictness(&self) -> Strictness {
        self.strictness
    }

    /// The account, when there is anything in it.
    #[must_use]
    pub fn account(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(&account)
    }

    /// Whether an account has this alias, which no two have.
    pub(crate) fn has_alias(&self, alias: &str) -> bool {
        self.accounts.values().any(|account| account.settings.alias.as_deref() == Some(alias))
    }

    /// The role of exactly this ARN.
    #[must_use]
    pub fn role(&self, arn: &str) -> Option<&Role> {
        let parsed = Arn::parse(arn)?;
        let account = self.account(parsed.account_id()?)?;
        let (_, _, name) = parsed.kind_path_name()?;
        let role = account.roles.get(name)?;
        let own = parsed.partition == account.settings.partition && parsed.service == "iam" && parsed.region.is_empty();
        (own && is_resource(parsed.resource, "role", &role.entity.path, &role.entity.name)).then_some(role)
    }

    /// The document of a managed policy that `account` can use: one of its own, or one of AWS's.
    pub(crate) fn managed_policy(&self, account: AccountId, arn: &str) -> Option<&Policy> {
        let parsed = Arn::parse(arn)?;
        let path_and_name = parsed.resource.strip_prefix("policy/")?;
        if parsed.service != "iam" || parsed.partition != self.partition(account) || !parsed.region.is_empty() {
            return None;
        }
        let own = self.account(account);
        if parsed.account == "aws" {
            return self.aws_policy(account, path_and_name);
        }
        let (_, _, name) = parsed.kind_path_name()?;
        let policy = own?.policies.get(name)?;
        let is_its = is_resource(parsed.resource, "policy", &policy.path, &policy.name);
        policy.current().filter(|_| is_its && parsed.account_id() == Some(account))
    }

    /// What the policies on a user, role or group say: inline ones, then managed ones.
    fn identity_policies(&self, account: AccountId, entity: &Entity) -> Vec<Arc<PolicyDocument>> {
        let managed = entity.attached.iter().filter_map(|arn| self.managed_policy(account, arn));
        entity.inline.values().chain(managed).map(|policy| Arc::clone(policy.document())).collect()
    }

    pub(crate) fn partition(&self, account: AccountId) -> &str {
        self.account(account).map_or("aws", |account| &account.settings.partition)
    }
}

/// Whether the last segment of an ARN is exactly that of an entity: `role//R` is not `role/R`, and a policy that denies the
/// one says nothing of the other.
fn is_resource(resource: &str, kind: &str, path: &str, name: &str) -> bool {
    let path_and_name = resource.strip_prefix(kind);
    path_and_name.and_then(|rest| rest.strip_prefix(path)) == Some(name)
}

/// The ARN of something in IAM: `arn:aws:iam::111122223333:role/a/R`.
pub(crate) fn entity_arn(partition: &str, account: AccountId, kind: &str, path: &str, name: &str) -> String {
    format!("arn:{partition}:iam::{account}:{kind}{path}{name}")
}
