//! The shortest word that lies inside some sets of strings and outside others.
//!
//! Intersections are searched as a product of positions (one position per pattern the word must match, chosen
//! nondeterministically), complements as sets of positions (determinized on the fly), breadth first, so the first word
//! found is the shortest. The alphabet is what the patterns can tell apart: every character they name, and one
//! representative of each remaining class.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::pattern::{Pattern, Symbol};

/// Steps a proof may still take; when they run out the answer is "unknown".
#[derive(Debug, Clone)]
pub struct Budget {
    left: u64,
}

impl Budget {
    /// A budget of so many steps.
    #[must_use]
    pub fn new(steps: u64) -> Self {
        Self { left: steps }
    }

    /// Spends; false when nothing is left.
    pub fn spend(&mut self, steps: usize) -> bool {
        self.left = self.left.saturating_sub(steps as u64);
        self.left > 0
    }

    /// What is left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Whether anything is left.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.left == 0
    }
}

/// A question: the shortest word in every set of `inside` (each a union of patterns), in no pattern of `outside`, with a
/// length in characters within the bounds.
#[derive(Debug, Default)]
pub struct WordQuery<'a> {
    /// The word lies in each of these unions.
    pub inside: Vec<&'a [Pattern]>,
    /// The word matches none of these.
    pub outside: Vec<&'a Pattern>,
    /// Fewest characters.
    pub min_length: usize,
    /// Most characters.
    pub max_length: usize,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The shortest word.
    Word(String),
    /// There is none.
    Nothing,
    /// The budget ran out.
    Limit,
}

/// A union of patterns, as a set of texts where it is one.
enum Union<'a> {
    Texts(FxHashSet<String>),
    Patterns(&'a [Pattern]),
}

impl<'a> Union<'a> {
    fn of(patterns: &'a [Pattern]) -> Self {
        let texts: Option<FxHashSet<String>> = patterns.iter().map(Pattern::as_literal).collect();
        texts.map_or(Self::Patterns(patterns), Self::Texts)
    }

    fn holds(&self, word: &str) -> bool {
        match self {
            Self::Texts(texts) => texts.contains(word),
            Self::Patterns(patterns) => patterns.iter().any(|pattern| pattern.matches(word)),
        }
    }

    /// How many patterns a word is tried against.
    fn patterns(&self) -> usize {
        match self {
            Self::Texts(_) => 0,
            Self::Patterns(patterns) => patterns.len(),
        }
    }
}

