//! `invalid-principal-at-write`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::{ArnText, Situation};
use crate::quoted::{argument, quoted};

pub(super) static CAUSE: Cause = Cause {
    id: "invalid-principal-at-write",
    summary: "IAM refuses the policy: a principal does not exist",
    page: include_str!("invalid_principal_at_write.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let Some(Says::InvalidPrincipal { principal }) = situation.says() else { return None };
    let principal = principal.clone();
    let arn = principal.as_deref().unwrap_or("the principal");
    let advice = format!(
        "create {arn} first (in Terraform: depends_on), or take its ARN from IAM instead of composing it; roles of \
         Identity Center have a region in their path. Where it cannot exist yet: the account as principal with \
         aws:PrincipalArn as a condition"
    , arn = quoted(&arn));
    let message = format!("IAM looks principals up when a policy is written, and {arn} does not exist", arn = quoted(&arn));
    let command = match principal.as_deref().and_then(ArnText::parse).and_then(|arn| arn.role_name()) {
        Some(name) => format!("aws iam get-role --role-name {} (in the principal's account)", argument(name)),
        None => "aws iam get-user or get-role for the principal (in its account)".to_owned(),
    };
    let finding = Finding::told(message, Repair::advice(advice)).ranked(97).about("Principal.AWS");
    Some(finding.asking(["a principal that exists"], principal.as_deref()).separated_by(command))
}
