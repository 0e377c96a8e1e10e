//! `role-arn-malformed`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::call::Name;
use crate::repair::{Change, Repair};
use crate::situation::{ArnText, Situation};
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
    let advice = "write it in full: arn:aws:iam::ACCOUNT:role/PATH/NAME, as `aws iam get-role` prints it";
    let named = told.clone().flatten().or_else(|| situation.role_text.clone());
    let Some(role) = named else {
        let message = "STS takes an ARN of the call for no role's: one of another kind (a policy, an identity provider, the two \
                       swapped), a stray character, or a placeholder that nobody filled";
        let finding = Finding::told(message, Repair::advice(advice)).ranked(91).about("RoleArn");
        return told.map(|_| finding.asking(["arn:aws:iam::ACCOUNT:role/NAME"], None));
    };
    let what = defect(&role);
    // Of a policy that is written, no ARN names a role to assume.
    if told.is_none() && (what.is_none() || situation.is_write) {
        return None;
    }
    let (certain, what) = what.unwrap_or((true, "STS takes it for no role's ARN"));
    let message = format!("{role} is not the ARN of a role: {what}", role = quoted(&role));
    // What stands in an error alone may have been shortened by whoever pasted it; what the call has was sent.
    let sent = situation.call().is_some_and(|call| call.known(Name::RoleArn) == Some(role.as_str()));
    let of_text = matches!(situation.says(), Some(Says::NotAuthorized | Says::WrapperOnly | Says::ServiceCannotAssume));
    // Whoever writes a name over an account does so in both.
    let is_name = role.split(':').nth(4).is_some_and(|account| account.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let shortened = !certain && (!sent || is_name) && of_text;
    let mended = mended(situation, &role);
    let repair = match &mended {
        Some(mended) => Repair::new(advice, Change::send(Name::RoleArn, Some(mended.clone()))),
        None => Repair::advice(advice),
    };
    let finding = if told.is_none() && shortened {
        let message = format!("{message}, unless somebody shortened it before it was pasted");
        Finding::consistent(30, message, repair).separated_by("the RoleArn as the call has it")
    } else {
        Finding::told(message, repair).ranked(91)
    };
    let asked = mended.unwrap_or_else(|| "arn:aws:iam::ACCOUNT:role/NAME".to_owned());
    Some(finding.about("RoleArn").asking([asked], Some(&role)))
}

/// What languages print for a value that is not there.
const NOTHING: [&str; 5] = ["None", "null", "nil", "undefined", "<nil>"];

/// What an ARN lacks, and whether that is how it was sent: an account may be shortened by whoever pasted it.
fn defect(role: &str) -> Option<(bool, &'static str)> {
    let Some(rest) = role.strip_prefix("arn:") else {
        return role.contains(":role/").then_some((true, "it does not begin with `arn:`"));
    };
    let parts: Vec<&str> = rest.split(':').collect();
    let what = match parts.as_slice() {
        ["iam" | "sts", ..] => "the partition is missing",
        [_, "iam", "", "", ..] => "the account is missing",
        [_, "iam", "", account, ..] if NOTHING.contains(account) => "the account is what a variable without a value prints",
        [_, "iam", "", account, ..] if account.contains(['"', '\'']) => "the account stands in quotes",
        [_, "iam", "", account, ..] if account.bytes().any(|byte| !byte.is_ascii_digit()) => {
            return Some((false, "the account is not a number"));
        }
        [_, "iam", "", account, ..] if account.len() != 12 => return Some((false, "the account is not 12 digits")),
        [_, "iam", region, _, ..] if !region.is_empty() => "IAM's ARNs have no region",
        [_, "iam", "", _, resource] if *resource == "role" || *resource == "role/" => "the name is missing",
        [_, "iam", "", _] => "the name is missing",
        _ => return None,
    };
    Some((true, what))
}

/// The ARN as it was meant, where that is known: somebody names the role, or only what is always the same is missing.
fn mended(situation: &Situation<'_>, role: &str) -> Option<String> {
    let meant = situation.evidence.role.as_deref().filter(|meant| *meant != role && is_role(meant));
    let partition = situation.caller_arn().map_or("aws", |caller| caller.partition);
    let bare = role.replace(['"', '\''], "");
    let completed = || match bare.as_str().strip_prefix("arn:")?.split(':').collect::<Vec<_>>().as_slice() {
        ["iam", "", account, resource] => Some(format!("arn:{partition}:iam::{account}:{resource}")),
        [partition, "iam", _, account, resource] => Some(format!("arn:{partition}:iam::{account}:{resource}")),
        _ => None,
    };
    meant.map(str::to_owned).or_else(completed).filter(|mended| is_role(mended))
}

/// Whether the text is the ARN of a role.
fn is_role(text: &str) -> bool {
    let name = ArnText::parse(text).and_then(|arn| arn.role_name().map(str::to_owned));
    name.is_some_and(|name| !name.is_empty()) && defect(text).is_none()
}
