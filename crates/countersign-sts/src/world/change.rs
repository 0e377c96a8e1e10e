//! Every way a world changes. Writes, declarations, saved states and snapshots are lists of changes and nothing else.

use countersign_policy::account::AccountId;
use serde::{Deserialize, Serialize};

use super::names::{Edit, Named, Names};
use super::{
    AccessKey, Account, Group, InstanceProfile, ManagedPolicy, MfaDevice, OidcProvider, Organization, Policy, Role,
    SamlProvider, Settings, User, World,
};

/// A change of one whole thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Of an account as a whole. It is there from now on.
    Settings(AccountId, Settings),
    /// Of a user.
    User(AccountId, Edit<User>),
    /// Of a group.
    Group(AccountId, Edit<Group>),
    /// Of a role.
    Role(AccountId, Edit<Role>),
    /// Of a customer managed policy.
    Policy(AccountId, Edit<ManagedPolicy>),
    /// Of one of AWS's managed policies, by path and name: it can be attached from now on.
    AwsPolicy(AccountId, String, Policy),
    /// Of an instance profile.
    InstanceProfile(AccountId, Edit<InstanceProfile>),
    /// Of an OpenID Connect provider.
    OidcProvider(AccountId, Edit<OidcProvider>),
    /// Of a SAML provider.
    SamlProvider(AccountId, Edit<SamlProvider>),
    /// Of a virtual MFA device.
    MfaDevice(AccountId, Edit<MfaDevice>),
    /// Of an access key.
    AccessKey(Edit<AccessKey>),
    /// Of an organization.
    Organization(Edit<Organization>),
}

impl World {
    /// Makes a change. Whether it may be made was decided before.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Settings(account, settings) => self.account_mut(account).settings = settings,
            Change::User(account, edit) => self.account_mut(account).users.apply(edit),
            Change::Group(account, edit) => self.account_mut(account).groups.apply(edit),
            Change::Role(account, edit) => self.account_mut(account).roles.apply(edit),
            Change::Policy(account, edit) => self.account_mut(account).policies.apply(edit),
            Change::AwsPolicy(account, name, policy) => {
                self.account_mut(account).aws_policies.insert(name, policy);
            }
            Change::InstanceProfile(account, edit) => self.account_mut(account).instance_profiles.apply(edit),
            Change::OidcProvider(account, edit) => self.account_mut(account).oidc_providers.apply(edit),
            Change::SamlProvider(account, edit) => self.account_mut(account).saml_providers.apply(edit),
            Change::MfaDevice(account, edit) => self.account_mut(account).mfa_devices.apply(edit),
            Change::AccessKey(edit) => self.access_keys.apply(edit),
            Change::Organization(edit) => self.organizations.apply(edit),
        }
    }

    /// The changes that make an empty world this one.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, account) in &self.accounts {
            let Account { settings, users, groups, roles, policies, instance_profiles, .. } = account;
            let Account { oidc_providers, saml_providers, mfa_devices, aws_policies, .. } = account;
            changes.push(Change::Settings(*id, settings.clone()));
            put_all(&mut changes, policies, |edit| Change::Policy(*id, edit));
            let of_aws = aws_policies.iter().map(|(name, policy)| Change::AwsPolicy(*id, name.clone(), policy.clone()));
            changes.extend(of_aws);
            put_all(&mut changes, groups, |edit| Change::Group(*id, edit));
            put_all(&mut changes, users, |edit| Change::User(*id, edit));
            put_all(&mut changes, roles, |edit| Change::Role(*id, edit));
            put_all(&mut changes, instance_profiles, |edit| Change::InstanceProfile(*id, edit));
            put_all(&mut changes, oidc_providers, |edit| Change::OidcProvider(*id, edit));
            put_all(&mut changes, saml_providers, |edit| Change::SamlProvider(*id, edit));
            put_all(&mut changes, mfa_devices, |edit| Change::MfaDevice(*id, edit));
        }
        put_all(&mut changes, &self.access_keys, Change::AccessKey);
        put_all(&mut changes, &self.organizations, Change::Organization);
        changes
    }

    fn account_mut(&mut self, account: AccountId) -> &mut Account {
        self.accounts.entry(account).or_default()
    }
}

fn put_all<T: Named + Clone>(changes: &mut Vec<Change>, things: &Names<T>, change: impl Fn(Edit<T>) -> Change) {
    changes.extend(things.iter().map(|thing| change(Edit::put(thing.clone()))));
}
