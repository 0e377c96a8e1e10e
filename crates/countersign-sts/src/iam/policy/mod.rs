//! Managed policies: the account's own, with their versions, and those of AWS that this world knows.

pub(super) mod attachment;
pub(super) mod create_policy;
pub(super) mod create_policy_version;
pub(super) mod default_version;
pub(super) mod delete_policy;
pub(super) mod entities;
pub(super) mod get_policy;
pub(super) mod list_policies;
pub(super) mod managed;
pub(super) mod tags;
pub(super) mod usage;
pub(super) mod versions;

use countersign_policy::arn::Arn;

use self::managed::Managed;
use super::no_such_entity;
use super::permission::{Asked, ask};
use crate::protocol::{ApiError, ErrorCode};
use crate::service::{Call, Written};
use crate::world::{Change, Edit, ManagedPolicy};

/// Asks for an action on the policy of that ARN. Who may not act on it does not learn whether it exists.
pub(super) fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, arn: &str) -> Asked<'a, 'c> {
    let asked = ask(call, action, arn.to_owned()).shown_as(format!("policy {arn}"));
    match managed::named(call, arn) {
        Some(Managed::Own(policy)) => asked.tagged(&policy.tags),
        Some(Managed::OfAws { .. }) | None => asked,
    }
}

/// The policy of that ARN, or what is wrong with it.
fn found<'c>(call: &Call<'c>, arn: &str) -> Result<Managed<'c>, ApiError> {
    parsed(arn)?;
    managed::named(call, arn).ok_or_else(|| not_found(arn))
}

fn not_found(arn: &str) -> ApiError {
    no_such_entity(format!("Policy {arn} was not found."))
}

fn parsed(arn: &str) -> Result<Arn<'_>, ApiError> {
    Arn::parse(arn).ok_or_else(|| ApiError::validation("Invalid ARN:  Could not be parsed!"))
}

/// The account's own policy of that ARN. AWS's are changed by AWS alone; with which text it refuses others is not
/// documented.
fn own<'c>(call: &Call<'c>, action: &str, arn: &str) -> Result<&'c ManagedPolicy, ApiError> {
    match found(call, arn)? {
        Managed::Own(policy) => Ok(policy),
        Managed::OfAws { .. } => {
            let caller = &call.principal.caller;
            let text = format!("User: {caller} is not authorized to perform: {action} on resource: policy {arn}");
            Err(ApiError::new(ErrorCode::AccessDenied, text))
        }
    }
}

/// The policy as it is from now on, and nothing to tell.
fn put(call: &Call<'_>, policy: ManagedPolicy) -> Written {
    Written { result: Vec::new(), changes: vec![Change::Policy(call.principal.account, Edit::put(policy))] }
}

fn version_absent(arn: &str, version: &str) -> ApiError {
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}
