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
                self.layers.iter().find(|trace| trace.action == *action && !allows(trace))
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
