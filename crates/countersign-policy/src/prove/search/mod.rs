//! The search for a request: satisfy an Allow, break every Deny, key by key.
//!
//! Best first. Each step takes the cheapest assignment of the keys that meets the conditions chosen so far and asks the
//! *evaluator* about it. If the evaluator agrees, that is the shortest request there is; if not, it names the statement
//! in the way, and the search branches over the ways around it. Every branch adds a condition the last assignment
//! violated, so the search ends; when it ends empty-handed there is no such request.

mod assemble;
mod choose;

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::class::{CallerClass, Shape};
use super::domain::{Domain, Profile};
use super::pattern::Budget;
use super::value::{Chosen, Extra, Lift, Solved};
use crate::assumptions::Assumption;
use crate::document::Effect;
use crate::evaluate::assume_role::{for_action, needed_actions};
use crate::evaluate::{AttachedTo, CompiledStatement, Condition, Decision, Matcher, Policy};
use crate::request::context_key::{self, SetBy};
use crate::request::{Caller, Request};

/// What a policy is to say of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Allows,
    DoesNotAllow,
}

/// Whether the actions that tags and a source identity add must be allowed too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The whole call.
    Call,
    /// The one action.
    Action,
}

/// The outcome of one search.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// This request, and what it costs to send.
    Request(Box<Request>, usize),
    /// There is none.
    Impossible,
    /// The search cannot say.
    Unknown(String),
}

pub(crate) struct Search<'a> {
    profile: &'a Profile<'a>,
    goals: &'a [(&'a Policy, Wish)],
    scope: Scope,
    extras: &'a BTreeMap<String, Extra>,
    keys: Vec<Key<'a>>,
    atoms: Vec<Atom<'a>>,
    /// Per goal and statement: the principal covers the class; and the atoms of its conditions.
    statements: Vec<Vec<Applicable>>,
    representative: Caller,
    /// What was solved before, for nodes that decide the same about a key.
    solved: RefCell<HashMap<Question, Solved>>,
}

/// A key, whether it must be absent, and the conditions decided about it.
type Question = (usize, bool, Vec<(usize, bool)>);

struct Key<'a> {
    name: &'a str,
    domain: Domain,
    extra: Extra,
}

struct Atom<'a> {
    key: usize,
    lift: Lift,
    condition: &'a Condition,
    effect: Effect,
}

struct Applicable {
    covered: bool,
    atoms: Vec<usize>,
}

