//! The one line a tired engineer reads: why a call is allowed or denied.

use countersign_policy::evaluate::assume_role::{AssumeRoleDecision, Layer, LayerTrace};
use countersign_policy::evaluate::{ConditionTrace, Decision, ElementTrace, Evaluation, StatementTrace};
use countersign_policy::request::Request;

use crate::output::{quoted, quoted_list};

/// Why a decision came out as it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// One line.
    pub(crate) text: String,
    /// The condition key whose absence stood in the way, when nothing but conditions did.
    pub(crate) absent_key: Option<String>,
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self { text, absent_key: None }
    }
}

/// Why the call as a whole is allowed or denied.
pub(crate) fn of_call(decided: &AssumeRoleDecision, request: &Request) -> Reason {
    if let Some(trace) = decided.deciding_layer() {
        return of_layer(trace, request);
    }
    let text = match decided.decision {
        Decision::Allowed => "no policy was asked".to_owned(),
        Decision::ExplicitDeny => "a guardrail denies".to_owned(),
        Decision::ImplicitDeny => match decided.actions.iter().find(|(_, decision)| *decision != Decision::Allowed) {
            Some((action, _)) => format!("nothing on the caller's side allows {action}: it has no identity policy"),
            None => {
                let refusal = decided.refusal.as_ref().map(ToString::to_string);
                refusal.unwrap_or_else(|| "nothing allows the call".to_owned())
            }
        },
    };
    text.into()
}

/// Why one policy says what it says of one action.
pub(crate) fn of_layer(trace: &LayerTrace, request: &Request) -> Reason {
    of_policy(&trace.evaluation, layer_name(trace.layer), &trace.action, request)
}

/// Why a policy, called `name`, says what it says of `action`.
pub(crate) fn of_policy(evaluation: &Evaluation, name: &str, action: &str, request: &Request) -> Reason {
    let deciding = evaluation.deciding_statement();
    match evaluation.decision {
        Decision::Allowed => {
            let label = deciding.map(label).unwrap_or_default();
            format!("{label} of the {name} allows {action}").into()
        }
        Decision::ExplicitDeny => {
            let Some(statement) = deciding else { return format!("the {name} denies {action}").into() };
            let asks: Vec<String> = statement.conditions.iter().map(|condition| said(condition, "asks")).collect();
            let since = if asks.is_empty() { String::new() } else { format!(": {}", asks.join("; ")) };
            format!("{} of the {name} denies {action}{since}", label(statement)).into()
        }
        Decision::ImplicitDeny => {
            let Some(statement) = deciding else {
                return format!("the {name} has no Allow statement").into();
            };
            let mut failed = statement.conditions.iter().filter(|condition| !condition.matched);
            let elements = [statement.principal, statement.action, statement.resource];
            let only_conditions = statement.unreadable.is_none() && !elements.contains(&ElementTrace::Failed);
            let absent_key = failed.find(|condition| only_conditions && condition.sent.is_none());
            let parts = shortfalls(statement, action, request).join("; ");
            Reason {
                text: format!("no statement of the {name} allows {action}; nearest is {}: {parts}", label(statement)),
                absent_key: absent_key.map(|condition| condition.key.clone()),
            }
        }
    }
}

/// What messages call a layer.
pub(crate) fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Trust => "trust policy",
        Layer::Identity => "identity policy",
        Layer::PermissionsBoundary => "permissions boundary",
        Layer::Session => "session policy",
        Layer::Scp => "service control policy",
        Layer::Rcp => "resource control policy",
    }
}

/// `statement 2 (`Sid`)`
pub(crate) fn label(statement: &StatementTrace) -> String {
    let number = statement.index + 1;
    match &statement.sid {
        Some(sid) if !sid.is_empty() => format!("statement {number} ({})", quoted(sid)),
        _ => format!("statement {number}"),
    }
}

/// Every part of the statement that stands in the way.
fn shortfalls(statement: &StatementTrace, action: &str, request: &Request) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(statement.unreadable.as_ref().map(|what| format!("it cannot be read ({what})")));
    let elements = [
        (statement.principal, "Principal", request.caller.name()),
        (statement.action, "Action", action),
        (statement.resource, "Resource", request.role.as_str()),
    ];
    for (trace, element, what) in elements {
        if trace == ElementTrace::Failed {
            parts.push(format!("`{element}` does not cover {}", quoted(what)));
        }
    }
    let failed = statement.conditions.iter().filter(|condition| !condition.matched);
    parts.extend(failed.map(|condition| said(condition, "requires")));
    parts
}

