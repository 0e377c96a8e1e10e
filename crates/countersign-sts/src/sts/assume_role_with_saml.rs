//! AssumeRoleWithSAML.
//!
//! XML signatures are not verified, as [`crate::saml`] says. AWS does not document the order of its checks, nor its texts
//! for a wrong audience, a wrong recipient, an assertion from the future and unusable tags: those are ours.

use countersign_policy::arn::Arn;
use countersign_policy::evaluate::assume_role::SessionRequest;
use countersign_policy::request::{Caller, Request, RequestContext};
use data_encoding::BASE64;
use sha1::{Digest as _, Sha1};

use super::connection::add_connection;
use super::credentials::TokenSize;
use super::role_session::{self, NAME, Wanted};
use super::session_policy::SessionPolicies;
use super::session_tags;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::saml::{self, Assertion, Confirmation};
use crate::service::{Auth, Call, Operation, Run};
use crate::signature::SessionTag;
use crate::tag_rules;
use crate::world::SamlProvider;

pub(super) static OPERATION: Operation =
    Operation { name: "AssumeRoleWithSAML", auth: Auth::Unsigned, run: Run::Read(respond) };

const SAML_ASSERTION: Constraint = Constraint { pattern: None, least: 4, most: 100_000 };
/// How long after it was issued an assertion can be used.
const REDEEM_SECONDS: i64 = 300;
/// How far `NotBefore` may lie ahead: an assumption, as for web identity tokens.
const AHEAD_SECONDS: i64 = 300;

/// The parameters, in the order of the API's model.
struct Input<'p> {
    role_arn: &'p str,
    principal_arn: &'p str,
    assertion: &'p str,
    policies: SessionPolicies<'p>,
    duration_seconds: Option<u32>,
    token_size: TokenSize,
}

impl<'p> Input<'p> {
    fn read(call: &Call<'p>) -> Result<Self, ApiError> {
        let mut checks = Checks::new(call.parameters);
        let input = Self {
            role_arn: checks.required("RoleArn", Constraint::ARN),
            principal_arn: checks.required("PrincipalArn", Constraint::ARN),
            assertion: checks.required_secret("SAMLAssertion", SAML_ASSERTION),
            policies: SessionPolicies::read_short(&mut checks)?,
            duration_seconds: checks.integer("DurationSeconds", 900, 43_200)?,
            token_size: TokenSize::read(&mut checks)?,
        };
        checks.finish()?;
        Ok(input)
    }
}

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let input = Input::read(call)?;
    Arn::parse(input.role_arn)
        .and_then(|arn| arn.account_id())
        .ok_or_else(|| ApiError::validation("Request ARN is invalid"))?;
    let (provider, account) = provider(call, input.principal_arn)?;
    let assertion = decode(input.assertion).ok_or_else(|| refused_response(call, "Invalid base64 SAMLResponse"))?;
    if saml::entity_id(&provider.metadata).as_deref() != Some(assertion.issuer.as_str()) {
        return Err(refused_response(call, "Issuer not present in specified provider"));
    }
    let recipient = confirm(&assertion, call.now.seconds())?;
    check_pair(&assertion, &input)?;
    let session_name = session_name(&assertion)?;
    let tags = tags(&assertion)?;
    let source_identity = source_identity(&assertion)?;
    // AWS documents this refusal for a response without a name.
    let name_id = assertion.name_id.as_ref().ok_or_else(|| denied("sts:AssumeRoleWithSAML"))?;

    let qualified = format!("{}{account}/{}", assertion.issuer, provider.name);
    let name_qualifier = BASE64.encode(&Sha1::digest(qualified));
    let lasting = [
        ("saml:sub", name_id.value.as_str()),
        ("saml:sub_type", &name_id.format),
        ("saml:namequalifier", &name_qualifier),
    ];
    let wanted = Wanted {
        role_arn: input.role_arn,
        session_name,
        policies: input.policies,
        duration_seconds: input.duration_seconds,
        ends_by: ends_by(&assertion, call.now.seconds()),
        transitive_keys: tags.iter().filter(|tag| tag.transitive).map(|tag| tag.key.clone()).collect(),
        tags,
        source_identity: source_identity.map(str::to_owned),
        token_size: input.token_size,
    };
    let mut context = RequestContext::new();
    add_connection(call, &mut context);
    wanted.add_to_context(call, &mut context);
    for (name, values) in assertion.attributes() {
        // Of several attributes for one key one is mapped; here the first.
        if let Some(key) = saml::condition_key(name).filter(|key| context.get(key).is_none()) {
            context.set(key, values);
        }
    }
    context.set("saml:aud", [recipient]);
    context.set("saml:iss", [&assertion.issuer]);
    context.set("saml:doc", [format!("{account}/{}", provider.name)]);
    for (key, value) in lasting {
        context.set(key, [value]);
    }
    let request = Request {
        caller: Caller::federated(input.principal_arn),
        action: "sts:AssumeRoleWithSAML".to_owned(),
        role: input.role_arn.to_owned(),
        context,
    };
    let limits = SessionRequest { duration_seconds: input.duration_seconds, ..SessionRequest::default() };
    let role = role_session::authorize(call, request, limits, denied)?;
    let mut carried: Vec<_> = lasting.map(|(key, value)| (key.to_owned(), vec![value.to_owned()])).into();
    carried.push(("aws:FederatedProvider".to_owned(), vec![input.principal_arn.to_owned()]));
    let identity = wanted.source_identity.clone();
    let mut result = role_session::issue(call, role, wanted, identity, carried)?;
    result.push(Element::leaf("Subject", &name_id.value));
    result.push(Element::leaf("SubjectType", &name_id.format));
    result.push(Element::leaf("Issuer", &assertion.issuer));
    result.push(Element::leaf("Audience", recipient));
    result.push(Element::leaf("NameQualifier", name_qualifier));
    Ok(result)
}

