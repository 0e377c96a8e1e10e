//! The trust policy against the call, statement by statement, with "not known" as a third answer.

use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::{Effect, Polarity, PrincipalKind, Span, Statement};
use countersign_policy::evaluate::{AttachedTo, ElementTrace, evaluate};
use countersign_policy::request::{Caller, CallerKind, Request};

use super::{ArnText, Situation};
use crate::quoted::quoted_list;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It does.
    Holds,
    /// It does not.
    Fails,
    /// The evidence does not say.
    Open,
}

impl From<bool> for State {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

/// One condition of a statement.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Its place among the statement's conditions.
    pub(crate) index: usize,
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) required: Vec<String>,
    pub(crate) sent: Option<Vec<String>>,
    pub(crate) state: State,
    pub(crate) span: Span,
}

/// One statement.
#[derive(Debug, Clone)]
pub(crate) struct StatementView {
    pub(crate) index: usize,
    pub(crate) effect: Effect,
    pub(crate) readable: bool,
    pub(crate) principal: State,
    /// How far those whom it names are from the caller.
    strangeness: Strangeness,
    /// The actions the call needs that the statement does not speak of.
    pub(crate) uncovered: Vec<String>,
    /// Whether it speaks of the call's own action.
    pub(crate) main_action: bool,
    pub(crate) tests: Vec<Test>,
}

/// How unlike the caller a statement's principals are. Of statements that name somebody else, the one for callers like this
/// one is to name it too: never one that asks for less than its own sibling does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Strangeness {
    /// It names services, say, and the caller is a role.
    other_kind: bool,
    /// It names nobody of the caller's account. An ExternalId of another account's statement is another party's.
    other_account: bool,
    /// It asks a caller of another account for no ExternalId, and another statement for such callers does.
    unguarded: bool,
}

impl StatementView {
    /// Whether it lets in only who sends an ExternalId.
    fn asks_external_id(&self) -> bool {
        let operators = ["StringEquals", "StringLike", "StringEqualsIgnoreCase"];
        self.tests.iter().any(|test| {
            test.key.eq_ignore_ascii_case("sts:ExternalId")
                && operators.contains(&test.operator.as_str())
                && test.required.iter().all(|value| !value.trim_matches('*').is_empty())
        })
    }

    /// The conditions that fail.
    pub(crate) fn failing(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| test.state == State::Fails)
    }

    /// The conditions of which nobody can say.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Test> {
        self.tests.iter().filter(|test| test.state == State::Open)
    }

    /// How far the statement is from letting the call in: principal, action, failing and open conditions. Where the principal
    /// fails, who is named instead comes before the conditions.
    fn distance(&self) -> (bool, bool, Strangeness, usize, usize) {
        let is_strange = self.principal == State::Fails;
        let strangeness = if is_strange { self.strangeness } else { Strangeness::default() };
        (is_strange, !self.main_action, strangeness, self.failing().count(), self.open().count())
    }
}