impl WordQuery<'_> {
    pub(super) fn admits(&self, word: &str) -> bool {
        let length = word.chars().count();
        (self.min_length..=self.max_length).contains(&length)
            && self.inside.iter().all(|union| union.iter().any(|pattern| pattern.matches(word)))
            && !self.outside.iter().any(|pattern| pattern.matches(word))
    }

    /// The shortest word; among equally short ones the first in a fixed, readable order.
    #[must_use]
    pub fn shortest(&self, budget: &mut Budget) -> Found {
        if let Some(narrowed) = self.narrowed() {
            let inside: Vec<&[Pattern]> = narrowed.iter().map(Vec::as_slice).collect();
            let outside = self.outside.clone();
            return WordQuery { inside, outside, ..*self }.shortest(budget);
        }
        let unions: Vec<Union<'_>> = self.inside.iter().map(|union| Union::of(union)).collect();
        let finite = unions.iter().filter_map(|union| match union {
            Union::Texts(texts) => Some(texts),
            Union::Patterns(_) => None,
        });
        let Some(smallest) = finite.min_by_key(|texts| texts.len()) else {
            return Search::new(self).run(budget);
        };
        let mut candidates: Vec<&String> = smallest.iter().collect();
        candidates.sort_by_key(|text| (text.chars().count(), *text));
        let (texts, patterns): (Vec<_>, Vec<_>) =
            self.outside.iter().map(|pattern| (pattern.as_literal(), *pattern)).partition(|(text, _)| text.is_some());
        let excluded: FxHashSet<String> = texts.into_iter().filter_map(|(text, _)| text).collect();
        let tried: usize = patterns.len() + unions.iter().map(Union::patterns).sum::<usize>();
        for word in candidates {
            if !budget.spend(1 + tried) {
                return Found::Limit;
            }
            let admitted = (self.min_length..=self.max_length).contains(&word.chars().count())
                && unions.iter().all(|union| union.holds(word))
                && !excluded.contains(word)
                && !patterns.iter().any(|(_, pattern)| pattern.matches(word));
            if admitted {
                return Found::Word(word.clone());
            }
        }
        Found::Nothing
    }

    /// The query without the alternatives that an excluded prefix covers, if there are any: a list of ARNs of accounts
    /// that are all excluded is decided without a search.
    fn narrowed(&self) -> Option<Vec<Vec<Pattern>>> {
        let prefixes: Vec<String> = self.outside.iter().filter_map(|pattern| pattern.as_prefix()).collect();
        if prefixes.is_empty() {
            return None;
        }
        let covered = |pattern: &Pattern| {
            let head = pattern.literal_head();
            prefixes.iter().any(|prefix| head.starts_with(prefix.as_str()))
        };
        let narrowed: Vec<Vec<Pattern>> = self
            .inside
            .iter()
            .map(|union| union.iter().filter(|pattern| !covered(pattern)).cloned().collect())
            .collect();
        let dropped = narrowed.iter().zip(&self.inside).any(|(kept, union)| kept.len() < union.len());
        dropped.then_some(narrowed)
    }

    /// Every character the patterns can tell apart, and one of each class they cannot.
    fn alphabet(&self) -> Vec<char> {
        let patterns = || self.inside.iter().flat_map(|union| union.iter()).chain(self.outside.iter().copied());
        let (mut named, mut sets) = (Vec::new(), Vec::new());
        for symbol in patterns().flat_map(Pattern::symbols) {
            match symbol {
                Symbol::Char(c) => named.push(c),
                Symbol::Fold(c) => named.extend([c, c.to_ascii_uppercase()]),
                Symbol::Set(set) => sets.push(set),
            }
        }
        named.sort_unstable();
        named.dedup();
        sets.sort_unstable();
        sets.dedup();
        // ASCII without the named characters, split by every set into classes no set can tell apart inside.
        let bit = |c: char| if c.is_ascii() { 1u128 << (c as u32) } else { 0 };
        let mut classes = vec![!named.iter().fold(0, |mask, c| mask | bit(*c))];
        for set in &sets {
            classes = classes
                .iter()
                .flat_map(|class| [class & set.ascii(), class & !set.ascii()])
                .filter(|class| *class != 0)
                .collect();
        }
        let readable = || {
            ('a'..='z').chain('0'..='9').chain('A'..='Z').chain("_-=.,+@/:".chars()).chain((0u8..128).map(char::from))
        };
        let unnamed = classes.iter().filter_map(|class| readable().find(|c| class & bit(*c) != 0));
        let mut unnamed: Vec<char> = unnamed.chain(('é'..='ÿ').chain('Ā'..='ſ').find(|c| !named.contains(c))).collect();
        let rank = |c: &char| match c {
            'a'..='z' => 0,
            '0'..='9' => 1,
            'A'..='Z' => 2,
            '!'..='~' => 3,
            _ => 4,
        };
        unnamed.sort_unstable_by_key(|c| (rank(c), *c));
        named.sort_unstable_by_key(|c| (rank(c), *c));
        // What no pattern names comes first: it leads to the fewest positions.
        unnamed.extend(named);
        unnamed
    }
}

/// `(pattern, position)` pairs.
type Positions = Rc<[(u16, u16)]>;

/// One state of the product: for each union the pattern and position taken, then all positions of the excluded patterns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    /// Length so far, saturating at the minimum.
    length: u16,
    /// `(pattern, position)`: one per union, in order; then those of the excluded patterns, sorted.
    positions: Positions,
}

/// The states met, so far as they are not dominated.
///
/// Of two states that took the same positions, the one with fewer excluded positions can still become every word the
/// other can. Breadth first, it was met no later, so the other need not be followed.
struct Seen {
    unions: usize,
    /// By length and positions taken: the sets of excluded positions.
    states: FxHashMap<(u16, Positions), Vec<Positions>>,
    exact: FxHashSet<State>,
}

impl Seen {
    /// Dominators looked at per state; more are rarely worth the time.
    const LOOKED_AT: usize = 32;

    fn new(unions: usize) -> Self {
        Self { unions, states: FxHashMap::default(), exact: FxHashSet::default() }
    }

    fn is_new(&mut self, state: &State) -> bool {
        let (taken, excluded) = state.positions.split_at_checked(self.unions).unwrap_or_default();
        let met = self.states.entry((state.length, taken.into())).or_default();
        if met.iter().take(Self::LOOKED_AT).any(|other| is_subset(other, excluded)) || !self.exact.insert(state.clone())
        {
            return false;
        }
        met.push(excluded.into());
        true
    }
}

/// Whether the sorted list `small` lies inside the sorted list `large`.
fn is_subset(small: &[(u16, u16)], large: &[(u16, u16)]) -> bool {
    let mut large = large.iter();
    small.len() <= large.len() && small.iter().all(|item| large.by_ref().any(|other| other == item))
}

