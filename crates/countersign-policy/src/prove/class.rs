//! Classes of caller that a trust policy cannot tell apart by its principals.
//!
//! Within a class only conditions distinguish callers, so whether a statement's principal covers the class is a fixed
//! yes or no, and the rest of the proof is about context keys.

use std::collections::BTreeSet;
use std::fmt;

use crate::account::{AccountId, account_ids_in};
use crate::document::PolicyDocument;
use crate::evaluate::{Policy, Principal};
use crate::request::Caller;
use crate::request::caller::Home;

/// A class of caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerClass {
    /// A user, role, role session or federated user that the policy names.
    Named(Principal),
    /// The users and roles of an account that the policy does not name.
    Account {
        /// Their partition.
        partition: String,
        /// Their account.
        account: AccountId,
    },
    /// The users and roles of accounts that are neither own nor mentioned.
    AnyAccount {
        /// Their partition.
        partition: String,
    },
    /// The users and roles of unmentioned accounts inside an organization that conditions name.
    Organization {
        /// Their partition.
        partition: String,
        /// The organization's id.
        organization: String,
    },
    /// An AWS service.
    Service(String),
    /// An identity provider.
    Federated(String),
}

/// What a caller of a class looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shape {
    RoleSession,
    User,
    FederatedUser,
    Service,
    Federated,
}

impl CallerClass {
    /// The shapes callers of the class can have, the usual one first.
    pub(crate) fn shapes(&self) -> &'static [Shape] {
        match self {
            Self::Named(Principal::User(_)) => &[Shape::User],
            Self::Named(Principal::FederatedUser(_)) => &[Shape::FederatedUser],
            Self::Named(_) => &[Shape::RoleSession],
            Self::Account { .. } | Self::AnyAccount { .. } | Self::Organization { .. } => {
                &[Shape::RoleSession, Shape::User, Shape::FederatedUser]
            }
            Self::Service(_) => &[Shape::Service],
            Self::Federated(_) => &[Shape::Federated],
        }
    }

    /// The account, where the class fixes it.
    pub(crate) fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account { account, .. } | Self::Named(Principal::Role { account, .. }) => Some(*account),
            Self::Named(Principal::User(arn) | Principal::RoleSession(arn) | Principal::FederatedUser(arn)) => {
                crate::arn::Arn::parse(arn)?.account_id()
            }
            Self::Named(_)
            | Self::AnyAccount { .. }
            | Self::Organization { .. }
            | Self::Service(_)
            | Self::Federated(_) => None,
        }
    }

    pub(crate) fn partition(&self) -> &str {
        match self {
            Self::Account { partition, .. } | Self::AnyAccount { partition } | Self::Organization { partition, .. } => {
                partition
            }
            Self::Named(Principal::Role { partition, .. }) => partition,
            Self::Named(Principal::User(arn) | Principal::RoleSession(arn) | Principal::FederatedUser(arn)) => {
                arn.split(':').nth(1).unwrap_or("aws")
            }
            Self::Named(_) | Self::Service(_) | Self::Federated(_) => "aws",
        }
    }

    /// A caller that stands for the class in principal matching. Unnamed callers get a name no principal can have.
    pub(crate) fn representative(&self, shape: Shape, mentioned: &BTreeSet<AccountId>) -> Caller {
        let home = || Home {
            partition: self.partition().to_owned(),
            account: self.account().unwrap_or_else(|| unmentioned_account(mentioned)),
        };
        let parse = |arn: &str| Caller::parse(arn).unwrap_or_else(|_| Caller::anonymous());
        match self {
            Self::Named(Principal::User(arn) | Principal::FederatedUser(arn) | Principal::RoleSession(arn)) => {
                parse(arn)
            }
            Self::Named(Principal::Role { path, name, .. }) => Caller::role_session(&home(), path, name, "?"),
            Self::Named(_) => Caller::anonymous(),
            Self::Account { .. } | Self::AnyAccount { .. } | Self::Organization { .. } => {
                let Home { partition, account } = home();
                match shape {
                    Shape::User => parse(&format!("arn:{partition}:iam::{account}:user/?")),
                    Shape::FederatedUser => parse(&format!("arn:{partition}:sts::{account}:federated-user/?")),
                    Shape::RoleSession | Shape::Service | Shape::Federated => {
                        Caller::role_session(&home(), "", "?", "?")
                    }
                }
            }
            Self::Service(name) => Caller::service(name),
            Self::Federated(provider) => Caller::federated(provider),
        }
    }
}