/// The provider of exactly this ARN, and its account.
fn provider<'w>(call: &Call<'w>, arn: &str) -> Result<(&'w SamlProvider, String), ApiError> {
    let find = || {
        let parsed = Arn::parse(arn).filter(|arn| arn.service == "iam" && arn.region.is_empty())?;
        let account = call.world.account(parsed.account_id()?)?;
        let name = parsed.resource.strip_prefix("saml-provider/")?;
        let provider = account.saml_providers.get(name).filter(|provider| provider.name == name)?;
        (parsed.partition == account.settings.partition).then(|| (provider, parsed.account.to_owned()))
    };
    find().ok_or_else(|| discovery_error(call, "Specified provider doesn't exist", "AuthSamlManifestNotFoundException"))
}

fn decode(text: &str) -> Option<Assertion> {
    // Browsers and command lines break base64 into lines.
    let unbroken: String = text.split_ascii_whitespace().collect();
    let bytes = BASE64.decode(unbroken.as_bytes()).ok()?;
    Assertion::read(std::str::from_utf8(&bytes).ok()?)
}

/// The recipient, when the assertion is for AWS and for now.
fn confirm(assertion: &Assertion, now: i64) -> Result<&str, ApiError> {
    let confirmation = assertion.confirmation.as_ref();
    let Confirmation { recipient, not_on_or_after } = confirmation
        .ok_or_else(|| invalid("Responses must contain SubjectConfirmatonData with a Recipient and NotOnOrAfter"))?;
    if !is_sign_in(recipient) {
        return Err(invalid("The Recipient in the SAML response is not an AWS sign-in endpoint"));
    }
    let for_aws = |audience: &String| audience == "urn:amazon:webservices" || is_sign_in(audience);
    if !assertion.audiences.iter().any(for_aws) {
        return Err(invalid("The Audience in the SAML response is not AWS"));
    }
    let ends = [Some(*not_on_or_after), assertion.not_on_or_after, assertion.session_end];
    let redeemed_in_time = now <= assertion.issued.saturating_add(REDEEM_SECONDS);
    if !redeemed_in_time || ends.into_iter().flatten().any(|end| now >= end) {
        let text = "Token must be redeemed within 5 minutes of issuance";
        return Err(ApiError::new(ErrorCode::ExpiredTokenException, text));
    }
    let latest = now.saturating_add(AHEAD_SECONDS);
    if assertion.issued > latest || assertion.not_before.is_some_and(|time| time > latest) {
        return Err(invalid("The SAML response is not yet valid"));
    }
    Ok(recipient)
}

