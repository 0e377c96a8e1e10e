//! The kind of policy that AWS's message blames, against what was given of that kind.
//!
//! AWS knows which policy it asked; whoever collects evidence may have another one in hand: an older text, another role's,
//! not all of them. Where what was given cannot give the denial that the message tells of, it is not what was asked.

use countersign_policy::document::Effect;
use countersign_policy::evaluate::Decision;

use super::{Situation, State, StatementView};
use crate::evidence::{Guard, PolicyText};
use crate::message::{PolicyLayer, Reason, is_masked};

/// How the message and what was given of the blamed kind go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// Nothing was given of it, or not all of it in a form that can be evaluated.
    Unseen,
    /// What was given denies as the message says, or may.
    Fits,
    /// What was given cannot give this denial; instead it says this.
    RuledOut(Decision),
}

impl Situation<'_> {
    /// What the message blames, and how that goes together with what was given; `None` when it blames nothing.
    pub(crate) fn blame(&self) -> Option<(&Reason, Blame)> {
        let reason = self.denial.as_ref()?.reason.as_ref()?;
        let blame = match reason.layer {
            PolicyLayer::Trust if self.is_unseen(reason.layer) => Blame::Unseen,
            PolicyLayer::Trust => self.blame_trust(reason),
            PolicyLayer::Identity => self.blame_identity(reason),
            layer => self.blame_limit(layer, reason),
        };
        Some((reason, blame))
    }

    /// Whether what was given of the blamed kind cannot be what AWS asked.
    pub(crate) fn is_ruled_out(&self) -> bool {
        matches!(self.blame(), Some((_, Blame::RuledOut(_))))
    }

    /// What the message blames, if nothing that could be asked was given of it: then AWS's word is all there is.
    pub(crate) fn blames_unseen(&self) -> Option<&Reason> {
        let reason = self.denial.as_ref()?.reason.as_ref()?;
        self.is_unseen(reason.layer).then_some(reason)
    }

    /// Whether nothing was given of a kind, or not all of it as a policy.
    fn is_unseen(&self, layer: PolicyLayer) -> bool {
        match layer {
            PolicyLayer::Trust => self.evidence.trust.is_none(),
            PolicyLayer::Identity => self.evidence.identity.is_empty(),
            _ => {
                let guards = self.guards(layer);
                guards.is_empty() || guards.iter().any(|guard| guard.policy().is_none())
            }
        }
    }

    /// What was given of a kind that only limits.
    pub(crate) fn guards(&self, layer: PolicyLayer) -> Vec<&Guard> {
        let evidence = self.evidence;
        match layer {
            PolicyLayer::PermissionsBoundary => evidence.boundary.iter().collect(),
            PolicyLayer::Session => evidence.session.iter().collect(),
            PolicyLayer::Scp => evidence.scps.iter().collect(),
            PolicyLayer::Rcp => evidence.rcps.iter().collect(),
            PolicyLayer::VpcEndpoint => evidence.vpc_endpoint.iter().collect(),
            PolicyLayer::Trust | PolicyLayer::Identity => Vec::new(),
        }
    }

    /// Whether policies of a kind that only limits have a say about this caller: an AWS service or an identity provider has
    /// no policies of its own, and is in no organization.
    pub(crate) fn is_bound_by(&self, layer: PolicyLayer) -> bool {
        match layer {
            PolicyLayer::Rcp | PolicyLayer::VpcEndpoint => true,
            _ => self.caller.as_ref().is_none_or(|caller| caller.home().is_some()),
        }
    }

    fn blame_trust(&self, reason: &Reason) -> Blame {
        let denies = |wanted: State| {
            self.statements.iter().filter(|statement| statement.effect == Effect::Deny).any(|statement| {
                let applies = statement.uncovered.len() < self.actions.len() && statement.failing().next().is_none();
                let is_open = statement.principal == State::Open || statement.open().next().is_some();
                let state = if is_open { State::Open } else { statement.principal };
                // What cannot be read may say anything.
                if statement.readable { applies && state == wanted } else { wanted == State::Open }
            })
        };
        let unread = self.statements.iter().any(|statement| !statement.readable);
        let masked = self.principals().iter().any(|principal| is_masked(principal.text));
        let may_be_another = self.caller.is_none() || unread || masked;
        if reason.explicit {
            let fits = denies(State::Holds) || denies(State::Open) || may_be_another;
            let says = if self.trust_allows() == Some(true) { Decision::Allowed } else { Decision::ImplicitDeny };
            return if fits { Blame::Fits } else { Blame::RuledOut(says) };
        }
        if denies(State::Holds) {
            return Blame::RuledOut(Decision::ExplicitDeny);
        }
        let is_settled = |view: &StatementView| view.open().next().is_none();
        let is_sure = self.nearest().is_some_and(is_settled)
            && self.companions().into_iter().all(is_settled)
            && !denies(State::Open);
        match self.trust_allows() {
            Some(true) if is_sure && !may_be_another => Blame::RuledOut(Decision::Allowed),
            _ => Blame::Fits,
        }
    }

    fn blame_identity(&self, reason: &Reason) -> Blame {
        // Where the trust policy names the caller itself in the role's own account, no Allow of the caller's is asked for.
        let is_unneeded = !reason.explicit && self.evidence.trust.is_some() && !self.needs_identity();
        if is_unneeded && self.trust_allows() == Some(true) && self.caller.is_some() {
            return Blame::RuledOut(Decision::Allowed);
        }
        if self.is_unseen(reason.layer) { Blame::Unseen } else { self.compared(reason, &self.identity()) }
    }

    fn blame_limit(&self, layer: PolicyLayer, reason: &Reason) -> Blame {
        if self.is_unseen(layer) {
            return Blame::Unseen;
        }
        let guards = self.guards(layer);
        let given: Vec<&PolicyText> = guards.iter().filter_map(|guard| guard.policy()).collect();
        let each: Vec<Blame> = given.iter().map(|policy| self.compared(reason, &[*policy])).collect();
        // A Deny of one comes before what another does not allow, and that before what all allow.
        let [denied, lacking, allowed] =
            [Decision::ExplicitDeny, Decision::ImplicitDeny, Decision::Allowed].map(Blame::RuledOut);
        let order = [denied, Blame::Fits, lacking, allowed];
        order.into_iter().find(|blame| each.contains(blame)).unwrap_or(Blame::Fits)
    }

    /// What policies say of the actions that the call needs, against what the message says of them.
    fn compared(&self, reason: &Reason, policies: &[&PolicyText]) -> Blame {
        let keys = policies.iter().flat_map(|policy| super::context::asked(&policy.document));
        let is_open = keys.into_iter().any(|key| self.open.contains(&key.to_ascii_lowercase()));
        let says: Option<Vec<Decision>> = self.actions.iter().map(|action| self.say_of(policies, action)).collect();
        let unread = policies.iter().any(|policy| {
            policy
                .document
                .statements
                .iter()
                .any(|statement| statement.unreadable.is_some() || statement.effect.is_none())
        });
        let Some(says) = says.filter(|_| !is_open && !unread && self.role_text.is_some()) else { return Blame::Fits };
        let worst =
            [Decision::ExplicitDeny, Decision::ImplicitDeny].into_iter().find(|decision| says.contains(decision));
        match (worst.unwrap_or(Decision::Allowed), reason.explicit) {
            (Decision::ExplicitDeny, true) | (Decision::ImplicitDeny, false) => Blame::Fits,
            (decision, _) => Blame::RuledOut(decision),
        }
    }
}
