//! The sentences STS, IAM and the SDKs always write alike, and what each of them means.

use std::collections::VecDeque;
use std::sync::LazyLock;

use countersign_policy::document::Span;
use memchr::memmem::Finder;
use serde::Serialize;

use super::clean::Clean;
use super::value::{Found, arn_length};
use super::{Denial, MOST, Sentence};

/// What a denial says in its own sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// An action is not authorized: any of many causes.
    NotAuthorized,
    /// The caller is the root user of an account.
    RootCaller,
    /// A session token cannot get another one (`GetSessionToken`), which is not about a role.
    SessionCredentials,
    /// The one-time code is wrong.
    MfaCode,
    /// The MFA device is not the caller's.
    MfaSerial,
    /// A code without a device, or a device without a code.
    MfaIncomplete,
    /// Longer than the role's `MaxSessionDuration`.
    MaxSessionDuration,
    /// Longer than the hour that chained roles get.
    RoleChainDuration,
    /// The text is no role ARN.
    InvalidArn(Option<String>),
    /// A parameter breaks its pattern or length.
    Constraint {
        /// The parameter: `externalId`.
        parameter: String,
        /// The value, where it is told.
        value: Option<String>,
    },
    /// The SDK knows no such parameter for the operation.
    UnknownParameter {
        /// The parameter.
        parameter: String,
    },
    /// STS is switched off in the region.
    RegionDisabled,
    /// The access key or session token is not known where it was sent.
    InvalidClientToken,
    /// The session token is over.
    ExpiredToken,
    /// The signature does not fit: secret, clock or region.
    Signature,
    /// The call was not signed: no credentials were found.
    Unsigned,
    /// The file that holds the web identity token could not be read.
    TokenUnreadable,
    /// The token or assertion, or the provider that is to vouch for it, is refused.
    IdentityToken(TokenFault),
    /// The token's audience is not the provider's.
    TokenAudience,
    /// No provider for the token's issuer.
    NoProvider {
        /// The issuer, where it is told.
        issuer: Option<String>,
    },
    /// The token is over.
    TokenExpired,
    /// The session tags break a rule.
    Tags,
    /// IAM refuses a policy for a principal that does not exist.
    InvalidPrincipal {
        /// The principal.
        principal: Option<String>,
    },
    /// IAM refuses a policy for another reason.
    MalformedPolicy,
    /// IAM knows no such role.
    NoSuchRole,
    /// The session policies and tags are too large.
    PackedPolicyTooLarge,
    /// The console's Switch Role failed.
    SwitchRole,
    /// A service could not assume the role.
    ServiceCannotAssume,
    /// An encoded message: only `sts:DecodeAuthorizationMessage` can read it.
    Encoded,
    /// Only what a tool makes of the denial; STS's own text is missing.
    WrapperOnly,
}

/// Why STS refuses a web identity token or a SAML assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenFault {
    /// The issuer's keys could not be fetched.
    KeysUnreachable,
    /// The issuer's certificate is not the one the provider in IAM names.
    Thumbprint,
    /// The signature is not that of the provider's keys or certificate.
    BadSignature,
    /// The assertion was issued by somebody else than the provider's metadata says.
    OtherIssuer,
    /// IAM has no such SAML provider.
    NoSamlProvider,
    /// A claim or an attribute that STS needs is missing or wrong.
    Claim,
    /// The identity provider itself says no, or does not answer.
    Refused,
    /// It is refused, and the text does not say why.
    Unspecified,
}

/// What a sentence means, from the text and where the sentence ends in it.
type Meaning = fn(&str, usize) -> Says;

