//! One call as the operator sees it, in JSON. No secret is in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use countersign_policy::condition::date::Moment;
use countersign_policy::evaluate::assume_role::{Layer, LayerTrace};
use countersign_policy::evaluate::{ConditionTrace, Decision, ElementTrace, StatementTrace};
use serde::Serialize;

use crate::{Decided, Record, RoleFound};

/// One call: who made it, what came of it, and why.
#[derive(Debug, Serialize)]
pub struct Shown<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    time: String,
    request_id: &'r str,
    service: &'static str,
    operation: Option<&'static str>,
    region: Option<&'r str>,
    source_ip: Option<String>,
    user_agent: Option<&'r str>,
    caller: Option<Caller<'r>>,
    parameters: BTreeMap<&'r str, &'r str>,
    outcome: Outcome,
    error: Option<Failure<'r>>,
    role: Option<Role<'r>>,
    /// What a call that assumes no role acts on.
    resource: Option<&'r str>,
    reason: Option<Reason<'r>>,
    /// Why the call is refused although the policies allow it.
    refusal: Option<String>,
    assumptions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trace: Vec<Policy<'r>>,
}

#[derive(Debug, Serialize)]
struct Caller<'r> {
    arn: &'r str,
    account: String,
    unique_id: Option<&'r str>,
    access_key_id: Option<&'r str>,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// The policies were asked, and it was answered.
    Allowed,
    /// It was answered; no policy was asked.
    Answered,
    /// A policy, or a rule of the service, denies it.
    Denied,
    /// Something else is wrong with it.
    Refused,
}

#[derive(Debug, Serialize)]
struct Failure<'r> {
    code: &'static str,
    message: Cow<'r, str>,
}

#[derive(Debug, Serialize)]
struct Role<'r> {
    arn: &'r str,
    /// Clients cannot tell.
    exists: bool,
}

/// The policy and the statement that decided, and of a denial what stood in the way.
#[derive(Debug, Serialize)]
struct Reason<'r> {
    policy: Layer,
    action: &'r str,
    decision: Decision,
    statement: Option<Statement<'r>>,
}

#[derive(Debug, Serialize)]
struct Statement<'r> {
    /// Counts from 1.
    number: usize,
    sid: Option<&'r str>,
    effect: String,
    /// The elements that do not cover the call.
    failed: Vec<&'static str>,
    /// The conditions that decided: those that failed, or those of a Deny that held.
    conditions: Vec<&'r ConditionTrace>,
}

/// One policy that was asked.
#[derive(Debug, Serialize)]
struct Policy<'r> {
    policy: Layer,
    document: usize,
    action: &'r str,
    decision: Decision,
    statements: &'r [StatementTrace],
}

impl<'r> Shown<'r> {
    /// A call with the trace of every policy that was asked.
    #[must_use]
    pub(super) fn whole(id: u64, record: &'r Record) -> Self {
        let layers = record.decided.iter().flat_map(|decided| &decided.decision.layers);
        let trace = layers.map(|layer| Policy {
            policy: layer.layer,
            document: layer.document,
            action: &layer.action,
            decision: layer.evaluation.decision,
            statements: &layer.evaluation.statements,
        });
        Self { id: Some(id), trace: trace.collect(), ..Self::brief(record) }
    }

    /// A call without the traces.
    #[must_use]
    pub fn brief(record: &'r Record) -> Self {
        let decided = record.decided.as_ref();
        let error = record.error().map(|(code, message)| Failure { code, message });
        let outcome = match &error {
            None if decided.is_some() => Outcome::Allowed,
            None => Outcome::Answered,
            Some(Failure { code: "AccessDenied", .. }) => Outcome::Denied,
            Some(_) => Outcome::Refused,
        };
        let caller = record.caller().zip(record.account());
        Self {
            id: None,
            time: Moment::from_seconds(record.time.seconds()).to_string(),
            request_id: &record.request_id,
            service: record.service,
            operation: record.operation,
            region: record.region.as_deref(),
            source_ip: record.source_ip.map(|address| address.to_string()),
            user_agent: record.user_agent.as_deref(),
            caller: caller.map(|(caller, account)| Caller {
                arn: caller.name(),
                account: account.to_string(),
                unique_id: caller.unique_id(),
                access_key_id: record.access_key_id(),
            }),
            parameters: record.parameters().collect(),
            outcome,
            error,
            role: decided.and_then(role),
            resource: decided
                .filter(|decided| decided.role == RoleFound::NotSought)
                .map(|decided| decided.request.role.as_str()),
            reason: decided.and_then(|decided| decided.decision.deciding_layer()).map(reason),
            refusal: decided.and_then(refusal),
            assumptions: decided
                .iter()
                .flat_map(|decided| decided.decision.assumptions.iter())
                .map(|used| used.name())
                .collect(),
            trace: Vec::new(),
        }
    }
}

fn role(decided: &Decided) -> Option<Role<'_>> {
    let exists = match decided.role {
        RoleFound::Yes => true,
        RoleFound::No => false,
        RoleFound::NotSought => return None,
    };
    Some(Role { arn: &decided.request.role, exists })
}

fn refusal(decided: &Decided) -> Option<String> {
    decided.decision.refusal.as_ref().map(ToString::to_string)
}

fn reason(layer: &LayerTrace) -> Reason<'_> {
    let evaluation = &layer.evaluation;
    Reason {
        policy: layer.layer,
        action: &layer.action,
        decision: evaluation.decision,
        statement: evaluation.deciding_statement().map(|trace| statement(trace, evaluation.decision)),
    }
}

fn statement(trace: &StatementTrace, decision: Decision) -> Statement<'_> {
    let elements = [("Principal", trace.principal), ("Action", trace.action), ("Resource", trace.resource)];
    let failed = elements.iter().filter(|(_, element)| *element == ElementTrace::Failed).map(|(name, _)| *name);
    let unreadable = trace.unreadable.iter().map(|_| "unreadable");
    let decides = |condition: &&ConditionTrace| match decision {
        Decision::ImplicitDeny => !condition.matched,
        Decision::Allowed | Decision::ExplicitDeny => true,
    };
    Statement {
        number: trace.index + 1,
        sid: trace.sid.as_deref(),
        effect: format!("{:?}", trace.effect),
        failed: failed.chain(unreadable).collect(),
        conditions: trace.conditions.iter().filter(decides).collect(),
    }
}
