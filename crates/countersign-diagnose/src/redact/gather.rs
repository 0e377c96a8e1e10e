//! What has to be hidden, gathered from everything before anything is hidden.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::find::{is_dashed_account, positions};
use super::kept;
use super::position::{Certainty, Kind, Position, names};
use super::relation::Inner;
use super::word::{TokenKind, decoded, folded, plain, tokens};

/// How many values of a kind are compared each with each.
pub(super) const PAIRED: usize = 96;

/// What was found.
#[derive(Default, Clone)]
pub(super) struct Gathered {
    /// Words to hide, in lower case.
    pub(super) words: BTreeSet<String>,
    /// Names that are made of words which stay elsewhere.
    pub(super) plain_names: BTreeSet<Vec<String>>,
    /// Pieces of such names as a terminal broke them.
    pub(super) pieces: BTreeSet<String>,
    /// Values by what they are compared with.
    pub(super) compared: BTreeMap<Kind, BTreeSet<String>>,
    /// Two spellings of one value: as it stands in the text, and as it was read.
    pub(super) joined: BTreeSet<(String, String)>,
    /// Patterns, and what takes their place where a value is needed: the same with `x` for each wildcard.
    pub(super) filled: BTreeSet<(Kind, String, String)>,
    /// Words that have to stay in these texts.
    pub(super) kept: BTreeSet<String>,
    pub(super) addresses: BTreeSet<String>,
    /// Every word of every text.
    pub(super) seen: HashSet<String>,
    /// Credentials.
    pub(super) secrets: BTreeSet<String>,
}

impl Gathered {
    /// A value whose words are names.
    pub(super) fn value(&mut self, kind: Kind, value: &str) {
        // What no name is that long.
        if value.len() > 8_192 || value.is_empty() {
            return;
        }
        for token in tokens(value, &|_| false) {
            let written = value.get(token.span).unwrap_or_default();
            match token.kind {
                TokenKind::Date => {}
                TokenKind::Address => {
                    self.addresses.insert(written.to_owned());
                }
                TokenKind::Word => {
                    let word = folded(&decoded(written));
                    if !is_small_number(&word) && !kept::stays(&word) {
                        self.words.insert(word);
                    }
                }
            }
        }
        if value.contains(['*', '?']) {
            self.filled.insert((kind.clone(), value.to_owned(), value.replace(['*', '?'], "x")));
        }
        if kind == Kind::Name && is_dashed_account(value) {
            self.joined.insert((value.to_owned(), value.replace('-', "")));
        }
        if kind != Kind::Name {
            self.compare(kind, value);
        }
    }

    /// A value that is compared with others of its kind: of many the first ones.
    fn compare(&mut self, kind: Kind, value: &str) {
        let values = self.compared.entry(kind).or_default();
        values.insert(value.to_owned());
        if values.len() > PAIRED {
            values.pop_last();
        }
    }

    /// A value in a text.
    pub(super) fn take(&mut self, text: &str, position: &Position) {
        let value = position.value(text);
        if value.len() > 8_192 {
            return;
        }
        match (&position.kind, position.kind.resolved(value)) {
            (Kind::Label, _) if kept::is_made_of_kept(value) => {}
            (Kind::Label, _) => self.value(Kind::Name, value),
            (Kind::Identity, _) => self.identity(value),
            (_, Kind::Arn) => self.arn(value),
            (_, Kind::Host) if value.contains('/') => self.issuer(value),
            (_, Kind::Host) => self.host(value),
            (_, kind) => self.value(kind, value),
        }
        if position.reads.is_some() {
            self.broken(text, position);
        }
        if position.certainty == Certainty::Sure && position.kind != Kind::Label {
            for range in position.names(text) {
                self.name(text.get(range).unwrap_or_default());
            }
        }
    }

    /// A name in a value. One made only of words that stay elsewhere is hidden where names stand.
    fn name(&mut self, name: &str) {
        let (mut words, mut numbers) = (Vec::new(), Vec::new());
        for token in tokens(name, &|_| false) {
            let word = folded(&decoded(name.get(token.span).unwrap_or_default()));
            match token.kind {
                TokenKind::Word if is_small_number(&word) => numbers.push(word),
                // What was removed was something else.
                TokenKind::Word if kept::stays(&word) && !word.contains("removed") => words.push(word),
                TokenKind::Word | TokenKind::Address | TokenKind::Date => return,
            }
        }
        // A number is a name where it is all there is of it.
        let mut words = if words.is_empty() { numbers } else { words };
        words.retain(|word| !kept::stays_in_names(word));
        if !words.is_empty() {
            self.plain_names.insert(words);
        }
    }

