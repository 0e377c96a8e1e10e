//! `target-not-a-role`

use super::{Cause, Finding, Side};
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "target-not-a-role",
    summary: "what is named is not a role",
    page: include_str!("target_not_a_role.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let arn = situation.role_arn()?;
    let kind = arn.resource.split('/').next().unwrap_or_default();
    let what = match (arn.service, kind) {
        ("iam", "user") => "a user",
        ("iam", "group") => "a group",
        ("iam", "policy") => "a policy",
        ("iam", "instance-profile") => "an instance profile",
        ("iam", "root") => "an account",
        ("sts", "assumed-role") => "a session of a role",
        ("sts", "federated-user") => "a federated user",
        _ => return None,
    };
    let role = situation.role_text.as_deref()?;
    let meant = match (kind, arn.role_name(), arn.account) {
        ("assumed-role", Some(name), Some(account)) => format!("arn:{}:iam::{account}:role/{name}", arn.partition),
        _ => "the ARN of a role".to_owned(),
    };
    let message = format!("`{role}` is {what}, and only roles can be assumed");
    let advice = "name the role itself, as `aws iam get-role` prints its ARN";
    Some(Finding::told(message, Repair::advice(advice)).ranked(92).about("RoleArn").asking([meant], Some(role)))
}
