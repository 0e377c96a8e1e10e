//! GetWebIdentityToken: a signed JWT that says who the caller is, for services outside AWS.
//!
//! AWS publishes the keys at the issuer's URL; here [`crate::Endpoint::web_identity_key_set`] has them. How large a token
//! may be is not documented, so that none is too large here. Claims of compute services and of Identity Center are never
//! there.

use countersign_policy::condition::date::Moment;
use countersign_policy::request::RequestContext;
use serde_json::{Map, Value, json};

use super::connection::call_context;
use super::permission;
use super::session_tags::{self, SentTags};
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run};
use crate::signature::SessionTag;
use crate::web_identity::Algorithm;
use crate::world::Switch;

pub(super) static OPERATION: Operation =
    Operation { name: "GetWebIdentityToken", auth: Auth::Signed, run: Run::Read(respond) };

const AUDIENCE: Constraint = Constraint { pattern: None, least: 1, most: 1000 };
const ALGORITHMS: [(&str, (&str, Algorithm)); 2] =
    [("RS256", ("RS256", Algorithm::Rs256)), ("ES384", ("ES384", Algorithm::Es384))];
const DEFAULT_SECONDS: u32 = 300;

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::new(call.parameters);
    let audiences = audiences(&mut checks)?;
    let asked = checks.integer("DurationSeconds", 60, 3600)?;
    let algorithm = checks.required_choice("SigningAlgorithm", &ALGORITHMS);
    let tags = SentTags::read_without_transitive(&mut checks)?;
    checks.finish()?;
    let Some((algorithm_name, algorithm)) = algorithm else {
        return Err(ApiError::validation("SigningAlgorithm is missing"));
    };
    let tags = tags.combine(None)?;
    let seconds = asked.unwrap_or(DEFAULT_SECONDS);
    permission::require_with(call, "sts:GetWebIdentityToken", |context| {
        context.set("sts:IdentityTokenAudience", audiences.iter().copied());
        context.set("sts:SigningAlgorithm", [algorithm_name]);
        context.set("sts:DurationSeconds", [seconds.to_string()]);
        session_tags::add_to_context(&tags, context);
    })?;
    if !tags.is_empty() {
        permission::require_with(call, "sts:TagGetWebIdentityToken", |context| {
            session_tags::add_to_context(&tags, context);
        })?;
    }
    let account = call.world.account(call.principal.account);
    if account.is_none_or(|account| account.settings.outbound_web_identity_federation == Switch::Off) {
        let text = "The outbound web identity federation feature is not enabled for this account";
        return Err(ApiError::new(ErrorCode::OutboundWebIdentityFederationDisabledException, text));
    }
    let now = call.now.seconds();
    let expires = now.saturating_add(i64::from(seconds));
    if call.principal.session.as_ref().is_some_and(|session| session.expires < expires) {
        let text = "The requested token duration would extend the session beyond its original expiration time";
        return Err(ApiError::new(ErrorCode::SessionDurationEscalationException, text));
    }
    let claims = json!({
        "iss": call.outbound.issuer(call.principal.account),
        "aud": match audiences.as_slice() { [audience] => json!(audience), several => json!(several) },
        "sub": call.principal.caller.principal_arn(),
        "iat": now,
        "exp": expires,
        "jti": call.mint.request_id(),
        "https://sts.amazonaws.com/": identity(call, &tags),
    });
    let unsigned = || ApiError::new(ErrorCode::ServiceFailure, "the token cannot be signed");
    let token = call.outbound.sign(algorithm, &claims).ok_or_else(unsigned)?;
    Ok(vec![Element::leaf("WebIdentityToken", token), Element::time("Expiration", Moment::from_seconds(expires))])
}

fn audiences<'p>(checks: &mut Checks<'p>) -> Result<Vec<&'p str>, ApiError> {
    let audiences = checks.texts("Audience", 10, AUDIENCE)?;
    if audiences.is_empty() {
        checks.required("Audience", AUDIENCE);
    }
    Ok(audiences)
}

/// The claims about the caller.
fn identity(call: &Call<'_>, tags: &[SessionTag]) -> Value {
    let context = call_context(call);
    let mut claims = Map::new();
    let mut put = |claim: &str, value: Value| claims.insert(claim.to_owned(), value);
    put("aws_account", json!(call.principal.account));
    put("source_region", json!(call.region));
    put("principal_id", json!(call.principal.caller.principal_arn()));
    for (claim, key) in [
        ("org_id", "aws:PrincipalOrgID"),
        ("federated_provider", "aws:FederatedProvider"),
        ("source_identity", "aws:SourceIdentity"),
    ] {
        if let Some([value]) = context.get(key) {
            put(claim, json!(value));
        }
    }
    if let Some(paths) = context.get("aws:PrincipalOrgPaths") {
        put("ou_path", json!(paths));
    }
    if let Some(session) = &call.principal.session {
        put("original_session_exp", json!(Moment::from_seconds(session.expires).to_string()));
    }
    let principal_tags = principal_tags(&context);
    if !principal_tags.is_empty() {
        put("principal_tags", Value::Object(principal_tags));
    }
    if !tags.is_empty() {
        put("request_tags", tags.iter().map(|tag| (tag.key.clone(), json!(tag.value))).collect());
    }
    Value::Object(claims)
}

fn principal_tags(context: &RequestContext) -> Map<String, Value> {
    let tag = |(key, values): (&str, &[String])| {
        Some((key.strip_prefix("aws:PrincipalTag/")?.to_owned(), json!(values.first()?)))
    };
    context.iter().filter_map(tag).collect()
}
