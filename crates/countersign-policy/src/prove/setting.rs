//! What a proof takes as given besides the policy: the role, who is "own", the time, and how far to search.

use std::collections::BTreeSet;

use crate::account::AccountId;
use crate::assumptions::Assumptions;
use crate::condition::date::Moment;

/// The facts and limits a proof works with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The role's ARN, for the requests that are shown. Its partition is the one bare account ids are read in.
    pub role_arn: String,
    /// The accounts that are the role owner's.
    pub own_accounts: BTreeSet<AccountId>,
    /// The organizations that are the role owner's. When empty, every organization id a condition names counts as own
    /// ([`crate::assumptions::Assumption::OrganizationIsOwn`]).
    pub own_organizations: BTreeSet<String>,
    /// The role's tags, where they are known.
    pub role_tags: Option<Vec<(String, String)>>,
    /// The earliest time a request can be made; grants that have expired before it allow nothing.
    pub now: Moment,
    /// The readings of undocumented points.
    pub assumptions: Assumptions,
    /// How far to search.
    pub limits: ProofLimits,
}

/// Caps on the search. Past a cap the answer is "unknown", never "safe".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofLimits {
    /// Elementary steps per question; one is some ten nanoseconds.
    pub steps: u64,
    /// Combinations of statements that are tried per question.
    pub combinations: usize,
}

impl Default for ProofLimits {
    fn default() -> Self {
        Self { steps: 600_000, combinations: 4_000 }
    }
}

impl Setting {
    /// A setting for the role `role_arn`, whose account (if the ARN has one) is own; nothing else is known.
    #[must_use]
    pub fn for_role(role_arn: &str, now: Moment) -> Self {
        let own = crate::arn::Arn::parse(role_arn).and_then(|arn| arn.account_id());
        Self {
            role_arn: role_arn.to_owned(),
            own_accounts: own.into_iter().collect(),
            own_organizations: BTreeSet::new(),
            role_tags: None,
            now,
            assumptions: Assumptions::default(),
            limits: ProofLimits::default(),
        }
    }

    pub(crate) fn partition(&self) -> &str {
        self.role_arn.split(':').nth(1).filter(|partition| !partition.is_empty()).unwrap_or("aws")
    }
}
