//! The key: which pseudonym stands for what. It holds everything that was hidden, so it stays with whoever made it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::find::positions;
use super::gather::{Gathered, PAIRED, words_of};
use super::name::{Draw, Making, make};
use super::position::{Certainty, Kind, Position};
use super::relation::{Depth, Located, Relation, compare, contained, fill};
use super::word::{TokenKind, decoded, folded, in_case_of, tokens, write_as};
use super::{address, kept, secret};
use crate::edit::Edit;

/// The schema of a [`Key`] as JSON.
pub const SCHEMA: &str = "countersign.redaction/2";

/// The schema before words were hidden only where names stand: such keys are read all the same.
const OLDER: &str = "countersign.redaction/1";

/// The text is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not JSON of the shape.
    #[error("not a redaction key")]
    NotAKey(#[source] serde_json::Error),
    /// A newer one.
    #[error("a key of the schema `{0}`, and this version reads `{SCHEMA}`")]
    OtherSchema(String),
    /// Its parts do not fit together.
    #[error("a damaged key: {0}")]
    Damaged(&'static str),
}

/// Which pseudonym stands for what, and the seed of those to come.
///
/// As JSON it holds the real values: who has it can undo every redaction made with it.
#[derive(Clone)]
pub struct Key {
    seed: [u8; 32],
    draw: Draw,
    /// Words that are hidden wherever they stand.
    words: BTreeMap<String, String>,
    /// Words that are hidden where names stand, and mean something elsewhere.
    placed: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
    kept: BTreeSet<String>,
    /// What everybody knows: not stored.
    public: BTreeSet<String>,
    /// The way back.
    real: HashMap<String, String>,
    real_addresses: HashMap<String, String>,
    /// Credentials that were seen: never stored.
    secrets: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    schema: String,
    seed: String,
    words: BTreeMap<String, String>,
    #[serde(default)]
    placed: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
    kept: BTreeSet<String>,
}

/// How many credentials are looked for where nothing shows what they are.
const REPEATED: usize = 64;

/// How often pseudonyms are drawn until none is taken.
const DRAWS: u32 = 8;

/// Of so many words one is always taken.
const MANY: usize = 4_096;

impl Key {
    /// A key that knows nothing yet. The seed has to be random: who knows it can tell whether a guess is right.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            draw: Draw::new(&seed),
            words: BTreeMap::new(),
            placed: BTreeMap::new(),
            addresses: BTreeMap::new(),
            kept: BTreeSet::new(),
            public: BTreeSet::new(),
            real: HashMap::new(),
            real_addresses: HashMap::new(),
            secrets: BTreeSet::new(),
        }
    }

    /// Reads a key that [`Key::to_json`] wrote.
    ///
    /// # Errors
    /// [`KeyError`] when the text is none.
    pub fn from_json(text: &str) -> Result<Self, KeyError> {
        let stored: Stored = serde_json::from_str(text).map_err(KeyError::NotAKey)?;
        if stored.schema != SCHEMA && stored.schema != OLDER {
            return Err(KeyError::OtherSchema(stored.schema));
        }
        let mut seed = [0; 32];
        let digits = stored.seed.as_bytes();
        if digits.len() != 64 {
            return Err(KeyError::Damaged("the seed is not 64 hexadecimal digits"));
        }
        for (byte, pair) in seed.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
            *byte = pair.ok_or(KeyError::Damaged("the seed is not 64 hexadecimal digits"))?;
        }
        let mut key = Self::new(seed);
        let as_long = |(word, name): (&String, &String)| word.chars().count() == name.chars().count();
        if !stored.words.iter().chain(&stored.placed).all(as_long) {
            return Err(KeyError::Damaged("a pseudonym is not as long as its word"));
        }
        let is_word = |text: &String| text.chars().all(char::is_alphanumeric) && folded(text) == *text;
        if !stored.words.iter().chain(&stored.placed).all(|(word, name)| is_word(word) && is_word(name)) {
            return Err(KeyError::Damaged("a pseudonym stands for what is no word, or is none"));
        }
        (key.words, key.placed) = (stored.words, stored.placed);
        (key.addresses, key.kept) = (stored.addresses, stored.kept);
        key.index();
        if key.real.len() != key.words.len() + key.placed.len() {
            return Err(KeyError::Damaged("a pseudonym stands for two words"));
        }
        if key.real.keys().any(|name| key.hides(name) || key.placed.contains_key(name)) {
            return Err(KeyError::Damaged("a pseudonym is a word that has one itself"));
        }
        Ok(key)
    }

    /// The key as JSON, with the real values in it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let stored = Stored {
            schema: SCHEMA.to_owned(),
            seed: self.seed.iter().map(|byte| format!("{byte:02x}")).collect(),
            words: self.words.clone(),
            placed: self.placed.clone(),
            addresses: self.addresses.clone(),
            kept: self.kept.clone(),
        };
        serde_json::to_string_pretty(&stored).map(|text| text + "\n").unwrap_or_default()
    }

    /// Lets words stay: the accounts of vendors that everybody knows. What has a pseudonym already keeps it.
    pub fn keep(&mut self, words: impl IntoIterator<Item = String>) {
        self.public.extend(words.into_iter().map(|word| folded(&word)));
    }

    fn index(&mut self) {
        self.real = self.words.iter().chain(&self.placed).map(|(word, name)| (name.clone(), word.clone())).collect();
        self.real_addresses = self.addresses.iter().map(|(address, name)| (name.clone(), address.clone())).collect();
    }

    /// Whether a word, in lower case, is hidden.
    fn hides(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    fn is_pseudonym(&self, word: &str) -> bool {
        self.real.contains_key(word)
    }

    /// The key with what was gathered. Of several attempts each draws anew what it can.
    pub(super) fn with(&self, mut gathered: Gathered, attempt: u32) -> Self {
        let mut key = self.clone();
        // What is short stands elsewhere by chance.
        gathered.secrets.retain(|secret| secret.len() >= 8);
        key.secrets.append(&mut gathered.secrets);
        key.kept.extend(gathered.kept.iter().filter(|word| !self.hides(word)).cloned());
        // A word that holds a pseudonym by chance holds no name.
        gathered.words.retain(|word| !self.is_pseudonym(word));
        gathered.take_in_what_holds_names(&self.words);
        let stays = |word: &str| key.kept.contains(word) || key.public.contains(word) || self.is_pseudonym(word);
        gathered.words.retain(|word| !stays(word) && !self.placed.contains_key(word));
        // A name with a pseudonym in it is hidden already.
        let is_new =
            |name: &&Vec<String>| !name.iter().any(|word| self.is_pseudonym(word) || key.public.contains(word));
        let placed: BTreeSet<String> = gathered.plain_names.iter().filter(is_new).flatten().cloned().collect();
        let pieces = gathered.pieces.iter().filter(|word| !self.is_pseudonym(word)).cloned();
        let placed: BTreeSet<String> = placed
            .into_iter()
            .chain(pieces)
            .filter(|word| !gathered.words.contains(word) && !self.hides(word))
            .collect();
        gathered.words.extend(key.filled_words(&gathered, &placed));
        let is_old = |word: &&String| self.hides(word) || self.placed.contains_key(*word);
        let new: Vec<String> = gathered.words.iter().chain(&placed).filter(|word| !is_old(word)).cloned().collect();
        if !new.is_empty() {
            let relations = key.relations(&gathered, &placed);
            let taken = |word: &str| {
                gathered.seen.contains(word)
                    || kept::stays(word)
                    || self.hides(word)
                    || self.placed.contains_key(word)
                    || gathered.words.contains(word)
                    || placed.contains(word)
                    || key.kept.contains(word)
            };
            let given: BTreeMap<String, String> =
                self.words.iter().chain(&self.placed).map(|(word, name)| (word.clone(), name.clone())).collect();
            let making =
                |attempt| Making { draw: &self.draw, given: &given, relations: &relations, attempt, taken: &taken };
            let mut best = make(&new, &making(attempt * DRAWS));
            for draw in 1..DRAWS {
                if best.alone == 0 || new.len() > MANY {
                    break;
                }
                let other = make(&new, &making(attempt * DRAWS + draw));
                best = if other.alone < best.alone { other } else { best };
            }
            for (word, name) in best.names {
                let names = if placed.contains(&word) { &mut key.placed } else { &mut key.words };
                names.insert(word, name);
            }
            key.kept.extend(best.fixed.into_iter().filter(|word| !placed.contains(word)));
        }
        let mut taken: HashSet<String> = key.addresses.values().cloned().collect();
        for written in gathered.addresses {
            if !key.addresses.contains_key(&written) && !self.real_addresses.contains_key(&written) {
                let name = address::pseudonym(&written, &self.draw).filter(|name| taken.insert(name.clone()));
                key.addresses.extend(name.map(|name| (written, name)));
            }
        }
        key.index();
        key
    }

    /// Words that only stand where a wildcard was filled in, next to a name.
    fn filled_words(&self, gathered: &Gathered, placed: &BTreeSet<String>) -> Vec<String> {
        let hidden = |word: &str| {
            gathered.words.contains(word) || self.hides(word) || placed.contains(word) || self.placed.contains_key(word)
        };
        let mut words = Vec::new();
        for (_, pattern, filled) in &gathered.filled {
            let known: HashSet<String> = words_of(pattern).collect();
            let is_new = |word: &String| !known.contains(word) && !self.is_pseudonym(word);
            let holds_name = |word: &String| known.iter().any(|piece| hidden(piece) && word.contains(piece.as_str()));
            let stays = |word: &String| kept::stays(word) || self.placed.contains_key(word);
            words.extend(words_of(filled).filter(is_new).filter(holds_name).filter(|word| !stays(word)));
        }
        words
    }

    fn relations(&self, gathered: &Gathered, placed: &BTreeSet<String>) -> Vec<Relation> {
        let hidden = |word: &str| gathered.words.contains(word) || self.hides(word);
        let placed = |word: &str| placed.contains(word) || self.placed.contains_key(word);
        let located = |kind: &Kind, text: &str| Located::new(text, kind, &hidden, &placed);
        let mut relations = HashSet::new();
        for (kind, values) in &gathered.compared {
            let depth = match kind {
                Kind::ExternalId | Kind::Subject => Depth::Letters,
                Kind::Session | Kind::Arn | Kind::Host | Kind::Key(_) => Depth::Slips,
                Kind::Name | Kind::Identity | Kind::Label => Depth::Slips,
            };
            let values: Vec<Located> = values.iter().map(|value| located(kind, value)).collect();
            for (at, value) in values.iter().enumerate() {
                for other in values.iter().skip(at + 1) {
                    compare(value, other, depth, &mut relations);
                }
            }
        }
        // Patterns of roles stand beside patterns of principals, and hosts inside ARNs.
        let across = [(Kind::Arn, Kind::Host), (Kind::Host, Kind::Subject), (Kind::ExternalId, Kind::Session)];
        for (a, b) in across {
            let (Some(one), Some(other)) = (gathered.compared.get(&a), gathered.compared.get(&b)) else {
                continue;
            };
            for value in one.iter().take(PAIRED / 4) {
                for other in other.iter().take(PAIRED / 4) {
                    compare(&located(&a, value), &located(&b, other), Depth::Slips, &mut relations);
                }
            }
        }
        for (a, b) in &gathered.joined {
            compare(&located(&Kind::Name, a), &located(&Kind::Name, b), Depth::Slips, &mut relations);
        }
        for (kind, pattern, filled) in &gathered.filled {
            fill(&located(kind, pattern), &located(kind, filled), &mut relations);
        }
        contained(gathered.words.iter().chain(self.words.keys()), &mut relations);
        relations.extend(gathered.words.iter().flat_map(|word| prefix_of_id(word)));
        let mut relations: Vec<Relation> = relations.into_iter().collect();
        relations.sort_unstable();
        relations
    }

    /// The text with everything hidden that this key knows, and the credentials in it removed.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        self.hide_at(text, Vec::new())
    }

    /// The same of a text of which it is known where some values stand.
    pub(super) fn hide_at(&self, text: &str, known: Vec<Position>) -> String {
        crate::edit::apply(text, &self.edits(text, known)).unwrap_or_default()
    }

    /// The same of a text that is one value.
    pub(super) fn hide_whole(&self, kind: Kind, text: &str) -> String {
        self.hide_at(text, vec![Position::sure(0..text.len(), kind)])
    }

    /// The text with the credentials in it removed, and no name hidden.
    pub(super) fn remove(&self, text: &str) -> String {
        crate::edit::apply(text, &self.removals(text)).unwrap_or_default()
    }

    /// What hiding changes in a text, of which it is known where some values stand.
    pub(super) fn edits(&self, text: &str, known: Vec<Position>) -> Vec<Edit> {
        let names = self.names_in(text, known);
        let mut names = names.iter().peekable();
        let mut edits = self.removals(text);
        let mut gone = edits.iter().map(|edit| edit.span).collect::<Vec<_>>().into_iter().peekable();
        let is_name = |word: &str| self.hides(&folded(word)) || self.placed.contains_key(&folded(word));
        for token in tokens(text, &is_name) {
            while gone.peek().is_some_and(|gone| gone.end as usize <= token.span.start) {
                gone.next();
            }
            while names.next_if(|name| name.end <= token.span.start).is_some() {}
            if gone.peek().is_some_and(|gone| (gone.start as usize) < token.span.end) {
                continue;
            }
            let written = text.get(token.span.clone()).unwrap_or_default();
            let is_placed = names.peek().is_some_and(|name| name.start <= token.span.start);
            let name = match token.kind {
                TokenKind::Word => renamed(written, &self.words)
                    .or_else(|| is_placed.then(|| renamed(written, &self.placed)).flatten()),
                TokenKind::Address => self.addresses.get(written).cloned(),
                TokenKind::Date => None,
            };
            edits.extend(name.map(|name| Edit::replace(span(token.span), name)));
        }
        edits.sort_by_key(|edit| edit.span.start);
        edits
    }

    /// Where names stand in a text, in order.
    fn names_in(&self, text: &str, known: Vec<Position>) -> Vec<std::ops::Range<usize>> {
        if self.placed.is_empty() {
            return Vec::new();
        }
        let all = positions(text).into_iter().chain(known);
        let sure = all.filter(|position| position.certainty == Certainty::Sure);
        let mut names: Vec<_> = sure.flat_map(|position| position.names(text)).collect();
        names.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        names.dedup_by(|next, last| {
            let is_inside = next.start <= last.end;
            last.end = if is_inside { last.end.max(next.end) } else { last.end };
            is_inside
        });
        names
    }

    /// What is removed from a text.
    fn removals(&self, text: &str) -> Vec<Edit> {
        let mut removed = secret::find(text);
        for credential in self.secrets.iter().take(REPEATED) {
            let places = text.match_indices(credential.as_str()).map(|(at, found)| at..at + found.len());
            removed.extend(places);
        }
        removed.extend(super::blob::find(text, &|word| self.hides(word)));
        removed.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut edits: Vec<Edit> = Vec::new();
        for range in removed {
            let range = span(range);
            match edits.last_mut() {
                Some(last) if range.start <= last.span.end => last.span.end = last.span.end.max(range.end),
                _ => edits.push(Edit::replace(range, secret::REMOVED)),
            }
        }
        edits
    }

    /// The text with the real values in the place of their pseudonyms. What was removed stays so.
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        let is_name = |word: &str| self.is_pseudonym(&folded(word));
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for token in tokens(text, &is_name) {
            let written = text.get(token.span.clone()).unwrap_or_default();
            let real = match token.kind {
                TokenKind::Word => renamed(written, &self.real),
                TokenKind::Address => self.real_addresses.get(written).cloned(),
                TokenKind::Date => None,
            };
            out.push_str(text.get(from..token.span.start).unwrap_or_default());
            out.push_str(real.as_deref().unwrap_or(written));
            from = token.span.end;
        }
        out.push_str(text.get(from..).unwrap_or_default());
        out
    }
}

