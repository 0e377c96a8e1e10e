//! The other side of a trust policy: a configuration that assumes roles, and the ExternalId that it sends or not.

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::document::{Span, Text};
use countersign_policy::prove::Deputy;

use crate::examine::Options;
use crate::source::SourceMap;

/// A place that assumes a role: a profile, a provider, a backend.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What messages call it: "profile `audit`".
    pub name: String,
    /// The ARN of the role.
    pub role: Text,
    /// The ExternalId it sends, if it sends one.
    pub external_id: Option<Text>,
    /// Where the role is named.
    pub span: Span,
    /// Where the span points to.
    pub sources: SourceMap,
}

/// A caller with what is known of the role's account.
#[derive(Debug, Clone)]
pub struct ExaminedCaller {
    /// The caller.
    pub caller: Caller,
    /// Whose the role is.
    pub owner: Owner,
}

/// Whose a role is that somebody assumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The user.
    Own,
    /// Somebody else, whose name may be known.
    ThirdParty {
        /// Their account.
        account: AccountId,
        /// Their name, in brackets and with a blank before it, or nothing.
        name: String,
    },
    /// The account is not in the input.
    NotInInput,
}

/// Finds out whose the role is.
#[must_use]
pub fn examine(caller: Caller, options: &Options) -> ExaminedCaller {
    let arn = caller.role.known().and_then(Arn::parse);
    let partition = arn.map_or("aws", |arn| arn.partition).to_owned();
    let owner = match arn.and_then(|arn| arn.account_id()) {
        Some(account) if options.account == Some(account) || options.own_accounts.contains(&account) => Owner::Own,
        Some(account) => {
            let deputy = Deputy::Account { spelled: account.to_string(), account, partition };
            Owner::ThirdParty { account, name: options.third_parties.name_in_brackets(&deputy) }
        }
        None => Owner::NotInInput,
    };
    ExaminedCaller { caller, owner }
}
