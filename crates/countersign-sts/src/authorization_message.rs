//! Encoded authorization messages: a decision as AWS tells it to those who may decode it.

use countersign_policy::evaluate::Decision;
use serde_json::{Value, json};

use crate::{Decided, Endpoint};

impl Endpoint {
    /// A decision as an encoded message, which DecodeAuthorizationMessage decodes at this endpoint and at others with the
    /// same key. Neither AWS's STS and IAM nor this endpoint put such messages into their refusals; they are for tests of
    /// tools that decode them.
    ///
    /// The message has the members that AWS documents. Which statements matched is in the decision itself.
    #[must_use]
    pub fn authorization_message(&self, decided: &Decided) -> String {
        self.seal_message(&describe(decided).to_string())
    }
}

fn describe(decided: &Decided) -> Value {
    let Decided { request, decision, .. } = decided;
    let denied = decision.actions.iter().find(|(_, decision)| *decision != Decision::Allowed);
    let action = denied.map_or(request.action.as_str(), |(action, _)| action);
    let conditions = request.context.iter().map(|(key, values)| {
        let values: Vec<Value> = values.iter().map(|value| json!({"value": value})).collect();
        json!({"key": key, "values": {"items": values}})
    });
    json!({
        "allowed": decision.decision == Decision::Allowed,
        "explicitDeny": decision.decision == Decision::ExplicitDeny,
        "matchedStatements": {"items": []},
        "failures": {"items": []},
        "context": {
            "principal": {"id": request.context.get("aws:userid").and_then(<[String]>::first), "arn": request.caller.name()},
            "action": action,
            "resource": request.role,
            "conditions": {"items": conditions.collect::<Vec<_>>()},
        },
    })
}
