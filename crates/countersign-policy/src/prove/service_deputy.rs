//! Can an AWS service be made to use the role for somebody else's resource? (semantics reference §7.3)

use super::class::CallerClass;
use super::external_id::Listed;
use super::pattern::{CharSet, Pattern};
use super::prover::{Extras, Prover};
use super::search::Answer;
use super::value::Extra;
use crate::account::{AccountId, account_ids_in};
use crate::evaluate::Values;
use crate::request::Request;

/// The answer for one service principal.
#[derive(Debug, Clone, PartialEq)]
pub enum ServiceVerdict {
    /// Only calls for the owner's own accounts or organization, or with a listed ExternalId, are allowed.
    Bound {
        /// A call that is allowed.
        request: Box<Request>,
    },
    /// A call for a foreign resource, or for one that is not named, is allowed.
    Unbound {
        /// That call.
        request: Box<Request>,
    },
    /// The service cannot assume the role.
    Unassumable,
    /// The proof cannot say.
    Unknown {
        /// Why.
        why: String,
    },
}

impl ServiceVerdict {
    /// A call that is allowed.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match self {
            Self::Bound { request } | Self::Unbound { request } => Some(request),
            Self::Unassumable | Self::Unknown { .. } => None,
        }
    }
}

/// The verdict for every service principal the policy can let in.
///
/// Whether a service can be tricked at all also depends on the service: many accept only roles of the caller's own
/// account. That knowledge is the auditor's, not the policy's.
#[must_use]
pub fn service_deputy(prover: &Prover<'_>) -> Vec<(String, ServiceVerdict)> {
    let foreign = foreign_source(prover);
    prover
        .services()
        .into_iter()
        .map(|name| {
            let class = CallerClass::Service(name.clone());
            let verdict = match prover.find(&class, "sts:AssumeRole", &foreign) {
                Answer::Request(request, _) => ServiceVerdict::Unbound { request },
                Answer::Unknown(why) => ServiceVerdict::Unknown { why },
                Answer::Impossible => match prover.find(&class, "sts:AssumeRole", &Extras::new()) {
                    Answer::Request(request, _) => ServiceVerdict::Bound { request },
                    Answer::Unknown(why) => ServiceVerdict::Unknown { why },
                    Answer::Impossible => ServiceVerdict::Unassumable,
                },
            };
            (name, verdict)
        })
        .collect()
}

/// Limits that say: the call is for no resource of the owner's.
fn foreign_source(prover: &Prover<'_>) -> Extras {
    let own: Vec<AccountId> = if prover.setting.own_accounts.is_empty() {
        accounts_in_source_conditions(prover)
    } else {
        prover.setting.own_accounts.iter().copied().collect()
    };
    let segment = |pattern: Pattern| pattern.then(":").then_run(CharSet::NOT_COLON);
    let of_account = |account: &AccountId| {
        let before = segment(segment(segment(Pattern::literal("arn"))));
        before.then(":").then(account.as_str()).then(":").then_run(CharSet::ANY)
    };
    let organizations = prover.own_organizations.iter().map(|id| Pattern::literal(id));
    let paths = prover.own_organizations.iter().map(|id| Pattern::literal(id).then("/").then_run(CharSet::ANY));
    let outside = |outside: Vec<Pattern>| Extra { outside, ..Extra::default() };
    let speaks_of = |name: &str| {
        let mut conditions = prover.policy.statements.iter().flat_map(|statement| &statement.conditions);
        conditions.any(|condition| condition.key.eq_ignore_ascii_case(name))
    };
    let limits = [
        ("aws:SourceAccount", own.iter().map(|account| Pattern::literal(account.as_str())).collect()),
        ("aws:SourceArn", own.iter().map(of_account).collect()),
        ("aws:SourceOrgID", organizations.collect()),
        ("aws:SourceOrgPaths", paths.collect()),
        ("sts:ExternalId", Listed::of(prover).excluded),
    ];
    limits
        .into_iter()
        .filter(|(key, _)| speaks_of(key))
        .map(|(key, patterns)| (key.to_owned(), outside(patterns)))
        .collect()
}

/// Without a role account, the accounts the conditions name are taken for the owner's
/// ([`crate::assumptions::Assumption::SourceAccountIsOwn`]).
fn accounts_in_source_conditions(prover: &Prover<'_>) -> Vec<AccountId> {
    let conditions = prover.policy.statements.iter().flat_map(|statement| &statement.conditions);
    let about_source = conditions.filter(|condition| {
        ["aws:SourceAccount", "aws:SourceArn"].iter().any(|key| condition.key.eq_ignore_ascii_case(key))
    });
    let mut accounts = Vec::new();
    for condition in about_source {
        match &condition.values {
            Values::Strings(templates) => {
                // `StringLike` crosses colons, so an account inside a longer pattern is not the account segment.
                let whole = templates.iter().filter_map(|template| template.as_literal());
                accounts.extend(whole.flat_map(account_ids_in));
            }
            Values::Arns(arns) => {
                let segments = arns.iter().filter_map(|arn| arn.segments()?.get(4)?.as_literal());
                accounts.extend(segments.flat_map(account_ids_in));
            }
            Values::Numbers(_)
            | Values::Dates(_)
            | Values::Bools(_)
            | Values::Ranges(_)
            | Values::Binaries(_)
            | Values::Unreadable => {}
        }
    }
    accounts
}
