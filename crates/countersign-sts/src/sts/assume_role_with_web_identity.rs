//! AssumeRoleWithWebIdentity.
//!
//! AWS does not say in which order it checks a token. Here it is: its form, its provider, its key and signature, its
//! times, its audience, its claims for the session, and then the trust policy. Nothing is fetched: an issuer's keys are
//! those that the world declares, and an issuer without keys is one that AWS cannot reach.
//!
//! Opaque tokens of Login with Amazon and Facebook could be looked up by their issuer only: with one of their names as
//! `ProviderId` the issuer cannot be reached.

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::evaluate::assume_role::SessionRequest;
use countersign_policy::request::{Caller, Request, RequestContext};

use super::connection::add_connection;
use super::credentials::TokenSize;
use super::role_session::{self, NAME, Wanted};
use super::session_policy::SessionPolicies;
use super::session_tags;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run};
use crate::web_identity::{KeySet, Token, Unverified};
use crate::world::OidcProvider;

pub(super) static OPERATION: Operation =
    Operation { name: "AssumeRoleWithWebIdentity", auth: Auth::Unsigned, run: Run::Read(respond) };

const TOKEN: Constraint = Constraint { pattern: None, least: 4, most: 20_000 };
const PROVIDER_ID: Constraint = Constraint { pattern: None, least: 4, most: 2048 };
/// Issuers that accounts trust without a provider of their own. Such a provider declares their keys here.
const BUILT_IN: [&str; 2] = ["accounts.google.com", "cognito-identity.amazonaws.com"];
/// Issuers of tokens that are no JWTs.
const OPAQUE: [&str; 2] = ["www.amazon.com", "graph.facebook.com"];
/// How far a token's `nbf` and `iat` may lie ahead. An assumption: AWS documents none, but says to expect clocks to
/// differ; `exp` is taken to the second, as AWS's messages show.
const AHEAD_SECONDS: i64 = 300;

/// The parameters, in the order of the API's model.
struct Input<'p> {
    role_arn: &'p str,
    session_name: &'p str,
    token: &'p str,
    provider_id: Option<&'p str>,
    policies: SessionPolicies<'p>,
    duration_seconds: Option<u32>,
    token_size: TokenSize,
}

impl<'p> Input<'p> {
    fn read(call: &Call<'p>) -> Result<Self, ApiError> {
        let mut checks = Checks::new(call.parameters);
        let input = Self {
            role_arn: checks.required("RoleArn", Constraint::ARN),
            session_name: checks.required("RoleSessionName", NAME),
            token: checks.required_secret("WebIdentityToken", TOKEN),
            provider_id: checks.optional("ProviderId", PROVIDER_ID),
            policies: SessionPolicies::read_short(&mut checks)?,
            duration_seconds: checks.integer("DurationSeconds", 900, 43_200)?,
            token_size: TokenSize::read(&mut checks)?,
        };
        checks.finish()?;
        Ok(input)
    }
}

/// The issuer of a token, as the role's account knows it.
struct Issuer<'w> {
    /// What stands before the claims in condition keys.
    name: &'w str,
    /// What trust policies name.
    principal: String,
    provider: Option<&'w OidcProvider>,
}

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let input = Input::read(call)?;
    let account = Arn::parse(input.role_arn).and_then(|arn| arn.account_id());
    let account = account.ok_or_else(|| ApiError::validation("Request ARN is invalid"))?;
    if input.provider_id.is_some_and(|provider| OPAQUE.contains(&provider)) {
        let text = "The identity provider that was asked to verify the token could not be reached";
        return Err(ApiError::new(ErrorCode::IDPCommunicationError, text));
    }
    let token = Token::read(input.token).ok_or_else(not_a_jwt)?;
    let issuer = issuer(call, account, &token)?;
    verify(&token, &issuer)?;
    check_times(&token, call.now.seconds())?;
    let audience = audience(&token, &issuer)?;
    let subject = token.text("sub").ok_or_else(|| missing("sub"))?;
    let tags = token.session_tags().filter(|tags| session_tags::are_valid(tags));
    let tags = tags.ok_or_else(|| invalid("The session tags in the token are not valid"))?;
    let source_identity = token.source_identity();
    if source_identity.is_some_and(|identity| !NAME.admits(identity)) {
        return Err(invalid("The source identity in the token is not valid"));
    }

    let wanted = Wanted {
        role_arn: input.role_arn,
        session_name: input.session_name,
        policies: input.policies,
        duration_seconds: input.duration_seconds,
        ends_by: None,
        transitive_keys: tags.iter().filter(|tag| tag.transitive).map(|tag| tag.key.clone()).collect(),
        tags,
        source_identity: source_identity.map(str::to_owned),
        token_size: input.token_size,
    };
    let claims = token.condition_keys(issuer.name);
    let mut context = RequestContext::new();
    add_connection(call, &mut context);
    wanted.add_to_context(call, &mut context);
    for (key, values) in &claims {
        context.set(key, values);
    }
    let request = Request {
        caller: Caller::federated(&issuer.principal),
        action: "sts:AssumeRoleWithWebIdentity".to_owned(),
        role: input.role_arn.to_owned(),
        context,
    };
    let limits = SessionRequest { duration_seconds: input.duration_seconds, ..SessionRequest::default() };
    let denied = |action: &str| ApiError::new(ErrorCode::AccessDenied, format!("Not authorized to perform {action}"));
    let role = role_session::authorize(call, request, limits, denied)?;
    let later = ["sub", "aud", "amr"].map(|claim| format!("{}:{claim}", issuer.name));
    let mut carried: Vec<_> = claims.into_iter().filter(|(key, _)| later.contains(key)).collect();
    carried.push(("aws:FederatedProvider".to_owned(), vec![issuer.principal.clone()]));
    let identity = wanted.source_identity.clone();
    let mut result = role_session::issue(call, role, wanted, identity, carried)?;
    result.push(Element::leaf("SubjectFromWebIdentityToken", subject));
    result.push(Element::leaf("Provider", &issuer.principal));
    result.push(Element::leaf("Audience", audience));
    Ok(result)
}

