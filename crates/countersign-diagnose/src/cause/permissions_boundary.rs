//! `permissions-boundary`

use super::{Cause, Finding, Side};
use crate::cause::limit::{Limit, limit};
use crate::message::PolicyLayer;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "permissions-boundary",
    summary: "the caller's permissions boundary does not allow the call",
    page: include_str!("permissions_boundary.md"),
    side: Side::Identity,
    time: "hours",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    limit(situation, &LIMIT)
}

pub(super) static LIMIT: Limit = Limit {
    layer: PolicyLayer::PermissionsBoundary,
    what: "the caller's permissions boundary",
    advice: "extend the boundary by the call; identity policies cannot go beyond it",
    command: "aws iam get-role --role-name CALLER-NAME --query Role.PermissionsBoundary  # with the caller's credentials; of a user: aws iam get-user --query User.PermissionsBoundary",
    rank: 20,
};
