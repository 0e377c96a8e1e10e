//! `session-credentials`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "session-credentials",
    summary: "the operation cannot be called with session credentials",
    page: include_str!("session_credentials.md"),
    side: Side::Caller,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    matches!(situation.says(), Some(Says::SessionCredentials)).then_some(())?;
    let advice = "call AssumeRole with the session as it is, or start from the keys of the user";
    let message = "GetSessionToken and GetFederationToken refuse session credentials; no role was asked for";
    Some(Finding::told(message, Repair::advice(advice)).about("credentials"))
}