    /// A value that stands in the text in pieces.
    fn broken(&mut self, text: &str, position: &Position) {
        let slice = text.get(position.span.clone()).unwrap_or_default();
        let value = position.value(text);
        let pieces = plain(slice).text.into_owned();
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        if pieces == value
            || words_of(&pieces).eq(words_of(value))
            || folded(&letters(&pieces)) != folded(&letters(value))
        {
            return;
        }
        // A piece of a name is a name; the pieces of what stays are words of their own.
        let whole: Vec<String> = words_of(value).filter(|word| self.words.contains(word)).collect();
        for piece in words_of(&pieces) {
            if piece.len() >= 2 && whole.iter().any(|name| *name != piece && name.contains(&piece)) {
                self.value(Kind::Name, &piece);
            }
        }
        let own = names(&position.kind, value);
        let there = position.names(text);
        for (own, there) in own.iter().zip(&there).filter(|_| own.len() == there.len()) {
            let (own, there) =
                (value.get(own.clone()).unwrap_or_default(), text.get(there.clone()).unwrap_or_default());
            if own != there && words_of(own).all(|word| kept::stays(&word) || is_small_number(&word)) {
                self.name(own);
                self.pieces.extend(words_of(there).filter(|word| word.len() >= 2));
            }
        }
        self.joined.insert((pieces, value.to_owned()));
    }

    /// A host.
    pub(super) fn host(&mut self, host: &str) {
        let host = host.split(':').next().unwrap_or(host);
        if kept::is_aws_host(&host.to_ascii_lowercase()) {
            // `abc123.gr7.eu-west-1.eks.amazonaws.com`: what AWS makes up for a customer.
            self.ids(host);
        } else if !kept::is_public_host(host) {
            self.value(Kind::Host, kept::tenant_of(host).unwrap_or(host));
        }
    }

