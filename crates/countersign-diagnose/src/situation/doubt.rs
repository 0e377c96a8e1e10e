//! What decides about the call and is not known: keys that nobody says the call has, who called, and guard rails that were
//! only told of.

use countersign_policy::condition::date::Moment;
use countersign_policy::document::{ConditionEntry, Effect, PolicyDocument};
use countersign_policy::evaluate::{AttachedTo, Decision, ElementTrace, evaluate};
use countersign_policy::prove::{Difference, Setting, gained};
use countersign_policy::request::Request;
use countersign_policy::request::context_key::{self, SetBy};

use super::decide::settle_open;
use super::{Situation, State, StatementView, Whole};
use crate::evidence::Guard;
use crate::external_id::is_sendable;
use crate::message::{PolicyLayer, Says};

/// The kinds of policy that only limit, in the order in which they are looked at.
pub(crate) const LIMITS: [PolicyLayer; 5] = [
    PolicyLayer::PermissionsBoundary,
    PolicyLayer::Scp,
    PolicyLayer::Rcp,
    PolicyLayer::Session,
    PolicyLayer::VpcEndpoint,
];

/// A condition of the caller's own policy that does not hold, or is open.
pub(crate) struct OwnCondition {
    pub(crate) key: String,
    pub(crate) operator: String,
    pub(crate) required: Vec<String>,
    pub(crate) sent: Option<Vec<String>>,
    pub(crate) is_open: bool,
}

