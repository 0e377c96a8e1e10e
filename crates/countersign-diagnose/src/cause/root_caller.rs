//! `root-caller`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "root-caller",
    summary: "the root user of an account cannot assume a role",
    page: include_str!("root_caller.md"),
    side: Side::Caller,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let is_root = situation.caller_arn().is_some_and(|arn| arn.resource == "root");
    if !is_root && !matches!(situation.says(), Some(Says::RootCaller)) {
        return None;
    }
    let advice = "call with the keys of an IAM user or with a role session; take away the root user's access keys";
    let message = "the call was made with the credentials of the account's root user, which no role lets in";
    let finding = Finding::told(message, Repair::advice(advice)).ranked(99).about("caller");
    Some(finding.asking(["an IAM user or a role session"], situation.caller_text.as_deref()))
}
