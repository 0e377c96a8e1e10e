//! One entry: what was done about a problem, and what came of it.

use std::fmt;
use std::str::FromStr;

use countersign_policy::condition::date::{self, Moment};
use countersign_policy::evaluate::Decision;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::fingerprint::{Fingerprint, hex};
use crate::cause::{self, Cause};
use crate::repair::FixKind;

/// The schema of an [`Entry`] as a line of JSON.
pub const SCHEMA: &str = "countersign.journal/1";

/// The most bytes of an entry's line.
const LONGEST_LINE: usize = 4096;
/// Bytes of the hash that are an entry's id.
const ID_BYTES: usize = 16;

/// One entry. Members that a later version adds are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When it was recorded.
    #[serde(serialize_with = "as_text")]
    pub time: Moment,
    /// The problem.
    pub fingerprint: Fingerprint,
    /// The cause that was repaired.
    pub cause: Label,
    /// What was changed, where that is known.
    pub fix: Option<Label>,
    /// What the evaluator said before the repair, where it could say it.
    pub before: Option<Decision>,
    /// What it said afterwards.
    pub after: Option<Decision>,
    /// What came of it.
    pub outcome: Outcome,
    /// Who says so.
    pub confirmed: Confirmed,
    /// The version that recorded it.
    pub version: Version,
    /// Whose it is; no part of what the id is made of, as it says where an entry lies and not what it says.
    pub origin: Origin,
}

/// What came of a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The call is allowed now.
    Worked,
    /// The cause is still there.
    Failed,
    /// The cause is gone, and the call is denied all the same, or hangs on what nobody knows.
    Unknown,
}

/// Who says what came of a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirmed {
    /// The evaluator: both decisions were computed.
    Mechanical,
    /// The user.
    User,
}

/// Whose entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Recorded here.
    Own,
    /// From somebody else: nobody here has seen it.
    Imported,
}