struct Search<'q, 'a> {
    query: &'q WordQuery<'a>,
    alphabet: Vec<char>,
}

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

impl<'q, 'a> Search<'q, 'a> {
    fn new(query: &'q WordQuery<'a>) -> Self {
        Self { query, alphabet: query.alphabet() }
    }

    fn run(&self, budget: &mut Budget) -> Found {
        let too_long = |pattern: &Pattern| pattern.length() >= usize::from(u16::MAX);
        let all = self.query.inside.iter().flat_map(|union| union.iter()).chain(self.query.outside.iter().copied());
        if all.clone().any(too_long) || all.count() >= usize::from(u16::MAX) {
            return Found::Limit;
        }
        let mut starts = vec![Vec::new()];
        for union in &self.query.inside {
            let mut longer = Vec::new();
            for start in &starts {
                for pattern in 0..union.len() {
                    if !budget.spend(1) {
                        return Found::Limit;
                    }
                    let mut taken: Vec<(u16, u16)> = start.clone();
                    taken.push((small(pattern), 0));
                    longer.push(taken);
                }
            }
            starts = longer;
        }
        let excluded: Vec<(u16, u16)> = (0..self.query.outside.len()).map(|pattern| (small(pattern), 0)).collect();
        // Level by level: each entry is a state, the index of its parent, and the character read.
        let mut seen = Seen::new(self.query.inside.len());
        let mut trail: Vec<(usize, char)> = Vec::new();
        let mut level: Vec<(State, usize)> = Vec::new();
        for taken in starts {
            let state = State { length: 0, positions: taken.iter().chain(&excluded).copied().collect() };
            if !self.hopeless(&state) && seen.is_new(&state) {
                level.push((state, usize::MAX));
            }
        }
        for length in 0..=self.query.max_length {
            for (state, trace) in &level {
                if self.accepts(state) {
                    return Found::Word(word(&trail, *trace));
                }
            }
            if length == self.query.max_length || level.is_empty() {
                break;
            }
            let mut next_level = Vec::new();
            for (state, trace) in level {
                let named = self.named_letters(&state);
                for c in named.as_deref().unwrap_or(&self.alphabet).iter().copied() {
                    let successors = match self.step(&state, c, budget) {
                        Some(successors) => successors,
                        None => return Found::Limit,
                    };
                    for successor in successors {
                        if !self.hopeless(&successor) && seen.is_new(&successor) {
                            trail.push((trace, c));
                            next_level.push((successor, trail.len() - 1));
                        }
                    }
                }
            }
            level = next_level;
        }
        Found::Nothing
    }

    fn patterns_taken<'s>(&'s self, state: &'s State) -> impl Iterator<Item = (&'a Pattern, usize)> + 's {
        let taken = self.query.inside.iter().zip(state.positions.iter());
        taken.filter_map(|(union, (pattern, at))| {
            union.get(usize::from(*pattern)).map(|pattern| (pattern, usize::from(*at)))
        })
    }

    fn excluded<'s>(&self, state: &'s State) -> &'s [(u16, u16)] {
        state.positions.get(self.query.inside.len()..).unwrap_or_default()
    }

    fn accepts(&self, state: &State) -> bool {
        usize::from(state.length) >= self.query.min_length.min(usize::from(u16::MAX))
            && self.patterns_taken(state).all(|(pattern, at)| pattern.accepts_at(at))
            && !self.excluded(state).iter().any(|(pattern, at)| {
                self.query
                    .outside
                    .get(usize::from(*pattern))
                    .is_some_and(|pattern| pattern.accepts_at(usize::from(*at)))
            })
    }

    /// An excluded pattern already matches whatever follows.
    fn hopeless(&self, state: &State) -> bool {
        self.excluded(state).iter().any(|(pattern, at)| {
            self.query
                .outside
                .get(usize::from(*pattern))
                .is_some_and(|pattern| pattern.accepts_all_from(usize::from(*at)))
        })
    }

    /// The few characters some pattern names here; `None` when every one has to be tried.
    fn named_letters(&self, state: &State) -> Option<Vec<char>> {
        let mut named = Vec::new();
        for (pattern, at) in self.patterns_taken(state) {
            named.clear();
            if pattern.named_next(at, &mut named) {
                named.sort_unstable();
                named.dedup();
                return Some(named);
            }
        }
        None
    }

    fn step(&self, state: &State, c: char, budget: &mut Budget) -> Option<Vec<State>> {
        if self.patterns_taken(state).any(|(pattern, at)| pattern.successors(at, c).next().is_none()) {
            return budget.spend(1).then(Vec::new);
        }
        let excluded_before = self.excluded(state);
        let mut taken: Vec<Vec<(u16, u16)>> = vec![Vec::with_capacity(state.positions.len() + 2)];
        for ((pattern, at), (index, _)) in self.patterns_taken(state).zip(state.positions.iter()) {
            if !budget.spend(1) {
                return None;
            }
            let mut nexts = pattern.successors(at, c);
            let (first, mut second) = (nexts.next()?, nexts.next());
            if second.is_none() {
                taken.iter_mut().for_each(|path| path.push((*index, small(first))));
                continue;
            }
            let mut longer = taken.clone();
            longer.iter_mut().for_each(|path| path.push((*index, small(first))));
            while let Some(next) = second {
                longer.extend(
                    taken.iter().map(|path| path.iter().copied().chain([(*index, small(next))]).collect::<Vec<_>>()),
                );
                second = nexts.next();
            }
            taken = longer;
        }
        if !budget.spend(3 * taken.len() + excluded_before.len() / 2) {
            return None;
        }
        let mut excluded: Vec<(u16, u16)> = Vec::with_capacity(excluded_before.len() + 2);
        for (index, at) in excluded_before {
            if let Some(pattern) = self.query.outside.get(usize::from(*index)) {
                excluded.extend(pattern.successors(usize::from(*at), c).map(|next| (*index, small(next))));
            }
        }
        excluded.sort_unstable();
        excluded.dedup();
        let length = (state.length + 1).min(small(self.query.min_length));
        let states = taken.into_iter().map(|mut positions| {
            positions.extend_from_slice(&excluded);
            State { length, positions: positions.into() }
        });
        Some(states.collect())
    }
}