    /// Parts of a name of AWS's that are somebody's id: long, of letters and digits.
    fn ids(&mut self, text: &str) {
        for part in text.split(['.', '-', '/']) {
            let has = |test: fn(&u8) -> bool| part.bytes().any(|byte| test(&byte));
            if part.len() >= 8 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) {
                self.value(Kind::Name, part);
            }
        }
    }

    /// `https://host/path`, or `host/path`.
    pub(super) fn issuer(&mut self, text: &str) {
        let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
        self.host(host);
        self.value(Kind::Name, path);
        self.compare(Kind::Host, bare);
    }

    /// An ARN, complete or not, or a pattern of ARNs.
    pub(super) fn arn(&mut self, text: &str) {
        self.compare(Kind::Arn, text);
        if text.contains(['*', '?']) {
            self.filled.insert((Kind::Arn, text.to_owned(), text.replace(['*', '?'], "x")));
        }
        let mut parts = text.splitn(6, ':').skip(2);
        let (service, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let account = parts.next();
        let resource = parts.next().unwrap_or_default();
        let Some(account) = account else { return self.value(Kind::Name, text) };
        // `arn:iam::…`: the partition is missing, and everything stands one place earlier.
        if !region.is_empty() && kept::region(region).is_none() {
            self.value(Kind::Name, region);
        }
        if account != "aws" {
            self.value(Kind::Name, account);
        }
        if let Some((_, provider)) = resource.split_once("oidc-provider/") {
            return self.issuer(provider);
        }
        let is_iam = matches!(service, "iam" | "sts") && resource.contains(['/', ':']);
        let segments = resource.split(['/', ':']).skip(usize::from(is_iam));
        for segment in segments.filter(|_| account != "aws") {
            if kept::region(segment).is_none() && !segment.contains(".amazonaws.com") {
                self.value(Kind::Name, segment);
            }
        }
    }

    /// A principal, a resource, or whoever is named.
    pub(super) fn identity(&mut self, text: &str) {
        let text = text.trim();
        if text.starts_with("arn:") {
            self.arn(text);
        } else if text.contains(".amazonaws.com") {
            self.ids(text);
        } else if text.contains("://") || text.contains('/') && text.contains('.') {
            self.issuer(text);
        } else {
            self.value(Kind::Name, text);
        }
    }

    /// A text in which anything may stand.
    pub(super) fn text(&mut self, text: &str) {
        self.see(text);
        for range in super::secret::find(text) {
            self.secrets.extend(text.get(range).map(str::to_owned));
        }
        for position in positions(text) {
            self.take(text, &position);
        }
    }

    /// A text that is one value, as far as it is not more.
    pub(super) fn whole(&mut self, kind: Kind, text: &str) {
        self.text(text);
        self.take(text, &Position::sure(0..text.len(), kind));
    }

    /// Takes over what else was found.
    pub(super) fn absorb(&mut self, other: Self) {
        self.words.extend(other.words);
        self.plain_names.extend(other.plain_names);
        self.pieces.extend(other.pieces);
        for (kind, values) in other.compared {
            values.iter().for_each(|value| self.compare(kind.clone(), value));
        }
        self.joined.extend(other.joined);
        self.filled.extend(other.filled);
        self.kept.extend(other.kept);
        self.addresses.extend(other.addresses);
        self.seen.extend(other.seen);
        self.secrets.extend(other.secrets);
    }

    /// Notes the words of a text, so that no pseudonym is one of them.
    pub(super) fn see(&mut self, text: &str) {
        for token in tokens(text, &|_| false) {
            let written = text.get(token.span).unwrap_or_default();
            match token.kind {
                TokenKind::Word => {
                    let word = folded(&decoded(written));
                    if !self.seen.contains(&word) {
                        self.seen.insert(word);
                    }
                }
                TokenKind::Address => {
                    self.addresses.insert(written.to_owned());
                }
                TokenKind::Date => {}
            }
        }
    }

    /// A value that a program puts together: what it is made of stands in the text as words of their own.
    pub(super) fn glued(&mut self, value: &str) {
        for token in tokens(value, &|_| false).filter(|token| token.kind == TokenKind::Word) {
            let word = folded(&decoded(value.get(token.span).unwrap_or_default()));
            if self.seen.contains(&word) || word.len() > 256 {
                continue;
            }
            if let Some(pieces) = pieces(&word, &|piece| self.seen.contains(piece)) {
                self.value(Kind::Name, &pieces);
                self.joined.insert((pieces, word));
            }
        }
    }

    /// Words of the texts that hold one to hide, here or among `names`: `AllowCollector`, `tenant111122223333`.
    pub(super) fn take_in_what_holds_names(&mut self, names: &BTreeMap<String, String>) {
        let hidden = Inner::new(self.words.iter().chain(names.keys()).map(String::as_str));
        let is_open =
            |word: &&String| word.len() >= 5 && word.len() <= 256 && !self.words.contains(*word) && !kept::stays(word);
        let holds = |word: &&String| hidden.parts(word).next().is_some() || account_in(word).is_some();
        let more: Vec<String> = self.seen.iter().filter(is_open).filter(holds).cloned().collect();
        for word in &more {
            self.words.extend(account_in(word).map(str::to_owned));
        }
        self.words.extend(more);
    }
}

/// The fewest known words that make up a word, with blanks between them.
fn pieces(word: &str, is_known: &dyn Fn(&str) -> bool) -> Option<String> {
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(1).chain([word.len()]).collect();
    let mut best: BTreeMap<usize, (usize, String)> = BTreeMap::from([(0, (0, String::new()))]);
    for end in ends {
        let shortest = best.iter().filter_map(|(start, (count, made))| {
            let piece = word.get(*start..end).filter(|piece| is_known(piece))?;
            Some((count + 1, format!("{made} {piece}")))
        });
        if let Some(found) = shortest.min() {
            best.insert(end, found);
        }
    }
    best.remove(&word.len()).map(|(_, pieces)| pieces.trim_start().to_owned())
}

/// A run of exactly twelve digits in a word.
pub(super) fn account_in(word: &str) -> Option<&str> {
    let mut runs = word.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| run.len() == 12)
}

/// A number of up to three digits: a status, a port, a line. It is no name.
pub(super) fn is_small_number(word: &str) -> bool {
    word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words of a text, in lower case.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = tokens(text, &|_| false).filter(|token| token.kind == TokenKind::Word);
    words.map(|token| folded(&decoded(text.get(token.span).unwrap_or_default())))
}
