//! The cheapest values of the keys under what a node has decided.

use super::super::pattern::Budget;
use super::super::value::{Chosen, Extra, KeyQuestion, Lift, Presence, Resolve, Solved, Wanted};
use super::{Choice, Key, LIMIT, Node, Search};
use crate::condition::variable::Variable;
use crate::request::context_key;

impl Search<'_> {
    /// Fills `node.chosen` with the cheapest values that meet what is decided.
    pub(super) fn choose(&self, node: &mut Node, budget: &mut Budget) -> Choice {
        let mut chosen: Vec<Option<Chosen>> = vec![None; self.keys.len()];
        // Keys whose conditions use variables come after the keys they use.
        let (mut later, mut first): (Vec<usize>, Vec<usize>) = (0..self.keys.len()).partition(|key| {
            node.decided.iter().any(|(atom, _)| {
                self.atoms
                    .get(*atom)
                    .is_some_and(|atom| atom.key == *key && atom.condition.variables().next().is_some())
            })
        });
        // The caller's ARN costs most: a key that has no value at all is found before it is looked for.
        first.sort_by_key(|key| self.name(*key).eq_ignore_ascii_case("aws:PrincipalArn"));
        // Among those, the one that others wait for goes first; a cycle is broken anywhere.
        later.sort_by_key(|key| node.decided.iter().filter(|(atom, _)| self.uses(*atom, *key)).count());
        later.reverse();
        for key in first.into_iter().chain(later) {
            match self.solve_once(node, key, &chosen, budget) {
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

    /// Solves a key for a node, or remembers how it was solved for the same conditions.
    fn solve_once(&self, node: &Node, key: usize, chosen: &[Option<Chosen>], budget: &mut Budget) -> Solved {
        let about: Vec<(usize, bool)> = node
            .decided
            .iter()
            .copied()
            .filter(|(atom, _)| self.atoms.get(*atom).is_some_and(|atom| atom.key == key))
            .collect();
        let depends = |(atom, _): &(usize, bool)| {
            self.atoms.get(*atom).is_some_and(|atom| atom.condition.variables().next().is_some())
        };
        if about.iter().any(depends) {
            return self.solve(node, key, chosen, None, budget);
        }
        let question = (key, node.absent.contains(&key), about);
        if let Some(known) = self.solved.borrow().get(&question) {
            return known.clone();
        }
        let solved = self.solve(node, key, chosen, None, budget);
        self.solved.borrow_mut().insert(question, solved.clone());
        solved
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
        self.question(own, &wanted, &extra, &|variable| self.value_of(variable, chosen)).solve(budget)
    }

    fn question<'q>(
        &'q self,
        own: &'q Key<'_>,
        wanted: &'q [Wanted<'q>],
        extra: &'q Extra,
        resolve: &'q Resolve<'q>,
    ) -> KeyQuestion<'q> {
        let assumptions = self.profile.setting.assumptions;
        KeyQuestion { key: own.name, domain: &own.domain, wanted, extra, assumptions, resolve }
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
        // An absent key has no value to relate to another's.
        let absent = |own: &Key<'_>| own.extra.presence == Some(Presence::Absent) || node.absent.contains(&key);
        if with_variables.peek().is_none() || self.keys.get(key).is_none_or(absent) {
            return Choice::Impossible;
        }
        let fixed = |variable: &Variable| match self.source(variable) {
            None => true,
            Some((at, lift)) => (at == key && lift == Lift::None) || self.keys.get(at).is_none_or(|key| !key.is_free()),
        };
        if with_variables.clone().all(|atom| atom.condition.variables().all(fixed)) {
            return Choice::Impossible;
        }
        for atom in with_variables {
            // What this key's own domain and remaining conditions accept.
            let mut relaxed = node.clone();
            relaxed.decided.retain(|(candidate, _)| {
                !self.atoms.get(*candidate).is_some_and(|candidate| std::ptr::eq(candidate, atom))
            });
            for (other, lift) in atom.condition.sole_variables().filter_map(|sole| self.source(sole)) {
                if other != key && self.choose_both(node, &relaxed, key, (other, lift), chosen, budget) {
                    return Choice::Made;
                }
            }
        }
        Choice::CannotSay(format!("`{}`: a policy variable relates it to another key", self.name(key)))
    }

    /// Takes a value of `other` that `key` accepts too; false when the shortest such value does not do.
    fn choose_both(
        &self,
        node: &Node,
        relaxed: &Node,
        key: usize,
        (other, lift): (usize, Lift),
        chosen: &mut [Option<Chosen>],
        budget: &mut Budget,
    ) -> bool {
        let Some(own) = self.keys.get(key) else { return false };
        let wanted: Vec<Wanted<'_>> = self.wanted(relaxed, key).collect();
        let none = Extra::default();
        let resolve = |variable: &Variable| self.value_of(variable, chosen);
        let fits = own.as_extra().and(&self.question(own, &wanted, &none, &resolve).text_limits()).lifted(lift);
        let Solved::Chosen(value) = self.solve(relaxed, other, chosen, Some(&fits), budget) else { return false };
        let Some(word) = value.single().map(|word| lift.part(word)) else { return false };
        let before = chosen.get(other).cloned().flatten();
        self.put(chosen, other, value);
        if let Solved::Chosen(value) = self.solve(node, key, chosen, Some(&Extra::exactly(&word)), budget) {
            self.put(chosen, key, value);
            return true;
        }
        if let Some(slot) = chosen.get_mut(other) {
            *slot = before;
        }
        false
    }

    /// The key a policy variable takes its value from, and which part of it.
    fn source(&self, variable: &Variable) -> Option<(usize, Lift)> {
        let (name, lift) = self.home_of(&variable.key);
        self.keys.iter().position(|key| key.name.eq_ignore_ascii_case(name)).map(|at| (at, lift))
    }
}

impl Key<'_> {
    /// The key can take more than one state.
    fn is_free(&self) -> bool {
        use crate::prove::domain::Words;
        match &self.domain.words {
            None => false,
            Some(Words::Text { patterns, .. }) => {
                self.domain.optional
                    || patterns.len() > 1
                    || patterns.iter().any(|pattern| pattern.as_literal().is_none())
            }
            Some(Words::Bool | Words::Number | Words::Date { .. } | Words::IpAddress { .. }) => true,
        }
    }

    /// What another key's value must be like to be a value of this one.
    fn as_extra(&self) -> Extra {
        use crate::prove::domain::Words;
        let own = match &self.domain.words {
            Some(Words::Text { patterns, excluded, min, .. }) => Extra {
                inside: vec![patterns.clone()],
                outside: excluded.clone(),
                min_length: *min,
                ..Extra::default()
            },
            None | Some(Words::Bool | Words::Number | Words::Date { .. } | Words::IpAddress { .. }) => Extra::default(),
        };
        own.and(&self.extra).and(&Extra { presence: Some(Presence::Present), ..Extra::default() })
    }
}
