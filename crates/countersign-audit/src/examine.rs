//! Proving one role: its trust policy under what is known of its owner.

use std::collections::BTreeSet;

use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::{Limits, Problem, Severity, validate};
use countersign_policy::prove::{Exposed, Exposure, ProofLimits, Setting, exposure, partition_of};

use crate::role::Role;

/// What the user says about the roles.
#[derive(Debug, Clone)]
pub struct Options {
    /// The account of roles whose ARN is not in the input.
    pub account: Option<AccountId>,
    /// Further accounts of the same owner.
    pub own_accounts: BTreeSet<AccountId>,
    /// The owner's organizations; when empty, those that conditions name count as own.
    pub own_organizations: BTreeSet<String>,
    /// The time to prove from: grants that expired before it allow nothing.
    pub now: Moment,
    /// Size limits of trust policies.
    pub limits: Limits,
    /// How far proofs search.
    pub proof: ProofLimits,
}

impl Options {
    /// Nothing known but the time.
    #[must_use]
    pub fn at(now: Moment) -> Self {
        Self {
            account: None,
            own_accounts: BTreeSet::new(),
            own_organizations: BTreeSet::new(),
            now,
            limits: Limits::default(),
            proof: ProofLimits::default(),
        }
    }
}

/// A role with what was proved about it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The role.
    pub role: Role,
    /// Its account, as the input or the user says.
    pub account: Option<AccountId>,
    /// The accounts that count as the owner's.
    pub own_accounts: BTreeSet<AccountId>,
    /// What was proved.
    pub exposed: Exposed,
    /// What IAM refuses or warns about.
    pub problems: Vec<Problem>,
}

/// Proves the role's exposure and validates its policy.
#[must_use]
pub fn examine(role: Role, options: &Options) -> Examined {
    let account = role.account.or(options.account);
    let setting = setting(&role, account, options);
    let mut exposed = exposure(&role.trust, &setting);
    if let Some(first_wins) = &role.trust_first_wins {
        let otherwise = exposure(first_wins, &setting);
        if otherwise.exposure != exposed.exposure {
            let worse = exposed.exposure.min(otherwise.exposure);
            exposed = if otherwise.exposure < exposed.exposure { otherwise } else { exposed };
            exposed.exposure =
                if worse <= Exposure::Open || worse == Exposure::Unknown { Exposure::Unknown } else { worse };
            exposed.depends_on.push("which of the duplicate keys counts".to_owned());
        }
    }
    let is_error = |problem: &Problem| problem.severity == Severity::Error;
    let misread = role.trust.statements.iter().any(|statement| statement.unreadable.is_some())
        || role.trust.statements.is_empty() && role.trust.problems.iter().any(is_error);
    // What was not understood might let anybody in.
    if misread && exposed.exposure > Exposure::Unknown {
        exposed.exposure = Exposure::Unknown;
        exposed.witness = None;
        exposed.depends_on.push("a policy text that can be read".to_owned());
    }
    // What could not be read is not for IAM to refuse.
    let problems = match role.unreadable {
        true => Vec::new(),
        false => validate(&role.trust, role.policy_text(), options.limits),
    };
    Examined { role, account, own_accounts: setting.own_accounts, exposed, problems }
}

fn setting(role: &Role, account: Option<AccountId>, options: &Options) -> Setting {
    let in_account = account.map(|account| account.to_string()).unwrap_or_default();
    let arn = role
        .arn
        .clone()
        .unwrap_or_else(|| format!("arn:{}:iam::{in_account}:role/{}", partition_of(&role.trust), role.name));
    let mut setting = Setting::for_role(&arn, options.now);
    setting.own_accounts.extend(account);
    setting.own_accounts.extend(&options.own_accounts);
    setting.own_organizations.clone_from(&options.own_organizations);
    setting.role_tags.clone_from(&role.tags);
    setting.limits = options.proof;
    setting
}
