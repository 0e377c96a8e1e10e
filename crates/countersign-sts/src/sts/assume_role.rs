//! AssumeRole.
//!
//! The order of checks is the one that agrees with every known text: constraints, the ARN, tags, the kind of caller, the
//! policies, durations, packing. Durations come after the policies because they tell of the role's settings.

use std::sync::Arc;

use countersign_policy::arn::Arn;
use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::{self, CallerSide, Chaining, Refusal, SessionRequest};
use countersign_policy::request::{Request, RequestContext};

use super::connection::call_context;
use super::credentials;
use super::mfa::{Mfa, MfaProof};
use super::session_policy::SessionPolicies;
use super::session_tags::{self, SentTags};
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Pattern};
use crate::record::{Decided, RoleFound};
use crate::service::{Auth, Call, Operation, Run};
use crate::signature::{Session, SessionPrincipal, SessionTag};
use crate::world::Role;

pub(super) static OPERATION: Operation = Operation { name: "AssumeRole", auth: Auth::Signed, run: Run::Read(respond) };

const NAME: Constraint = Constraint { pattern: Some(&Pattern::NAME), least: 2, most: 64 };
const EXTERNAL_ID: Constraint = Constraint { pattern: Some(&Pattern::EXTERNAL_ID), least: 2, most: 1224 };
const CONTEXT_ASSERTION: Constraint = Constraint { pattern: None, least: 4, most: 2048 };
const DEFAULT_SECONDS: u32 = 3600;

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
    let role_arn = role_arn(&input)?;
    let calling = call.principal.session.as_ref();
    let tags = input.tags.combine(calling)?;
    refuse_kind(call, &input)?;
    let proof = input.mfa.authenticate(call)?;
    let source_identity = source_identity(call, &input)?;
    let role = authorize(call, &input, &tags, proof)?;
    let account = role_arn.account_id();
    input.policies.check(call, account)?;
    let packed = input.policies.packed_size(&tags)?;

    let (name, issued) = (input.session_name, call.now.seconds());
    let (role_name, path) = role_arn.kind_path_name().map_or(("", ""), |(_, path, name)| (name, path));
    let seconds = input.duration_seconds.unwrap_or(DEFAULT_SECONDS);
    let session = Session {
        access_key_id: call.mint.temporary_key_id(account.ok_or_else(|| denied(call, "sts:AssumeRole", &input))?),
        principal: SessionPrincipal::Role {
            partition: role_arn.partition.to_owned(),
            account: role_arn.account.to_owned(),
            path: path.to_owned(),
            name: role_name.to_owned(),
            id: role.entity.id.clone(),
            session_name: name.to_owned(),
        },
        issued,
        expires: issued.saturating_add(i64::from(seconds)),
        mfa_at: None,
        tags,
        source_identity,
        policy: input.policies.inline.map(str::to_owned),
        policy_arns: input.policies.arns.iter().map(|arn| (*arn).to_owned()).collect(),
    };
    let arn = format!("arn:{}:sts::{}:assumed-role/{role_name}/{name}", role_arn.partition, role_arn.account);
    let assumed_role_user =
        vec![Element::leaf("AssumedRoleId", format!("{}:{name}", role.entity.id)), Element::leaf("Arn", arn)];
    let mut result = vec![Element::parent("AssumedRoleUser", assumed_role_user), credentials::issue(call, &session)];
    result.extend(packed.map(|percent| Element::number("PackedPolicySize", percent)));
    result.extend(session.source_identity.map(|identity| Element::leaf("SourceIdentity", identity)));
    Ok(result)
}

/// `RoleArn` as an ARN with a partition, a service and a resource. What it names does not matter yet.
fn role_arn<'p>(input: &Input<'p>) -> Result<Arn<'p>, ApiError> {
    let arn = Arn::parse(input.role_arn);
    let whole = arn.filter(|arn| ![arn.partition, arn.service, arn.resource].contains(&""));
    whole.ok_or_else(|| ApiError::validation(format!("{} is invalid", input.role_arn)))
}

