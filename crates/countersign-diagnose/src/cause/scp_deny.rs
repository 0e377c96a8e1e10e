//! `scp-deny`

use super::{Cause, Finding, Side};
use crate::cause::limit::{Limit, limit};
use crate::message::PolicyLayer;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "scp-deny",
    summary: "a service control policy of the caller's organization denies",
    page: include_str!("scp_deny.md"),
    side: Side::Organization,
    time: "days",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    limit(situation, &LIMIT)
}

pub(super) static LIMIT: Limit = Limit {
    layer: PolicyLayer::Scp,
    what: "a service control policy",
    advice: "change the service control policy for this action and role; it binds the accounts of the caller's organization, and nothing on the role's side helps",
    command: "aws organizations list-policies-for-target --filter SERVICE_CONTROL_POLICY --target-id CALLER-ACCOUNT",
    rank: 16,
};
