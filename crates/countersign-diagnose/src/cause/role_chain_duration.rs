//! `role-chain-duration`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "role-chain-duration",
    summary: "a chained role is asked for more than an hour",
    page: include_str!("role_chain_duration.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let told = matches!(situation.says(), Some(Says::RoleChainDuration));
    let known = situation.is_chained() && situation.duration().is_some_and(|asked| asked > 3_600);
    // STS has a text of its own for it, so a denial it calls AccessDenied is another one.
    let is_hidden = situation.is_plain_denial() && !matches!(situation.says(), Some(Says::NotAuthorized));
    if !(told || known && is_hidden) {
        return None;
    }
    let advice = "ask for at most 3600 seconds, or start from an identity that is not itself a session (the keys of a user \
                  without `GetSessionToken` before); raising MaxSessionDuration does not help";
    let message = "the credentials that ask are those of a session, and a role assumed by a session lasts one hour at most";
    let sent = situation.duration().map(|asked| asked.to_string());
    let finding = Finding::told(message, Repair::new(advice, Change::Seconds(3_600)));
    Some(finding.ranked(96).about("DurationSeconds").asking(["at most 3600"], sent.as_deref()))
}
