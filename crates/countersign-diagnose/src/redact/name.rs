//! Pseudonyms of words, letter by letter: drawn from the seed, and drawn once for letters that have to stay the same.
//!
//! A pseudonym has the length of its word, letters for letters and digits for digits; a word of hexadecimal digits stays
//! one, and one that is none stays none.

use std::collections::{BTreeMap, HashMap, HashSet};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::relation::{Inner, Relation, Spot};

/// Draws from a seed: the same words draw the same.
#[derive(Clone)]
pub(super) struct Draw {
    mac: Option<Hmac<Sha256>>,
}

impl Draw {
    pub(super) fn new(seed: &[u8; 32]) -> Self {
        Self { mac: Hmac::new_from_slice(seed).ok() }
    }

    fn bytes(&self, what: &str) -> [u8; 32] {
        let Some(mac) = &self.mac else { return [0; 32] };
        let mut mac = mac.clone();
        mac.update(what.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// One byte.
    pub(super) fn byte(&self, what: &str) -> u8 {
        self.bytes(what).first().copied().unwrap_or(0)
    }

    /// A number for each letter of a word, from few drawings: they are what takes time.
    fn numbers(&self, what: &str, letters: usize) -> Vec<u16> {
        let drawings = (0..letters.div_ceil(16)).map(|nth| self.bytes(&format!("{what} {nth}")));
        drawings
            .flat_map(|bytes| bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect::<Vec<_>>())
            .collect()
    }
}

/// What pseudonyms are made of.
pub(super) struct Making<'m> {
    pub(super) draw: &'m Draw,
    /// Pseudonyms that are there already.
    pub(super) given: &'m BTreeMap<String, String>,
    pub(super) relations: &'m [Relation],
    /// Which of the attempts this is.
    pub(super) attempt: u32,
    /// Words that no pseudonym may be.
    pub(super) taken: &'m dyn Fn(&str) -> bool,
}

/// The letters of all words as nodes, those that have to stay the same joined.
struct Letters<'w> {
    words: Vec<&'w str>,
    first: HashMap<&'w str, usize>,
    chars: Vec<char>,
    above: Vec<usize>,
}

impl<'w> Letters<'w> {
    fn new(words: Vec<&'w str>) -> Self {
        let mut letters = Self { words: Vec::new(), first: HashMap::new(), chars: Vec::new(), above: Vec::new() };
        for word in &words {
            letters.first.insert(*word, letters.chars.len());
            letters.chars.extend(word.chars());
        }
        letters.above = (0..letters.chars.len()).collect();
        letters.words = words;
        letters
    }

    fn node(&self, spot: &Spot) -> Option<usize> {
        let node = self.first.get(spot.word.as_str())? + spot.at;
        (spot.at < spot.word.chars().count()).then_some(node)
    }

    /// The letters of a word.
    fn nodes(&self, word: &str) -> std::ops::Range<usize> {
        let first = self.first.get(word).copied().unwrap_or(0);
        first..first + word.chars().count()
    }

    fn root(&self, mut node: usize) -> usize {
        while let Some(above) = self.above.get(node).copied().filter(|above| *above != node) {
            node = above;
        }
        node
    }

    fn join(&mut self, a: usize, b: usize) {
        let low = self.root(a).min(self.root(b));
        // Everything on the way points there from now on, so that ways stay short.
        for start in [a, b] {
            let mut node = start;
            while let Some(above) = self.above.get_mut(node) {
                let next = core::mem::replace(above, low);
                if next == node || next == low {
                    break;
                }
                node = next;
            }
        }
    }
}

/// What is known of a class of letters that stay the same.
#[derive(Default, Clone)]
struct Class {
    image: Option<char>,
    is_hex: bool,
    leads: bool,
    stays: bool,
    unlike: Vec<Unlike>,
    /// The word and place it is drawn for.
    drawn_for: Option<(usize, usize)>,
}

#[derive(Clone)]
enum Unlike {
    Class(usize),
    Char(char),
}

/// Pseudonyms by their words.
pub(super) struct Made {
    pub(super) names: BTreeMap<String, String>,
    /// Words of which nothing may change.
    pub(super) fixed: Vec<String>,
    /// How many of them do not keep a relation that they have, since what they had to be was taken.
    pub(super) alone: usize,
}

