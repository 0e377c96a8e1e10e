//! Sets of strings as wildcard patterns: a sequence of pieces, each one character of a set or a run of them.

pub use super::word::{Budget, Found, WordQuery};

use crate::condition::arn::ArnPattern;
use crate::condition::string::{Case, Template, Token};

/// A set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CharSet {
    ascii: u128,
    beyond_ascii: bool,
}

impl CharSet {
    /// Every character.
    pub const ANY: Self = Self { ascii: u128::MAX, beyond_ascii: true };
    /// Every character but the colon.
    pub const NOT_COLON: Self = Self { ascii: !(1 << b':'), beyond_ascii: true };

    /// The characters of `text`, which is ASCII; `a-z` forms are not special.
    #[must_use]
    pub const fn of(text: &[u8]) -> Self {
        let (mut ascii, mut rest) = (0u128, text);
        while let [byte, tail @ ..] = rest {
            ascii |= 1 << *byte;
            rest = tail;
        }
        Self { ascii, beyond_ascii: false }
    }

    /// Printable ASCII, without the space.
    #[must_use]
    pub const fn printable() -> Self {
        Self { ascii: (u128::MAX << 33) & !(1 << 127), beyond_ascii: false }
    }

    /// Whether it holds `c`.
    #[must_use]
    pub fn contains(self, c: char) -> bool {
        if c.is_ascii() { self.ascii & (1 << (c as u32)) != 0 } else { self.beyond_ascii }
    }

    /// Its ASCII characters, one bit each.
    pub(super) fn ascii(self) -> u128 {
        self.ascii
    }

    /// The set without `c`, an ASCII character.
    #[must_use]
    pub const fn without(self, c: u8) -> Self {
        Self { ascii: self.ascii & !(1 << c), beyond_ascii: self.beyond_ascii }
    }
}

/// What one position of a word may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Symbol {
    Char(char),
    /// A letter in either case (given in lower case).
    Fold(char),
    Set(CharSet),
}

impl Symbol {
    fn accepts(self, c: char) -> bool {
        match self {
            Self::Char(own) => own == c,
            Self::Fold(own) => own == c.to_ascii_lowercase(),
            Self::Set(set) => set.contains(c),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Piece {
    One(Symbol),
    /// Any number of them, zero included.
    Run(Symbol),
}

/// A set of strings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

/// How wildcards of a template read inside a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wildcard(pub CharSet);

impl Pattern {
    /// Exactly this text.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self::default().then(text)
    }

    /// Any text.
    #[must_use]
    pub fn any() -> Self {
        Self::default().then_run(CharSet::ANY)
    }

    /// This pattern, then `text`.
    #[must_use]
    pub fn then(mut self, text: &str) -> Self {
        self.pieces.extend(text.chars().map(|c| Piece::One(Symbol::Char(c))));
        self
    }

    /// This pattern, then `text` in any ASCII letter case.
    #[must_use]
    pub fn then_folded(mut self, text: &str) -> Self {
        let symbol =
            |c: char| if c.is_ascii_alphabetic() { Symbol::Fold(c.to_ascii_lowercase()) } else { Symbol::Char(c) };
        self.pieces.extend(text.chars().map(|c| Piece::One(symbol(c))));
        self
    }

    /// This pattern, then `count` characters of `set`.
    #[must_use]
    pub fn then_some(mut self, set: CharSet, count: usize) -> Self {
        self.pieces.extend(std::iter::repeat_n(Piece::One(Symbol::Set(set)), count));
        self
    }

    /// This pattern, then a run of characters of `set`.
    #[must_use]
    pub fn then_run(mut self, set: CharSet) -> Self {
        self.push_run(set);
        self
    }

    /// This pattern, then `other`.
    #[must_use]
    pub fn then_pattern(mut self, other: &Self) -> Self {
        self.pieces.extend_from_slice(&other.pieces);
        self
    }

    fn push_run(&mut self, set: CharSet) {
        let run = Piece::Run(Symbol::Set(set));
        if self.pieces.last() != Some(&run) {
            self.pieces.push(run);
        }
    }

    /// The pattern with every wildcard narrowed so that it cannot be `c`.
    #[must_use]
    pub fn without_in_wildcards(&self, c: u8) -> Self {
        let narrow = |symbol: Symbol| match symbol {
            Symbol::Set(set) => Symbol::Set(set.without(c)),
            Symbol::Char(_) | Symbol::Fold(_) => symbol,
        };
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::One(symbol) => Piece::One(narrow(*symbol)),
            Piece::Run(symbol) => Piece::Run(narrow(*symbol)),
        });
        Self { pieces: pieces.collect() }
    }