/// What is always the same, and what follows from it.
const FIXED: &[(&str, Meaning)] = &[
    ("Roles may not be assumed by root accounts", |_, _| Says::RootCaller),
    ("with session credentials", |_, _| Says::SessionCredentials),
    ("MultiFactorAuthentication failed with invalid MFA one time pass code", |_, _| Says::MfaCode),
    ("MultiFactorAuthentication failed, unable to validate MFA code", |_, _| Says::MfaSerial),
    ("MultiFactorAuthentication failed, must provide", |_, _| Says::MfaIncomplete),
    ("DurationSeconds exceeds the MaxSessionDuration set for this role", |_, _| Says::MaxSessionDuration),
    ("DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining", |_, _| {
        Says::RoleChainDuration
    }),
    ("failed to satisfy constraint", constraint),
    ("Invalid length for parameter ", |text, at| Says::Constraint { parameter: word_at(text, at), value: None }),
    ("Invalid value for parameter ", |text, at| Says::Constraint { parameter: word_at(text, at), value: None }),
    ("Invalid type for parameter ", |text, at| Says::Constraint { parameter: word_at(text, at), value: None }),
    ("Parameter validation failed: Missing required parameter in input: \"", |text, at| Says::Constraint {
        parameter: word_at(text, at),
        value: None,
    }),
    ("minimum field size of", |text, at| Says::Constraint { parameter: go_field(text, at), value: None }),
    ("Unknown parameter in input: \"", |text, at| Says::UnknownParameter { parameter: word_at(text, at) }),
    ("Unexpected key 'ExternalId' found in params", |_, _| Says::UnknownParameter { parameter: "ExternalId".into() }),
    ("unexpected value at params[:external_id]", |_, _| Says::UnknownParameter { parameter: "ExternalId".into() }),
    ("argument named \"external_id\" is not expected", |_, _| Says::UnknownParameter {
        parameter: "ExternalId".into(),
    }),
    ("STS is not activated in this region", |_, _| Says::RegionDisabled),
    ("security token included in the request is invalid", |_, _| Says::InvalidClientToken),
    ("security token included in the request is expired", |_, _| Says::ExpiredToken),
    ("Signature expired:", |_, _| Says::Signature),
    ("Signature not yet current:", |_, _| Says::Signature),
    ("Credential should be scoped to a valid region", |_, _| Says::Signature),
    ("request signature we calculated does not match", |_, _| Says::Signature),
    ("Incorrect token audience", |_, _| Says::TokenAudience),
    ("No OpenIDConnect provider found in", |text, at| Says::NoProvider { issuer: issuer(text, at) }),
    ("Token must be redeemed within", |_, _| Says::TokenExpired),
    ("Token expired: current date/time", |_, _| Says::TokenExpired),
    ("Token too old:", |_, _| Says::TokenExpired),
    ("is missing Authentication Token", |_, _| Says::Unsigned),
    ("Unable to locate credentials", |_, _| Says::Unsigned),
    ("no valid providers in chain", |_, _| Says::Unsigned),
    ("Could not load credentials from any providers", |_, _| Says::Unsigned),
    ("Unable to load AWS credentials from any provider in the chain", |_, _| Says::Unsigned),
    ("Unable to load credentials from any of the providers in the chain", |_, _| Says::Unsigned),
    ("No valid credential sources found", |_, _| Says::Unsigned),
    ("source profile has no shared credentials", |_, _| Says::Unsigned),
    ("unable to sign request without credentials set", |_, _| Says::Unsigned),
    ("Missing credentials in config", |_, _| Says::Unsigned),
    ("failed fetching WebIdentity token", |_, _| Says::TokenUnreadable),
    ("failed to retrieve jwt from provide source", |_, _| Says::TokenUnreadable),
    ("WebIdentityErr: unable to read file at", |_, _| Says::TokenUnreadable),
    ("retrieve verification key from your identity provider", |_, _| Says::IdentityToken(TokenFault::KeysUnreachable)),
    ("match configured thumbprint", |_, _| Says::IdentityToken(TokenFault::Thumbprint)),
    ("Token signature invalid", |_, _| Says::IdentityToken(TokenFault::BadSignature)),
    ("Token is not yet valid", |_, _| Says::IdentityToken(TokenFault::Unspecified)),
    ("Response signature invalid", |_, _| Says::IdentityToken(TokenFault::BadSignature)),
    ("Issuer not present in specified provider", |_, _| Says::IdentityToken(TokenFault::OtherIssuer)),
    ("Specified provider doesn't exist", |_, _| Says::IdentityToken(TokenFault::NoSamlProvider)),
    ("is required in AuthnResponse", |_, _| Says::IdentityToken(TokenFault::Claim)),
    ("Missing a required claim", |_, _| Says::IdentityToken(TokenFault::Claim)),
    ("an invalid SAML response", |_, _| Says::IdentityToken(TokenFault::Unspecified)),
    ("ID Token provided is not a valid JWT", |_, _| Says::IdentityToken(TokenFault::Unspecified)),
    ("identity token provided could not be validated", |_, _| Says::IdentityToken(TokenFault::Unspecified)),
    ("Request ARN is invalid", |_, _| Says::InvalidArn(None)),
    ("Invalid principal in policy", invalid_principal),
    ("Duplicate tag keys found", |_, _| Says::Tags),
    ("Tag keys and values that start with aws: are reserved", |_, _| Says::Tags),
    ("specified transitive tag key", |_, _| Says::Tags),
    ("MalformedPolicyDocument", |_, _| Says::MalformedPolicy),
    ("PackedPolicyTooLarge", |_, _| Says::PackedPolicyTooLarge),
    ("Packed size of session tags consumes", |_, _| Says::PackedPolicyTooLarge),
    ("Invalid information in one or more fields. Check your information or contact your administrator", |_, _| {
        Says::SwitchRole
    }),
    ("Could not switch roles using the provided information", |_, _| Says::SwitchRole),
    ("Encoded authorization failure message:", |_, _| Says::Encoded),
];

