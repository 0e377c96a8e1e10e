//! `identity-token-rejected`

use super::{Cause, Finding, Side};
use crate::call::Operation;
use crate::message::{Says, TokenFault};
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "identity-token-rejected",
    summary: "the web identity token or SAML assertion is refused before any policy is asked",
    page: include_str!("identity_token_rejected.md"),
    side: Side::Account,
    time: "hours",
    situation: Some(examine),
    condition: None,
};

const OIDC: &str = "aws iam list-open-id-connect-providers (in the role's account), and the token's `iss`: decode the part between its dots as base64";
const SAML: &str = "aws iam list-saml-providers (in the role's account), and the assertion's Issuer: decode SAMLResponse as base64";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let Some(Says::IdentityToken(fault)) = situation.says() else { return None };
    let (message, advice) = match fault {
        TokenFault::KeysUnreachable => (
            "STS could not fetch the keys of the token's issuer",
            "make ISSUER/.well-known/openid-configuration and its jwks_uri answer from the internet within seconds, then retry with \
             growing pauses: a busy issuer looks the same",
        ),
        TokenFault::Thumbprint => (
            "the issuer's certificate is not the one whose thumbprint the provider in IAM has",
            "put the thumbprint of the issuer's present root or intermediate certificate into the provider: aws iam \
             update-open-id-connect-provider-thumbprint",
        ),
        TokenFault::BadSignature => (
            "the signature does not fit the certificate or the keys of the provider in IAM",
            "load the identity provider's present metadata into IAM (aws iam update-saml-provider), and get a new token or assertion",
        ),
        TokenFault::OtherIssuer => (
            "the assertion's issuer is not the one in the metadata of the provider in IAM",
            "load the metadata of the identity provider that issued the assertion into IAM, or name the provider it belongs to",
        ),
        TokenFault::NoSamlProvider => (
            "IAM has no SAML provider of the name that the call gives",
            "create it in the role's account, or give its ARN as it stands there: account, name and partition",
        ),
        TokenFault::Claim => (
            "the token or assertion lacks a claim that STS needs",
            "let the identity provider send it: `aud`, `sub`, `iss`, `exp` and `iat` in a token, Role and RoleSessionName in an assertion",
        ),
        TokenFault::Refused => (
            "the identity provider that STS asked about the token says no, or does not answer",
            "get a new token, and look up there whether the user or the application was blocked; retry if it did not answer",
        ),
        TokenFault::Unspecified => (
            "STS cannot validate the token or the assertion",
            "look at the provider in the role's account first: it must exist for exactly the token's issuer; then at the kind of token (an \
             ID token, not an access token) and its age. The trust policy was not asked yet",
        ),
    };
    let saml = situation.operation == Operation::AssumeRoleWithSaml
        || matches!(fault, TokenFault::OtherIssuer | TokenFault::NoSamlProvider);
    let finding = Finding::told(message, Repair::advice(advice)).about("Principal.Federated");
    Some(finding.separated_by(if saml { SAML } else { OIDC }))
}