/// The provider of the role's account that stands for the token's issuer.
fn issuer<'w>(call: &Call<'w>, account: AccountId, token: &Token<'_>) -> Result<Issuer<'w>, ApiError> {
    let url = token.text("iss").ok_or_else(not_a_jwt)?;
    let name = url.strip_prefix("https://").unwrap_or(url);
    let providers = call.world.account(account).map(|account| &account.oidc_providers);
    let provider = providers.and_then(|providers| providers.get(name)).filter(|provider| provider.url == name);
    if let Some(built_in) = BUILT_IN.iter().find(|built_in| **built_in == name) {
        return Ok(Issuer { name: built_in, principal: (*built_in).to_owned(), provider });
    }
    let none = || invalid(format!("No OpenIDConnect provider found in your account for {url}"));
    let provider = provider.ok_or_else(none)?;
    let principal = format!("arn:{}:iam::{account}:oidc-provider/{}", call.world.partition(account), provider.url);
    Ok(Issuer { name: &provider.url, principal, provider: Some(provider) })
}

fn verify(token: &Token<'_>, issuer: &Issuer<'_>) -> Result<(), ApiError> {
    let keys = issuer.provider.and_then(|provider| provider.jwks.as_deref());
    KeySet::read(keys.unwrap_or_default()).verify(token).map_err(|unverified| match unverified {
        Unverified::Algorithm => not_a_jwt(),
        Unverified::NoKey => invalid(
            "Couldn't retrieve verification key from your identity provider,  please reference \
             AssumeRoleWithWebIdentity documentation for requirements",
        ),
        Unverified::Signature => invalid("Token signature invalid"),
    })
}

fn check_times(token: &Token<'_>, now: i64) -> Result<(), ApiError> {
    let time = |claim: &str| match token.claims.get(claim) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or_else(not_a_jwt),
    };
    let expires = time("exp")?.ok_or_else(|| missing("exp"))?;
    if now >= expires {
        let text = format!("Token expired: current date/time {now} must be before the expiration date/time {expires}");
        return Err(ApiError::new(ErrorCode::ExpiredTokenException, text));
    }
    for claim in ["nbf", "iat"] {
        if time(claim)?.is_some_and(|time| time > now.saturating_add(AHEAD_SECONDS)) {
            return Err(invalid("Token is not yet valid"));
        }
    }
    Ok(())
}

/// The audience that the provider accepts. Built-in issuers have no list: their audience is left to trust policies.
fn audience(token: &Token<'_>, issuer: &Issuer<'_>) -> Result<String, ApiError> {
    let audiences = token.audiences();
    if audiences.is_empty() {
        return Err(missing("aud"));
    }
    let accepted = |audience: &String| {
        BUILT_IN.contains(&issuer.name)
            || issuer.provider.is_some_and(|provider| provider.client_ids.contains(audience))
    };
    audiences.into_iter().find(accepted).ok_or_else(|| invalid("Incorrect token audience"))
}

fn not_a_jwt() -> ApiError {
    invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
}

fn missing(claim: &str) -> ApiError {
    invalid(format!("Missing a required claim: {claim}"))
}

fn invalid(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidIdentityToken, text)
}
