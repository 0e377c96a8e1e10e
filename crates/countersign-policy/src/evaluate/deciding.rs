//! Which policy and which statement a decision comes from: what somebody has to look at.

use super::assume_role::{AssumeRoleDecision, Layer, LayerTrace};
use super::{Decision, ElementTrace, Evaluation, StatementTrace};
use crate::document::Effect;

impl AssumeRoleDecision {
    /// The policy that the answer comes from: the first that allows an allowed call, or the first that stands in the way
    /// of a denied one. `None` where it is the lack of a policy, or [`AssumeRoleDecision::refusal`], that denies.
    #[must_use]
    pub fn deciding_layer(&self) -> Option<&LayerTrace> {
        let with = |wanted: Decision| self.layers.iter().find(|trace| trace.evaluation.decision == wanted);
        let allows = |trace: &&LayerTrace| trace.evaluation.decision == Decision::Allowed;
        match self.decision {
            Decision::Allowed => with(Decision::Allowed),
            // A guardrail that allows nothing counts as an explicit deny (rule D13).
            Decision::ExplicitDeny => with(Decision::ExplicitDeny)
                .or_else(|| self.layers.iter().find(|trace| trace.layer == Layer::Scp && !allows(trace))),
            Decision::ImplicitDeny => {
                let (action, _) = self.actions.iter().find(|(_, decision)| *decision != Decision::Allowed)?;
                let asked = || self.layers.iter().filter(|trace| trace.action == *action);
                // One policy that allows is enough, whatever the others of its layer leave out.
                let is_covered = |layer: Layer| asked().any(|trace| trace.layer == layer && allows(&trace));
                asked().find(|trace| !is_covered(trace.layer))
            }
        }
    }
}

impl Evaluation {
    /// The statement that the decision comes from: the first that applies with the deciding effect, or the nearest Allow
    /// where none applies.
    #[must_use]
    pub fn deciding_statement(&self) -> Option<&StatementTrace> {
        let applying = |effect| self.statements.iter().find(|trace| trace.applies && trace.effect == effect);
        match self.decision {
            Decision::Allowed => applying(Effect::Allow),
            Decision::ExplicitDeny => applying(Effect::Deny),
            Decision::ImplicitDeny => self.nearest_allow(),
        }
    }

    /// The Allow statement with the fewest failing parts; among equals one that covers the caller, then the first.
    #[must_use]
    pub fn nearest_allow(&self) -> Option<&StatementTrace> {
        let distance = |statement: &&StatementTrace| {
            let elements = [statement.principal, statement.action, statement.resource];
            let failed = elements.iter().filter(|element| **element == ElementTrace::Failed).count();
            let conditions = statement.conditions.iter().filter(|condition| !condition.matched).count();
            let unreadable = usize::from(statement.unreadable.is_some());
            (failed + conditions + unreadable, statement.principal == ElementTrace::Failed, statement.index)
        };
        self.statements.iter().filter(|statement| statement.effect == Effect::Allow).min_by_key(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assumptions::Assumptions;
    use crate::document::PolicyDocument;
    use crate::evaluate::assume_role::{CallerSide, SessionRequest, assume_role};
    use crate::request::{Caller, Request, RequestContext};

    #[test]
    fn a_boundary_is_not_taken_for_a_policy_that_leaves_something_out() {
        let policy = |action: &str| {
            let statement = format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#);
            PolicyDocument::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#))
        };
        let trust = PolicyDocument::parse(
            r#"{"Version":"2012-10-17","Statement":
                {"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"sts:AssumeRole"}}"#,
        );
        let caller = Caller::parse("arn:aws:iam::999988887777:user/ann").unwrap();
        let context = RequestContext::for_caller(&caller);
        let role = "arn:aws:iam::111122223333:role/R".to_owned();
        let request = Request { caller, action: "sts:AssumeRole".to_owned(), role, context };
        let identity = vec![policy("s3:*"), policy("sts:*")];
        let decide = |boundary| {
            let side = CallerSide { identity: identity.clone(), boundary, ..CallerSide::default() };
            assume_role(&trust, &request, &side, &SessionRequest::default(), Assumptions::default())
        };
        let layer = |decided: &AssumeRoleDecision| decided.deciding_layer().map(|trace| trace.layer);
        assert_eq!(layer(&decide(None)), Some(Layer::Trust));
        assert_eq!(layer(&decide(Some(policy("s3:*")))), Some(Layer::PermissionsBoundary));
    }
}
