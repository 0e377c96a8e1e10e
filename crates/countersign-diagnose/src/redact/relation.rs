//! What of two values has to be the same in their pseudonyms: the letters that are the same in both, up to where they part.

use std::collections::HashSet;

use countersign_policy::similar;

use super::position::{Kind, names};
use super::word::{TokenKind, decoded, folded, tokens};
use crate::external_id::look_alike;

/// A letter of a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spot {
    pub(super) word: String,
    pub(super) at: usize,
}

/// What holds of the pseudonyms' letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Relation {
    Same(Spot, Spot),
    Unlike(Spot, Spot),
    Not(Spot, char),
    Stays(Spot),
}

impl Relation {
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Self::Same(a, b) | Self::Unlike(a, b) => (a, Some(b)),
            Self::Not(a, _) | Self::Stays(a) => (a, None),
        };
        [Some(first), second].into_iter().flatten().map(|spot| spot.word.as_str())
    }
}

/// A value with the place of each of its letters.
pub(super) struct Located {
    text: String,
    /// The characters as they are.
    chars: Vec<char>,
    /// Of those in a word that is hidden, which letter of it.
    spots: Vec<Option<Spot>>,
}

impl Located {
    /// `is_hidden` knows the words that are hidden wherever they stand, `is_placed` those that are where names stand.
    pub(super) fn new(
        value: &str,
        kind: &Kind,
        is_hidden: &dyn Fn(&str) -> bool,
        is_placed: &dyn Fn(&str) -> bool,
    ) -> Self {
        let names = names(kind, value);
        let (mut chars, mut spots) = (Vec::new(), Vec::new());
        let mut from = 0;
        for token in tokens(value, &|_| false).filter(|token| token.kind == TokenKind::Word) {
            let between = value.get(from..token.span.start).unwrap_or_default();
            chars.extend(between.chars());
            spots.resize(chars.len(), None);
            let word = decoded(value.get(token.span.clone()).unwrap_or_default());
            let key = folded(&word);
            let is_name = || names.iter().any(|name| name.contains(&token.span.start));
            let hidden = is_hidden(&key) || is_placed(&key) && is_name();
            for (at, c) in word.chars().enumerate() {
                chars.push(c);
                spots.push(hidden.then(|| Spot { word: key.clone(), at }));
            }
            from = token.span.end;
        }
        chars.extend(value.get(from..).unwrap_or_default().chars());
        spots.resize(chars.len(), None);
        let text = chars.iter().collect();
        Self { text, chars, spots }
    }

    fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    fn spot(&self, at: usize) -> Option<&Spot> {
        self.spots.get(at)?.as_ref()
    }

    /// The places of letters and digits.
    fn letters(&self) -> Vec<usize> {
        let places = self.chars.iter().enumerate().filter(|(_, c)| c.is_alphanumeric());
        places.map(|(at, _)| at).collect()
    }
}

fn same_letter(a: Option<char>, b: Option<char>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.eq_ignore_ascii_case(&b))
}

/// What is looked at in two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// How far they are the same, to the letter.
    Letters,
    /// Whether one is a slip of the pen from the other, or a pattern of it.
    Slips,
}

/// Adds what has to hold between two values that are compared.
pub(super) fn compare(a: &Located, b: &Located, depth: Depth, out: &mut HashSet<Relation>) {
    if depth == Depth::Letters {
        let mut common = 0;
        while same_letter(a.char(common), b.char(common)) {
            align(a, common, b, common, out);
            common += 1;
        }
        part(a, b, common, out);
        looks(a, b, out);
    }
    wildcards(a, b, out);
    wildcards(b, a, out);
    if same_but_for_signs(a, b) {
        for (x, y) in a.letters().into_iter().zip(b.letters()) {
            align(a, x, b, y, out);
        }
    }
    if a.chars.len().abs_diff(b.chars.len()) <= similar::FAR && similar::nearness(&a.text, &b.text) < similar::FAR {
        edits(a, b, out);
    }
}

