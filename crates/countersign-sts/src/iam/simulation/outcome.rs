//! What a simulation comes to, and how answers show it.

use countersign_policy::document::Effect;
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::{Layer, LayerTrace};
use countersign_policy::request::Request;

use super::caller::Simulated;
use super::context_keys;
use super::labelled::Labelled;
use crate::protocol::{Element, Value};

/// One action on one resource, decided.
pub(super) struct Outcome {
    action: String,
    resource: String,
    decision: Decision,
    matched: Vec<Value>,
    missing: Vec<String>,
    /// Whether the organization allows it, where there is one.
    organizations: Option<bool>,
    /// Whether the boundary allows it, where there is one.
    boundary: Option<bool>,
}

impl Outcome {
    pub(super) fn new(
        request: &Request,
        simulated: &Simulated,
        of_resource: Option<&Labelled>,
        decision: Decision,
        traces: &[LayerTrace],
    ) -> Self {
        let documents = simulated.identity.iter().chain(&simulated.boundary).chain(of_resource);
        let mut missing = context_keys::of(documents.map(|policy| &*policy.document));
        missing.retain(|key| request.context.get(key).is_none());
        let allows = |layer: Layer| {
            let mut asked = traces.iter().filter(|trace| trace.layer == layer);
            asked.all(|trace| trace.evaluation.decision == Decision::Allowed)
        };
        Self {
            action: request.action.clone(),
            resource: request.role.clone(),
            decision,
            matched: matched(simulated, of_resource, decision, traces),
            missing,
            organizations: simulated.levels_allow(traces),
            boundary: simulated.boundary.as_ref().map(|_| allows(Layer::PermissionsBoundary)),
        }
    }

    pub(super) fn shape(self) -> Value {
        let decision = match self.decision {
            Decision::Allowed => "allowed",
            Decision::ExplicitDeny => "explicitDeny",
            Decision::ImplicitDeny => "implicitDeny",
        };
        let detail = |name, member, allowed| Element::parent(name, vec![Element::boolean(member, allowed)]);
        let organizations = |allowed| detail("OrganizationsDecisionDetail", "AllowedByOrganizations", allowed);
        let boundary = |allowed| detail("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary", allowed);
        let boundary = self.boundary.map(boundary);
        let mut members = vec![
            Element::leaf("EvalActionName", self.action),
            Element::leaf("EvalResourceName", &self.resource),
            Element::leaf("EvalDecision", decision),
            Element::list("MatchedStatements", self.matched.clone()),
        ];
        members.extend(self.organizations.map(organizations));
        members.extend(boundary.clone());
        let missing = Element::texts("MissingContextValues", self.missing);
        if self.resource == "*" {
            members.push(missing);
            return Value::Structure(members);
        }
        // Where there is a resource, what is missing is said of it alone.
        let mut specific = vec![
            Element::leaf("EvalResourceName", self.resource),
            Element::leaf("EvalResourceDecision", decision),
            Element::list("MatchedStatements", self.matched),
            missing,
        ];
        specific.extend(boundary);
        members.push(Element::texts("MissingContextValues", [""; 0]));
        members.push(Element::list("ResourceSpecificResults", [Value::Structure(specific)]));
        Value::Structure(members)
    }
}

/// The statements that decide: those that deny, or else those that allow.
fn matched(
    simulated: &Simulated,
    of_resource: Option<&Labelled>,
    decision: Decision,
    traces: &[LayerTrace],
) -> Vec<Value> {
    let decisive = match decision {
        Decision::Allowed => Effect::Allow,
        Decision::ExplicitDeny => Effect::Deny,
        Decision::ImplicitDeny => return Vec::new(),
    };
    let mut found: Vec<Value> = Vec::new();
    for trace in traces {
        let policy = match trace.layer {
            Layer::Identity => simulated.identity.get(trace.document),
            Layer::Trust => of_resource,
            // Of a boundary AWS names what denies, of an organization nothing.
            Layer::PermissionsBoundary => simulated.boundary.as_ref().filter(|_| decisive == Effect::Deny),
            Layer::Session | Layer::Scp | Layer::Rcp => None,
        };
        let Some(policy) = policy else { continue };
        let statements = trace.evaluation.statements.iter();
        for statement in statements.filter(|statement| statement.applies && statement.effect == decisive) {
            let shown = shape(policy, statement.index);
            if !found.contains(&shown) {
                found.push(shown);
            }
        }
    }
    found
}

fn shape(policy: &Labelled, statement: usize) -> Value {
    let mut members = vec![Element::leaf("SourcePolicyId", &policy.id), Element::leaf("SourcePolicyType", policy.kind)];
    if let Some((start, end)) = policy.position(statement) {
        for (name, position) in [("StartPosition", start), ("EndPosition", end)] {
            let place = [Element::number("Line", position.line), Element::number("Column", position.column)];
            members.push(Element::parent(name, place.into()));
        }
    }
    Value::Structure(members)
}
