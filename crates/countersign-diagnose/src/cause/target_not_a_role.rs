//! `target-not-a-role`

use super::{Cause, Finding, Side};
use crate::call::Name;
use crate::repair::{Change, Repair};
use crate::situation::Situation;
use crate::quoted::quoted;

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
    let named = situation.evidence.role.as_deref().filter(|meant| meant.contains(":role/"));
    let meant = match (kind, arn.role_name(), arn.account) {
        _ if named.is_some() => named.map(str::to_owned),
        ("assumed-role", Some(name), Some(account)) => Some(format!("arn:{}:iam::{account}:role/{name}", arn.partition)),
        _ => None,
    };
    let message = format!("{role} is {what}, and only roles can be assumed", role = quoted(&role));
    let advice = "name the role itself, as `aws iam get-role` prints its ARN";
    let repair = match &meant {
        // The ARN of a session has not the role's path.
        Some(meant) if named.is_none() => {
            Repair::new(advice, Change::send(Name::RoleArn, Some(meant.clone()))).decided_by_owner()
        }
        Some(meant) => Repair::new(advice, Change::send(Name::RoleArn, Some(meant.clone()))),
        None => Repair::advice(advice),
    };
    let asked = meant.unwrap_or_else(|| "the ARN of a role".to_owned());
    Some(Finding::told(message, repair).ranked(92).about("RoleArn").asking([asked], Some(role)))
}