/// Adds what has to hold between a pattern and what takes its place, letter by letter.
pub(super) fn fill(pattern: &Located, filled: &Located, out: &mut HashSet<Relation>) {
    for at in 0..pattern.chars.len() {
        match pattern.char(at) {
            Some('*' | '?') => out.extend(filled.spot(at).cloned().map(Relation::Stays)),
            _ => align(pattern, at, filled, at, out),
        }
    }
}

fn align(a: &Located, x: usize, b: &Located, y: usize, out: &mut HashSet<Relation>) {
    match (a.spot(x), b.spot(y)) {
        (Some(a), Some(b)) if a != b => {
            let (a, b) = (a.clone().min(b.clone()), a.max(b).clone());
            out.insert(Relation::Same(a, b));
        }
        // The same letter stands in a word that stays.
        (Some(spot), None) | (None, Some(spot)) => {
            out.insert(Relation::Stays(spot.clone()));
        }
        _ => {}
    }
}

/// The first place where they differ.
fn part(a: &Located, b: &Located, at: usize, out: &mut HashSet<Relation>) {
    match (a.spot(at), b.spot(at), a.char(at), b.char(at)) {
        (Some(a), Some(b), ..) => {
            out.insert(Relation::Unlike(a.clone(), b.clone()));
        }
        (Some(spot), None, _, Some(c)) | (None, Some(spot), Some(c), _) => {
            out.insert(Relation::Not(spot.clone(), c));
        }
        _ => {}
    }
}

fn same_but_for_signs(a: &Located, b: &Located) -> bool {
    let letters = |value: &Located| value.chars.iter().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (a, b) = (letters(a), letters(b));
    !a.is_empty() && a.eq_ignore_ascii_case(&b)
}

/// Letters that look like others have to stay as they are, where the two are the same but for such letters, letter case and
/// signs.
fn looks(a: &Located, b: &Located, out: &mut HashSet<Relation>) {
    let seen = |value: &Located| -> Vec<(usize, char)> {
        let letters = value.chars.iter().enumerate().filter(|(_, c)| c.is_alphanumeric());
        letters.filter_map(|(at, c)| Some((at, look_alike(*c)?.to_ascii_lowercase()))).collect()
    };
    let (in_a, in_b) = (seen(a), seen(b));
    if in_a.len() != in_b.len() || in_a.iter().zip(&in_b).any(|((_, a), (_, b))| a != b) {
        return;
    }
    for ((x, _), (y, _)) in in_a.into_iter().zip(in_b) {
        if same_letter(a.char(x), b.char(y)) {
            align(a, x, b, y, out);
        } else {
            let spots = [a.spot(x), b.spot(y)].into_iter().flatten();
            out.extend(spots.cloned().map(Relation::Stays));
        }
    }
}

/// Where the pieces between the wildcards of a pattern stand in a value that it matches, letter case aside.
fn wildcards(pattern: &Located, value: &Located, out: &mut HashSet<Relation>) {
    if !pattern.chars.contains(&'*') && !pattern.chars.contains(&'?') {
        return;
    }
    let mut pairs = Vec::new();
    if matched(pattern, 0, value, 0, &mut pairs, &mut 10_000) {
        for (x, y) in pairs {
            align(pattern, x, value, y, out);
        }
    }
}

fn matched(
    pattern: &Located,
    mut x: usize,
    value: &Located,
    mut y: usize,
    pairs: &mut Vec<(usize, usize)>,
    steps: &mut usize,
) -> bool {
    loop {
        let Some(left) = steps.checked_sub(1) else { return false };
        *steps = left;
        match pattern.char(x) {
            None => return y == value.chars.len(),
            Some('*') => {
                let held = pairs.len();
                let found = (y..=value.chars.len()).any(|from| {
                    pairs.truncate(held);
                    matched(pattern, x + 1, value, from, pairs, steps)
                });
                return found;
            }
            Some('?') if y < value.chars.len() => {}
            c if same_letter(c, value.char(y)) => pairs.push((x, y)),
            Some(_) => return false,
        }
        x += 1;
        y += 1;
    }
}

