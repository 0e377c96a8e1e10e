//! The evaluator asked: as things are, and as they would be after a change.

use countersign_policy::assumptions::Assumptions;
use countersign_policy::condition::date::{self, Moment};
use countersign_policy::condition::variable::{self, Reference};
use countersign_policy::document::{
    ConditionEntry, Effect, Polarity, PolicyDocument, PrincipalEntry, PrincipalKind, Statement,
};
use countersign_policy::evaluate::assume_role::{
    AssumeRoleDecision, CallerSide, Chaining, SessionRequest, assume_role,
};
use countersign_policy::evaluate::{AttachedTo, Decision, evaluate};
use countersign_policy::request::{Caller, Request};

use super::Situation;
use super::context::asked_by;
use crate::evidence::Guard;
use crate::message::{PolicyLayer, Reason};

/// A whole call with every policy that has a say. What was not given allows.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) trust: PolicyDocument,
    pub(crate) request: Request,
    pub(crate) side: CallerSide,
    pub(crate) session: SessionRequest,
    /// The policy of the VPC endpoint, which the evaluator does not know: it is one more limit.
    pub(crate) endpoint: Option<PolicyDocument>,
}

const ALLOW_ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const DENY_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}"#;
const ALLOW_NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;
const TRUST_ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*"}}"#;

/// A policy that allows everything, in the place of one that was not given.
pub(crate) fn allow_everything() -> PolicyDocument {
    PolicyDocument::parse(ALLOW_ALL)
}

/// A policy that denies everything, in the place of one that AWS says denies.
fn deny_everything() -> PolicyDocument {
    PolicyDocument::parse(DENY_ALL)
}

impl Whole {
    /// Lets a kind of policy of which nothing was given say what AWS's message says of it.
    pub(crate) fn take_word(&mut self, reason: &Reason) {
        let denying = if reason.explicit { deny_everything() } else { PolicyDocument::parse(ALLOW_NOTHING) };
        match reason.layer {
            PolicyLayer::Trust => self.trust = denying,
            PolicyLayer::Identity => self.side.identity = vec![denying],
            PolicyLayer::PermissionsBoundary => self.side.boundary = Some(denying),
            PolicyLayer::Session => self.side.session.push(denying),
            PolicyLayer::Scp => self.side.scps.push(vec![denying]),
            PolicyLayer::Rcp => self.side.rcps.push(vec![denying]),
            PolicyLayer::VpcEndpoint => self.endpoint = Some(denying),
        }
    }

    /// What comes of it.
    pub(crate) fn decide(&self) -> AssumeRoleDecision {
        let mut decided = assume_role(&self.trust, &self.request, &self.side, &self.session, Assumptions::default());
        if let Some(endpoint) = &self.endpoint {
            for (action, decision) in &mut decided.actions {
                let request = Request { action: action.clone(), ..self.request.clone() };
                let answer = evaluate(endpoint, &request, AttachedTo::Identity, Assumptions::default()).decision;
                if answer != Decision::Allowed {
                    *decision = answer;
                    decided.decision = answer;
                }
            }
        }
        decided
    }

    /// The call if statements that ask for an open key apply when they have this effect, and only then.
    fn with_open(&self, is_open: &dyn Fn(&str) -> bool, applies: Effect) -> Self {
        let mut settled = self.clone();
        let side = &mut settled.side;
        let of_side = side.identity.iter_mut().chain(&mut side.boundary).chain(&mut side.session);
        let guards = side.scps.iter_mut().chain(&mut side.rcps).flatten();
        let policies = of_side.chain(guards).chain(&mut settled.endpoint).chain([&mut settled.trust]);
        policies.for_each(|policy| settle_open(policy, is_open, applies));
        settled
    }

