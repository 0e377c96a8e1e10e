//! SimulatePrincipalPolicy and SimulateCustomPolicy: what calls would be allowed, without making them.
//!
//! Unlike AWS's own, they ask the trust policy of a role whether it may be assumed: for the actions of trust policies on
//! the ARN of a role, in any account of this world. `ResourcePolicy` stands in for it when one is sent.
//!
//! Context keys are those that follow from the caller and the time, and those that are sent, which come first.
//! `ResourceHandlingOption`, which is about EC2's resources, is read and changes nothing.

mod caller;
pub(super) mod context_keys;
mod input;
mod labelled;
mod outcome;

use std::sync::Arc;

use countersign_policy::arn::Arn;
use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::assume_role::{CallerSide, LayerTrace, SessionRequest, assume_role};
use countersign_policy::evaluate::{Decision, by_caller_side, with_resource_policy};
use countersign_policy::request::{Request, TRUST_ACTIONS};

use self::caller::Simulated;
use self::input::Input;
use self::labelled::Labelled;
use self::outcome::Outcome;
use super::permission::ask;
use super::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Call, Operation};

pub(super) static SIMULATE_PRINCIPAL_POLICY: Operation = reading("SimulatePrincipalPolicy", principal_policy);
pub(super) static SIMULATE_CUSTOM_POLICY: Operation = reading("SimulateCustomPolicy", custom_policy);

fn principal_policy(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let source = checks.required("PolicySourceArn", Constraint::ARN);
    let policies = checks.texts("PolicyInputList", usize::MAX, Constraint::DOCUMENT)?;
    let input = Input::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:SimulatePrincipalPolicy", source.to_owned()).allowed()?;
    let mut simulated = Simulated::of_source(call, source)?;
    simulated.identity.extend(input::documents("PolicyInputList", &policies)?);
    respond(call, &input, simulated)
}

fn custom_policy(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let policies = checks.required_texts("PolicyInputList", usize::MAX, Constraint::DOCUMENT)?;
    let input = Input::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:SimulateCustomPolicy", "*".to_owned()).allowed()?;
    let mut simulated = Simulated::nobody(call)?;
    simulated.identity = input::documents("PolicyInputList", &policies)?;
    respond(call, &input, simulated)
}

fn respond(call: &Call<'_>, input: &Input<'_>, mut simulated: Simulated) -> Result<Vec<Element>, ApiError> {
    if let Some(boundary) = input.boundary()? {
        simulated.boundary = Some(boundary);
    }
    if let Some(arn) = input.caller_arn {
        simulated.call_as(call, arn)?;
    }
    input.add_to_context(&mut simulated.context);
    let resource_policy = input.resource_policy()?;
    let pairs =
        input.actions.iter().flat_map(|action| input.resources.iter().map(move |resource| (*action, *resource)));
    let keyed = pairs.enumerate().map(|(at, pair)| (format!("{at:09}"), pair));
    let cut = input.page.cut(keyed);
    let mut failure = None;
    let outcomes = cut.elements("EvaluationResults", |(action, resource)| {
        let outcome = simulate(call, input, &simulated, resource_policy.as_ref(), (action, resource));
        outcome.map_or_else(
            |error| {
                failure.get_or_insert(error);
                crate::protocol::Value::Structure(Vec::new())
            },
            |outcome| outcome.shape(),
        )
    });
    failure.map_or(Ok(outcomes), Err)
}

/// Simulates one action on one resource.
fn simulate(
    call: &Call<'_>,
    input: &Input<'_>,
    simulated: &Simulated,
    resource_policy: Option<&Labelled>,
    (action, resource): (&str, &str),
) -> Result<Outcome, ApiError> {
    if !action.contains(':') {
        return Err(ApiError::new(ErrorCode::InvalidInput, format!("Invalid action name: {action}")));
    }
    simulated.refuse_abridged(action)?;
    let trust = trust_policy(call, resource_policy, action, resource);
    let (caller, context) = (simulated.caller.clone(), simulated.context_on(call, resource));
    let request = Request { caller, action: action.to_owned(), role: resource.to_owned(), context };
    let mut side = simulated.side();
    let assumptions = Assumptions::default();
    let (decision, traces) = match (&trust, resource_policy) {
        (Some(trust), _) => assumed(call, &trust.document, &request, &mut side),
        (None, Some(policy)) => {
            with_resource_policy(&policy.document, input.owner(resource, simulated), &request, &side, assumptions)
        }
        (None, None) => by_caller_side(&request, &side, assumptions),
    };
    let of_resource = trust.as_ref().or(resource_policy);
    Ok(Outcome::new(&request, simulated, of_resource, decision, &traces))
}

fn assumed(
    call: &Call<'_>,
    trust: &PolicyDocument,
    request: &Request,
    side: &mut CallerSide<Arc<PolicyDocument>>,
) -> (Decision, Vec<LayerTrace>) {
    let account = Arn::parse(&request.role).and_then(|arn| arn.account_id());
    side.rcps = account.map(|account| call.world.resource_control(account)).unwrap_or_default();
    let decided = assume_role(trust, request, side, &SessionRequest::default(), Assumptions::default());
    (decided.decision, decided.layers)
}

/// The policy that decides whether a role is assumed: for the actions of trust policies on the ARN of a role. A role that
/// is not there trusts nobody.
fn trust_policy(call: &Call<'_>, sent: Option<&Labelled>, action: &str, resource: &str) -> Option<Labelled> {
    let is_trust_action = TRUST_ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action));
    let arn = Arn::parse(resource).filter(|arn| arn.service == "iam" && arn.resource.starts_with("role/"));
    arn.filter(|_| is_trust_action)?;
    let role = call.world.role(resource);
    Some(match (sent, role) {
        (Some(sent), _) => sent.clone(),
        (None, Some(role)) => Labelled::trust(&role.trust_policy, &call.world.with_arns(&role.trust_policy)),
        (None, None) => Labelled::new("AssumeRolePolicyDocument", "resource", r#"{"Statement":[]}"#),
    })
}