/// Of two values that are few edits apart, what the edits leave.
fn edits(a: &Located, b: &Located, out: &mut HashSet<Relation>) {
    const SEEN: usize = 64;
    let (rows, columns) = (a.chars.len().min(SEEN), b.chars.len().min(SEEN));
    let width = columns + 1;
    let mut cost = vec![0_usize; (rows + 1) * width];
    let at = |cost: &[usize], x: usize, y: usize| cost.get(x * width + y).copied().unwrap_or(usize::MAX / 2);
    for x in 0..=rows {
        for y in 0..=columns {
            let best = match (x.checked_sub(1), y.checked_sub(1)) {
                (None, _) => y,
                (_, None) => x,
                (Some(left), Some(up)) => {
                    let differs = usize::from(a.char(left) != b.char(up));
                    (at(&cost, left, up) + differs).min(at(&cost, left, y) + 1).min(at(&cost, x, up) + 1)
                }
            };
            if let Some(cell) = cost.get_mut(x * width + y) {
                *cell = best;
            }
        }
    }
    let (mut x, mut y) = (rows, columns);
    while let (Some(left), Some(up)) = (x.checked_sub(1), y.checked_sub(1)) {
        let here = at(&cost, x, y);
        let differs = usize::from(a.char(left) != b.char(up));
        if at(&cost, left, up) + differs == here {
            if same_letter(a.char(left), b.char(up)) {
                align(a, left, b, up, out);
            }
            (x, y) = (left, up);
        } else if at(&cost, left, y) + 1 == here {
            x = left;
        } else {
            y = up;
        }
    }
}

/// The fewest letters of a word that is looked for inside of others.
const LEAST: usize = 4;

/// The longest word that is looked for inside of others, and in how many first letters of them it starts.
const LONGEST: usize = 64;
const STARTS: usize = 256;

/// Words that are looked for inside of others.
pub(super) struct Inner<'w> {
    words: HashSet<&'w str>,
    /// How they start: most places in a word start none.
    heads: HashSet<&'w str>,
}

impl<'w> Inner<'w> {
    pub(super) fn new(words: impl Iterator<Item = &'w str>) -> Self {
        let words: HashSet<&str> = words.filter(|word| head(word).is_some() && word.len() <= 4 * LONGEST).collect();
        let heads = words.iter().filter_map(|word| head(word)).collect();
        Self { words, heads }
    }

    /// Those that stand inside a word without being it, and the letter each starts at.
    pub(super) fn parts<'t>(&self, word: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
        let starts = word.char_indices().enumerate().take(STARTS);
        starts.flat_map(move |(nth, (start, _))| {
            let rest = word.get(start..).unwrap_or_default();
            let is_start = head(rest).is_some_and(|head| self.heads.contains(head));
            let rest = if is_start { rest } else { "" };
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST).skip(LEAST - 1);
            ends.filter_map(move |end| {
                let part = rest.get(..end)?;
                (part.len() < word.len() && self.words.contains(part)).then_some((nth, part))
            })
        })
    }

    /// Whether one of them is the word, or stands inside of it.
    pub(super) fn stand_in(&self, word: &str) -> bool {
        self.words.contains(word) || self.parts(word).next().is_some()
    }
}

fn head(word: &str) -> Option<&str> {
    let (last, c) = word.char_indices().nth(LEAST - 1)?;
    word.get(..last + c.len_utf8())
}

/// Words that stand inside others.
pub(super) fn contained<'w>(words: impl Iterator<Item = &'w String> + Clone, out: &mut HashSet<Relation>) {
    let known = Inner::new(words.clone().map(String::as_str));
    for word in words {
        for (start, part) in known.parts(word) {
            for at in 0..part.chars().count() {
                let (a, b) = (Spot { word: part.to_owned(), at }, Spot { word: word.clone(), at: start + at });
                out.insert(Relation::Same(a.clone().min(b.clone()), a.max(b)));
            }
        }
    }
}