/// A lookup in either direction.
trait Names {
    fn name(&self, word: &str) -> Option<&String>;
}

impl Names for BTreeMap<String, String> {
    fn name(&self, word: &str) -> Option<&String> {
        self.get(word)
    }
}

impl Names for HashMap<String, String> {
    fn name(&self, word: &str) -> Option<&String> {
        self.get(word)
    }
}

fn renamed(written: &str, names: &impl Names) -> Option<String> {
    let word = decoded(written);
    let name = names.name(&folded(&word))?;
    let mut out = String::with_capacity(written.len());
    write_as(written, &in_case_of(&word, name), &mut out);
    Some(out)
}

fn span(range: std::ops::Range<usize>) -> countersign_policy::document::Span {
    countersign_policy::document::Span::new(range.start, range.end)
}

/// `AROA`, `AKIA` and the like say what kind of thing an id is of.
fn prefix_of_id(word: &str) -> Vec<Relation> {
    const PREFIXES: [&str; 12] =
        ["aroa", "aida", "akia", "asia", "agpa", "aipa", "anpa", "anva", "apka", "abia", "acca", "asca"];
    let is_id = word.len() >= 12 && PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    let letters = (0..4).map(|at| Relation::Stays(super::relation::Spot { word: word.to_owned(), at }));
    if is_id { letters.collect() } else { Vec::new() }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("words", &self.words.len()).field("addresses", &self.addresses.len()).finish()
    }
}