/// Whether a URL is AWS's endpoint for SAML, global or of a region, in any partition.
fn is_sign_in(url: &str) -> bool {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    host.is_some_and(|(host, path)| {
        let known = ["signin.aws.amazon.com", "signin.amazonaws.cn", "signin.amazonaws-us-gov.com"];
        let regional = |known: &&str| host.strip_suffix(*known).is_some_and(|region| region.ends_with('.'));
        (known.contains(&host) || known.iter().any(regional)) && (path == "saml" || path.starts_with("saml/acs/"))
    })
}

/// Refuses a role and provider that the assertion does not name together. Either may stand first.
fn check_pair(assertion: &Assertion, input: &Input<'_>) -> Result<(), ApiError> {
    let wanted = [(input.role_arn, input.principal_arn), (input.principal_arn, input.role_arn)];
    let named = |pair: &String| {
        pair.split_once(',').is_some_and(|(first, second)| wanted.contains(&(first.trim(), second.trim())))
    };
    if assertion.of_aws("Role").iter().any(named) {
        return Ok(());
    }
    Err(invalid("SAML Assertion doesn't contain the requested Role and Metadata in the attributes"))
}

fn session_name(assertion: &Assertion) -> Result<&str, ApiError> {
    match assertion.of_aws("RoleSessionName") {
        [name] if NAME.admits(name) => Ok(name),
        [] => Err(invalid("RoleSessionName is required in AuthnResponse")),
        _ => Err(invalid("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")),
    }
}

fn source_identity(assertion: &Assertion) -> Result<Option<&str>, ApiError> {
    match assertion.of_aws("SourceIdentity") {
        [] => Ok(None),
        [identity] if NAME.admits(identity) => Ok(Some(identity)),
        _ => Err(invalid("SourceIdentity in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")),
    }
}

fn tags(assertion: &Assertion) -> Result<Vec<SessionTag>, ApiError> {
    let transitive = assertion.of_aws("TransitiveTagKeys");
    let is_transitive = |key: &str| transitive.iter().any(|transitive| tag_rules::same_key(transitive, key));
    let tag = |(key, value): (&str, &str)| SessionTag {
        key: key.to_owned(),
        value: value.to_owned(),
        transitive: is_transitive(key),
    };
    let tags = assertion.principal_tags().map(|tags| tags.into_iter().map(tag).collect::<Vec<_>>());
    tags.filter(|tags| session_tags::are_valid(tags))
        .ok_or_else(|| invalid("The session tags in the SAML response are not valid"))
}

/// When the session ends at the latest: with the provider's own, or after `SessionDuration`, which only shortens.
fn ends_by(assertion: &Assertion, now: i64) -> Option<i64> {
    let asked = assertion.of_aws("SessionDuration").first().and_then(|seconds| seconds.parse::<u32>().ok());
    let asked = asked.map(|seconds| now.saturating_add(i64::from(seconds)));
    [asked, assertion.session_end].into_iter().flatten().min()
}

fn denied(action: &str) -> ApiError {
    ApiError::new(ErrorCode::AccessDenied, format!("Not authorized to perform {action}"))
}

fn invalid(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidIdentityToken, text)
}

fn refused_response(call: &Call<'_>, text: &str) -> ApiError {
    discovery_error(call, text, "AuthSamlInvalidSamlResponseException")
}

/// STS passes on what the service behind it says, wrapped as the Java SDK prints errors.
fn discovery_error(call: &Call<'_>, text: &str, code: &str) -> ApiError {
    let id = call.mint.request_id();
    invalid(format!(
        "{text} (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: {code}; Request ID: {id}; Proxy: null)"
    ))
}