#[derive(Clone)]
struct Node {
    /// `(atom, holds)`
    decided: Vec<(usize, bool)>,
    absent: Vec<usize>,
    chosen: Vec<Chosen>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(
        profile: &'a Profile<'a>,
        goals: &'a [(&'a Policy, Wish)],
        scope: Scope,
        extras: &'a BTreeMap<String, Extra>,
    ) -> Self {
        let representative = profile.class.representative(profile.shape, profile.known_accounts);
        let mut search = Self {
            profile,
            goals,
            scope,
            extras,
            keys: Vec::new(),
            atoms: Vec::new(),
            statements: Vec::new(),
            representative,
            solved: RefCell::default(),
        };
        for name in extras.keys() {
            search.key(name);
        }
        let request = search.request(&[], None);
        for (policy, _) in goals {
            let mut matcher = Matcher::new(&request, profile.setting.assumptions, AttachedTo::Role);
            let mut statements = Vec::with_capacity(policy.statements.len());
            for statement in &policy.statements {
                let covered = matcher.principals(statement).is_some()
                    && matcher.resources(statement)
                    && !search.is_void(statement, &mut matcher);
                let atoms = if covered { search.atoms_of(statement) } else { Vec::new() };
                statements.push(Applicable { covered, atoms });
            }
            search.statements.push(statements);
        }
        search
    }

    fn is_void(&self, statement: &CompiledStatement, matcher: &mut Matcher<'_>) -> bool {
        statement.unreadable && !matcher.takes_unreadable(statement.effect)
    }

    fn atoms_of(&mut self, statement: &'a CompiledStatement) -> Vec<usize> {
        let mut atoms = Vec::with_capacity(statement.conditions.len());
        for condition in &statement.conditions {
            let (key, lift) = self.key_and_lift(&condition.key);
            for variable in condition.variables() {
                self.key_and_lift(&variable.key);
            }
            self.atoms.push(Atom { key, lift, condition, effect: statement.effect });
            atoms.push(self.atoms.len() - 1);
        }
        atoms
    }

    /// The key a condition is about; parts of the caller's ARN are conditions on the ARN.
    fn key_and_lift(&mut self, name: &'a str) -> (usize, Lift) {
        let (name, lift) = self.home_of(name);
        (self.key(name), lift)
    }

    /// The key that holds what `name` stands for, and which part of it.
    fn home_of<'n>(&self, name: &'n str) -> (&'n str, Lift) {
        let unnamed = matches!(
            self.profile.class,
            CallerClass::Account { .. } | CallerClass::AnyAccount { .. } | CallerClass::Organization { .. }
        );
        if name.eq_ignore_ascii_case("aws:PrincipalAccount") && unnamed && self.profile.class.account().is_none() {
            return ("aws:PrincipalArn", Lift::Account);
        }
        if name.eq_ignore_ascii_case("aws:username") && unnamed && self.profile.shape == Shape::User {
            return ("aws:PrincipalArn", Lift::UserName);
        }
        if name.eq_ignore_ascii_case("aws:EpochTime") {
            return ("aws:CurrentTime", Lift::None);
        }
        (name, Lift::None)
    }

    fn key(&mut self, name: &'a str) -> usize {
        if let Some(at) = self.keys.iter().position(|key| key.name.eq_ignore_ascii_case(name)) {
            return at;
        }
        let extra = self.extras.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, extra)| extra.clone());
        self.keys.push(Key { name, domain: self.profile.domain(name), extra: extra.unwrap_or_default() });
        self.keys.len() - 1
    }

    /// Runs the search.
    pub(crate) fn run(&self, budget: &mut Budget) -> Answer {
        let mut open: BinaryHeap<Reverse<(usize, usize)>> = BinaryHeap::new();
        let mut nodes: Vec<Option<Node>> = Vec::new();
        let mut doubt: Option<String> = None;
        let start = Node { decided: Vec::new(), absent: Vec::new(), chosen: Vec::new() };
        self.add(start, &mut open, &mut nodes, &mut doubt, budget);
        let mut deepest_first = false;
        let limit = self.profile.setting.limits.combinations;
        while let Some(Reverse((_, at))) = open.pop() {
            let Some(node) = nodes.get_mut(at).and_then(Option::take) else { continue };
            let cost = node.chosen.iter().map(Chosen::cost).sum();
            if nodes.len() >= BEST_FIRST && !deepest_first {
                deepest_first = true;
                let deepest = |at: usize| nodes.get(at).and_then(Option::as_ref).map_or(0, |node| node.decided.len());
                open = open.drain().map(|Reverse((_, at))| Reverse((usize::MAX / 2 - deepest(at), at))).collect();
            }
            // Asking the evaluator costs about as much as some hundred steps.
            if nodes.len() > limit || !budget.spend(60 + 8 * self.atoms.len()) {
                return Answer::Unknown(LIMIT.to_owned());
            }
            let request = self.request(&node.chosen, Some(&node));
            let Some(children) = self.ways_around(&node, &request) else {
                return Answer::Request(Box::new(request), cost);
            };
            let parent = node.decided.len() + node.absent.len();
            for child in children {
                // A way that adds nothing would be tried for ever: the keys are correlated in a way this search does not see.
                if child.decided.len() + child.absent.len() == parent {
                    doubt.get_or_insert_with(|| "keys of the request depend on each other".to_owned());
                    continue;
                }
                self.add(child, &mut open, &mut nodes, &mut doubt, budget);
            }
        }
        if budget.is_spent() {
            return Answer::Unknown(LIMIT.to_owned());
        }
        doubt.map_or(Answer::Impossible, Answer::Unknown)
    }

    fn add(
        &self,
        mut node: Node,
        open: &mut BinaryHeap<Reverse<(usize, usize)>>,
        nodes: &mut Vec<Option<Node>>,
        doubt: &mut Option<String>,
        budget: &mut Budget,
    ) {
        match self.choose(&mut node, budget) {
            Choice::Made => {
                let cost: usize = node.chosen.iter().map(Chosen::cost).sum();
                // Cheapest first while that is cheap; then deepest first, which finds a way if not always the shortest.
                let rank = if nodes.len() < BEST_FIRST { cost } else { usize::MAX / 2 - node.decided.len() };
                nodes.push(Some(node));
                open.push(Reverse((rank, nodes.len() - 1)));
            }
            Choice::Impossible => {}
            Choice::CannotSay(why) => {
                doubt.get_or_insert(why);
            }
        }
    }

    /// What has to change for the goals to be met, or `None` when they are.
    fn ways_around(&self, node: &Node, request: &Request) -> Option<Vec<Node>> {
        let assumptions = self.profile.setting.assumptions;
        for (goal, (policy, wish)) in self.goals.iter().enumerate() {
            let actions = match self.scope {
                Scope::Call => needed_actions(request),
                Scope::Action => vec![request.action.as_str()],
            };
            for action in actions {
                let single = for_action(request, action, assumptions);
                let decision = policy.decide_assuming(&single, assumptions).decision;
                let ways = match (wish, decision) {
                    (Wish::Allows, Decision::Allowed) => continue,
                    // An Allow first: when none can be met, there is no need to look at the Denies.
                    (Wish::Allows, Decision::ExplicitDeny)
                        if self.applying(goal, policy, &single, Effect::Allow).is_none() =>
                    {
                        self.satisfy_an_allow(node, goal, policy, &single)
                    }
                    (Wish::Allows, Decision::ExplicitDeny) => self.break_a_deny(node, goal, policy, &single),
                    (Wish::Allows, Decision::ImplicitDeny) => self.satisfy_an_allow(node, goal, policy, &single),
                    (Wish::DoesNotAllow, Decision::Allowed) => self.stop_an_allow(node, goal, policy, &single),
                    (Wish::DoesNotAllow, Decision::ExplicitDeny | Decision::ImplicitDeny) => continue,
                };
                return Some(ways);
            }
        }
        None
    }

    /// The statements of a goal that can apply to the action, with their atoms.
    fn applicable(
        &self,
        goal: usize,
        policy: &'a Policy,
        request: &Request,
        effect: Effect,
    ) -> impl Iterator<Item = (&'a CompiledStatement, &[usize])> {
        let matcher = Matcher::new(request, self.profile.setting.assumptions, AttachedTo::Role);
        let covered: Vec<bool> = policy
            .statements
            .iter()
            .map(|statement| statement.effect == effect && matcher.actions(statement))
            .collect();
        let statements = policy.statements.iter().zip(self.statements.get(goal).into_iter().flatten()).zip(covered);
        statements
            .filter(|((_, applicable), acts)| applicable.covered && *acts)
            .map(|((statement, applicable), _)| (statement, applicable.atoms.as_slice()))
    }

    /// Of the applying statements, the one with the fewest conditions: the fewest ways to stop it.
    fn applying(&self, goal: usize, policy: &'a Policy, request: &Request, effect: Effect) -> Option<&[usize]> {
        let mut matcher = Matcher::new(request, self.profile.setting.assumptions, AttachedTo::Role);
        let applies = |statement: &CompiledStatement, matcher: &mut Matcher<'_>| {
            statement.conditions.iter().all(|condition| matcher.condition(condition, effect))
        };
        self.applicable(goal, policy, request, effect)
            .filter(|(statement, _)| applies(statement, &mut matcher))
            .map(|(_, atoms)| atoms)
            .min_by_key(|atoms| atoms.len())
    }

    fn break_a_deny(&self, node: &Node, goal: usize, policy: &'a Policy, request: &Request) -> Vec<Node> {
        let mut ways = self.drop_what_needs(node, request);
        let Some(atoms) = self.applying(goal, policy, request, Effect::Deny) else {
            // A statement denies that was not counted as covering the class: say so rather than nothing.
            ways.push(node.clone());
            return ways;
        };
        ways.extend(atoms.iter().filter_map(|atom| self.decide(node, request, &[(*atom, false)])));
        ways
    }

    fn satisfy_an_allow(&self, node: &Node, goal: usize, policy: &'a Policy, request: &Request) -> Vec<Node> {
        let mut ways = self.drop_what_needs(node, request);
        for (_, atoms) in self.applicable(goal, policy, request, Effect::Allow) {
            let all: Vec<(usize, bool)> = atoms.iter().map(|atom| (*atom, true)).collect();
            ways.extend(self.decide(node, request, &all));
        }
        ways
    }

    fn stop_an_allow(&self, node: &Node, goal: usize, policy: &'a Policy, request: &Request) -> Vec<Node> {
        let Some(atoms) = self.applying(goal, policy, request, Effect::Allow) else { return vec![node.clone()] };
        let mut ways: Vec<Node> =
            atoms.iter().filter_map(|atom| self.decide(node, request, &[(*atom, false)])).collect();
        for (_, atoms) in self.applicable(goal, policy, request, Effect::Deny) {
            let all: Vec<(usize, bool)> = atoms.iter().map(|atom| (*atom, true)).collect();
            ways.extend(self.decide(node, request, &all));
        }
        ways
    }

    /// The node with more conditions decided, or `None` when that contradicts what is decided.
    fn decide(&self, node: &Node, request: &Request, more: &[(usize, bool)]) -> Option<Node> {
        let mut next = node.clone();
        for (atom, holds) in more {
            if let Some(without) = self.without_external_id(*atom, request) {
                if without != *holds {
                    return None;
                }
                continue;
            }
            match next.decided.iter().find(|(decided, _)| decided == atom) {
                Some((_, decided)) if decided != holds => return None,
                Some(_) => {}
                None => next.decided.push((*atom, *holds)),
            }
        }
        Some(next)
    }

    /// Under the reading that companion actions see no ExternalId, what its condition comes to there.
    fn without_external_id(&self, atom: usize, request: &Request) -> Option<bool> {
        let atom = self.atoms.get(atom)?;
        let other = self.profile.setting.assumptions.takes_other(Assumption::ExternalIdInTagSession);
        let companion = !request.action.eq_ignore_ascii_case(self.profile.action);
        if !(other && companion && atom.condition.key.eq_ignore_ascii_case("sts:ExternalId")) {
            return None;
        }
        Some(
            Matcher::new(request, self.profile.setting.assumptions, AttachedTo::Role)
                .condition(atom.condition, atom.effect),
        )
    }

    /// The node in which the call does not need the companion action at all.
    fn drop_what_needs(&self, node: &Node, request: &Request) -> Vec<Node> {
        if request.action.eq_ignore_ascii_case(self.profile.action) {
            return Vec::new();
        }
        let causes = |key: &Key<'_>| match request.action.as_str() {
            "sts:TagSession" => set_by(key.name, SetBy::SessionTags),
            "sts:SetSourceIdentity" => {
                key.name.eq_ignore_ascii_case("aws:SourceIdentity") || set_by(key.name, SetBy::SourceIdentity)
            }
            _ => set_by(key.name, SetBy::SessionContext),
        };
        let mut next = node.clone();
        next.absent.extend(
            (0..self.keys.len()).filter(|at| !node.absent.contains(at) && self.keys.get(*at).is_some_and(causes)),
        );
        vec![next]
    }
}

/// So many assignments are tried cheapest first.
const BEST_FIRST: usize = 400;

const LIMIT: &str = "limit: the policy has too many combinations to try them all";

enum Choice {
    Made,
    Impossible,
    CannotSay(String),
}

fn set_by(key: &str, by: SetBy) -> bool {
    context_key::lookup(key).is_some_and(|row| row.set_by == by)
}
