//! The cheapest values of the keys under what a node has decided.

use super::super::pattern::Budget;
use super::super::value::{Chosen, Extra, KeyQuestion, Presence, Solved, Wanted};
use super::{Choice, Key, LIMIT, Node, Search};
use crate::condition::variable::Variable;
use crate::request::context_key;

impl Search<'_> {
    /// Fills `node.chosen` with the cheapest values that meet what is decided.
    pub(super) fn choose(&self, node: &mut Node, budget: &mut Budget) -> Choice {
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
            Some(Words::Bool | Words::Number | Words::Date { .. } | Words::IpAddress) => true,
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
            None | Some(Words::Bool | Words::Number | Words::Date { .. } | Words::IpAddress) => Extra::default(),
        };
        own.and(&self.extra).and(&Extra { presence: Some(Presence::Present), ..Extra::default() })
    }
}
