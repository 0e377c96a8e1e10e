//! `session-policy`

use super::{Cause, Finding, Side};
use crate::cause::limit::{Limit, limit};
use crate::message::PolicyLayer;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "session-policy",
    summary: "the policy of the calling session does not allow the call",
    page: include_str!("session_policy.md"),
    side: Side::Caller,
    time: "hours",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    limit(situation, &LIMIT)
}

pub(super) static LIMIT: Limit = Limit {
    layer: PolicyLayer::Session,
    what: "the policy of the calling session",
    advice: "widen or drop the session policy where the calling session is made",
    command: "what made the calling session: its Policy and PolicyArns",
    rank: 12,
};
