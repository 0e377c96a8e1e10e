//! `userIdentity`: who called, as its own account sees it and as another does.

use countersign_policy::condition::date::Moment;
use countersign_policy::request::{CallerKind, RequestContext};
use serde_json::{Value, json};

use crate::Record;
use crate::protocol::Value as Member;
use crate::record::Signer;
use crate::signature::{Session, SessionPrincipal};

/// The caller in its own account's log; a user of an identity provider in the role's.
pub(super) fn own(record: &Record) -> Value {
    let Some(signer) = &record.signer else { return federated(record) };
    let arn = signer.caller.name();
    let mut identity = json!({
        "type": kind(signer),
        "principalId": principal_id(signer),
        "arn": arn,
        "accountId": signer.account.as_str(),
        "accessKeyId": signer.access_key_id,
    });
    let named = matches!(signer.caller.kind(), CallerKind::User(_));
    let name = arn.rsplit('/').next().filter(|_| named);
    if let Some(members) = identity.as_object_mut() {
        members.extend(name.map(|name| ("userName".to_owned(), Value::from(name))));
        members.extend(signer.session.as_ref().map(|session| ("sessionContext".to_owned(), session_context(session))));
    }
    identity
}

/// The caller in another account's log.
pub(super) fn foreign(record: &Record) -> Value {
    let Some(signer) = &record.signer else { return federated(record) };
    json!({
        "type": "AWSAccount",
        "principalId": principal_id(signer),
        "accountId": signer.account.as_str(),
    })
}

fn kind(signer: &Signer) -> &'static str {
    match signer.caller.kind() {
        CallerKind::Root(_) => "Root",
        CallerKind::User(_) => "IAMUser",
        CallerKind::RoleSession(_) => "AssumedRole",
        CallerKind::FederatedUser(_) => "FederatedUser",
        CallerKind::Service => "AWSService",
        CallerKind::Federated | CallerKind::Anonymous => "Unknown",
    }
}

/// What GetCallerIdentity calls `UserId`.
fn principal_id(signer: &Signer) -> String {
    let context = RequestContext::for_caller(&signer.caller);
    context.get("aws:userid").and_then(<[String]>::first).cloned().unwrap_or_default()
}

fn session_context(session: &Session) -> Value {
    let mut context = json!({
        "attributes": {
            "mfaAuthenticated": session.mfa_at.is_some().to_string(),
            "creationDate": Moment::from_seconds(session.issued).to_string(),
        },
    });
    if let Some(members) = context.as_object_mut() {
        members.extend(issuer(&session.principal).map(|issuer| ("sessionIssuer".to_owned(), issuer)));
        members.extend(web_identity(session).map(|provider| {
            ("webIdFederationData".to_owned(), json!({ "federatedProvider": provider, "attributes": {} }))
        }));
        let identity = session.source_identity.as_deref();
        members.extend(identity.map(|identity| ("sourceIdentity".to_owned(), Value::from(identity))));
    }
    context
}

/// The OIDC provider that a session of AssumeRoleWithWebIdentity is from.
fn web_identity(session: &Session) -> Option<&str> {
    let carried = session.carried.iter().find(|(key, _)| key == "aws:FederatedProvider");
    let provider = carried.and_then(|(_, values)| values.first())?;
    (!provider.contains(":saml-provider/")).then_some(provider)
}

/// Whose permissions a session has, where that is not the caller itself.
fn issuer(principal: &SessionPrincipal) -> Option<Value> {
    match principal {
        SessionPrincipal::Root { .. } | SessionPrincipal::User { .. } | SessionPrincipal::AssumedRoot { .. } => None,
        SessionPrincipal::FederatedUser { partition, account, user: None, .. } => Some(json!({
            "type": "Root",
            "principalId": account,
            "arn": format!("arn:{partition}:iam::{account}:root"),
            "accountId": account,
        })),
        SessionPrincipal::FederatedUser { account, user: Some(user), .. } => Some(json!({
            "type": "IAMUser",
            "principalId": user.id,
            "arn": user.arn,
            "accountId": account,
            "userName": user.arn.rsplit('/').next().unwrap_or_default(),
        })),
        SessionPrincipal::Role { partition, account, path, name, id, .. } => {
            let slash = if path.is_empty() { "" } else { "/" };
            Some(json!({
                "type": "Role",
                "principalId": id,
                "arn": format!("arn:{partition}:iam::{account}:role/{path}{slash}{name}"),
                "accountId": account,
                "userName": name,
            }))
        }
    }
}

/// A user of an identity provider, by what the provider said: in the result, or else in the decision.
fn federated(record: &Record) -> Value {
    let result = |wanted: &str| {
        let element = record.result.iter().find(|element| element.name == wanted)?;
        if let Member::Text(text) = &element.value { Some(text.clone()) } else { None }
    };
    let context = record.decided.as_ref().map(|decided| &decided.request.context);
    let claim = |key: &str| context.and_then(|context| context.get(key)?.first().cloned());
    if record.operation == Some("AssumeRoleWithSAML") {
        let qualifier = result("NameQualifier").or_else(|| claim("saml:namequalifier")).unwrap_or_default();
        let subject = result("Subject").or_else(|| claim("saml:sub")).unwrap_or_default();
        return json!({
            "type": "SAMLUser",
            "principalId": format!("{qualifier}:{subject}"),
            "userName": subject,
            "identityProvider": qualifier,
        });
    }
    let provider = record.decided.as_ref().map(|decided| decided.request.caller.name());
    let provider = result("Provider").or_else(|| provider.map(str::to_owned)).unwrap_or_default();
    // The keys of a provider start with its name, which is the end of its ARN.
    let prefix = provider.split_once(":oidc-provider/").map_or(provider.as_str(), |(_, name)| name);
    let audience = result("Audience").or_else(|| claim(&format!("{prefix}:aud"))).unwrap_or_default();
    let subject = result("SubjectFromWebIdentityToken").or_else(|| claim(&format!("{prefix}:sub"))).unwrap_or_default();
    json!({
        "type": "WebIdentityUser",
        "principalId": format!("{provider}:{audience}:{subject}"),
        "userName": subject,
        "identityProvider": provider,
    })
}