impl Situation<'_> {
    /// Whether the call that was denied cannot have sent the ExternalId that it is said to send: AWS answers from the policies,
    /// and STS refuses the value before it asks them.
    pub(crate) fn sent_another_id(&self) -> bool {
        let is_refused = self.external_id.value().is_some_and(|value| !is_sendable(value));
        is_refused && matches!(self.says(), Some(Says::NotAuthorized))
    }

    /// The condition keys that decide, and of which nobody says what the call has. `changed` is the statement of the trust
    /// policy that lets the call in once it is changed.
    pub(crate) fn open_keys(&self, changed: Option<usize>) -> Vec<String> {
        let changed = self.statements.iter().filter(|view| Some(view.index) == changed);
        let denies = self.statements.iter().filter(|view| {
            view.effect == Effect::Deny
                && view.principal != State::Fails
                && view.uncovered.len() < self.actions.len()
                && view.failing().next().is_none()
        });
        let allows = self.nearest().into_iter().chain(self.companions()).chain(changed);
        let of_trust = allows.chain(denies).flat_map(StatementView::open).map(|test| test.key.clone());
        let others = self.evidence.policies().skip(usize::from(self.evidence.trust.is_some()));
        let mut keys: Vec<String> = Vec::new();
        for key in of_trust.chain(others.flat_map(|policy| self.open_in(&policy.document))) {
            if !keys.iter().any(|known| known.eq_ignore_ascii_case(&key)) {
                keys.push(key);
            }
        }
        keys
    }

    /// The open keys that a policy of the caller's side, or a limit, asks for, where its answer depends on them.
    pub(crate) fn open_in(&self, policy: &PolicyDocument) -> Vec<String> {
        let asked = self.asked_of_call(policy).into_iter().map(|(entry, _)| entry.key.value.to_string());
        let keys: Vec<String> = asked.filter(|key| self.is_open_key(key)).collect();
        let decides = !keys.is_empty() && self.answers(policy, Effect::Allow) != self.answers(policy, Effect::Deny);
        if decides { keys } else { Vec::new() }
    }

    pub(super) fn is_open_key(&self, key: &str) -> bool {
        self.open.contains(&key.to_ascii_lowercase())
    }

    /// What a policy says of each action, if statements with an open key apply when they have this effect, and only then.
    fn answers(&self, policy: &PolicyDocument, applies: Effect) -> Vec<Decision> {
        let mut settled = policy.clone();
        settle_open(&mut settled, &|key| self.is_open_key(key), applies);
        let requests =
            self.actions.iter().filter_map(|action| Some(Request { action: action.clone(), ..self.request()? }));
        requests
            .map(|request| evaluate(&settled, &request, AttachedTo::Identity, Default::default()).decision)
            .collect()
    }

    /// The conditions under which a policy of the caller's side, or a limit, speaks of this call, and whether they are to
    /// hold if it shall let the call through: those of a Deny are not.
    pub(super) fn asked_of_call<'p>(&self, policy: &'p PolicyDocument) -> Vec<(&'p ConditionEntry, bool)> {
        if policy.statements.iter().all(|statement| statement.conditions.is_empty()) {
            return Vec::new();
        }
        let Some(request) = self.request() else { return Vec::new() };
        let mut asked: Vec<(&ConditionEntry, bool)> = Vec::new();
        let traces: Vec<_> = self
            .actions
            .iter()
            .map(|action| Request { action: action.clone(), ..request.clone() })
            .map(|request| evaluate(policy, &request, AttachedTo::Identity, Default::default()))
            .collect();
        for (index, statement) in policy.statements.iter().enumerate() {
            let mut traces = traces.iter().filter_map(|trace| trace.statements.get(index));
            let speaks =
                traces.any(|trace| trace.action == ElementTrace::Matched && trace.resource == ElementTrace::Matched);
            let allows = statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow);
            asked.extend(statement.conditions.iter().filter(|_| speaks).map(|entry| (entry, allows)));
        }
        asked
    }

    /// The conditions that keep the caller's own policies from allowing an action on the role, of statements that speak of both.
    pub(crate) fn own_conditions(&self, action: &str) -> Vec<OwnCondition> {
        let Some(request) = self.request() else { return Vec::new() };
        let request = Request { action: action.to_owned(), ..request };
        let mut found = Vec::new();
        for policy in &self.evidence.identity {
            let trace = evaluate(&policy.document, &request, AttachedTo::Identity, Default::default());
            for (written, traced) in policy.document.statements.iter().zip(&trace.statements) {
                let allows = written.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow);
                let speaks = traced.action == ElementTrace::Matched && traced.resource == ElementTrace::Matched;
                let failing = traced.conditions.iter().filter(|condition| allows && speaks && !condition.matched);
                found.extend(failing.map(|condition| OwnCondition {
                    key: condition.key.clone(),
                    operator: condition.operator.clone(),
                    required: condition.required.clone(),
                    sent: condition.sent.clone(),
                    is_open: self.is_open_key(&condition.key),
                }));
            }
        }
        found
    }

    /// The values of a key with which the policies that ask for it let the call through, if one value can make it.
    pub(crate) fn satisfying_own(&self, key: &str) -> Option<Vec<String>> {
        let mut open = Situation::with_denials(self.evidence, self.denials.clone());
        open.open = [key.to_ascii_lowercase()].into();
        open.context.remove(key);
        let whole = open.favouring(self.nearest().map(|statement| statement.index))?;
        whole.request.context.get(key).map(<[String]>::to_vec)
    }

    /// The guard rails that bind the caller and were told of in words only: what they decide is not known, unless AWS says it.
    pub(crate) fn untold(&self) -> Vec<PolicyLayer> {
        let blamed = self.blames_unseen().map(|reason| reason.layer);
        let in_words = |layer: &PolicyLayer| {
            self.is_bound_by(*layer)
                && self.guards(*layer).into_iter().any(|guard| matches!(guard, Guard::Mentioned(_)))
        };
        LIMITS.into_iter().filter(|layer| Some(*layer) != blamed).filter(in_words).collect()
    }

    /// Whether the trust policy lets in nobody with what is known of the call, whoever calls.
    pub(crate) fn denies_everybody(&self) -> bool {
        let denies = |view: &StatementView| {
            view.effect == Effect::Deny && view.readable && view.tests.iter().all(|test| test.state == State::Holds)
        };
        let of_everybody = |view: &StatementView| denies(view) && self.names_everybody(view.index);
        let cannot = |view: &StatementView| {
            view.effect == Effect::Deny || view.readable && (!view.main_action || view.failing().next().is_some())
        };
        let all_fail = !self.statements.is_empty() && self.statements.iter().all(cannot);
        all_fail || self.statements.iter().any(|view| of_everybody(view) && view.uncovered.is_empty())
    }

    /// Whether a call that is otherwise this one gets in, whoever makes it. Whether it does is asked of the prover: what a
    /// policy that lets in everybody with this call has, and the call's trust policy has not, must be nothing.
    pub(crate) fn lets_in_everybody(&self, whole: &Whole) -> bool {
        let single =
            |(key, values): (&str, &[String])| Some((key.to_owned(), values.first()?.clone(), values.len() == 1));
        let pins = whole.request.context.iter().filter(|(key, _)| !is_of_caller(key)).map(single);
        let Some(pins) = pins.collect::<Option<Vec<_>>>() else { return false };
        if pins.iter().any(|(_, _, is_single)| !is_single) || !whole.is_allowed() {
            return false;
        }
        let pinned: serde_json::Map<_, _> = pins.into_iter().map(|(key, value, _)| (key, value.into())).collect();
        let everybody = serde_json::json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": "*", "Action": self.actions, "Condition": {"StringEquals": pinned},
        }});
        let moment = self.evidence.now.unwrap_or(Moment::from_seconds(0));
        let setting = Setting::for_role(&whole.request.role, moment);
        gained(&whole.trust, &PolicyDocument::parse(&everybody.to_string()), &setting) == Difference::None
    }

    /// Whether a statement is about everybody.
    fn names_everybody(&self, statement: usize) -> bool {
        let document = self.evidence.trust.as_ref().map(|trust| &trust.document);
        let written = document.and_then(|document| document.statements.get(statement));
        let mut elements = written.into_iter().flat_map(|statement| &statement.principals);
        elements.any(|element| {
            element.polarity == countersign_policy::document::Polarity::Listed
                && element.entries.iter().any(|entry| entry.value.known() == Some("*"))
        })
    }
}

/// Whether a key differs from caller to caller.
fn is_of_caller(key: &str) -> bool {
    let set_by = context_key::lookup(key).map(|row| row.set_by);
    matches!(
        set_by,
        Some(SetBy::Caller | SetBy::CallerAttribute | SetBy::Organization | SetBy::Mfa | SetBy::ServicePrincipal)
    )
}