fn word(trail: &[(usize, char)], mut at: usize) -> String {
    let mut reversed = Vec::new();
    while let Some((parent, c)) = trail.get(at) {
        reversed.push(*c);
        at = *parent;
    }
    reversed.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::super::pattern::{CharSet, Wildcard};
    use super::*;
    use crate::condition::string::{Case, Template, Variables, Wildcards};

    fn like(text: &str) -> Pattern {
        let template = Template::compile(text, Wildcards::Match, Variables::Literal);
        Pattern::from_template(&template, Case::Sensitive, Wildcard(CharSet::ANY), &mut |_| None).unwrap()
    }

    fn shortest(inside: &[&str], outside: &[&str]) -> Found {
        let inside: Vec<Vec<Pattern>> = inside.iter().map(|text| vec![like(text)]).collect();
        let outside: Vec<Pattern> = outside.iter().map(|text| like(text)).collect();
        let query = WordQuery {
            inside: inside.iter().map(Vec::as_slice).collect(),
            outside: outside.iter().collect(),
            min_length: 0,
            max_length: 1224,
        };
        query.shortest(&mut Budget::new(2_000_000))
    }

    fn word(text: &str) -> Found {
        Found::Word(text.to_owned())
    }

    #[test]
    fn the_shortest_word_of_an_intersection_is_found() {
        assert_eq!(shortest(&["a*", "*b"], &[]), word("ab"));
        assert_eq!(shortest(&["a*", "*a"], &[]), word("a"));
        assert_eq!(shortest(&["a*", "*a"], &["a"]), word("aa"));
        assert_eq!(shortest(&["a*", "b*"], &[]), Found::Nothing);
        assert_eq!(shortest(&["acme-?"], &["acme-a", "acme-b"]), word("acme-d"));
        assert_eq!(shortest(&["a*"], &["a*"]), Found::Nothing);
        assert_eq!(shortest(&["*"], &["", "?*"]), Found::Nothing);
    }

    #[test]
    fn patterns_that_blow_up_determinization_are_fine_as_intersections() {
        let Found::Word(word) = shortest(&["*a?????????????b*", "*c?????????????d*"], &[]) else { panic!("a word") };
        assert_eq!(word.len(), 16);
        assert_eq!(shortest(&["*a?????????????b*"], &["*b*"]), Found::Nothing);
    }

    #[test]
    fn limits_are_told_not_hidden() {
        let inside: Vec<Pattern> = vec![like("*")];
        let outside: Vec<Pattern> =
            vec![like("*a??????????????????b*"), like("*b??????????????????a*"), like("?????*")];
        let query =
            WordQuery { inside: vec![&inside], outside: outside.iter().collect(), min_length: 30, max_length: 1224 };
        assert!(matches!(query.shortest(&mut Budget::new(50)), Found::Limit | Found::Nothing));
    }
}
