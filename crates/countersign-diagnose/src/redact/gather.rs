//! What has to be hidden, gathered from everything before anything is hidden.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::kept;
use super::word::{TokenKind, decoded, folded, plain, tokens};

/// Values that are compared with each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    ExternalId,
    Session,
    Subject,
    Arn,
    Host,
    /// The values of a condition key, in lower case.
    Key(String),
    /// Compared with nothing.
    Name,
}

/// What was found.
#[derive(Default)]
pub(super) struct Gathered {
    /// Words to hide, in lower case.
    pub(super) words: BTreeSet<String>,
    /// Values by what they are compared with.
    pub(super) compared: BTreeMap<Kind, BTreeSet<String>>,
    /// Two spellings of one value: as it stands in the text, and as it was read.
    pub(super) joined: BTreeSet<(String, String)>,
    /// Patterns, and what takes their place where a value is needed: the same with `x` for each wildcard.
    pub(super) filled: BTreeSet<(String, String)>,
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
        let mut small = Vec::new();
        let mut hides = false;
        for token in tokens(value, &|_| false) {
            let written = value.get(token.span).unwrap_or_default();
            match token.kind {
                TokenKind::Date => {}
                TokenKind::Address => {
                    self.addresses.insert(written.to_owned());
                    hides = true;
                }
                TokenKind::Word => {
                    let word = folded(&decoded(written));
                    if is_small_number(&word) {
                        small.push(word);
                    } else if self.word(&word) {
                        hides = true;
                    }
                }
            }
        }
        // A number that is the whole of an ExternalId is one.
        let is_pattern = value.contains(['*', '?']);
        if kind == Kind::ExternalId && !hides && !is_pattern {
            self.words.extend(small.into_iter().filter(|word| !kept::stays(word)));
        }
        if is_pattern {
            self.filled.insert((value.to_owned(), value.replace(['*', '?'], "x")));
        }
        if kind != Kind::Name {
            self.compared.entry(kind).or_default().insert(value.to_owned());
        }
    }

    /// A word to hide, in lower case; whether it is one.
    fn word(&mut self, word: &str) -> bool {
        let hides = !kept::stays(word);
        if hides {
            self.words.insert(word.to_owned());
        }
        hides
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
        self.compared.entry(Kind::Host).or_default().insert(bare.to_owned());
    }

    /// An ARN, complete or not, or a pattern of ARNs.
    pub(super) fn arn(&mut self, text: &str) {
        self.compared.entry(Kind::Arn).or_default().insert(text.to_owned());
        if text.contains(['*', '?']) {
            self.filled.insert((text.to_owned(), text.replace(['*', '?'], "x")));
        }
        let mut parts = text.splitn(6, ':').skip(2);
        let (service, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let account = parts.next();
        let resource = parts.next().unwrap_or_default();
        let Some(account) = account else { return self.value(Kind::Name, text) };
        // `arn:iam::…`: the partition is missing, and everything stands one place earlier.
        if !region.is_empty() && kept_region(region).is_none() {
            self.value(Kind::Name, region);
        }
        if account != "aws" {
            self.value(Kind::Name, account);
        }
        if let Some((_, provider)) = resource.split_once("oidc-provider/") {
            return self.issuer(provider);
        }
        let is_iam = matches!(service, "iam" | "sts");
        let mut segments = resource.split(['/', ':']).peekable();
        let kind = if is_iam { segments.next() } else { None };
        for segment in segments {
            if account == "aws" || kept_region(segment).is_some() {
                continue;
            }
            match segment.contains(".amazonaws.com") {
                true => {}
                false if kind == Some("assumed-role") => self.value(Kind::Name, segment),
                false => self.value(Kind::Name, segment),
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

    /// The subject of a token: its names, not its grammar, which is made of words that stay.
    pub(super) fn subject(&mut self, text: &str) {
        self.value(Kind::Subject, text);
    }

    /// A text in which anything may stand.
    pub(super) fn text(&mut self, text: &str) {
        self.see(text);
        for range in super::secret::find(text) {
            self.secrets.extend(text.get(range).map(str::to_owned));
        }
        super::find::scan(text, self);
        let plain = plain(text);
        if plain != text {
            super::find::scan(&plain, self);
        }
    }

    /// Takes over what else was found.
    pub(super) fn absorb(&mut self, other: Self) {
        self.words.extend(other.words);
        for (kind, values) in other.compared {
            self.compared.entry(kind).or_default().extend(values);
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

    /// Words of the texts that hold one to hide: `AllowCollector`, `tenant111122223333`.
    pub(super) fn take_in_what_holds_names(&mut self, is_name: &dyn Fn(&str) -> bool) {
        let mut more = Vec::new();
        for word in &self.seen {
            if word.len() < 5 || self.words.contains(word) || kept::stays(word) || word.len() > 256 {
                continue;
            }
            let holds = |part: &str| self.words.contains(part) || is_name(part);
            if super::relation::parts(word, 4).any(|(_, part)| part.len() < word.len() && holds(part))
                || account_in(word).is_some()
            {
                more.push(word.clone());
            }
        }
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

/// `eu-west-1`
fn kept_region(text: &str) -> Option<&str> {
    let mut parts = text.split('-');
    let named = parts.next()?.len() <= 4 && parts.clone().count() >= 2;
    let ends = parts.next_back()?.bytes().all(|byte| byte.is_ascii_digit());
    (named && ends && text.split('-').all(|part| is_small_number(part) || kept::stays(part))).then_some(text)
}
