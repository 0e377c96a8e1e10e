//! AssumeRole.
//!
//! The order of checks is the one that agrees with every known text: constraints, the ARN, tags, the kind of caller, the
//! policies, durations, packing. Durations come after the policies because they tell of the role's settings.
//!
//! `ProvidedContexts` need `sts:SetContext`, and their providers are a condition key. Their assertions are Identity Center's,
//! which nobody else can make: they are not read, and no `sts:RequestContext/…` follows from them.

use countersign_policy::arn::Arn;
use countersign_policy::evaluate::assume_role::{Chaining, SessionRequest};
use countersign_policy::request::{CallerKind, Request};

use super::connection::call_context;
use super::credentials::TokenSize;
use super::mfa::{Mfa, MfaProof};
use super::role_session::{self, NAME, Wanted};
use super::session_policy::SessionPolicies;
use super::session_tags::SentTags;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Pattern};
use crate::service::{Auth, Call, Operation, Run};

pub(super) static OPERATION: Operation = Operation { name: "AssumeRole", auth: Auth::Signed, run: Run::Read(respond) };

const EXTERNAL_ID: Constraint = Constraint { pattern: Some(&Pattern::EXTERNAL_ID), least: 2, most: 1224 };
const CONTEXT_ASSERTION: Constraint = Constraint { pattern: None, least: 4, most: 2048 };

/// The parameters, in the order of the API's model.
struct Input<'p> {
    role_arn: &'p str,
    session_name: &'p str,
    policies: SessionPolicies<'p>,
    duration_seconds: Option<u32>,
    tags: SentTags<'p>,
    external_id: Option<&'p str>,
    mfa: Mfa<'p>,
    source_identity: Option<&'p str>,
    context_providers: Vec<&'p str>,
    token_size: TokenSize,
}

impl<'p> Input<'p> {
    fn read(call: &Call<'p>) -> Result<Self, ApiError> {
        let mut checks = Checks::new(call.parameters);
        let input = Self {
            role_arn: checks.required("RoleArn", Constraint::ARN),
            session_name: checks.required("RoleSessionName", NAME),
            policies: SessionPolicies::read(&mut checks)?,
            duration_seconds: checks.integer("DurationSeconds", 900, 43_200)?,
            tags: SentTags::read(&mut checks)?,
            external_id: checks.optional("ExternalId", EXTERNAL_ID),
            mfa: Mfa::read(&mut checks),
            source_identity: checks.optional("SourceIdentity", NAME),
            context_providers: context_providers(&mut checks)?,
            token_size: TokenSize::read(&mut checks)?,
        };
        checks.finish()?;
        Ok(input)
    }
}

fn context_providers<'p>(checks: &mut Checks<'p>) -> Result<Vec<&'p str>, ApiError> {
    let mut providers = Vec::new();
    for member in checks.list("ProvidedContexts", 1, 5)? {
        providers.extend(checks.optional(&format!("{member}.ProviderArn"), Constraint::ARN));
        checks.optional(&format!("{member}.ContextAssertion"), CONTEXT_ASSERTION);
    }
    Ok(providers)
}

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let input = Input::read(call)?;
    check_role_arn(input.role_arn)?;
    let tags = input.tags.combine(call.principal.session.as_ref())?;
    refuse_kind(call, input.role_arn)?;
    let proof = input.mfa.authenticate(call)?;
    let source_identity = source_identity(call, &input)?;
    let wanted = Wanted {
        role_arn: input.role_arn,
        session_name: input.session_name,
        policies: input.policies,
        duration_seconds: input.duration_seconds,
        ends_by: None,
        tags,
        transitive_keys: input.tags.transitive_keys().iter().map(|key| (*key).to_owned()).collect(),
        source_identity: input.source_identity.map(str::to_owned),
        token_size: input.token_size,
    };
    let mut context = call_context(call);
    wanted.add_to_context(call, &mut context);
    if let Some(external_id) = input.external_id {
        context.set("sts:ExternalId", [external_id]);
    }
    if !input.context_providers.is_empty() {
        context.set("sts:RequestContextProviders", input.context_providers.iter().copied());
    }
    if let Some(MfaProof) = proof {
        context.set("aws:MultiFactorAuthPresent", ["true"]);
        context.set("aws:MultiFactorAuthAge", ["0"]);
    }
    let request = Request {
        caller: call.principal.caller.clone(),
        action: "sts:AssumeRole".to_owned(),
        role: input.role_arn.to_owned(),
        context,
    };
    let limits = SessionRequest {
        duration_seconds: input.duration_seconds,
        role_chaining: if call.principal.session.is_some() { Chaining::Yes } else { Chaining::No },
        ..SessionRequest::default()
    };
    let role = role_session::authorize(call, request, limits, |action| denied(call, action, input.role_arn))?;
    role_session::issue(call, role, wanted, source_identity, Vec::new())
}

/// Refuses a `RoleArn` that lacks a partition, a service or a resource. What it names does not matter yet.
fn check_role_arn(role_arn: &str) -> Result<(), ApiError> {
    let whole = Arn::parse(role_arn).filter(|arn| ![arn.partition, arn.service, arn.resource].contains(&""));
    whole.map(|_| ()).ok_or_else(|| ApiError::validation(format!("{role_arn} is invalid")))
}

/// Root users assume no roles, and federated users call GetCallerIdentity only.
fn refuse_kind(call: &Call<'_>, role_arn: &str) -> Result<(), ApiError> {
    match call.principal.caller.kind() {
        CallerKind::Root(_) => {
            Err(ApiError::new(ErrorCode::AccessDenied, "Roles may not be assumed by root accounts."))
        }
        CallerKind::FederatedUser(_) => Err(denied(call, "sts:AssumeRole", role_arn)),
        // The policy core refuses the others that cannot.
        CallerKind::User(_)
        | CallerKind::RoleSession(_)
        | CallerKind::Service
        | CallerKind::Federated
        | CallerKind::Anonymous => Ok(()),
    }
}

/// The session's source identity. Once set in a chain it stays, and another value is refused.
fn source_identity(call: &Call<'_>, input: &Input<'_>) -> Result<Option<String>, ApiError> {
    let inherited = call.principal.session.as_ref().and_then(|session| session.source_identity.as_deref());
    match (inherited, input.source_identity) {
        (Some(inherited), Some(sent)) if inherited != sent => {
            Err(denied(call, "sts:SetSourceIdentity", input.role_arn))
        }
        (Some(identity), _) | (None, Some(identity)) => Ok(Some(identity.to_owned())),
        (None, None) => Ok(None),
    }
}

fn denied(call: &Call<'_>, action: &str, role_arn: &str) -> ApiError {
    let caller = &call.principal.caller;
    let text = format!("User: {caller} is not authorized to perform: {action} on resource: {role_arn}");
    ApiError::new(ErrorCode::AccessDenied, text)
}
