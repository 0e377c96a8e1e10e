//! `role-arn-malformed`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "role-arn-malformed",
    summary: "the role's ARN is not complete",
    page: include_str!("role_arn_malformed.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let told = match situation.says() {
        Some(Says::InvalidArn(arn)) => Some(arn.clone()),
        _ => None,
    };
    let role = told.clone().flatten().or_else(|| situation.role_text.clone())?;
    let what = defect(&role);
    if told.is_none() && what.is_none() {
        return None;
    }
    let what = what.unwrap_or("STS takes it for no role's ARN");
    let message = format!("{role} is not the ARN of a role: {what}", role = quoted(&role));
    let advice = "write it in full: arn:aws:iam::ACCOUNT:role/PATH/NAME, as `aws iam get-role` prints it";
    Some(Finding::told(message, Repair::advice(advice)).ranked(91).about("RoleArn").asking([mended(&role)], Some(&role)))
}

/// What an ARN lacks.
fn defect(role: &str) -> Option<&'static str> {
    let rest = role.strip_prefix("arn:")?;
    let parts: Vec<&str> = rest.split(':').collect();
    match parts.as_slice() {
        ["iam" | "sts", ..] => Some("the partition is missing"),
        [_, "iam", "", "", ..] => Some("the account is missing"),
        [_, "iam", "", account, ..] if account.bytes().any(|byte| !byte.is_ascii_digit()) => Some("the account is not a number"),
        [_, "iam", "", account, ..] if account.len() != 12 => Some("the account is not 12 digits"),
        [_, "iam", region, _, ..] if !region.is_empty() => Some("IAM's ARNs have no region"),
        [_, "iam", "", _, resource] if *resource == "role" || *resource == "role/" => Some("the name is missing"),
        [_, "iam", "", _] => Some("the name is missing"),
        _ => None,
    }
}

/// The ARN as it was probably meant.
fn mended(role: &str) -> String {
    match role.strip_prefix("arn:iam:") {
        Some(rest) => format!("arn:aws:iam:{rest}"),
        None => "arn:aws:iam::ACCOUNT:role/NAME".to_owned(),
    }
}