    /// The strings a template matches; `variable` gives the text of each policy variable, `None` makes the whole template
    /// unmatchable (rule V4).
    #[must_use]
    pub fn from_template(
        template: &Template,
        case: Case,
        wildcard: Wildcard,
        variable: &mut impl FnMut(&crate::condition::variable::Variable) -> Option<String>,
    ) -> Option<Self> {
        let mut pattern = Self::default();
        for token in template.tokens() {
            match token {
                Token::AnyOne => pattern.pieces.push(Piece::One(Symbol::Set(wildcard.0))),
                Token::AnyRun => pattern.push_run(wildcard.0),
                Token::Literal(text) => pattern = pattern.then_cased(text, case),
                Token::Variable(name) => pattern = pattern.then_cased(&variable(name)?, case),
            }
        }
        Some(pattern)
    }

    fn then_cased(self, text: &str, case: Case) -> Self {
        match case {
            Case::Sensitive => self.then(text),
            Case::IgnoreAscii => self.then_folded(text),
        }
    }

    /// The strings an ARN pattern matches: wildcards of the first five segments do not cross colons.
    #[must_use]
    pub fn from_arn(
        arn: &ArnPattern,
        variable: &mut impl FnMut(&crate::condition::variable::Variable) -> Option<String>,
    ) -> Option<Self> {
        let mut pattern = Self::default();
        for (at, segment) in arn.segments()?.iter().enumerate() {
            let wildcard = Wildcard(if at < 5 { CharSet::NOT_COLON } else { CharSet::ANY });
            if at > 0 {
                pattern = pattern.then(":");
            }
            let mut in_segment = |name: &crate::condition::variable::Variable| {
                variable(name).filter(|text| at == 5 || !text.contains(':'))
            };
            pattern = pattern.then_pattern(&Self::from_template(segment, Case::Sensitive, wildcard, &mut in_segment)?);
        }
        Some(pattern)
    }

    /// The one text the pattern matches, if it is one.
    #[must_use]
    pub fn as_literal(&self) -> Option<String> {
        let chars = self.pieces.iter().map(|piece| match piece {
            Piece::One(Symbol::Char(c)) => Some(*c),
            Piece::One(Symbol::Fold(_) | Symbol::Set(_)) | Piece::Run(_) => None,
        });
        chars.collect()
    }

    /// The text every member starts with.
    pub(super) fn literal_head(&self) -> String {
        let chars = self.pieces.iter().map_while(|piece| match piece {
            Piece::One(Symbol::Char(c)) => Some(*c),
            Piece::One(Symbol::Fold(_) | Symbol::Set(_)) | Piece::Run(_) => None,
        });
        chars.collect()
    }

    /// The text, if the set is everything that starts with it.
    pub(super) fn as_prefix(&self) -> Option<String> {
        let (last, head) = self.pieces.split_last()?;
        let head_is_literal = head.iter().all(|piece| matches!(piece, Piece::One(Symbol::Char(_))));
        (head_is_literal && *last == Piece::Run(Symbol::Set(CharSet::ANY))).then(|| self.literal_head())
    }

    /// Whether `word` is in the set.
    #[must_use]
    pub fn matches(&self, word: &str) -> bool {
        let any_runs_only = |piece: &Piece| match piece {
            Piece::Run(symbol) => *symbol == Symbol::Set(CharSet::ANY),
            Piece::One(_) => true,
        };
        if self.pieces.iter().all(any_runs_only) { self.matches_greedily(word) } else { self.simulate(word) }
    }