/// Every statement of the trust policy.
pub(super) fn view(situation: &Situation<'_>) -> Vec<StatementView> {
    let Some(trust) = &situation.evidence.trust else { return Vec::new() };
    let stand_in = situation.request().is_none();
    let Some(request) = situation.request().or_else(|| anybody(situation)) else { return Vec::new() };
    let traces: Vec<_> = situation
        .actions
        .iter()
        .map(|action| {
            let request = Request { action: action.clone(), ..request.clone() };
            (action, evaluate(&trust.document, &request, AttachedTo::Role, Assumptions::default()))
        })
        .collect();
    let Some((_, main)) = traces.first() else { return Vec::new() };
    let mut views = Vec::with_capacity(main.statements.len());
    for (index, statement) in main.statements.iter().enumerate() {
        let covers = |action: &&String| {
            let trace =
                traces.iter().find(|(name, _)| name == action).and_then(|(_, trace)| trace.statements.get(index));
            trace.is_some_and(|trace| trace.action == ElementTrace::Matched)
        };
        let uncovered: Vec<String> = situation.actions.iter().filter(|action| !covers(action)).cloned().collect();
        let tests = statement.conditions.iter().enumerate().map(|(index, condition)| Test {
            index,
            operator: condition.operator.clone(),
            key: condition.key.clone(),
            required: condition.required.clone(),
            sent: condition.sent.clone(),
            state: if is_open(situation, &condition.key, &condition.required) {
                State::Open
            } else {
                condition.matched.into()
            },
            span: condition.span,
        });
        let principal = if stand_in { State::Open } else { (statement.principal == ElementTrace::Matched).into() };
        views.push(StatementView {
            index,
            effect: statement.effect,
            readable: statement.unreadable.is_none(),
            principal,
            strangeness: trust
                .document
                .statements
                .get(index)
                .map(|written| strangeness(situation, written))
                .unwrap_or_default(),
            main_action: statement.action == ElementTrace::Matched,
            uncovered,
            tests: tests.collect(),
        });
    }
    if situation.is_cross_account() == Some(true) {
        let is_sibling = |view: &&StatementView| {
            view.effect == Effect::Allow && view.main_action && !view.strangeness.other_kind && view.asks_external_id()
        };
        let is_guarded = views.iter().any(|view| is_sibling(&view));
        views.iter_mut().for_each(|view| view.strangeness.unguarded = is_guarded && !view.asks_external_id());
    }
    views
}

/// How unlike the caller those are whom a statement names.
fn strangeness(situation: &Situation<'_>, written: &Statement) -> Strangeness {
    let Some(caller) = &situation.caller else { return Strangeness::default() };
    let kind = match caller.kind() {
        CallerKind::Service => PrincipalKind::Service,
        CallerKind::Federated => PrincipalKind::Federated,
        CallerKind::Anonymous => PrincipalKind::Everyone,
        CallerKind::Root(_) | CallerKind::User(_) | CallerKind::RoleSession(_) | CallerKind::FederatedUser(_) => {
            PrincipalKind::Aws
        }
    };
    let listed = written.principals.iter().filter(|element| element.polarity == Polarity::Listed);
    let alike = || listed.clone().flat_map(|element| &element.entries).filter(|entry| entry.kind == kind);
    let account = caller.home().map(|home| home.account.as_str());
    let is_of_account = |name: &str| {
        account
            .is_some_and(|account| name == account || ArnText::parse(name).and_then(|arn| arn.account) == Some(account))
    };
    Strangeness {
        other_kind: alike().next().is_none(),
        unguarded: false,
        other_account: !alike().filter_map(|entry| entry.value.known()).any(is_of_account),
    }
}

/// A condition is open when its key is, or a variable in its values.
fn is_open(situation: &Situation<'_>, key: &str, required: &[String]) -> bool {
    situation.open.contains(&key.to_ascii_lowercase())
        || required.iter().any(|value| value.contains("${"))
            && situation.open.iter().any(|open| {
                let variable = format!("${{{}", open);
                required.iter().any(|value| value.to_ascii_lowercase().contains(&variable))
            })
}

/// A request by nobody in particular, to see what does not depend on who calls.
fn anybody(situation: &Situation<'_>) -> Option<Request> {
    let caller = Caller::parse("arn:aws:iam::000000000000:user/anybody").ok()?;
    let role = situation.role_text.clone().unwrap_or_else(|| "arn:aws:iam::000000000000:role/unknown".to_owned());
    Some(Request { caller, action: situation.actions.first()?.clone(), role, context: situation.context.clone() })
}

/// What a statement speaks of, as a policy of its own words: the actions, or with `NotAction` all but those.
pub(crate) fn spoken(statement: &Statement) -> (Polarity, Vec<String>) {
    let patterns = statement.actions.iter().flat_map(|element| &element.patterns);
    let written = patterns.map(|pattern| pattern.value.display()).collect();
    let excepts = statement.actions.iter().any(|element| element.polarity == Polarity::Excepted);
    (if excepts { Polarity::Excepted } else { Polarity::Listed }, written)
}