/// Root users assume no roles, and federated users call GetCallerIdentity only.
fn refuse_kind(call: &Call<'_>, input: &Input<'_>) -> Result<(), ApiError> {
    use countersign_policy::request::CallerKind;
    match call.principal.caller.kind() {
        CallerKind::Root(_) => {
            Err(ApiError::new(ErrorCode::AccessDenied, "Roles may not be assumed by root accounts."))
        }
        CallerKind::FederatedUser(_) => Err(denied(call, "sts:AssumeRole", input)),
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
        (Some(inherited), Some(sent)) if inherited != sent => Err(denied(call, "sts:SetSourceIdentity", input)),
        (Some(identity), _) | (None, Some(identity)) => Ok(Some(identity.to_owned())),
        (None, None) => Ok(None),
    }
}

/// The role, when the policies and its limits allow the call. A role that does not exist trusts nobody, so that a
/// stranger gets the same text for it as for one that refuses him.
fn authorize<'c>(
    call: &Call<'c>,
    input: &Input<'_>,
    tags: &[SessionTag],
    proof: Option<MfaProof>,
) -> Result<&'c Role, ApiError> {
    let role = call.world.role(input.role_arn);
    let mut context = context(call, input, tags, role);
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
        max_session_duration: role.map(|role| role.max_session_duration),
        role_chaining: if call.principal.session.is_some() { Chaining::Yes } else { Chaining::No },
    };
    let nobody = Arc::default();
    let trust: &Arc<PolicyDocument> = role.map_or(&nobody, |role| role.trust_policy.document());
    let account = Arn::parse(input.role_arn).and_then(|arn| arn.account_id());
    let rcps = account.map(|account| call.world.resource_control(account)).unwrap_or_default();
    let side = CallerSide { rcps, ..call.principal.side.clone() };
    let decision = assume_role::assume_role(trust, &request, &side, &limits, Assumptions::default());
    let answer = match (decision.decision, role) {
        (Decision::Allowed, Some(role)) => Ok(role),
        (Decision::Allowed | Decision::ImplicitDeny | Decision::ExplicitDeny, _) => {
            let denied_action = decision.actions.iter().find(|(_, decision)| *decision != Decision::Allowed);
            Err(match (denied_action, &decision.refusal) {
                (Some((action, _)), _) => denied(call, action, input),
                (None, Some(refusal)) => {
                    beyond_limits(refusal).unwrap_or_else(|| denied(call, "sts:AssumeRole", input))
                }
                (None, None) => denied(call, "sts:AssumeRole", input),
            })
        }
    };
    let found = if role.is_some() { RoleFound::Yes } else { RoleFound::No };
    call.decided.replace(Some(Decided { request, decision, role: found }));
    answer
}

fn beyond_limits(refusal: &Refusal) -> Option<ApiError> {
    let text = match refusal {
        Refusal::ChainingTooLong(_) => {
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        }
        Refusal::DurationTooLong { .. } => {
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        }
        _ => return None,
    };
    Some(ApiError::validation(text))
}

fn denied(call: &Call<'_>, action: &str, input: &Input<'_>) -> ApiError {
    let (caller, role) = (&call.principal.caller, input.role_arn);
    let text = format!("User: {caller} is not authorized to perform: {action} on resource: {role}");
    ApiError::new(ErrorCode::AccessDenied, text)
}

/// Every condition key of the call.
fn context(call: &Call<'_>, input: &Input<'_>, tags: &[SessionTag], role: Option<&Role>) -> RequestContext {
    let mut context = call_context(call);
    context.set("sts:RoleSessionName", [input.session_name]);
    if let Some(external_id) = input.external_id {
        context.set("sts:ExternalId", [external_id]);
    }
    if let Some(identity) = input.source_identity {
        context.set("sts:SourceIdentity", [identity]);
    }
    session_tags::add_to_context(tags, &mut context);
    if !input.tags.transitive_keys().is_empty() {
        context.set("sts:TransitiveTagKeys", input.tags.transitive_keys().iter().copied());
    }
    if !input.context_providers.is_empty() {
        context.set("sts:RequestContextProviders", input.context_providers.iter().copied());
    }
    if let Some(account) = Arn::parse(input.role_arn).and_then(|arn| arn.account_id()) {
        context.set("aws:ResourceAccount", [account.to_string()]);
        if let Some(membership) = call.world.membership(account) {
            context.set("aws:ResourceOrgID", [&membership.organization.id]);
            context.set("aws:ResourceOrgPaths", [membership.path]);
        }
    }
    for (key, value) in role.iter().flat_map(|role| &role.entity.tags) {
        context.set(format!("aws:ResourceTag/{key}"), [value]);
        context.set(format!("iam:ResourceTag/{key}"), [value]);
    }
    context
}
