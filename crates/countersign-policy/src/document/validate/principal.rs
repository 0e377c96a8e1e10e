//! `Principal`: who may be named, and how.

use super::source::Source;
use super::{Report, shown};
use crate::account::PARTITIONS;
use crate::arn::Arn;
use crate::document::{Effect, Polarity, PrincipalElement, PrincipalEntry, PrincipalKind, Span, Statement};
use crate::evaluate::{InvalidPrincipal, Principal};

/// Identity providers that need no ARN (rule P8; `reference_policies_elements_principal`).
const BUILT_IN_PROVIDERS: [&str; 4] =
    ["cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"];

/// How the names of service principals end, partition by partition.
const SERVICE_SUFFIXES: [&str; 9] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".amazon.com",
    ".aws.internal",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
];

/// Cognito goes by another name in some partitions and regions (GovCloud guide "Amazon Cognito":
/// `cognito-identity-us-gov.amazonaws.com`).
fn is_built_in(name: &str) -> bool {
    let is_cognito = |name: &str| {
        name.starts_with("cognito-identity") && SERVICE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
    };
    BUILT_IN_PROVIDERS.contains(&name) || is_cognito(name)
}

/// `Principal` is there, `NotPrincipal` is not (rule G10; AA "Missing principal", "Role trust policy syntax error
/// notprincipal"), and each entry is one IAM takes. `actions` are the trust actions the statement covers.
pub(super) fn check(statement: &Statement, actions: &[&str], source: &Source<'_>, report: &mut Report) {
    let misspelt = statement.unreadable.as_ref().is_some_and(|part| source.names(part.span, "Principal"));
    if statement.principals.is_empty() && statement.has_elements() && !misspelt {
        let help = "say who may assume the role: {\"AWS\": \"…\"}, {\"Service\": \"…\"} or {\"Federated\": \"…\"}";
        report.error(statement.span, "missing required element `Principal`", help);
    }
    let effect = statement.effect.as_ref().map(|effect| effect.value);
    for element in &statement.principals {
        match element.polarity {
            Polarity::Listed => listed(element, effect, actions, report),
            Polarity::Excepted => excepted(element, effect, report),
        }
    }
}

fn excepted(element: &PrincipalElement, effect: Option<Effect>, report: &mut Report) {
    let help = match effect {
        Some(Effect::Deny) => {
            "write \"Principal\": {\"AWS\": \"*\"} with a `StringNotEquals` condition on `aws:PrincipalArn`"
        }
        Some(Effect::Allow) | None => "name the principals that may assume the role in `Principal`",
    };
    report.error(element.key_span, "`NotPrincipal` is forbidden in a trust policy", help);
}

fn listed(element: &PrincipalElement, effect: Option<Effect>, actions: &[&str], report: &mut Report) {
    for entry in &element.entries {
        let principal = Principal::compile(entry);
        let arn = entry.value.known().and_then(Arn::parse);
        match &principal {
            Principal::Everyone => everyone(entry.span, report),
            Principal::AwsStar => {}
            Principal::Account { .. } => segments(arn, entry.span, report),
            Principal::User(_) | Principal::Role { .. } => {
                segments(arn, entry.span, report);
                iam_name(arn, entry.span, report);
            }
            Principal::RoleSession(_) | Principal::FederatedUser(_) => {
                segments(arn, entry.span, report);
                session(arn, entry.span, report);
            }
            Principal::Service(name) => service(name, entry.span, report),
            Principal::Federated(name) => federated(name, arn, entry.span, report),
            Principal::UniqueId(id) => unique_id(id, entry.span, report),
            Principal::Invalid(reason) => refused(entry, *reason, report),
        }
        if effect == Some(Effect::Allow) {
            federation_action(&principal, arn, actions, entry.span, report);
        }
    }
}

/// The string `"*"` (rule P15; AA "Role trust policy unsupported wildcard in principal" against
/// `reference_policies_elements_principal`).
fn everyone(span: Span, report: &mut Report) {
    let help = "name the principals; if everyone is meant, {\"AWS\": \"*\"} is the form IAM is known to take";
    report.warning(span, "`\"*\"` as principal of a trust policy: AWS's pages disagree whether IAM takes it", help);
}

