//! `vpce-policy`

use super::{Cause, Finding, Side};
use crate::cause::limit::{Limit, limit};
use crate::message::PolicyLayer;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "vpce-policy",
    summary: "the policy of the VPC endpoint does not allow the call",
    page: include_str!("vpce_policy.md"),
    side: Side::Account,
    time: "hours",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    limit(situation, &LIMIT)
}

pub(super) static LIMIT: Limit = Limit {
    layer: PolicyLayer::VpcEndpoint,
    what: "the policy of the VPC endpoint",
    advice: "let the endpoint's policy allow the call on this role",
    command: "aws ec2 describe-vpc-endpoints --region REGION --query \"VpcEndpoints[?ends_with(ServiceName,'.sts')].PolicyDocument\"",
    rank: 10,
};
