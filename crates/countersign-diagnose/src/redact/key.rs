//! The key: which pseudonym stands for what. It holds everything that was hidden, so it stays with whoever made it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::gather::{Gathered, Kind};
use super::name::{Draw, Making, make};
use super::relation::{Depth, Located, Relation, compare, contained, fill};
use super::word::{TokenKind, decoded, folded, in_case_of, tokens, write_as};
use super::{address, kept, secret};
use crate::edit::Edit;

/// The schema of a [`Key`] as JSON.
pub const SCHEMA: &str = "countersign.redaction/1";

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
    words: BTreeMap<String, String>,
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
    addresses: BTreeMap<String, String>,
    kept: BTreeSet<String>,
}

/// How many values are compared each with each.
const PAIRED: usize = 96;

/// How often pseudonyms are drawn until none is taken.
const DRAWS: u32 = 8;

impl Key {
    /// A key that knows nothing yet. The seed has to be random: who knows it can tell whether a guess is right.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            seed,
            draw: Draw::new(&seed),
            words: BTreeMap::new(),
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
        if stored.schema != SCHEMA {
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
        if !stored.words.iter().all(as_long) {
            return Err(KeyError::Damaged("a pseudonym is not as long as its word"));
        }
        (key.words, key.addresses, key.kept) = (stored.words, stored.addresses, stored.kept);
        key.index();
        if key.real.len() != key.words.len() {
            return Err(KeyError::Damaged("a pseudonym stands for two words"));
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
        self.real = self.words.iter().map(|(word, name)| (name.clone(), word.clone())).collect();
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
        let is_name = |word: &str| self.hides(word);
        gathered.take_in_what_holds_names(&is_name);
        let stays = |word: &str| key.kept.contains(word) || key.public.contains(word) || self.is_pseudonym(word);
        gathered.words.retain(|word| !stays(word));
        gathered.words.extend(key.filled_words(&gathered));
        let new: Vec<String> = gathered.words.iter().filter(|word| !self.hides(word)).cloned().collect();
        if !new.is_empty() {
            let relations = key.relations(&gathered);
            let taken = |word: &str| {
                gathered.seen.contains(word)
                    || kept::stays(word)
                    || self.hides(word)
                    || gathered.words.contains(word)
                    || key.kept.contains(word)
            };
            let making = |attempt| Making {
                draw: &self.draw,
                given: &self.words,
                relations: &relations,
                attempt,
                taken: &taken,
            };
            let mut best = make(&new, &making(attempt * DRAWS));
            for draw in 1..DRAWS {
                if best.alone == 0 {
                    break;
                }
                let other = make(&new, &making(attempt * DRAWS + draw));
                best = if other.alone < best.alone { other } else { best };
            }
            key.words.extend(best.names);
        }
        for written in gathered.addresses {
            if !key.addresses.contains_key(&written) && !self.real_addresses.contains_key(&written) {
                let name = address::pseudonym(&written, &self.draw);
                let name = name.filter(|name| !key.addresses.values().any(|other| other == name));
                key.addresses.extend(name.map(|name| (written, name)));
            }
        }
        key.index();
        key
    }

    /// Words that only stand where a wildcard was filled in, next to a name.
    fn filled_words(&self, gathered: &Gathered) -> Vec<String> {
        let hidden = |word: &str| gathered.words.contains(word) || self.hides(word);
        let mut words = Vec::new();
        for (pattern, filled) in &gathered.filled {
            let known: HashSet<String> = words_of(pattern).collect();
            let is_new = |word: &String| !known.contains(word) && !self.is_pseudonym(word);
            let holds_name = |word: &String| known.iter().any(|piece| hidden(piece) && word.contains(piece.as_str()));
            words.extend(words_of(filled).filter(is_new).filter(holds_name));
        }
        words
    }

    fn relations(&self, gathered: &Gathered) -> Vec<Relation> {
        let hidden = |word: &str| gathered.words.contains(word) || self.hides(word);
        let located = |text: &str| Located::new(text, &hidden);
        let mut relations = HashSet::new();
        for (kind, values) in &gathered.compared {
            let depth = match kind {
                Kind::ExternalId | Kind::Subject => Depth::Letters,
                Kind::Session | Kind::Arn | Kind::Host | Kind::Key(_) | Kind::Name => Depth::Slips,
            };
            let values: Vec<Located> = values.iter().take(PAIRED).map(|value| located(value)).collect();
            for (at, value) in values.iter().enumerate() {
                for other in values.iter().skip(at + 1) {
                    compare(value, other, depth, &mut relations);
                }
            }
        }
        // Patterns of roles stand beside patterns of principals, and hosts inside ARNs.
        let across = [(Kind::Arn, Kind::Host), (Kind::Host, Kind::Subject), (Kind::ExternalId, Kind::Session)];
        for (one, other) in across {
            let (Some(one), Some(other)) = (gathered.compared.get(&one), gathered.compared.get(&other)) else {
                continue;
            };
            for value in one.iter().take(PAIRED / 4) {
                for other in other.iter().take(PAIRED / 4) {
                    compare(&located(value), &located(other), Depth::Slips, &mut relations);
                }
            }
        }
        for (a, b) in &gathered.joined {
            compare(&located(a), &located(b), Depth::Slips, &mut relations);
        }
        for (pattern, filled) in &gathered.filled {
            fill(&located(pattern), &located(filled), &mut relations);
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
        crate::edit::apply(text, &self.edits(text)).unwrap_or_default()
    }

    /// What hiding changes in a text.
    pub(super) fn edits(&self, text: &str) -> Vec<Edit> {
        let mut removed = secret::find(text);
        for credential in &self.secrets {
            let places = text.match_indices(credential.as_str()).map(|(at, found)| at..at + found.len());
            removed.extend(places);
        }
        removed.extend(super::blob::find(text, &|word| self.hides(word)));
        removed.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        let mut edits: Vec<Edit> = Vec::new();
        let mut end = 0;
        for range in removed {
            if range.start >= end {
                end = range.end;
                edits.push(Edit::replace(span(range), secret::REMOVED));
            }
        }
        let is_name = |word: &str| self.hides(&folded(word));
        let mut gone = edits.iter().map(|edit| edit.span).collect::<Vec<_>>().into_iter().peekable();
        for token in tokens(text, &is_name) {
            while gone.peek().is_some_and(|gone| gone.end as usize <= token.span.start) {
                gone.next();
            }
            if gone.peek().is_some_and(|gone| (gone.start as usize) < token.span.end) {
                continue;
            }
            let written = text.get(token.span.clone()).unwrap_or_default();
            let name = match token.kind {
                TokenKind::Word => renamed(written, &self.words),
                TokenKind::Address => self.addresses.get(written).cloned(),
                TokenKind::Date => None,
            };
            edits.extend(name.map(|name| Edit::replace(span(token.span), name)));
        }
        edits.sort_by_key(|edit| edit.span.start);
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

fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = tokens(text, &|_| false).filter(|token| token.kind == TokenKind::Word);
    words.map(|token| folded(&decoded(text.get(token.span).unwrap_or_default())))
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