    /// Takes away a limit.
    pub(crate) fn lift(&mut self, layer: PolicyLayer) {
        match layer {
            PolicyLayer::PermissionsBoundary => self.side.boundary = None,
            PolicyLayer::Session => self.side.session.clear(),
            PolicyLayer::Scp => self.side.scps.clear(),
            PolicyLayer::Rcp => self.side.rcps.clear(),
            PolicyLayer::VpcEndpoint => self.endpoint = None,
            PolicyLayer::Trust | PolicyLayer::Identity => {}
        }
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.decide().decision == Decision::Allowed
    }
}

impl Situation<'_> {
    /// The call with what is known of it. A trust policy, caller's policies or limits that were not given allow everything;
    /// without a caller or a role there is no call.
    pub(crate) fn whole(&self) -> Option<Whole> {
        let request = self.request().or_else(|| self.by_somebody())?;
        let trust = match &self.evidence.trust {
            Some(trust) => trust.document.clone(),
            None => PolicyDocument::parse(TRUST_ALL),
        };
        let documents = |guards: &[Guard]| -> Vec<Vec<PolicyDocument>> {
            guards.iter().filter_map(Guard::policy).map(|policy| vec![policy.document.clone()]).collect()
        };
        let one = |guard: &Option<Guard>| guard.as_ref().and_then(Guard::policy).map(|policy| policy.document.clone());
        let identity: Vec<PolicyDocument> =
            self.evidence.identity.iter().map(|policy| policy.document.clone()).collect();
        let side = CallerSide {
            identity: if identity.is_empty() { vec![allow_everything()] } else { identity },
            boundary: one(&self.evidence.boundary),
            session: one(&self.evidence.session).into_iter().collect(),
            scps: documents(&self.evidence.scps),
            rcps: documents(&self.evidence.rcps),
        };
        let facts = &self.evidence.facts;
        let session = SessionRequest {
            duration_seconds: self.duration(),
            max_session_duration: facts.max_session_duration.or(Some(43_200)),
            role_chaining: if self.is_chained() { Chaining::Yes } else { Chaining::No },
        };
        Some(Whole { trust, request, side, session, endpoint: one(&self.evidence.vpc_endpoint) })
    }

    /// Whether the caller's credentials are known to be those of a session.
    pub(crate) fn is_chained(&self) -> bool {
        self.evidence.facts.chained.or(self.call().and_then(|call| call.chained)) == Some(true)
    }

    /// The seconds that the call asks for.
    pub(crate) fn duration(&self) -> Option<u32> {
        let of_call = self.of_call(crate::call::Name::DurationSeconds);
        self.evidence.facts.duration_seconds.or_else(|| of_call.value()?.parse().ok())
    }

    /// A request by the caller that the nearest statement is for, when nobody says who called.
    fn by_somebody(&self) -> Option<Request> {
        let trust = self.evidence.trust.as_ref()?;
        let statement = trust.document.statements.get(self.nearest()?.index)?;
        let may_call = |entry: &PrincipalEntry| match entry.kind {
            PrincipalKind::Federated => self.is_federated() && !self.is_identity(),
            PrincipalKind::Service => !self.is_federated() && !self.is_identity(),
            PrincipalKind::Aws => !self.is_federated(),
            PrincipalKind::Everyone | PrincipalKind::CanonicalUser => true,
        };
        let elements = || trust.document.statements.iter().flat_map(|statement| &statement.principals);
        let names_such =
            elements().any(|element| element.polarity != Polarity::Listed || element.entries.iter().any(may_call));
        let mut entries = statement.principals.iter().flat_map(|element| &element.entries);
        let entry = entries.find_map(|entry| entry.value.known().filter(|_| may_call(entry)));
        let caller = match entry {
            // Where no statement names any of its kind, it does not matter who it is.
            None if names_such => return None,
            None if self.is_federated() => Caller::federated("arn:aws:iam::000000000000:oidc-provider/unknown"),
            None => Caller::parse("arn:aws:iam::000000000000:role/somebody").ok()?,
            Some("*") => Caller::parse("arn:aws:iam::000000000000:role/somebody").ok()?,
            Some(entry) if entry.len() == 12 => Caller::parse(&format!("arn:aws:iam::{entry}:role/somebody")).ok()?,
            Some(entry) => match entry.strip_suffix(":root") {
                Some(account) => Caller::parse(&format!("{account}:role/somebody")).ok()?,
                None => Caller::parse(entry).ok()?,
            },
        };
        let role = self.role_text.clone().unwrap_or_else(|| "arn:aws:iam::000000000000:role/unknown".to_owned());
        let mut context = self.context.clone();
        for (key, value) in caller.context() {
            if context.get(key).is_none() {
                context.set(key, [value]);
            }
        }
        Some(Request { caller, action: self.actions.first()?.clone(), role, context })
    }

    /// The call with its open keys as statement `index` of the trust policy wants them, so that nothing but what is known
    /// stands against it.
    pub(crate) fn favouring(&self, index: Option<usize>) -> Option<Whole> {
        let mut whole = self.whole()?;
        let mut probe = probe(&whole.trust);
        let mut entries = Vec::new();
        let mut wanted: Vec<usize> = index.into_iter().collect();
        let companions = self.companions();
        if index.is_some() && !companions.is_empty() {
            // The call needs all of them.
            let others = self.nearest().into_iter().chain(companions).map(|view| view.index);
            wanted.extend(others.filter(|other| Some(*other) != index));
        }
        for statement in wanted.into_iter().filter_map(|index| whole.trust.statements.get(index)) {
            entries.extend(statement.conditions.iter().map(|entry| (entry.clone(), true)));
        }
        // A Deny is favourable when it does not apply.
        let denies = whole
            .trust
            .statements
            .iter()
            .filter(|statement| statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Deny));
        entries.extend(denies.flat_map(|statement| statement.conditions.iter().map(|entry| (entry.clone(), false))));
        let others = self.evidence.policies().skip(usize::from(self.evidence.trust.is_some()));
        let asked = others.flat_map(|policy| self.asked_of_call(&policy.document));
        entries.extend(asked.map(|(entry, wanted)| (entry.clone(), wanted)));
        for (entry, wanted) in entries {
            let key = entry.key.value.to_string();
            let is_open = self.open.contains(&key.to_ascii_lowercase());
            if is_open && whole.request.context.get(&key).is_none() {
                let required: Vec<String> =
                    entry.values.iter().filter_map(|value| value.value.known()).map(str::to_owned).collect();
                settle(&mut whole, &mut probe, (&key, &required), entry, wanted);
            }
        }
        self.stand_in(&mut whole.request);
        Some(whole)
    }

    /// The call with nothing but what is known of it.
    pub(crate) fn plain(&self) -> Option<Whole> {
        let mut whole = self.whole()?;
        self.stand_in(&mut whole.request);
        Some(whole)
    }

    /// What comes of a call whatever its open keys are, if that can be said: `whole` is [`Self::plain`] or a change of it.
    pub(crate) fn decided(&self, whole: &Whole) -> Option<Decision> {
        let plain = self.plain()?;
        // What a change gives the call is known.
        let is_open =
            |key: &str| self.is_open_key(key) && plain.request.context.get(key) == whole.request.context.get(key);
        let answer = |applies| whole.with_open(&is_open, applies).decide().decision;
        let (most, least) = (answer(Effect::Allow), answer(Effect::Deny));
        (most == least).then_some(most)
    }

    /// That a call passes a source identity or tags is known, even where nobody says which.
    fn stand_in(&self, request: &mut Request) {
        let passes = |wanted: &str| self.actions.iter().any(|action| action == wanted);
        if passes("sts:SetSourceIdentity") && !request.context.passes_source_identity() {
            request.context.set("sts:SourceIdentity", ["somebody"]);
        }
        if passes("sts:TagSession") && !request.context.passes_tags() {
            request.context.set("aws:TagKeys", [""; 0]);
        }
    }
}