impl fmt::Display for CallerClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(principal) => f.write_str(&principal_text(principal)),
            Self::Account { partition, account } => write!(f, "arn:{partition}:iam::{account}:root"),
            Self::AnyAccount { .. } => f.write_str("*"),
            Self::Organization { organization, .. } => f.write_str(organization),
            Self::Service(name) | Self::Federated(name) => f.write_str(name),
        }
    }
}

/// A principal as a policy would spell it.
#[must_use]
pub fn principal_text(principal: &Principal) -> String {
    match principal {
        Principal::Everyone | Principal::AwsStar => "*".to_owned(),
        Principal::Account { partition: None, account } => account.to_string(),
        Principal::Account { partition: Some(partition), account } => format!("arn:{partition}:iam::{account}:root"),
        Principal::Role { partition, account, path, name } => {
            let slash = if path.is_empty() { "" } else { "/" };
            format!("arn:{partition}:iam::{account}:role/{path}{slash}{name}")
        }
        Principal::User(text)
        | Principal::RoleSession(text)
        | Principal::FederatedUser(text)
        | Principal::Service(text)
        | Principal::Federated(text)
        | Principal::UniqueId(text) => text.clone(),
        Principal::Invalid(_) => String::new(),
    }
}

/// The partition of a role whose ARN is not known: that of the first principal that has one (rule P14).
#[must_use]
pub fn partition_of(document: &PolicyDocument) -> &str {
    let elements = document.statements.iter().flat_map(|statement| &statement.principals);
    let mut entries = elements.flat_map(|element| &element.entries);
    let partition = |text: &'_ str| -> Option<&'static str> {
        let written = text.strip_prefix("arn:")?.split(':').next()?;
        crate::account::PARTITIONS.iter().copied().find(|known| *known == written)
    };
    entries.find_map(|entry| partition(entry.value.lossy())).unwrap_or("aws")
}

/// Every account id a policy mentions, in principals and condition values.
pub(crate) fn mentioned_accounts(document: &PolicyDocument) -> BTreeSet<AccountId> {
    let statements = document.statements.iter();
    let principals =
        statements.clone().flat_map(|statement| &statement.principals).flat_map(|element| &element.entries);
    let values = statements.flat_map(|statement| &statement.conditions).flat_map(|entry| &entry.values);
    principals
        .map(|entry| entry.value.lossy())
        .chain(values.map(|value| value.value.lossy()))
        .flat_map(account_ids_in)
        .collect()
}

/// Users, roles and sessions the policy names as principals.
pub(crate) fn named_principals(policy: &Policy) -> Vec<Principal> {
    let entries = policy.statements.iter().flat_map(|statement| &statement.principals).flat_map(|(_, entries)| entries);
    let mut named: Vec<Principal> = Vec::new();
    for entry in entries {
        let is_named = matches!(
            entry,
            Principal::Role { .. } | Principal::User(_) | Principal::RoleSession(_) | Principal::FederatedUser(_)
        );
        if is_named && !named.contains(entry) {
            named.push(entry.clone());
        }
    }
    named
}

/// An account id that is not in `mentioned`.
pub(crate) fn unmentioned_account(mentioned: &BTreeSet<AccountId>) -> AccountId {
    let mut number: u64 = 444_455_556_666;
    loop {
        if let Ok(account) = format!("{:012}", number % 1_000_000_000_000).parse::<AccountId>()
            && !mentioned.contains(&account)
        {
            return account;
        }
        number += 1;
    }
}