/// The same in a sentence.
pub(crate) fn spoken_in_words(statement: &Statement) -> String {
    match spoken(statement) {
        (Polarity::Listed, actions) => quoted_list(&actions),
        (Polarity::Excepted, actions) => format!("every action but {}", quoted_list(&actions)),
    }
}

impl Situation<'_> {
    /// The Deny statement that applies to the call, or may.
    pub(crate) fn denying(&self) -> Option<&StatementView> {
        self.statements.iter().find(|statement| {
            let applies = statement.principal == State::Holds && statement.uncovered.len() < self.actions.len();
            statement.effect == Effect::Deny && applies && statement.failing().next().is_none()
        })
    }

    /// The Deny statement that applies as long as the call does not have `key` as it should, and the condition that says so.
    pub(crate) fn denied_without(&self, key: &str) -> Option<(&StatementView, &Test)> {
        let deny = self.denying().filter(|_| self.is_plain_denial())?;
        let lifts = |test: &&Test| {
            let all = |word: &str| test.required.iter().all(|value| value.eq_ignore_ascii_case(word));
            // `Null` is true of a key that is not there, and `Bool` of a key that says no.
            let lifted = if test.operator.starts_with("Null") { all("true") } else { all("false") };
            test.key.eq_ignore_ascii_case(key) && (test.operator.contains("Not") || lifted)
        };
        deny.tests.iter().find(lifts).map(|test| (deny, test))
    }

    /// Whether a condition on `key` fails in the Allow statement that is meant for the caller.
    pub(crate) fn asks_too(&self, key: &str) -> bool {
        let asks = |test: &Test| test.state != State::Holds && test.key.eq_ignore_ascii_case(key);
        self.meant().is_some_and(|statement| statement.tests.iter().any(asks))
    }

    /// The Allow statement that comes nearest to letting the call in.
    pub(crate) fn nearest(&self) -> Option<&StatementView> {
        let allows = self.statements.iter().filter(|statement| statement.effect == Effect::Allow && statement.readable);
        allows.min_by_key(|statement| statement.distance())
    }

    /// Whether a statement asks this caller of another account for no ExternalId, and another statement for such callers does.
    pub(crate) fn is_unguarded(&self, statement: usize) -> bool {
        self.statements.iter().any(|view| view.index == statement && view.strangeness.unguarded)
    }

    /// The Allow statement nearest to letting the call in whose principal and main action fit.
    pub(crate) fn meant(&self) -> Option<&StatementView> {
        self.nearest().filter(|statement| statement.principal != State::Fails && statement.main_action)
    }

    /// Of what the call needs besides its own action, the Allow statements that are nearest to allowing it where
    /// [`Self::nearest`] does not: they have to let the caller in as well.
    pub(crate) fn companions(&self) -> Vec<&StatementView> {
        let Some(nearest) = self.nearest() else { return Vec::new() };
        let mut found: Vec<&StatementView> = Vec::new();
        for action in self.actions.iter().skip(1) {
            let speaks = self.statements.iter().filter(|view| {
                view.effect == Effect::Allow
                    && view.readable
                    && view.principal != State::Fails
                    && !view.uncovered.contains(action)
            });
            let best =
                speaks.min_by_key(|view| (view.failing().count(), view.open().count(), view.index != nearest.index));
            found.extend(
                best.filter(|best| best.index != nearest.index && !found.iter().any(|known| known.index == best.index)),
            );
        }
        found
    }

    /// The needed actions that no statement with a fitting principal allows.
    pub(crate) fn uncovered(&self) -> Vec<&str> {
        let fits =
            |statement: &&StatementView| statement.effect == Effect::Allow && statement.principal != State::Fails;
        let covered = |action: &&String| {
            self.statements.iter().filter(fits).any(|statement| !statement.uncovered.contains(action))
        };
        self.actions.iter().filter(|action| !covered(action)).map(String::as_str).collect()
    }
}