    /// Matching when every run accepts anything: only ever goes back to the last run.
    fn matches_greedily(&self, word: &str) -> bool {
        let (mut at, mut rest) = (0, word.chars());
        let mut last_run: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut after = rest.clone();
            let stepped = match (self.pieces.get(at), after.next()) {
                (None, None) => return true,
                (Some(Piece::Run(_)), _) => {
                    at += 1;
                    last_run = Some((at, rest.clone()));
                    continue;
                }
                (Some(Piece::One(symbol)), Some(c)) => symbol.accepts(c),
                (Some(Piece::One(_)), None) | (None, Some(_)) => false,
            };
            if stepped {
                at += 1;
                rest = after;
                continue;
            }
            let Some((after_run, from)) = &mut last_run else { return false };
            if from.next().is_none() {
                return false;
            }
            at = *after_run;
            rest = from.clone();
        }
    }

    fn simulate(&self, word: &str) -> bool {
        let mut positions = vec![0];
        for c in word.chars() {
            let mut next: Vec<usize> = positions.iter().flat_map(|at| self.successors(*at, c)).collect();
            next.sort_unstable();
            next.dedup();
            positions = next;
        }
        positions.into_iter().any(|at| self.accepts_at(at))
    }

    /// The positions after reading `c` at position `at`.
    pub(super) fn successors(&self, at: usize, c: char) -> impl Iterator<Item = usize> + '_ {
        let mut at = at;
        let mut done = false;
        std::iter::from_fn(move || {
            while !done {
                match self.pieces.get(at) {
                    Some(Piece::Run(symbol)) => {
                        let here = at;
                        at += 1;
                        if symbol.accepts(c) {
                            return Some(here);
                        }
                    }
                    Some(Piece::One(symbol)) => {
                        done = true;
                        if symbol.accepts(c) {
                            return Some(at + 1);
                        }
                    }
                    None => done = true,
                }
            }
            None
        })
    }

    /// Whether the word may end at position `at`.
    pub(super) fn accepts_at(&self, at: usize) -> bool {
        self.pieces.get(at..).is_some_and(|rest| rest.iter().all(|piece| matches!(piece, Piece::Run(_))))
    }

    /// Whether, at position `at`, every continuation is accepted.
    pub(super) fn accepts_all_from(&self, at: usize) -> bool {
        let any_run = |piece: &Piece| *piece == Piece::Run(Symbol::Set(CharSet::ANY));
        self.pieces.get(at..).is_some_and(|rest| rest.first().is_some_and(any_run) && rest.len() == 1)
    }

    /// The characters that can be read at position `at`, when they are a few named ones.
    pub(super) fn named_next(&self, at: usize, chars: &mut Vec<char>) -> bool {
        for piece in self.pieces.get(at..).unwrap_or_default() {
            let (symbol, last) = match piece {
                Piece::One(symbol) => (symbol, true),
                Piece::Run(symbol) => (symbol, false),
            };
            match symbol {
                Symbol::Char(c) => chars.push(*c),
                Symbol::Fold(c) => chars.extend([*c, c.to_ascii_uppercase()]),
                Symbol::Set(_) => return false,
            }
            if last {
                return true;
            }
        }
        true
    }

    /// How many pieces it has.
    pub(super) fn length(&self) -> usize {
        self.pieces.len()
    }

    pub(super) fn symbols(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.pieces.iter().map(|piece| match piece {
            Piece::One(symbol) | Piece::Run(symbol) => *symbol,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matcher_agrees_with_the_simulation() {
        let narrow = Pattern::literal("x").then_run(CharSet::of(b"ab")).then("b");
        assert!(narrow.matches("xaabb"));
        assert!(!narrow.matches("xaaba"));
        let mixed = Pattern::any().then_pattern(&narrow);
        assert!(mixed.matches("..xq..xab"));
        assert!(!mixed.matches("..xq..xaa"));
    }
}