/// How services say that they could not assume a role, and which principal says it.
const SERVICES: &[(&str, &str)] = &[
    ("ECS was unable to assume the role", "ecs-tasks.amazonaws.com"),
    ("The role defined for the function cannot be assumed by Lambda", "lambda.amazonaws.com"),
    ("CodePipeline is not authorized to perform AssumeRole on role", "codepipeline.amazonaws.com"),
    ("CodeBuild is not authorized to perform: sts:AssumeRole", "codebuild.amazonaws.com"),
    ("API Gateway does not have permission to assume the provided role", "apigateway.amazonaws.com"),
    ("Firehose is unable to assume role", "firehose.amazonaws.com"),
    ("Neither the global service principal states.amazonaws.com", "states.amazonaws.com"),
    ("Access denied while assuming the service IAM role", "vpc-flow-logs.amazonaws.com"),
    ("ECS was unable to assume the configured ECS Infrastructure Role", "ecs.amazonaws.com"),
    ("Unable to assume role and validate the", "ecs.amazonaws.com"),
    ("could not be assumed because it does not exist or the trusted entity is not correct", "eks.amazonaws.com"),
    ("is invalid or cannot be assumed", "cloudformation.amazonaws.com"),
    ("role you provide must allow AWS EventBridge Scheduler to assume", "scheduler.amazonaws.com"),
    ("should be given assume role permissions for Glue Service", "glue.amazonaws.com"),
    ("cannot be assumed by AWS Backup", "backup.amazonaws.com"),
    ("Not authorized to get credentials of role", "redshift.amazonaws.com"),
    ("VALIDATION_ERROR: EMR service role", "elasticmapreduce.amazonaws.com"),
    ("Error in assuming access role", "build.apprunner.amazonaws.com"),
    ("The defined assume role is unable to be assumed", "ssm.amazonaws.com"),
    ("missing ssm service principal in trust policy", "ssm.amazonaws.com"),
    ("CodeDeploy does not have the permissions required to assume the role", "codedeploy.amazonaws.com"),
    ("does not include the required permissions for: ENHANCED_MONITORING", "monitoring.rds.amazonaws.com"),
    ("trust relationship allowing Cognito to assume the role", "cognito-idp.amazonaws.com"),
];

/// What Cognito says when STS refuses it a pool's role: the call was `AssumeRoleWithWebIdentity`, with Cognito's token
/// (`GetCredentialsForIdentity` in the Cognito API reference).
const IDENTITY_POOL: &str = "Invalid identity pool configuration. Check assigned IAM roles for this pool";