/// What is left of a deleted principal, or was written by hand (rule P9; AA "Invalid role reference", "Invalid user
/// reference").
fn unique_id(id: &str, span: Span, report: &mut Report) {
    let help = "name the user or role by its ARN; if it was deleted, remove the entry";
    report.warning(span, format!("`{}` is a unique id, not an ARN", shown(id)), help);
}

/// Partition and region of an ARN (rule P14; AA "Invalid partition", "ARN Region not allowed").
fn segments(arn: Option<Arn<'_>>, span: Span, report: &mut Report) {
    let Some(arn) = arn else { return };
    if !arn.region.is_empty() {
        let message = format!("region `{}` in an ARN of IAM", shown(arn.region));
        report.error(span, message, "leave the region empty: IAM is global");
    }
    if !PARTITIONS.contains(&arn.partition) {
        let help = format!("the partitions are {}", PARTITIONS.map(|partition| format!("`{partition}`")).join(", "));
        report.warning(span, format!("unknown partition `{}`", shown(arn.partition)), help);
    }
}

/// IAM looks users and roles up when the policy is written, and none can have such a name (rule P11;
/// `reference_iam-quotas` "IAM name requirements").
fn iam_name(arn: Option<Arn<'_>>, span: Span, report: &mut Report) {
    let Some((kind, _, name)) = arn.as_ref().and_then(Arn::kind_path_name) else { return };
    if !is_name(name) {
        let message = format!("no {kind} can be named `{}`", shown(name));
        report.error(span, message, "use at most 64 letters, digits and `_+=,.@-`");
    }
}

/// A role session is named by role and session, without the role's path (rules P5, P6, P13).
fn session(arn: Option<Arn<'_>>, span: Span, report: &mut Report) {
    let Some((kind, path, name)) = arn.as_ref().and_then(Arn::kind_path_name) else { return };
    if path.contains('/') {
        let help = "write `assumed-role/ROLE/SESSION`, without the role's path";
        report.warning(span, "a session's ARN has no path: this names no session", help);
    } else if !is_name(name) || !(path.is_empty() || is_name(path)) {
        let message = format!("no {kind} session can be named `{}`", shown(name));
        report.warning(span, message, "use at most 64 letters, digits and `_+=,.@-`");
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    !name.is_empty() && name.len() <= 64 && name.bytes().all(allowed)
}

/// Whether a text looks like the name of a service principal: `service.amazonaws.com`, in lower case (rule P7; AA "Invalid
/// service principal format"). Which services exist, IAM alone can say.
#[must_use]
pub fn is_service_principal(name: &str) -> bool {
    let stem = SERVICE_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    stem.is_some_and(|stem| stem.split('.').all(label))
}

fn service(name: &str, span: Span, report: &mut Report) {
    if is_service_principal(name) {
        return;
    }
    let is_aws = name.starts_with("arn:") || name.parse::<crate::account::AccountId>().is_ok();
    let help = if is_aws {
        "name it under `AWS`"
    } else {
        "write the service's own name, in lower case, such as `ec2.amazonaws.com`"
    };
    report.warning(span, format!("`{}` does not look like a service principal", shown(name)), help);
}

/// A federated principal is a provider IAM knows by domain name, or the ARN of an identity provider (rule P8; AA "Invalid
/// federated principal syntax in role trust policy"; IAM's message "Federated principals must be valid domain names or
/// SAML metadata ARNs", terraform-aws-modules/terraform-aws-iam#202).
fn federated(name: &str, arn: Option<Arn<'_>>, span: Span, report: &mut Report) {
    let write_arn =
        "write the ARN of the identity provider: `arn:aws:iam::ACCOUNT:oidc-provider/HOST` or `…:saml-provider/NAME`";
    if is_built_in(name) {
        return;
    }
    let Some(arn) = arn else {
        let label =
            |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if name.contains('.') && name.split('.').all(label) {
            report.warning(span, format!("`{}` is no identity provider IAM knows by name", shown(name)), write_arn);
        } else {
            let message = format!("`{}` is neither a domain name nor the ARN of an identity provider", shown(name));
            report.error(span, message, write_arn);
        }
        return;
    };
    if arn.account_id().is_none() {
        not_an_account(arn.account, span, report);
    } else if arn.service != "iam" || provider(&arn).is_none() {
        report.error(span, format!("`{}` is not the ARN of an identity provider", shown(name)), write_arn);
    } else {
        segments(Some(arn), span, report);
    }
}

/// The kind and the name of an identity provider.
fn provider<'a>(arn: &Arn<'a>) -> Option<(&'a str, &'a str)> {
    let known = |kind: &str| matches!(kind, "oidc-provider" | "saml-provider");
    arn.resource.split_once('/').filter(|(kind, name)| known(kind) && !name.is_empty())
}

