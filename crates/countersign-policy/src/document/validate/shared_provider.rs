//! Identity providers many organizations share: the claim that names the tenant must be asked for.
//!
//! IAM refuses a new or edited trust policy that federates such a provider without (rule table §2;
//! `id_roles_providers_oidc_secure-by-default`). Roles that exist keep working until they are edited.

use std::collections::HashMap;

use super::Report;
use crate::condition::{Comparison, ConditionOperator, Sense};
use crate::document::{ConditionEntry, Effect, Polarity, PrincipalEntry, PrincipalKind, Span, Statement};

const COGNITO: &str = "cognito-identity.amazonaws.com";

/// The table of `id_roles_providers_oidc_secure-by-default`: issuer, and the claim that names the tenant. A claim with a
/// colon is a condition key of its own.
const SHARED: [(&str, &str); 22] = [
    (COGNITO, "aud"),
    ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", "sts:RoleSessionName"),
    ("agent.buildkite.com", "sub"),
    ("oidc.codefresh.io", "sub"),
    ("studio.datachain.ai/api", "sub"),
    ("token.actions.githubusercontent.com", "sub"),
    ("oidc-configuration.audit-log.githubusercontent.com", "sub"),
    ("vstoken.actions.githubusercontent.com", "sub"),
    ("gitlab.com", "sub"),
    ("rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7", "sub"),
    ("rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr", "sub"),
    ("rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg", "sub"),
    ("rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26", "sub"),
    ("oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb", "sub"),
    ("oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu", "sub"),
    ("api.pulumi.com/oidc", "aud"),
    ("sandboxes.cloud", "aud"),
    ("scalr.io", "sub"),
    ("tokens.cloud.shisho.dev", "sub"),
    ("app.terraform.io", "sub"),
    ("proidc.upbound.io", "sub"),
    ("oidc.vercel.com", "aud"),
];

/// What the conditions say about the tenant, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tenancy {
    /// Nothing.
    Unnamed,
    /// The claim is asked for with wildcards alone, here.
    Anyone(Span),
    /// Tenants are excluded, none is named, here.
    Excluded(Span),
    /// A tenant is named, or the condition cannot be read.
    Named,
}

/// Checks the statements that let web identities in. `read` are the operators of the conditions, in order.
pub(super) fn check(statement: &Statement, actions: &[&str], read: &[Option<ConditionOperator>], report: &mut Report) {
    let allows = statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow);
    if !allows || !actions.contains(&"sts:AssumeRoleWithWebIdentity") {
        return;
    }
    let mut known = HashMap::new();
    let elements = statement.principals.iter().filter(|element| element.polarity == Polarity::Listed);
    for entry in elements.flat_map(|element| &element.entries) {
        let Some((issuer, claim)) = shared(entry) else { continue };
        if issuer == COGNITO && statement.conditions.is_empty() {
            let help = "add a condition on `cognito-identity.amazonaws.com:aud` with the id of your identity pool";
            report.error(entry.span, "a condition block must be present for the Cognito provider", help);
            continue;
        }
        let key = if claim.contains(':') { claim.to_owned() } else { format!("{issuer}:{claim}") };
        let tenancy = *known.entry(issuer).or_insert_with(|| tenancy(&key, &statement.conditions, read));
        let help = format!("add a condition on `{key}` whose value names your organization");
        match tenancy {
            Tenancy::Named => {}
            Tenancy::Unnamed => {
                let message = format!("`{issuer}` is shared by many organizations, and no condition asks for `{key}`");
                report.error(entry.span, message, help);
            }
            Tenancy::Anyone(span) => {
                let message = format!("wildcards alone for `{key}` let every organization in that shares `{issuer}`");
                report.error(span, message, help);
            }
            Tenancy::Excluded(span) => {
                let message = format!("`{key}` only excludes; `{issuer}` is shared by many organizations");
                report.warning(span, message, help);
            }
        }
    }
}

/// The row of a provider that is shared.
fn shared(entry: &PrincipalEntry) -> Option<(&'static str, &'static str)> {
    let text = entry.value.known().filter(|_| entry.kind == PrincipalKind::Federated)?;
    let issuer = match text {
        COGNITO => text,
        _ => text.strip_prefix("arn:")?.split_once(":oidc-provider/")?.1,
    };
    SHARED.into_iter().find(|(shared, _)| shared.eq_ignore_ascii_case(issuer))
}

fn tenancy(key: &str, conditions: &[ConditionEntry], read: &[Option<ConditionOperator>]) -> Tenancy {
    let asked = conditions.iter().zip(read).filter(|(entry, _)| entry.key.value.eq_ignore_ascii_case(key));
    asked.map(|(entry, operator)| asks(entry, *operator)).max().unwrap_or(Tenancy::Unnamed)
}

fn asks(entry: &ConditionEntry, operator: Option<ConditionOperator>) -> Tenancy {
    let Some(operator) = operator else { return Tenancy::Named };
    let wildcards_alone = |text: &str| !text.is_empty() && text.chars().all(|c| matches!(c, '*' | '?'));
    let named = |text: Option<&str>| text.is_none_or(|text| !wildcards_alone(text));
    let Some(first) = entry.values.first().filter(|_| operator.comparison != Comparison::Null) else {
        return Tenancy::Unnamed;
    };
    match operator.sense {
        Sense::Negated => Tenancy::Excluded(entry.key.span),
        Sense::Positive if entry.values.iter().any(|value| named(value.value.known())) => Tenancy::Named,
        Sense::Positive => Tenancy::Anyone(first.span),
    }
}
