//! CreatePolicy.

use std::collections::BTreeMap;

use super::managed::{Managed, View};
use super::put;
use crate::iam::permission::ask;
use crate::iam::{account, already_exists, arn, identity_policy, limit_exceeded, tags, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element};
use crate::service::{Call, Operation, Written};
use crate::world::{ManagedPolicy, Policy, PolicyVersion};

pub(in crate::iam) static OPERATION: Operation = writing("CreatePolicy", respond);

/// In characters without white space.
const ROOM: usize = 6144;

fn respond(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("PolicyName", Constraint::NAME_128);
    let path = checks.optional("Path", Constraint::POLICY_PATH).unwrap_or("/");
    let text = checks.required("PolicyDocument", Constraint::DOCUMENT);
    let description = checks.optional("Description", Constraint::POLICY_DESCRIPTION);
    let sent = tags::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:CreatePolicy", arn(call, "policy", path, name))
        .shown_as(format!("policy {name}"))
        .bringing(&sent)
        .allowed()?;
    let tags = tags::put(&BTreeMap::new(), &sent, "Policy")?;
    if account(call).is_some_and(|account| account.policies.get(name).is_some()) {
        let text = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(already_exists(text));
    }
    let now = call.now.seconds();
    let policy = ManagedPolicy {
        name: name.to_owned(),
        path: path.to_owned(),
        id: call.mint.entity_id("ANPA", call.principal.account),
        created: now,
        updated: now,
        description: description.filter(|text| !text.is_empty()).map(str::to_owned),
        tags,
        versions: [(1, PolicyVersion { created: now, policy: read(text)? })].into(),
        default_version: 1,
        last_version: 1,
    };
    let result = vec![Element::parent("Policy", Managed::Own(&policy).members(call, View::Created))];
    Ok(Written { result, ..put(call, policy) })
}

/// Reads the document of a managed policy.
pub(super) fn read(text: &str) -> Result<Policy, ApiError> {
    let policy = identity_policy::read_managed(text)?;
    if identity_policy::size(text) > ROOM {
        return Err(limit_exceeded(format!("Cannot exceed quota for PolicySize: {ROOM}")));
    }
    Ok(policy)
}