/// A pseudonym for each of `new`, which holds words in lower case. A word without one stays as it is.
pub(super) fn make(new: &[String], making: &Making<'_>) -> Made {
    // What was drawn before goes first, so that later draws follow it.
    let involved: HashSet<&str> = making.relations.iter().flat_map(Relation::words).collect();
    let old = making.given.keys().map(String::as_str).filter(|word| involved.contains(word));
    let is_old = |word: &str| making.given.contains_key(word);
    let mut words: Vec<&str> = old.collect();
    words.extend(new.iter().map(String::as_str).filter(|word| !is_old(word)));
    let mut letters = Letters::new(words);
    for relation in making.relations {
        if let Relation::Same(a, b) = relation
            && let (Some(a), Some(b)) = (letters.node(a), letters.node(b))
        {
            letters.join(a, b);
        }
    }
    let classes = classes(&letters, making);
    let stays = |node: &usize| classes.get(&letters.root(*node)).is_some_and(|class| class.stays);
    let fixed: HashSet<&str> =
        letters.words.iter().copied().filter(|word| letters.nodes(word).all(|node| stays(&node))).collect();
    let images = draw_all(&letters, &classes, making);
    let mut made = Made { names: BTreeMap::new(), fixed: Vec::new(), alone: 0 };
    let mut used: HashSet<String> = making.given.values().cloned().collect();
    let reals = Inner::new(letters.words.iter().copied());
    let mut alone = Alone::default();
    made.fixed.extend(fixed.iter().filter(|word| !is_old(word)).map(|word| (*word).to_owned()));
    for word in letters.words.iter().filter(|word| !is_old(word) && !fixed.contains(*word)) {
        let related: String = letters.nodes(word).filter_map(|node| images.get(&letters.root(node))).collect();
        let fits = |name: &str| is_free(name, word, &used, &reals, making);
        let related = Some(related).filter(|name| fits(name));
        made.alone += usize::from(related.is_none() && involved.contains(*word));
        if let Some(name) = related.or_else(|| alone.name(word, making, &fits)) {
            used.insert(name.clone());
            made.names.insert((*word).to_owned(), name);
        }
    }
    made
}

/// Whether a pseudonym stands for nothing else, and shows no name.
fn is_free(name: &str, word: &str, used: &HashSet<String>, reals: &Inner<'_>, making: &Making<'_>) -> bool {
    let is_blank = name.len() >= 3 && name.bytes().all(|byte| byte == b'x');
    name.chars().count() == word.chars().count()
        && !is_blank
        && !is_code(name)
        && !used.contains(name)
        && !(making.taken)(name)
        && !reals.stand_in(name)
}

