//! `oidc-provider-missing`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;
use crate::quoted::{argument, quoted};

pub(super) static CAUSE: Cause = Cause {
    id: "oidc-provider-missing",
    summary: "the role's account has no provider for the token's issuer",
    page: include_str!("oidc_provider_missing.md"),
    side: Side::Account,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let Some(Says::NoProvider { issuer }) = situation.says() else { return None };
    let claim = situation.evidence.facts.claim("iss").and_then(<[String]>::first);
    let issuer = issuer.clone().or_else(|| claim.cloned());
    let command = format!(
        "aws iam create-open-id-connect-provider --url {} --client-id-list sts.amazonaws.com",
        argument(issuer.as_deref().unwrap_or("ISSUER"))
    );
    let advice = format!("create the provider in {}: {}", situation.role_account(), quoted(&command));
    let message = "IAM has no OpenID Connect provider for the token's issuer in the role's account";
    let finding = Finding::told(message, Repair::advice(advice)).about("Principal.Federated").asking(issuer, None);
    Some(finding.separated_by("aws iam list-open-id-connect-providers (in the role's account)"))
}
