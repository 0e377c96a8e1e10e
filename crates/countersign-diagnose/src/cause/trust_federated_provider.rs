//! `trust-federated-provider`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use countersign_policy::document::{Polarity, PrincipalKind, Statement};
use countersign_policy::similar;

use crate::call::Operation;
use crate::repair::{Change, Repair};
use crate::situation::{ArnText, Situation};
use crate::quoted::{quoted, quoted_list};

pub(super) static CAUSE: Cause = Cause {
    id: "trust-federated-provider",
    summary: "the trusted identity provider is not the token's",
    page: include_str!("trust_federated_provider.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.is_plain_denial() || situation.operation == Operation::AssumeRole {
        return None;
    }
    let advice = "name the provider in the role's own account: arn:aws:iam::ACCOUNT:oidc-provider/ISSUER-WITHOUT-HTTPS";
    if situation.guesses_at_trust() {
        let message = "the trust policy may name another provider than the one of the token";
        let finding = Finding::consistent(40, message, Repair::advice(advice)).about("Principal.Federated");
        return Some(finding.separated_by(situation.get_role()));
    }
    if situation.caller.is_none() {
        return names_none(situation, advice);
    }
    if !situation.is_uncovered_principal() {
        return None;
    }
    let provider = situation.caller.as_ref()?.name().to_owned();
    let principals = situation.principals();
    let mut federated = principals.iter().filter(|principal| principal.kind == PrincipalKind::Federated);
    let named = federated.clone().min_by_key(|principal| similar::nearness(principal.text, &provider)).or(federated.next())?;
    let is_host = !named.text.starts_with("arn:") && provider.ends_with(&format!("/{}", named.text.trim_start_matches("https://")));
    let foreign = ArnText::parse(named.text).and_then(|arn| arn.account) != ArnText::parse(&provider).and_then(|arn| arn.account);
    let message = if is_host {
        format!("the trust policy names {}, which is the issuer and not the provider's ARN", quoted(&named.text))
    } else if foreign {
        format!("the trust policy names {}, a provider of another account than the role's", quoted(&named.text))
    } else {
        format!("the trust policy names {}, and the token was issued by another provider", quoted(&named.text))
    };
    let change = Change::Trust { amendments: vec![Amendment::write(named.span, named.text, &provider)], intended: situation.intended() };
    // A slip of the pen, or the account; another issuer is somebody's decision.
    let slip = is_host || is_slip(named.text, &provider);
    let is_anybodys = situation.operation == Operation::AssumeRoleWithWebIdentity && !situation.binds_subject(named.statement);
    let repair = Repair { needs_decision: !slip || is_anybodys, ..Repair::new(advice, change) };
    let finding = Finding::proved(message, repair).ranked(78).about("Principal.Federated");
    let finding = finding.asking([provider], Some(named.text));
    Some(Finding { statement: Some(named.statement), span: Some(named.span), ..finding })
}

/// A token whose issuer nobody says, and a trust policy in which no token's provider is named.
fn names_none(situation: &Situation<'_>, advice: &str) -> Option<Finding> {
    let trust = situation.evidence.trust.as_ref()?;
    let principals = situation.principals();
    // `NotPrincipal` and stars name everybody.
    let listed = |statement: &Statement| {
        statement.principals.iter().all(|element| element.polarity == Polarity::Listed)
    };
    if principals.iter().any(|principal| principal.text.contains('*')) || !trust.document.statements.iter().all(listed) {
        return None;
    }
    let named: Vec<&str> = principals.iter().map(|principal| principal.text).collect();
    let message = match principals.iter().find(|principal| principal.kind == PrincipalKind::Federated) {
        Some(host) => format!("the trust policy names {}, which is no provider's ARN", quoted(&host.text)),
        None => format!("a token is checked against identity providers, and the trust policy names only {}", quoted_list(&named)),
    };
    let first = principals.first()?;
    let finding = Finding::consistent(72, message, Repair::advice(advice)).about("Principal.Federated");
    let finding = finding.asking(["arn:aws:iam::ACCOUNT:oidc-provider/ISSUER"], Some(&named.join(", "))).separated_by("the `iss` of the token");
    Some(Finding { statement: Some(first.statement), span: Some(first.span), ..finding })
}

/// Whether two ARNs name what can be the same provider, mistyped at most. The names of SAML providers are made up: those that
/// are nearly the same (`Okta`, `Okta2`) are two as well.
fn is_slip(named: &str, provider: &str) -> bool {
    let host = |arn: &str| arn.split_once(":oidc-provider/").map(|(_, host)| host.to_owned());
    let name = |arn: &str| arn.split_once(":saml-provider/").map(|(_, name)| name.to_owned());
    match (host(named), host(provider)) {
        (Some(named), Some(host)) => similar::distance(&named, &host) <= 3 || same_parts(&named, &host),
        _ => name(named).is_some_and(|named| name(provider) == Some(named)),
    }
}

/// Whether two hosts are made of the same words in another order.
fn same_parts(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut parts: Vec<String> = text.split(['.', '/']).map(str::to_owned).collect();
        parts.sort_unstable();
        parts
    };
    sorted(a) == sorted(b)
}
