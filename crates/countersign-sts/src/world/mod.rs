//! What exists: accounts with their users, roles and keys. A world is a value; nothing in it knows of HTTP.

mod access_key;
mod declaration;
mod mfa_device;
mod mint;
mod principal;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::document::PolicyDocument;

pub use access_key::{AccessKey, KeyOwner, KeyStatus};
pub use declaration::DeclarationError;
pub use mfa_device::MfaDevice;
pub(crate) use mint::{Mint, account_in, uuid};
pub(crate) use principal::Principal;

/// How long sessions of a role last at most, unless it says otherwise.
pub const DEFAULT_MAX_SESSION_DURATION: u32 = 3600;

/// AWS's managed policy of full access, which needs no declaration.
const ADMINISTRATOR_ACCESS: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

static FULL_ACCESS: LazyLock<PolicyDocument> = LazyLock::new(|| {
    PolicyDocument::parse(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#)
});

/// Every account the endpoint knows.
#[derive(Debug, Clone, Default)]
pub struct World {
    accounts: BTreeMap<AccountId, Account>,
    access_keys: BTreeMap<String, AccessKey>,
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

/// An account.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// Users by name.
    pub users: BTreeMap<String, User>,
    /// Roles by name.
    pub roles: BTreeMap<String, Role>,
    /// Customer managed policies by ARN.
    pub managed_policies: BTreeMap<String, PolicyDocument>,
}

impl Default for Account {
    /// An empty account of the commercial partition.
    fn default() -> Self {
        Self {
            partition: "aws".into(),
            users: BTreeMap::new(),
            roles: BTreeMap::new(),
            managed_policies: BTreeMap::new(),
        }
    }
}

/// What users and roles have in common: where they are, and what they may do.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entity {
    /// `/`, or `/a/b/`.
    pub path: String,
    /// `AIDA…` or `AROA…`.
    pub id: String,
    /// Tags, by key.
    pub tags: BTreeMap<String, String>,
    /// Identity policies, inline and attached alike.
    pub policies: Vec<PolicyDocument>,
    /// The permissions boundary.
    pub boundary: Option<PolicyDocument>,
}

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct User {
    /// Where it is and what it may do.
    pub entity: Entity,
    /// Its virtual MFA devices.
    pub mfa_devices: Vec<MfaDevice>,
}

/// An IAM role.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Where it is and what it may do.
    pub entity: Entity,
    /// Who may assume it.
    pub trust_policy: PolicyDocument,
    /// In seconds.
    pub max_session_duration: u32,
}

impl World {
    /// A world without accounts.
    #[must_use]
    pub fn new(strictness: Strictness) -> Self {
        Self { strictness, ..Self::default() }
    }

    /// The account, made when it is not there.
    pub fn account_mut(&mut self, account: AccountId) -> &mut Account {
        self.accounts.entry(account).or_default()
    }

    /// The account, when it is there.
    #[must_use]
    pub fn account(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(&account)
    }

    /// Adds an access key, or replaces the one of that id.
    pub fn add_access_key(&mut self, id: impl Into<String>, key: AccessKey) {
        self.access_keys.insert(id.into(), key);
    }

    /// The role of exactly this ARN.
    #[must_use]
    pub fn role(&self, arn: &str) -> Option<&Role> {
        let parsed = Arn::parse(arn)?;
        let account = self.account(parsed.account_id()?)?;
        let (kind, _, name) = parsed.kind_path_name()?;
        let role = account.roles.get(name)?;
        let own = entity_arn(&account.partition, parsed.account, "role", &role.entity.path, name);
        (kind == "role" && own == arn).then_some(role)
    }

    /// A managed policy that `account` can use.
    pub(crate) fn managed_policy(&self, account: AccountId, arn: &str) -> Option<&PolicyDocument> {
        if arn == ADMINISTRATOR_ACCESS {
            return Some(&FULL_ACCESS);
        }
        self.account(account)?.managed_policies.get(arn)
    }

    fn partition(&self, account: AccountId) -> &str {
        self.account(account).map_or("aws", |account| &account.partition)
    }
}

/// The ARN of a user or role.
fn entity_arn(partition: &str, account: &str, kind: &str, path: &str, name: &str) -> String {
    format!("arn:{partition}:iam::{account}:{kind}{path}{name}")
}
