//! `countersign.toml`: what the user says about their accounts, the third parties they know, and what reports leave out.
//!
//! Configuration never makes an open role a silent one. A known partner and an allowed vendor are third parties still: a
//! role that lets them in without an ExternalId stays `open` and has its finding, which names them. Only a disabled audit,
//! with its reason, and the minimum severity and confidence hold findings back, and reports count those.

mod given;
mod read;
mod start;
mod toml;

pub use read::read;
pub use start::start;
pub(crate) use toml::parse as parse_toml;

use std::collections::BTreeSet;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::assumptions::Assumptions;
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::evaluate::Principal;
use countersign_policy::prove::Deputy;

use crate::finding::{Confidence, Severity};
use crate::input::Given;
use crate::role::Role;

/// The name of the file, which is looked for from the audited path upwards.
pub const FILE_NAME: &str = "countersign.toml";

/// What the user says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Accounts of the user's.
    pub own_accounts: BTreeSet<AccountId>,
    /// Organizations of the user's.
    pub own_organizations: BTreeSet<String>,
    /// Known third parties, those left out that expired.
    pub partners: Vec<Partner>,
    /// Who may be let in by which roles.
    pub roles: Vec<RoleRule>,
    /// Findings below it are held back.
    pub min_severity: Option<Severity>,
    /// Findings below it are held back.
    pub min_confidence: Option<Confidence>,
    /// Audits that are switched off.
    pub disabled: Vec<Disabled>,
    /// Readings of what AWS leaves open.
    pub assumptions: Assumptions,
    /// Values for what templates leave open.
    pub given: Given,
}

/// A third party the user knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// What reports call it.
    pub name: String,
    /// Who it is.
    pub party: Party,
    /// The last day it counts, `YYYY-MM-DD` in UTC.
    pub expires: String,
    /// Why it is known.
    pub reason: String,
    /// Whom it works for.
    pub customers: Customers,
}

/// Whom a third party works for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Customers {
    /// For others too: it can be tricked into using one customer's role for another.
    Many,
    /// For the user alone, as the user says. There is nobody who could trick it.
    OnlyUs,
}

/// Accounts, or one role of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// Everybody in these accounts.
    Accounts(BTreeSet<AccountId>),
    /// The sessions of the role with this ARN.
    Role(String),
}

impl Party {
    /// Whether the deputy is this party, or part of it.
    #[must_use]
    pub fn covers(&self, deputy: &Deputy) -> bool {
        match (self, deputy) {
            (Self::Accounts(accounts), _) => deputy.account().is_some_and(|account| accounts.contains(&account)),
            (Self::Role(arn), Deputy::Principal(Principal::Role { .. })) => deputy.name() == *arn,
            (Self::Role(arn), Deputy::Principal(Principal::RoleSession(session))) => is_session_of(session, arn),
            (Self::Role(_), _) => false,
        }
    }
}

/// `arn:aws:sts::1…:assumed-role/Name/session` is one of `arn:aws:iam::1…:role/path/Name`.
fn is_session_of(session: &str, role: &str) -> bool {
    let (Some(session), Some(role)) = (Arn::parse(session), Arn::parse(role)) else { return false };
    let name_of_session = session.resource.split('/').nth(1);
    let same_account = session.account_id() == role.account_id() && session.account_id().is_some();
    same_account && session.partition == role.partition && name_of_session == role.resource.rsplit('/').next()
}

/// The third parties that a role may let in, and no others.
#[derive(Debug, Clone)]
pub struct RoleRule {
    /// The roles.
    pub name: RolePattern,
    /// Those allowed.
    pub vendors: Vec<Party>,
}

/// A role's name, address or ARN; `*` stands for anything, `?` for one character.
#[derive(Debug, Clone)]
pub struct RolePattern(Template);

impl RolePattern {
    /// The pattern as it is written.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Template::compile(text, Wildcards::Match, Variables::Literal))
    }

    /// Whether the role is meant.
    #[must_use]
    pub fn matches(&self, role: &Role) -> bool {
        self.matches_text(&role.name) || role.arn.as_deref().is_some_and(|arn| self.matches_text(arn))
    }

    fn matches_text(&self, text: &str) -> bool {
        self.0.matches(text, Case::Sensitive, &NoVariables)
    }
}

/// An audit that is switched off.
#[derive(Debug, Clone)]
pub struct Disabled {
    /// The audit's id.
    pub audit: &'static str,
    /// For which roles; all of them when empty.
    pub roles: Vec<RolePattern>,
    /// Why.
    pub reason: String,
}

impl Disabled {
    /// Whether the audit is off for this role; for what is about no role, only if it is off for all.
    #[must_use]
    pub fn covers(&self, audit: &str, role: Option<&Role>) -> bool {
        let is_meant = |role: &Role| self.roles.iter().any(|pattern| pattern.matches(role));
        self.audit == audit && (self.roles.is_empty() || role.is_some_and(is_meant))
    }
}

/// Whether a text is the id of an organization.
fn is_organization(text: &str) -> bool {
    let is_lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.strip_prefix("o-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_lower))
}