/// `` `StringEquals` requires `sts:ExternalId` to be `tenant-7f2`, the call sends none ``
fn said(condition: &ConditionTrace, verb: &str) -> String {
    let requirement = requirement(condition);
    let (operator, key) = (quoted(&condition.operator), quoted(&condition.key));
    format!("{operator} {verb} {key} {requirement}, the call sends {}", sent(condition))
}

/// What the call sent for the key.
pub(crate) fn sent(condition: &ConditionTrace) -> String {
    match condition.sent.as_deref() {
        None => "none".to_owned(),
        Some([]) => "an empty list".to_owned(),
        Some(values) => quoted_list(values),
    }
}

/// What the operator wants of the key, in words.
fn requirement(condition: &ConditionTrace) -> String {
    let operator = condition.operator.to_ascii_lowercase();
    let operator = operator.rsplit(':').next().unwrap_or_default();
    let operator = operator.strip_suffix("ifexists").unwrap_or(operator);
    if operator == "null" {
        let absent = condition.required.iter().any(|value| value.eq_ignore_ascii_case("true"));
        return if absent { "to be absent".to_owned() } else { "to be present".to_owned() };
    }
    let verb = match operator {
        _ if operator.contains("not") && operator.contains("like") => "not to match",
        _ if operator.ends_with("notipaddress") => "not to be in",
        _ if operator.contains("not") => "not to be",
        _ if operator.ends_with("like") => "to match",
        _ if operator.ends_with("lessthanequals") => "to be at most",
        _ if operator.ends_with("lessthan") => "to be less than",
        _ if operator.ends_with("greaterthanequals") => "to be at least",
        _ if operator.ends_with("greaterthan") => "to be greater than",
        _ if operator.ends_with("ipaddress") => "to be in",
        _ => "to be",
    };
    format!("{verb} {}", quoted_list(&condition.required))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_policy::assumptions::Assumptions;
    use countersign_policy::document::PolicyDocument;
    use countersign_policy::evaluate::{AttachedTo, evaluate};
    use countersign_policy::request::{Caller, RequestContext};

    fn trust(statements: &str) -> Reason {
        let document = PolicyDocument::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#));
        let caller = Caller::parse("arn:aws:iam::999988887777:user/ann").unwrap();
        let request = Request {
            context: RequestContext::for_caller(&caller),
            caller,
            action: "sts:AssumeRole".into(),
            role: "arn:aws:iam::111122223333:role/R".into(),
        };
        let evaluation = evaluate(&document, &request, AttachedTo::Role, Assumptions::default());
        of_policy(&evaluation, "trust policy", &request.action, &request)
    }

    #[test]
    fn the_nearest_statement_is_the_one_with_the_fewest_failures() {
        let reason = trust(
            r#"[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:TagSession"},
                {"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"},
                {"Sid":"Vendor","Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"sts:AssumeRole",
                 "Condition":{"StringEquals":{"sts:ExternalId":["a1","b2"]}}}]"#,
        );
        assert_eq!(
            reason.text,
            "no statement of the trust policy allows sts:AssumeRole; nearest is statement 3 (`Vendor`): \
             `StringEquals` requires `sts:ExternalId` to be `a1`, `b2`, the call sends none"
        );
        assert_eq!(reason.absent_key.as_deref(), Some("sts:ExternalId"));
    }

    #[test]
    fn a_deny_says_what_it_asked() {
        let reason = trust(
            r#"[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},
                {"Effect":"Deny","Principal":"*","Action":"sts:*","Condition":{"Null":{"sts:ExternalId":"true"}}}]"#,
        );
        assert_eq!(
            reason.text,
            "statement 2 of the trust policy denies sts:AssumeRole: \
             `Null` asks `sts:ExternalId` to be absent, the call sends none"
        );
    }

    #[test]
    fn a_policy_of_denies_has_no_nearest_statement() {
        assert_eq!(
            trust(r#"{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"sts:*"}"#).text,
            "the trust policy has no Allow statement"
        );
    }
}
