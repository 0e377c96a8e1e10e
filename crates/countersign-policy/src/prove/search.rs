//! The search for a request: satisfy an Allow, break every Deny, key by key.
//!
//! Best first. Each step takes the cheapest assignment of the keys that meets the conditions chosen so far and asks the
//! *evaluator* about it. If the evaluator agrees, that is the shortest request there is; if not, it names the statement
//! in the way, and the search branches over the ways around it. Every branch adds a condition the last assignment
//! violated, so the search ends; when it ends empty-handed there is no such request.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::class::{CallerClass, Shape};
use super::domain::{Domain, Profile};
use super::pattern::Budget;
use super::value::{Chosen, Extra, KeyQuestion, Lift, Presence, Solved, Wanted};
use crate::assumptions::Assumption;
use crate::condition::variable::Variable;
use crate::document::Effect;
use crate::evaluate::assume_role::{for_action, needed_actions};
use crate::evaluate::{AttachedTo, CompiledStatement, Condition, Decision, Matcher, Policy};
use crate::request::context_key::{self, SetBy};
use crate::request::{Caller, Request, RequestContext, caller::Home};

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
}

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
        let unnamed = matches!(
            self.profile.class,
            CallerClass::Account { .. } | CallerClass::AnyAccount { .. } | CallerClass::OwnOrganization { .. }
        );
        if name.eq_ignore_ascii_case("aws:PrincipalAccount") && unnamed && self.profile.class.account().is_none() {
            return (self.key("aws:PrincipalArn"), Lift::Account);
        }
        if name.eq_ignore_ascii_case("aws:username") && unnamed && self.profile.shape == Shape::User {
            return (self.key("aws:PrincipalArn"), Lift::UserName);
        }
        if name.eq_ignore_ascii_case("aws:EpochTime") {
            return (self.key("aws:CurrentTime"), Lift::None);
        }
        (self.key(name), Lift::None)
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
        let limit = self.profile.setting.limits.combinations;
        while let Some(Reverse((cost, at))) = open.pop() {
            let Some(node) = nodes.get_mut(at).and_then(Option::take) else { continue };
            if nodes.len() > limit || budget.is_spent() {
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
                let cost = node.chosen.iter().map(Chosen::cost).sum();
                nodes.push(Some(node));
                open.push(Reverse((cost, nodes.len() - 1)));
            }
            Choice::Impossible => {}
            Choice::CannotSay(why) => {
                doubt.get_or_insert(why);
            }
        }
    }

    /// Fills `node.chosen` with the cheapest values that meet what is decided.
    fn choose(&self, node: &mut Node, budget: &mut Budget) -> Choice {
        let mut chosen: Vec<Option<Chosen>> = vec![None; self.keys.len()];
        // Keys whose conditions use variables come after the keys they use.
        let (mut later, first): (Vec<usize>, Vec<usize>) = (0..self.keys.len()).partition(|key| {
            node.decided.iter().any(|(atom, _)| {
                self.atoms
                    .get(*atom)
                    .is_some_and(|atom| atom.key == *key && atom.condition.variables().next().is_some())
            })
        });
        // Among those, the one that others wait for goes first; a cycle is broken anywhere.
        later.sort_by_key(|key| node.decided.iter().filter(|(atom, _)| self.uses(*atom, *key)).count());
        later.reverse();
        for key in first.into_iter().chain(later) {
            match self.solve(node, key, &chosen, None, budget) {
                Solved::Chosen(value) => self.put(&mut chosen, key, value),
                Solved::Impossible => match self.solve_jointly(node, key, &mut chosen, budget) {
                    Choice::Made => {}
                    other => return other,
                },
                Solved::CannotSay(why) => return Choice::CannotSay(format!("`{}`: {why}", self.name(key))),
                Solved::Limit => return Choice::CannotSay(LIMIT.to_owned()),
            }
        }
        node.chosen = chosen.into_iter().map(|value| value.unwrap_or(Chosen::Absent)).collect();
        Choice::Made
    }

    fn put(&self, chosen: &mut [Option<Chosen>], key: usize, value: Chosen) {
        if let Some(slot) = chosen.get_mut(key) {
            *slot = Some(value);
        }
    }

    fn name(&self, key: usize) -> &str {
        self.keys.get(key).map_or("", |key| key.name)
    }

    fn uses(&self, atom: usize, key: usize) -> bool {
        let name = self.name(key);
        self.atoms.get(atom).is_some_and(|atom| {
            atom.key != key && atom.condition.variables().any(|variable| variable.key.eq_ignore_ascii_case(name))
        })
    }

    fn solve(
        &self,
        node: &Node,
        key: usize,
        chosen: &[Option<Chosen>],
        also: Option<&Extra>,
        budget: &mut Budget,
    ) -> Solved {
        let Some(own) = self.keys.get(key) else { return Solved::Impossible };
        let wanted: Vec<Wanted<'_>> = self.wanted(node, key).collect();
        let mut extra = own.extra.clone();
        if node.absent.contains(&key) {
            extra = extra.and(&Extra { presence: Some(Presence::Absent), ..Extra::default() });
        }
        if let Some(also) = also {
            extra = extra.and(also);
        }
        let resolve = |variable: &Variable| self.value_of(variable, chosen);
        let question = KeyQuestion {
            key: own.name,
            domain: &own.domain,
            wanted: &wanted,
            extra: &extra,
            assumptions: self.profile.setting.assumptions,
            resolve: &resolve,
        };
        question.solve(budget)
    }

    fn wanted<'s>(&'s self, node: &'s Node, key: usize) -> impl Iterator<Item = Wanted<'s>> {
        node.decided.iter().filter_map(move |(atom, holds)| {
            let atom = self.atoms.get(*atom).filter(|atom| atom.key == key)?;
            Some(Wanted { condition: atom.condition, effect: atom.effect, holds: *holds, lift: atom.lift })
        })
    }

    /// The text of a policy variable, from the values chosen so far.
    fn value_of(&self, variable: &Variable, chosen: &[Option<Chosen>]) -> Option<String> {
        if context_key::is_multivalued(&variable.key) {
            return None;
        }
        if let Some(at) = self.keys.iter().position(|key| key.name.eq_ignore_ascii_case(&variable.key))
            && let Some(Some(value)) = chosen.get(at)
        {
            return value.single().map(str::to_owned);
        }
        // Parts of the ARN, and keys that have one value only.
        let arn_at = self.keys.iter().position(|key| key.name.eq_ignore_ascii_case("aws:PrincipalArn"));
        let arn = arn_at.and_then(|at| chosen.get(at)).and_then(Option::as_ref).and_then(Chosen::single);
        self.caller(arn, None)
            .context()
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(&variable.key))
            .map(|(_, value)| value)
    }

    /// A condition of `key` compares it with another key's value and no cheapest value of that key fits: look for one
    /// value that serves both.
    fn solve_jointly(&self, node: &Node, key: usize, chosen: &mut [Option<Chosen>], budget: &mut Budget) -> Choice {
        let mut with_variables = node
            .decided
            .iter()
            .filter_map(|(atom, _)| self.atoms.get(*atom))
            .filter(|atom| atom.key == key && atom.condition.variables().next().is_some())
            .peekable();
        if with_variables.peek().is_none() {
            return Choice::Impossible;
        }
        let fixed = |variable: &Variable| {
            let at = self.keys.iter().position(|key| key.name.eq_ignore_ascii_case(&variable.key));
            at.is_none_or(|at| at == key || self.keys.get(at).is_none_or(|key| !key.is_free()))
        };
        if with_variables.clone().all(|atom| atom.condition.variables().all(fixed)) {
            return Choice::Impossible;
        }
        let doubt = Choice::CannotSay(format!("`{}`: a policy variable relates it to another key", self.name(key)));
        for atom in with_variables {
            for sole in atom.condition.sole_variables() {
                let Some(other) = self.keys.iter().position(|key| key.name.eq_ignore_ascii_case(&sole.key)) else {
                    continue;
                };
                if other == key {
                    continue;
                }
                // A value of the other key that this key's remaining conditions and domain accept.
                let mut relaxed = node.clone();
                relaxed.decided.retain(|(candidate, _)| {
                    !self.atoms.get(*candidate).is_some_and(|candidate| std::ptr::eq(candidate, atom))
                });
                let Some(fits) = self.keys.get(key).map(Key::as_extra) else { continue };
                let Solved::Chosen(value) = self.solve(&relaxed, other, chosen, Some(&fits), budget) else { continue };
                let Some(word) = value.single().map(str::to_owned) else { continue };
                let before = chosen.get(other).cloned().flatten();
                self.put(chosen, other, value);
                match self.solve(node, key, chosen, Some(&Extra::exactly(&word)), budget) {
                    Solved::Chosen(value) => {
                        self.put(chosen, key, value);
                        return Choice::Made;
                    }
                    // The shortest did not fit; one that avoids the excluded texts of this key may.
                    Solved::Impossible | Solved::CannotSay(_) | Solved::Limit => {
                        if let Some(slot) = chosen.get_mut(other) {
                            *slot = before;
                        }
                    }
                }
            }
        }
        doubt
    }

    /// The caller for a principal ARN and a user id that were chosen.
    fn caller(&self, arn: Option<&str>, user_id: Option<&str>) -> Caller {
        let session = user_id.and_then(|id| id.split_once(':')).map_or("session", |(_, session)| session);
        let unnamed = |arn: &str| {
            let parsed = crate::arn::Arn::parse(arn)?;
            let (kind, path, name) = parsed.kind_path_name()?;
            if kind != "role" {
                return Caller::parse(arn).ok();
            }
            let home = Home { partition: parsed.partition.to_owned(), account: parsed.account_id()? };
            Some(match self.representative.role_and_session() {
                // A named session keeps its name.
                Some((_, fixed)) if fixed != "?" => Caller::role_session(&home, path, name, fixed),
                _ => Caller::role_session(&home, path, name, session),
            })
        };
        let caller = match arn {
            Some(arn) => unnamed(arn),
            None => self.default_arn().as_deref().and_then(unnamed),
        };
        let caller = caller.unwrap_or_else(|| self.representative.clone());
        match user_id.map(|id| id.split(':').next().unwrap_or_default()) {
            Some(id) if id.starts_with("AROA") || id.starts_with("AIDA") => caller.with_unique_id(id),
            _ => caller,
        }
    }

    /// The ARN shown for a caller whose ARN no condition asks about.
    fn default_arn(&self) -> Option<String> {
        let profile = self.profile;
        let home = self.representative.home()?;
        let kind = match profile.shape {
            Shape::User => "user",
            Shape::FederatedUser => "federated-user",
            Shape::RoleSession => "role",
            Shape::Service | Shape::Federated => return None,
        };
        match profile.class {
            CallerClass::Named(principal @ crate::evaluate::Principal::Role { .. }) => {
                Some(super::class::principal_text(principal))
            }
            CallerClass::Named(_) | CallerClass::Service(_) | CallerClass::Federated(_) => None,
            CallerClass::Account { .. } | CallerClass::AnyAccount { .. } | CallerClass::OwnOrganization { .. } => {
                let taken = |name: &str| {
                    profile.named.iter().any(|named| {
                        super::class::principal_text(named).to_ascii_lowercase().ends_with(&format!("/{name}"))
                    })
                };
                let name = (1..)
                    .map(|n| if n == 1 { "caller".to_owned() } else { format!("caller{n}") })
                    .find(|name| !taken(name))?;
                let service = if kind == "federated-user" { "sts" } else { "iam" };
                Some(format!("arn:{}:{service}::{}:{kind}/{name}", home.partition, home.account))
            }
        }
    }

    /// The request the chosen values make, with the keys that follow from them.
    fn request(&self, chosen: &[Chosen], node: Option<&Node>) -> Request {
        let value = |name: &str| {
            let at = self.keys.iter().position(|key| key.name.eq_ignore_ascii_case(name))?;
            chosen.get(at).and_then(Chosen::single)
        };
        let caller = match node {
            None => self.representative.clone(),
            Some(_) => self.caller(value("aws:PrincipalArn"), value("aws:userid")),
        };
        let mut context = RequestContext::for_caller(&caller);
        for (key, value) in self.keys.iter().zip(chosen) {
            match value {
                Chosen::Values(values) => context.set(key.name, values.iter().cloned()),
                Chosen::Absent => context.remove(key.name),
            }
        }
        complete(&mut context);
        Request { caller, action: self.profile.action.to_owned(), role: self.profile.setting.role_arn.clone(), context }
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
        let atoms = self.applying(goal, policy, request, Effect::Deny).unwrap_or_default();
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
        let atoms = self.applying(goal, policy, request, Effect::Allow).unwrap_or_default();
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

const LIMIT: &str = "limit: the policy has too many combinations to try them all";

enum Choice {
    Made,
    Impossible,
    CannotSay(String),
}

impl Key<'_> {
    /// The key can take more than one state.
    fn is_free(&self) -> bool {
        use super::domain::Words;
        match &self.domain.words {
            None => false,
            Some(Words::Text { patterns, .. }) => {
                self.domain.optional
                    || patterns.len() > 1
                    || patterns.iter().any(|pattern| pattern.as_literal().is_none())
            }
            Some(Words::Bool | Words::Number | Words::Date { .. } | Words::IpAddress) => true,
        }
    }

    /// What another key's value must be like to be a value of this one.
    fn as_extra(&self) -> Extra {
        use super::domain::Words;
        let own = match &self.domain.words {
            Some(Words::Text { patterns, excluded, min, .. }) => Extra {
                inside: vec![patterns.clone()],
                outside: excluded.clone(),
                min_length: *min,
                ..Extra::default()
            },
            None | Some(Words::Bool | Words::Number | Words::Date { .. } | Words::IpAddress) => Extra::default(),
        };
        own.and(&self.extra).and(&Extra { presence: Some(Presence::Present), ..Extra::default() })
    }
}

