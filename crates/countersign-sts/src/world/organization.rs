//! Organizations: which accounts belong together, and the guardrails over them.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_policy::account::AccountId;
use countersign_policy::document::PolicyDocument;
use serde::{Deserialize, Serialize};

use super::names::Named;
use super::policy::FULL_ACCESS;
use super::{Policy, Switch, World};

/// An organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Organization {
    /// `o-…`.
    #[serde(default)]
    pub id: String,
    /// The account that pays, which no guardrail binds.
    pub management_account: AccountId,
    /// The id of the root, `r-…`.
    pub root: String,
    /// Guardrails on the root.
    #[serde(default)]
    pub guardrails: Guardrails,
    /// Organizational units by id.
    #[serde(default)]
    pub units: BTreeMap<String, Unit>,
    /// The member accounts.
    #[serde(default)]
    pub accounts: BTreeMap<AccountId, Member>,
    /// Whether the credentials of members' root users are managed for them. It is kept and shown.
    #[serde(default)]
    pub root_credentials_management: Switch,
    /// Whether members can have their root users assumed.
    #[serde(default)]
    pub root_sessions: Switch,
    /// Members that administer IAM for the organization beside its management account.
    #[serde(default)]
    pub iam_administrators: Vec<AccountId>,
}

/// Policies that are attached to one root, unit or account. AWS's own full-access policies are there besides them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Guardrails {
    /// Service control policies.
    pub scps: Vec<Policy>,
    /// Resource control policies.
    pub rcps: Vec<Policy>,
    /// Whether AWS's `FullAWSAccess` was detached, so that the SCPs have to allow what is allowed.
    pub full_access: FullAccess,
}

/// Whether `FullAWSAccess` is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FullAccess {
    /// It is, as AWS attaches it everywhere.
    #[default]
    Attached,
    /// It is not.
    Detached,
}

/// An organizational unit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Unit {
    /// The unit it is in; absent in the root.
    pub parent: Option<String>,
    /// Its guardrails.
    pub guardrails: Guardrails,
}

/// A member account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Member {
    /// The unit it is in; absent in the root.
    pub unit: Option<String>,
    /// The guardrails of the account itself.
    pub guardrails: Guardrails,
}

impl Named for Organization {
    fn name(&self) -> &str {
        &self.id
    }
}

impl Guardrails {
    fn service_control(&self) -> Vec<Arc<PolicyDocument>> {
        let full = match self.full_access {
            FullAccess::Attached => Some(&*FULL_ACCESS),
            FullAccess::Detached => None,
        };
        full.into_iter().chain(&self.scps).map(|policy| Arc::clone(policy.document())).collect()
    }

    fn resource_control(&self) -> Vec<Arc<PolicyDocument>> {
        self.rcps.iter().map(|policy| Arc::clone(policy.document())).collect()
    }
}

impl Organization {
    /// Whether an account administers IAM for all of them.
    pub(crate) fn administers_iam(&self, account: AccountId) -> bool {
        self.management_account == account || self.iam_administrators.contains(&account)
    }

    /// The units an account is in, from the root down. Units that contain each other end the list.
    fn units_of(&self, member: &Member) -> Vec<(&str, &Unit)> {
        let mut units = Vec::new();
        let mut next = member.unit.as_deref();
        while let Some((id, unit)) = next.and_then(|id| self.units.get_key_value(id)) {
            if units.len() > self.units.len() {
                break;
            }
            units.push((id.as_str(), unit));
            next = unit.parent.as_deref();
        }
        units.reverse();
        units
    }

    /// The guardrails over an account, one list a level. Nothing binds the management account.
    fn levels(&self, account: AccountId) -> Vec<&Guardrails> {
        match self.accounts.get(&account) {
            Some(member) if account != self.management_account => {
                let units = self.units_of(member).into_iter().map(|(_, unit)| &unit.guardrails);
                std::iter::once(&self.guardrails).chain(units).chain([&member.guardrails]).collect()
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// `o-…/r-…/ou-…/`: where the account is.
    fn path(&self, account: AccountId) -> String {
        let units = self.accounts.get(&account).map(|member| self.units_of(member)).unwrap_or_default();
        let ids = [self.id.as_str(), &self.root].into_iter().chain(units.into_iter().map(|(id, _)| id));
        ids.flat_map(|id| [id, "/"]).collect()
    }
}

/// Where an account stands in its organization.
pub(crate) struct Membership<'w> {
    pub(crate) organization: &'w Organization,
    /// `aws:PrincipalOrgPaths` and `aws:ResourceOrgPaths`.
    pub(crate) path: String,
}

impl World {
    /// The organization of an account.
    pub(crate) fn membership(&self, account: AccountId) -> Option<Membership<'_>> {
        let belongs = |organization: &&Organization| {
            organization.management_account == account || organization.accounts.contains_key(&account)
        };
        let organization = self.organizations.iter().find(belongs)?;
        Some(Membership { organization, path: organization.path(account) })
    }

    /// SCPs over an account, one list a level.
    pub(crate) fn service_control(&self, account: AccountId) -> Vec<Vec<Arc<PolicyDocument>>> {
        let levels = self.membership(account).map(|of| of.organization.levels(account)).unwrap_or_default();
        levels.into_iter().map(Guardrails::service_control).collect()
    }

    /// RCPs over an account, one list a level.
    pub(crate) fn resource_control(&self, account: AccountId) -> Vec<Vec<Arc<PolicyDocument>>> {
        let levels = self.membership(account).map(|of| of.organization.levels(account)).unwrap_or_default();
        levels.into_iter().map(Guardrails::resource_control).collect()
    }
}