/// Every sentence of the table.
pub(super) fn find(clean: &Clean) -> Vec<Sentence> {
    let text = clean.text.as_str();
    let mut found = Vec::new();
    for ((fixed, says), finder) in FIXED.iter().zip(&FINDERS.fixed) {
        found.extend(last_places(text, finder, |_| true).map(|at| {
            let end = at + fixed.len();
            let mut denial = Denial::new(says(text, end), Span::default());
            if matches!(denial.says, Says::SwitchRole) {
                denial.operation = Some(Found { text: "SwitchRole".into(), span: clean.span(at, end) });
            }
            Sentence { start: at, end, denial }
        }));
    }
    for ((fixed, service), finder) in SERVICES.iter().zip(&FINDERS.services) {
        found.extend(last_places(text, finder, |_| true).map(|at| of_service(clean, at, at + fixed.len(), service)));
    }
    found.extend(last_places(text, &FINDERS.identity_pool, |_| true).map(|start| {
        let end = start + IDENTITY_POOL.len();
        let implied = |text: &str| Some(Found { text: text.to_owned(), span: clean.span(start, end) });
        let mut denial = Denial::new(Says::NotAuthorized, Span::default());
        denial.caller = implied("cognito-identity.amazonaws.com");
        denial.operation = implied("AssumeRoleWithWebIdentity");
        Sentence { start, end, denial }
    }));
    let invalid = last_places(text, &FINDERS.is_invalid, |at| invalid_arn(text, at).is_some());
    found.extend(invalid.filter_map(|at| {
        let arn = invalid_arn(text, at)?;
        let (start, end) = (at.checked_sub(arn.len())?, at + IS_INVALID.len());
        let mut denial = Denial::new(Says::InvalidArn(Some(arn.to_owned())), Span::default());
        denial.resource = Some(Found { text: arn.to_owned(), span: clean.span(start, at) });
        Some(Sentence { start, end, denial })
    }));
    let unknown = last_places(text, &FINDERS.no_role, |at| no_such_role(text, at).is_some());
    found.extend(unknown.filter_map(|start| {
        let end = no_such_role(text, start)?;
        Some(Sentence { start, end, denial: Denial::new(Says::NoSuchRole, Span::default()) })
    }));
    found
}

const IS_INVALID: &str = " is invalid";
const NO_ROLE: &str = "The role with name ";

/// What looks for the sentences. To make one takes longer than to look through a short text, and redaction asks of each name.
struct Finders {
    fixed: Vec<Finder<'static>>,
    services: Vec<Finder<'static>>,
    identity_pool: Finder<'static>,
    is_invalid: Finder<'static>,
    no_role: Finder<'static>,
}

static FINDERS: LazyLock<Finders> = LazyLock::new(|| Finders {
    fixed: FIXED.iter().map(|(fixed, _)| Finder::new(fixed)).collect(),
    services: SERVICES.iter().map(|(fixed, _)| Finder::new(fixed)).collect(),
    identity_pool: Finder::new(IDENTITY_POOL),
    is_invalid: Finder::new(IS_INVALID),
    no_role: Finder::new(NO_ROLE),
});

/// Where words stand in a text, of those places that are wanted: the last ones, and more than are read of any text.
pub(super) fn last_places(
    text: &str,
    words: &Finder<'_>,
    wanted: impl Fn(usize) -> bool,
) -> impl Iterator<Item = usize> {
    let mut places = VecDeque::new();
    // Asked of many short texts: a value has not the length of a sentence.
    let text = if text.len() < words.needle().len() { "" } else { text };
    for at in words.find_iter(text.as_bytes()).filter(|at| wanted(*at)) {
        if places.len() == 2 * MOST {
            places.pop_front();
        }
        places.push_back(at);
    }
    places.into_iter()
}

fn of_service(clean: &Clean, start: usize, end: usize, service: &str) -> Sentence {
    let mut denial = Denial::new(Says::ServiceCannotAssume, Span::default());
    denial.caller = Some(Found { text: service.to_owned(), span: clean.span(start, end) });
    denial.operation = Some(Found { text: "AssumeRole".into(), span: clean.span(start, end) });
    denial.resource = arn_near(clean, start, end);
    Sentence { start, end, denial }
}

/// The ARN within the hundred characters after `end`, or the last of the two hundred before `start`.
fn arn_near(clean: &Clean, start: usize, end: usize) -> Option<Found> {
    let after = clean.text.get(end..)?;
    let near = after.char_indices().nth(100).map_or(after, |(end, _)| after.get(..end).unwrap_or(after));
    let before = clean.text.get(..start)?;
    let edge = before.char_indices().rev().nth(200).map_or(0, |(at, _)| at);
    let at = near
        .find("arn:")
        .map(|at| end + at)
        .or_else(|| Some(edge + before.get(edge..)?.rfind("arn:").filter(|_| !near.contains("arn:"))?))?;
    let length = arn_length(clean.text.get(at..)?);
    let text = clean.text.get(at..at + length)?.to_owned();
    Some(Found { text, span: clean.span(at, at + length) })
}

