//! `rcp-deny`

use super::{Cause, Finding, Side};
use crate::cause::limit::{Limit, limit};
use crate::message::PolicyLayer;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "rcp-deny",
    summary: "a resource control policy over the role's account denies",
    page: include_str!("rcp_deny.md"),
    side: Side::Organization,
    time: "days",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    limit(situation, &LIMIT)
}

pub(super) static LIMIT: Limit = Limit {
    layer: PolicyLayer::Rcp,
    what: "a resource control policy",
    advice: "limit the statement to the actions it is for and exempt services and federated callers: negated and `…IfExists` conditions are true where the key is absent",
    command: "aws organizations list-policies-for-target --filter RESOURCE_CONTROL_POLICY --target-id ROLE-ACCOUNT",
    rank: 14,
};
