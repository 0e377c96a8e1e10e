//! AssumeRoleWithWebIdentity.
//!
//! AWS does not say in which order it checks a token. Here it is: its form, its provider, its key and signature, its
//! times, its audience, and then the trust policy.

use countersign_policy::arn::Arn;

use super::session_policy::SessionPolicies;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Pattern};
use crate::service::{Auth, Call, Operation, Run};
use crate::web_identity::Token;

pub(super) static OPERATION: Operation =
    Operation { name: "AssumeRoleWithWebIdentity", auth: Auth::Unsigned, run: Run::Read(respond) };

const NAME: Constraint = Constraint { pattern: Some(&Pattern::NAME), least: 2, most: 64 };
const TOKEN: Constraint = Constraint { pattern: None, least: 4, most: 20_000 };
const PROVIDER_ID: Constraint = Constraint { pattern: None, least: 4, most: 2048 };

/// The parameters, in the order of the API's model.
struct Input<'p> {
    role_arn: &'p str,
    token: &'p str,
}

impl<'p> Input<'p> {
    fn read(call: &Call<'p>) -> Result<Self, ApiError> {
        let mut checks = Checks::new(call.parameters);
        let role_arn = checks.required("RoleArn", Constraint::ARN);
        checks.required("RoleSessionName", NAME);
        let token = checks.required_secret("WebIdentityToken", TOKEN);
        checks.optional("ProviderId", PROVIDER_ID);
        SessionPolicies::read_short(&mut checks)?;
        checks.integer("DurationSeconds", 900, 43_200)?;
        checks.finish()?;
        Ok(Self { role_arn, token })
    }
}

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let input = Input::read(call)?;
    Arn::parse(input.role_arn)
        .and_then(|arn| arn.account_id())
        .ok_or_else(|| ApiError::validation("Request ARN is invalid"))?;
    let not_a_jwt = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
    let token = Token::read(input.token).ok_or_else(|| invalid(not_a_jwt))?;
    let issuer = token.text("iss").ok_or_else(|| invalid(not_a_jwt))?;
    Err(invalid(format!("No OpenIDConnect provider found in your account for {issuer}")))
}

fn invalid(text: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidIdentityToken, text)
}