/// An OIDC provider comes in by `sts:AssumeRoleWithWebIdentity`, a SAML provider by `sts:AssumeRoleWithSAML`, everyone
/// else by `sts:AssumeRole` (AA "Mismatched action for principal"). A statement for tags alone fits all of them.
fn federation_action(principal: &Principal, arn: Option<Arn<'_>>, actions: &[&str], span: Span, report: &mut Report) {
    let needs = match principal {
        Principal::Federated(_) if arn.as_ref().and_then(provider).is_some_and(|(kind, _)| kind == "saml-provider") => {
            "sts:AssumeRoleWithSAML"
        }
        Principal::Federated(_) => "sts:AssumeRoleWithWebIdentity",
        Principal::Everyone
        | Principal::AwsStar
        | Principal::Account { .. }
        | Principal::User(_)
        | Principal::Role { .. }
        | Principal::RoleSession(_)
        | Principal::FederatedUser(_)
        | Principal::Service(_)
        | Principal::UniqueId(_) => "sts:AssumeRole",
        Principal::Invalid(_) => return,
    };
    if !actions.contains(&needs) && actions.iter().any(|action| action.starts_with("sts:AssumeRole")) {
        let message = format!("this principal comes in by `{needs}`, which the statement does not cover");
        report.warning(span, message, format!("add `{needs}` to `Action`, or name another principal"));
    }
}

/// Principals IAM refuses (rules P10, V8; `reference_policies_elements_principal`, AA "Unsupported wildcard in
/// principal", "Variable unsupported in element").
fn refused(entry: &PrincipalEntry, reason: InvalidPrincipal, report: &mut Report) {
    let text = entry.value.lossy();
    let help = match reason {
        InvalidPrincipal::Hole => return,
        _ if text.is_empty() => {
            report.error(entry.span, "empty principal", "name the principal, or remove the entry");
            return;
        }
        InvalidPrincipal::Unrecognized => {
            unrecognized(text, entry.span, report);
            return;
        }
        InvalidPrincipal::PartialWildcard => match entry.kind {
            PrincipalKind::Service | PrincipalKind::Federated => "name it in full",
            PrincipalKind::Aws | PrincipalKind::Everyone | PrincipalKind::CanonicalUser => {
                "name the principal in full; for a pattern, name the account and add a condition on `aws:PrincipalArn`"
            }
        },
        InvalidPrincipal::Group => "name the users, or the account with a condition on its principals' tags",
        InvalidPrincipal::Variable => "write the principal in full; variables work in condition values only",
        InvalidPrincipal::CanonicalUser => "name the account under `AWS` by its 12 digits",
    };
    report.error(entry.span, format!("principal `{}`: {reason}", shown(text)), help);
}

/// What is under `AWS` and none of its forms (rules P2–P6, P9; IAM's message "Invalid principal in policy").
fn unrecognized(text: &str, span: Span, report: &mut Report) {
    let is_id = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' '));
    if is_id {
        not_an_account(text, span, report);
        return;
    }
    let arn = Arn::parse(text);
    if let Some(arn) = arn.filter(|arn| matches!(arn.service, "iam" | "sts") && arn.account_id().is_none()) {
        not_an_account(arn.account, span, report);
        return;
    }
    let help = if arn.as_ref().and_then(provider).is_some() || is_built_in(text) {
        "name it under `Federated`"
    } else if SERVICE_SUFFIXES.iter().any(|suffix| text.ends_with(suffix)) {
        "name it under `Service`"
    } else {
        "write a 12-digit account id, or the ARN of an account's root, a user, a role or a session"
    };
    report.error(span, format!("principal `{}`: {}", shown(text), InvalidPrincipal::Unrecognized), help);
}

fn not_an_account(account: &str, span: Span, report: &mut Report) {
    let help = "write the account id in full, with its leading zeros and nothing else";
    report.error(span, format!("account `{}` is not 12 digits", shown(account)), help);
}