/// Lets the statements of a policy that ask for an open key apply when they have this effect, and only then.
pub(super) fn settle_open(policy: &mut PolicyDocument, is_open: &dyn Fn(&str) -> bool, applies: Effect) {
    let asks = |entry: &ConditionEntry| asked_by(entry).iter().any(|key| is_open(key));
    policy.statements.retain(|statement| {
        statement.effect.as_ref().is_some_and(|effect| effect.value == applies)
            || !statement.conditions.iter().any(asks)
    });
    policy.statements.iter_mut().for_each(|statement| statement.conditions.retain(|entry| !asks(entry)));
}

/// Gives an open key, which the call does not have yet, a value with which the condition comes out as wanted; none where it
/// does without, or no value is found.
fn settle(
    whole: &mut Whole,
    probe: &mut PolicyDocument,
    (key, required): (&str, &[String]),
    entry: ConditionEntry,
    wanted: bool,
) {
    let number = |text: &String, step: i64| text.parse::<i64>().ok().map(|number| (number + step).to_string());
    // Each is tried against all of them.
    let required = required.get(..MOST_TRIED).unwrap_or(required);
    let filled: Vec<String> = required.iter().map(|value| substituted(value, &whole.request.context)).collect();
    let mut candidates: Vec<String> = filled.iter().map(|value| value.replace(['*', '?'], "x")).collect();
    candidates.extend(required.iter().flat_map(|value| [number(value, -1), number(value, 1)]).flatten());
    let around = |moment: Moment| [moment.plus_seconds(-1), moment.plus_seconds(1)].map(|moment| moment.to_string());
    candidates.extend(required.iter().filter_map(|value| date::parse(value)).flat_map(around));
    candidates.extend(required.iter().filter_map(|value| value.split('/').next()).map(str::to_owned));
    candidates.extend(["true", "false", "something-else"].map(str::to_owned));
    // No value that a call can have holds a wildcard.
    candidates.retain(|value| !value.contains(['*', '?']));
    if let Some(statement) = probe.statements.first_mut() {
        statement.conditions = vec![entry];
    }
    let holds = |request: &Request| {
        let evaluation = evaluate(probe, request, AttachedTo::Role, Assumptions::default());
        let trace = evaluation.statements.first().and_then(|statement| statement.conditions.first());
        trace.is_some_and(|condition| condition.matched)
    };
    // Tried in place: a policy may ask for many keys, and the call then has as many.
    let request = &mut whole.request;
    if holds(request) == wanted {
        return;
    }
    for candidate in candidates {
        request.context.set(key, [candidate]);
        if holds(request) == wanted {
            return;
        }
    }
    request.context.remove(key);
}

/// A required value with the policy variables that the call has values for.
fn substituted(value: &str, context: &countersign_policy::request::RequestContext) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let Ok((Reference::Variable(variable), after)) = variable::parse(from) else {
            out.push_str(from);
            return out;
        };
        let known = context.get(&variable.key).and_then(<[String]>::first).map(String::as_str);
        out.push_str(known.or(variable.default.as_deref()).unwrap_or_default());
        rest = after;
    }
    out + rest
}

/// How many of the values that a condition lists are tried in an open key.
const MOST_TRIED: usize = 16;

/// A policy for one condition, so that the evaluator answers for it alone.
fn probe(trust: &PolicyDocument) -> PolicyDocument {
    let of_first = |first: &Statement| Statement {
        span: first.span,
        sid: None,
        effect: first.effect.clone(),
        principals: first.principals.clone(),
        actions: first.actions.clone(),
        resources: first.resources.clone(),
        conditions: Vec::new(),
        keyless_operators: Vec::new(),
        undecided: Vec::new(),
        unreadable: first.unreadable.clone(),
    };
    PolicyDocument {
        span: trust.span,
        version: trust.version,
        statements: trust.statements.first().map(of_first).into_iter().collect(),
        problems: Vec::new(),
    }
}