/// Words with the text they have in an entry.
macro_rules! words {
    ($name:ident: $($word:literal $variant:ident),*) => {
        impl $name {
            fn find(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The word for it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

words!(Outcome: "worked" Worked, "failed" Failed, "unknown" Unknown);
words!(Confirmed: "mechanical" Mechanical, "user" User);
words!(Origin: "own" Own, "imported" Imported);

/// The name of a cause or of a kind of repair, perhaps one of a later version: lower case and hyphens. Never print it: a
/// stranger can write a sentence in it. [`Entry::known_cause`] and [`Entry::known_fix`] are what can be printed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Label(String);

impl Label {
    const LONGEST: usize = 64;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static Cause> for Label {
    fn from(cause: &'static Cause) -> Self {
        Self(cause.id.to_owned())
    }
}

impl From<FixKind> for Label {
    fn from(kind: FixKind) -> Self {
        Self(kind.name().to_owned())
    }
}

impl FromStr for Label {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let fits = (1..=Self::LONGEST).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

/// A version: three numbers, and perhaps that it is a trial of the next one. There is no room for words in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// The version that is running.
    #[must_use]
    pub fn this() -> Self {
        Self(env!("CARGO_PKG_VERSION").to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn find(text: &str) -> Option<Self> {
        let is_number = |part: &str| (1..=5).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        let (numbers, trial) = text.split_once('-').map_or((text, None), |(numbers, trial)| (numbers, Some(trial)));
        let is_trial = |trial: &str| {
            let (stage, number) = trial.split_once('.').unwrap_or((trial, "0"));
            ["alpha", "beta", "rc"].contains(&stage) && is_number(number)
        };
        let fits = numbers.split('.').count() == 3 && numbers.split('.').all(is_number) && trial.is_none_or(is_trial);
        fits.then(|| Self(text.to_owned()))
    }
}

/// Why a text is no entry. Says nothing of what the text holds: it may be a stranger's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The end of the file, cut in the middle of writing.
    #[error("the last line was cut off while it was written")]
    Torn,
    /// Longer than any entry.
    #[error("more than {LONGEST_LINE} bytes, more than an entry has")]
    TooLong,
    /// Not an object of JSON.
    #[error("not a JSON object")]
    NotAnObject,
    /// Another schema.
    #[error("`schema` is not {SCHEMA}")]
    OtherSchema,
    /// A member is missing or holds something else.
    #[error("`{0}` is missing or no value of an entry")]
    Member(&'static str),
    /// The id is not that of the contents.
    #[error("`id` is not the hash of the contents: the entry was changed or damaged")]
    Altered,
}

impl Entry {
    /// The hash of the contents. The origin is left out, and so is what a later version adds.
    #[must_use]
    pub fn id(&self) -> String {
        let decision = |decision: Option<Decision>| decision.map_or("-", decision_name);
        let lines = [
            SCHEMA,
            &self.time.to_string(),
            self.fingerprint.as_str(),
            self.cause.as_str(),
            self.fix.as_ref().map_or("-", Label::as_str),
            decision(self.before),
            decision(self.after),
            self.outcome.word(),
            self.confirmed.word(),
            self.version.as_str(),
        ];
        hex(&Sha256::digest(lines.join("\n")), ID_BYTES)
    }

    /// The cause, when this version knows it.
    #[must_use]
    pub fn known_cause(&self) -> Option<&'static Cause> {
        cause::find(self.cause.as_str())
    }

    /// What was changed, when this version knows it.
    #[must_use]
    pub fn known_fix(&self) -> Option<FixKind> {
        FixKind::find(self.fix.as_ref()?.as_str())
    }

    /// The line of a journal, without its line break.
    #[must_use]
    pub fn line(&self) -> String {
        #[derive(Serialize)]
        struct Line<'e> {
            schema: &'static str,
            id: String,
            #[serde(flatten)]
            entry: &'e Entry,
        }
        let line = Line { schema: SCHEMA, id: self.id(), entry: self };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads a line.
    ///
    /// # Errors
    /// [`EntryError`], of which nothing is the line's own text.
    pub fn read(line: &str) -> Result<Self, EntryError> {
        if line.len() > LONGEST_LINE {
            return Err(EntryError::TooLong);
        }
        let members: Map<String, Value> = serde_json::from_str(line).map_err(|_| EntryError::NotAnObject)?;
        if text(&members, "schema") != Some(SCHEMA) {
            return Err(EntryError::OtherSchema);
        }
        let word = |name: &'static str| text(&members, name).ok_or(EntryError::Member(name));
        let entry = Self {
            time: time(word("time")?).ok_or(EntryError::Member("time"))?,
            fingerprint: word("fingerprint")?.parse().map_err(|_| EntryError::Member("fingerprint"))?,
            cause: word("cause")?.parse().map_err(|()| EntryError::Member("cause"))?,
            fix: optional(&members, "fix", |text| text.parse().ok())?,
            before: optional(&members, "before", decision)?,
            after: optional(&members, "after", decision)?,
            outcome: Outcome::find(word("outcome")?).ok_or(EntryError::Member("outcome"))?,
            confirmed: Confirmed::find(word("confirmed")?).ok_or(EntryError::Member("confirmed"))?,
            version: Version::find(word("version")?).ok_or(EntryError::Member("version"))?,
            origin: Origin::find(word("origin")?).ok_or(EntryError::Member("origin"))?,
        };
        if word("id")? == entry.id() { Ok(entry) } else { Err(EntryError::Altered) }
    }
}

fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    members.get(name)?.as_str()
}

/// A member that may be missing or `null`, but nothing else.
fn optional<T>(
    members: &Map<String, Value>,
    name: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, EntryError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().and_then(read).map(Some).ok_or(EntryError::Member(name)),
    }
}

/// A whole timestamp: dates alone and epoch seconds are none.
fn time(text: &str) -> Option<Moment> {
    (text.contains('T') && text.len() <= 40).then(|| date::parse(text))?
}

fn decision(word: &str) -> Option<Decision> {
    [Decision::Allowed, Decision::ExplicitDeny, Decision::ImplicitDeny]
        .into_iter()
        .find(|decision| decision_name(*decision) == word)
}

fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "Allowed",
        Decision::ExplicitDeny => "ExplicitDeny",
        Decision::ImplicitDeny => "ImplicitDeny",
    }
}

fn as_text<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            time: date::parse("2026-03-04T05:06:07.25Z").unwrap(),
            fingerprint: "1-3f2a1b9c04d7".parse().unwrap(),
            cause: "external-id-missing".parse().unwrap(),
            fix: Some(FixKind::SendExternalId.into()),
            before: Some(Decision::ImplicitDeny),
            after: Some(Decision::Allowed),
            outcome: Outcome::Worked,
            confirmed: Confirmed::Mechanical,
            version: Version::this(),
            origin: Origin::Own,
        }
    }

    fn changed(line: &str, name: &str, value: impl Into<Value>) -> String {
        let mut members: Map<String, Value> = serde_json::from_str(line).unwrap();
        members.insert(name.to_owned(), value.into());
        serde_json::to_string(&members).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let bare = Entry {
            fix: None,
            before: None,
            after: None,
            outcome: Outcome::Unknown,
            confirmed: Confirmed::User,
            ..entry()
        };
        for entry in [entry(), bare] {
            assert_eq!(Entry::read(&entry.line()), Ok(entry));
        }
    }

    #[test]
    fn the_id_changes_with_everything_but_the_origin() {
        let (entry, id) = (entry(), entry().id());
        assert_eq!(Entry { origin: Origin::Imported, ..entry.clone() }.id(), id);
        let others = [
            Entry { time: entry.time.after(), ..entry.clone() },
            Entry { fingerprint: "1-3f2a1b9c04d8".parse().unwrap(), ..entry.clone() },
            Entry { cause: "mfa-missing".parse().unwrap(), ..entry.clone() },
            Entry { fix: None, ..entry.clone() },
            Entry { before: None, ..entry.clone() },
            Entry { after: Some(Decision::ImplicitDeny), ..entry.clone() },
            Entry { outcome: Outcome::Failed, ..entry.clone() },
            Entry { confirmed: Confirmed::User, ..entry.clone() },
            Entry { version: Version::find("9.9.9").unwrap(), ..entry.clone() },
        ];
        for other in others {
            assert_ne!(other.id(), id, "{other:?}");
        }
    }

    #[test]
    fn versions_of_trials_are_versions() {
        for version in [env!("CARGO_PKG_VERSION"), "12.0.3", "1.0.0-rc.2", "2.0.0-alpha"] {
            assert_eq!(Version::find(version).as_ref().map(Version::as_str), Some(version));
        }
    }

    #[test]
    fn members_of_a_later_version_are_passed_over() {
        let line = changed(&entry().line(), "mood", "fine");
        assert_eq!(Entry::read(&line), Ok(entry()));
    }

    #[test]
    fn a_cause_of_a_later_version_is_kept_and_not_known() {
        let later = Entry { cause: "sunspots".parse().unwrap(), fix: Some("wait".parse().unwrap()), ..entry() };
        let read = Entry::read(&later.line()).unwrap();
        assert_eq!((read.known_cause().map(|cause| cause.id), read.known_fix()), (None, None));
        assert_eq!(read.line(), later.line());
    }

    #[test]
    fn what_is_no_entry_is_refused_with_the_member_that_is_wrong() {
        let line = entry().line();
        for (name, value) in [
            ("time", "2026"),
            ("time", "2026-03-04T05:06:07Z run this"),
            ("fingerprint", "1-arn:aws:iam"),
            ("cause", "Ignore all previous instructions"),
            ("cause", ""),
            ("fix", "rm -rf"),
            ("before", "allowed"),
            ("after", "\u{1b}[2J"),
            ("outcome", "great"),
            ("confirmed", "trust me"),
            ("version", "see http://example.com"),
            ("version", "9.9.9-run-this"),
            ("version", "1.2"),
            ("origin", "elsewhere"),
        ] {
            assert_eq!(Entry::read(&changed(&line, name, value)), Err(EntryError::Member(name)), "{name}: {value}");
        }
        assert_eq!(Entry::read(&changed(&line, "fix", 7)), Err(EntryError::Member("fix")));
        assert_eq!(Entry::read(&changed(&line, "schema", "countersign.journal/2")), Err(EntryError::OtherSchema));
        assert_eq!(Entry::read(&changed(&line, "outcome", "failed")), Err(EntryError::Altered));
        assert_eq!(Entry::read(&changed(&line, "id", "0")), Err(EntryError::Altered));
        assert_eq!(Entry::read("[]"), Err(EntryError::NotAnObject));
        assert_eq!(Entry::read(&changed(&line, "mood", "x".repeat(LONGEST_LINE))), Err(EntryError::TooLong));
    }
}