fn set_by(key: &str, by: SetBy) -> bool {
    context_key::lookup(key).is_some_and(|row| row.set_by == by)
}

/// Adds the keys that follow from others, so that the request is one that can be made.
fn complete(context: &mut RequestContext) {
    let tags: Vec<String> = context
        .iter()
        .filter_map(|(key, _)| {
            key.get(..15).filter(|prefix| prefix.eq_ignore_ascii_case("aws:RequestTag/")).and_then(|_| key.get(15..))
        })
        .map(str::to_owned)
        .collect();
    let list = |context: &RequestContext, key: &str| context.get(key).map(<[String]>::to_vec).unwrap_or_default();
    let transitive = list(context, "sts:TransitiveTagKeys");
    let mut keys = list(context, "aws:TagKeys");
    for tag in tags.iter().chain(&transitive) {
        if !keys.iter().any(|key| key.eq_ignore_ascii_case(tag)) {
            keys.push(tag.clone());
        }
    }
    for key in &keys {
        if !tags.iter().any(|tag| tag.eq_ignore_ascii_case(key)) {
            context.set(format!("aws:RequestTag/{key}"), ["x"]);
        }
    }
    if !keys.is_empty() {
        context.set("aws:TagKeys", keys);
    }
    if context.get("aws:MultiFactorAuthAge").is_some() {
        context.set("aws:MultiFactorAuthPresent", ["true"]);
    }
    if let Some([path]) = context.get("aws:PrincipalOrgPaths")
        && let Some((organization, _)) = path.split_once('/')
        && context.get("aws:PrincipalOrgID").is_none()
    {
        let organization = organization.to_owned();
        context.set("aws:PrincipalOrgID", [organization]);
    }
    if let Some([now]) = context.get("aws:CurrentTime")
        && let Some(time) = crate::condition::date::parse(now)
    {
        context.set("aws:EpochTime", [time.seconds().to_string()]);
    }
}