/// `<arn> is invalid`: STS's answer to a text that is no role ARN, which ends at `at`.
fn invalid_arn(text: &str, at: usize) -> Option<&str> {
    let before = text.get(text.floor_char_boundary(at.saturating_sub(2_048))..at)?;
    // `… is invalid or cannot be assumed` is a service speaking.
    let service = text.get(at + IS_INVALID.len()..).is_some_and(|rest| rest.starts_with(" or "));
    let word = before.rsplit([' ', '"', '\'', '`', '(']).next().filter(|_| !service)?;
    // STS's sentence begins with the ARN; another says of what kind the role is.
    let begins = before.strip_suffix(word)?.trim_end().chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    (begins && (word.starts_with("arn:") || word.contains(":role/"))).then_some(word)
}

/// `NoSuchEntity … role`, from `at`: where it ends.
fn no_such_role(text: &str, at: usize) -> Option<usize> {
    let rest = near(text, at + NO_ROLE.len());
    let (name, after) = rest.split_once(' ')?;
    let end = at + NO_ROLE.len() + name.len() + " cannot be found".len();
    after.starts_with("cannot be found").then_some(end)
}

/// What stands from a place on, as far as a value can reach.
fn near(text: &str, at: usize) -> &str {
    text.get(at..text.floor_char_boundary(at.saturating_add(2_048))).unwrap_or_default()
}

/// `… Value 'v' at 'externalId' failed to satisfy constraint`: the parameter and value stand before.
fn constraint(text: &str, end: usize) -> Says {
    let before = text.get(..end).unwrap_or_default();
    let start = before.char_indices().rev().nth(1_400).map_or(0, |(at, _)| at);
    let before = before.get(start..).unwrap_or_default();
    let parameter = before.rsplit_once(" at '").and_then(|(_, rest)| rest.split_once('\'')).map(|(name, _)| name);
    let value = before.rsplit_once("Value '").and_then(|(_, rest)| rest.rsplit_once("' at '")).map(|(value, _)| value);
    Says::Constraint { parameter: parameter.unwrap_or_default().to_owned(), value: value.map(str::to_owned) }
}

/// `minimum field size of 2, AssumeRoleInput.ExternalId.`
fn go_field(text: &str, at: usize) -> String {
    let rest = near(text, at);
    let field = rest.split(['\n', ' ']).find(|word| word.contains("Input.")).unwrap_or_default();
    field.rsplit_once("Input.").map_or("", |(_, name)| name).trim_end_matches('.').to_owned()
}

fn word_at(text: &str, at: usize) -> String {
    let rest = near(text, at);
    rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn issuer(text: &str, at: usize) -> Option<String> {
    let rest = near(text, at);
    let rest = rest.strip_prefix(" your").unwrap_or(rest).strip_prefix(" account for ")?;
    let end = rest.find([' ', '"', '\'', ')', '<', ',']).unwrap_or(rest.len());
    Some(rest.get(..end)?.trim_end_matches('.').to_owned())
}

/// `: "AWS":"arn:…"`, or what IAM's own exception says instead.
fn invalid_principal(text: &str, at: usize) -> Says {
    let rest = near(text, at);
    let end = rest.char_indices().nth(120).map_or(rest.len(), |(end, _)| end);
    if rest.get(..end).is_some_and(|near| near.contains("statement with no principals")) {
        return Says::MalformedPolicy;
    }
    Says::InvalidPrincipal { principal: principal(rest) }
}

fn principal(rest: &str) -> Option<String> {
    let mut parts = rest.splitn(6, '"');
    let kind = parts.nth(1)?;
    let value = parts.nth(1)?;
    let known = ["AWS", "Federated", "Service"].iter().any(|name| name.eq_ignore_ascii_case(kind));
    known.then(|| value.to_owned())
}