/// Whether a backslash before it would make an escape of it.
fn is_code(name: &str) -> bool {
    let coded = |prefix: char, digits: usize| {
        let code = name.strip_prefix(prefix).and_then(|code| code.get(..digits));
        code.is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    coded('u', 4) || coded('x', 2)
}

fn classes(letters: &Letters<'_>, making: &Making<'_>) -> HashMap<usize, Class> {
    let mut classes: HashMap<usize, Class> = HashMap::new();
    for (nth, word) in letters.words.iter().enumerate() {
        let first = letters.first.get(word).copied().unwrap_or(0);
        let is_hex = word.chars().all(|c| c.is_ascii_hexdigit());
        let image = making.given.get(*word).map(|image| image.chars().collect::<Vec<_>>());
        for at in 0..word.chars().count() {
            let class = classes.entry(letters.root(first + at)).or_default();
            class.is_hex |= is_hex;
            class.leads |= at == 0;
            class.image = class.image.or_else(|| image.as_ref()?.get(at).copied());
            class.drawn_for.get_or_insert((nth, at));
        }
    }
    for relation in making.relations {
        match relation {
            Relation::Same(..) => {}
            Relation::Stays(spot) => {
                if let Some(node) = letters.node(spot) {
                    let class = classes.entry(letters.root(node)).or_default();
                    class.stays |= class.image.is_none();
                    class.image = class.image.or_else(|| letters.chars.get(node).copied());
                }
            }
            Relation::Unlike(a, b) => {
                if let (Some(a), Some(b)) = (letters.node(a), letters.node(b)) {
                    let (a, b) = (letters.root(a), letters.root(b));
                    classes.entry(a).or_default().unlike.push(Unlike::Class(b));
                    classes.entry(b).or_default().unlike.push(Unlike::Class(a));
                }
            }
            Relation::Not(spot, c) => {
                if let Some(node) = letters.node(spot) {
                    classes.entry(letters.root(node)).or_default().unlike.push(Unlike::Char(c.to_ascii_lowercase()));
                }
            }
        }
    }
    classes
}

fn draw_all(letters: &Letters<'_>, classes: &HashMap<usize, Class>, making: &Making<'_>) -> HashMap<usize, char> {
    let mut images: HashMap<usize, char> =
        classes.iter().filter_map(|(root, class)| Some((*root, class.image?))).collect();
    let mut roots: Vec<usize> = classes.keys().copied().filter(|root| !images.contains_key(root)).collect();
    roots.sort_unstable();
    // Letters of a word come one after the other.
    let mut drawn: (usize, Vec<u16>) = (usize::MAX, Vec::new());
    for root in roots {
        let (Some(class), Some(c)) = (classes.get(&root), letters.chars.get(root)) else { continue };
        let (nth, at) = class.drawn_for.unwrap_or_default();
        let word = letters.words.get(nth).copied().unwrap_or_default();
        let choice = choice(*c, class.is_hex, class.leads);
        let unlike = |image: char| {
            class.unlike.iter().any(|unlike| match unlike {
                Unlike::Class(other) => images.get(other) == Some(&image),
                Unlike::Char(c) => *c == image,
            })
        };
        let length = word.chars().count();
        if drawn.0 != nth {
            drawn = (nth, making.draw.numbers(&format!("letter {} 0 {word}", making.attempt), length));
        }
        let of = |numbers: &[u16]| choice.get(usize::from(*numbers.get(at)?) % choice.len().max(1)).copied();
        let again = |again: u32| of(&making.draw.numbers(&format!("letter {} {again} {word}", making.attempt), length));
        let mut tries = of(&drawn.1).into_iter().chain((1..32).filter_map(again));
        let image = tries.find(|image| !unlike(*image)).or(choice.first().copied()).unwrap_or(*c);
        images.insert(root, image);
    }
    images
}

/// Pseudonyms without regard to other words.
#[derive(Default)]
struct Alone {
    /// By what may stand at each place: what was still free when nearly all of it was taken.
    left: HashMap<Vec<Vec<char>>, Vec<String>>,
}

/// How many words of one form are written out to find the last free ones.
const FEW: usize = 1 << 17;

impl Alone {
    fn name(&mut self, word: &str, making: &Making<'_>, fits: &dyn Fn(&str) -> bool) -> Option<String> {
        let is_hex = word.chars().all(|c| c.is_ascii_hexdigit());
        let choices: Vec<Vec<char>> = word.chars().enumerate().map(|(at, c)| choice(c, is_hex, at == 0)).collect();
        if let Some(left) = self.left.get_mut(&choices) {
            return std::iter::from_fn(|| left.pop()).find(|name| fits(name));
        }
        let draw = |again: u32| -> String {
            let numbers = making.draw.numbers(&format!("alone {} {again} {word}", making.attempt), choices.len());
            let letter = |(choice, c, number): (&Vec<char>, char, &u16)| {
                choice.get(usize::from(*number) % choice.len().max(1)).copied().unwrap_or(c)
            };
            let places = choices.iter().zip(word.chars()).zip(&numbers);
            places.map(|((choice, c), number)| letter((choice, c, number))).collect()
        };
        if let Some(name) = (0..256).map(draw).find(|name| fits(name)) {
            return Some(name);
        }
        // Four hexadecimal digits of a request id, after ten thousands of them.
        let mut left: Vec<String> = written_out(&choices).into_iter().filter(|name| fits(name)).collect();
        left.sort_by_cached_key(|name| making.draw.bytes(&format!("left {} {name}", making.attempt)));
        let name = left.pop();
        self.left.insert(choices, left);
        name
    }
}

/// Every word with one of the letters at each place, unless they are too many.
fn written_out(choices: &[Vec<char>]) -> Vec<String> {
    let count = choices.iter().try_fold(1_usize, |count, choice| count.checked_mul(choice.len()));
    if count.is_none_or(|count| count > FEW) {
        return Vec::new();
    }
    choices.iter().fold(vec![String::new()], |heads, choice| {
        heads.iter().flat_map(|head| choice.iter().map(move |c| format!("{head}{c}"))).collect()
    })
}

/// What may stand for a letter or digit.
fn choice(c: char, is_hex: bool, leads: bool) -> Vec<char> {
    match c {
        // A number does not start with a zero unless it did.
        '0' if leads => vec!['0'],
        '0'..='9' if leads => ('1'..='9').collect(),
        '0'..='9' => ('0'..='9').collect(),
        'a'..='f' if is_hex => ('a'..='f').collect(),
        'a'..='f' => ('a'..='z').collect(),
        'g'..='z' => ('g'..='z').collect(),
        // The letters beside it of the same kind, which take as many bytes.
        c => {
            let kind = |c: char| (c.is_lowercase(), c.is_uppercase(), c.is_numeric(), c.is_alphabetic(), c.len_utf8());
            let start = u32::from(c) & !63;
            (start..start + 64).filter_map(char::from_u32).filter(|other| kind(*other) == kind(c)).collect()
        }
    }
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Draw")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of four hexadecimal letters there are 1,296 words, so that 96 of these 1,200 can get another one.
    #[test]
    fn every_word_of_a_form_is_given_before_one_stays() {
        let words: Vec<String> = written_out(&vec![('a'..='f').collect(); 4]).into_iter().take(1_200).collect();
        let taken = |word: &str| words.iter().any(|other| other == word);
        let (draw, given) = (Draw::new(&[7; 32]), BTreeMap::new());
        let made = make(&words, &Making { draw: &draw, given: &given, relations: &[], attempt: 0, taken: &taken });
        let names: HashSet<&String> = made.names.values().collect();
        assert_eq!((made.names.len(), names.len()), (96, 96));
        assert!(names.iter().all(|name| !taken(name)));
    }
}
