//! The sentence STS writes when it denies: `User: … is not authorized to perform: … on resource: … because …`.

use std::sync::LazyLock;

use countersign_policy::document::Span;
use memchr::memmem::Finder;
use serde::Serialize;

use super::clean::Clean;
use super::fixed::{Says, last_places};
use super::value::{Found, arn_length};
use super::{Denial, Sentence};

/// The kinds of policy that a sentence can blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyLayer {
    /// The role's trust policy.
    Trust,
    /// A policy of the caller.
    Identity,
    /// The caller's permissions boundary.
    PermissionsBoundary,
    /// The policy of the calling session.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// The policy of a VPC endpoint.
    VpcEndpoint,
}

/// Which kind of policy denied, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The kind.
    pub layer: PolicyLayer,
    /// A Deny applies; otherwise no Allow does.
    pub explicit: bool,
    /// The action it names.
    pub action: Option<String>,
    /// The ARN of the policy, where AWS says it.
    pub policy_arn: Option<Found>,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// AWS's names of the kinds, and the spellings seen for them.
const LAYERS: [(&str, PolicyLayer); 12] = [
    ("role trust policy", PolicyLayer::Trust),
    ("resource-based policy", PolicyLayer::Trust),
    ("identity-based policy", PolicyLayer::Identity),
    ("permissions boundary", PolicyLayer::PermissionsBoundary),
    ("permission boundary", PolicyLayer::PermissionsBoundary),
    ("sessions policy", PolicyLayer::Session),
    ("session policy", PolicyLayer::Session),
    ("service control policy", PolicyLayer::Scp),
    ("resource control policy", PolicyLayer::Rcp),
    ("VPC endpoint policy", PolicyLayer::VpcEndpoint),
    ("vpc endpoint policy", PolicyLayer::VpcEndpoint),
    ("trust policy", PolicyLayer::Trust),
];

/// How far before the verb its subject is looked for, in bytes.
const LONGEST_SUBJECT: usize = 4_096;

/// What stands before the role.
const RESOURCE: [&str; 3] = ["on resource:", "on the resource:", "on role "];

const ANCHOR: &str = "ot authorized to perform";
static ANCHORS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(ANCHOR));

/// Every such sentence.
pub(super) fn find(clean: &Clean) -> Vec<Sentence> {
    let text = clean.text.as_str();
    let mut found = Vec::new();
    let mut from = 0;
    for at in last_places(text, &ANCHORS, |at| action(text, at).is_some()) {
        if at >= from
            && let Some(sentence) = read(clean, from, at)
        {
            from = sentence.end;
            found.push(sentence);
        }
    }
    found
}

/// An action, as it is called, and where it stands.
struct Action {
    /// Unless it is cut off.
    named: Option<String>,
    start: usize,
    end: usize,
}

/// The action after the anchor at `at`, if it is one of STS's.
fn action(text: &str, at: usize) -> Option<Action> {
    let mut rest = Cursor { text, at: at + ANCHOR.len() };
    rest.eat(":");
    rest.eat(" ");
    rest.eat("action ");
    let _ = rest.eat_quote();
    // Some tools leave out the service.
    let at =
        |words: &str| text.get(rest.at..rest.at + words.len()).is_some_and(|found| found.eq_ignore_ascii_case(words));
    let (is_sts, bare) = (at("sts:") || at("sts (truncated"), at("AssumeRole"));
    let (start, end) = rest.word(|c| c.is_ascii_alphanumeric() || c == ':').filter(|_| is_sts || bare)?;
    let written = text.get(start..end)?.trim_end_matches(':');
    // As the SDK for PHP cuts the answers it prints.
    let is_cut = text.get(end..).is_some_and(|rest| rest.starts_with(" (truncated"));
    let named = if bare { format!("sts:{written}") } else { written.to_owned() };
    let named = Some(named).filter(|_| !is_cut);
    (written.len() <= LONGEST_ACTION).then_some(Action { named, start, end: start + written.len() })
}

/// What a text denies where it is not about assuming a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// To hand a role to a service.
    PassRole,
    /// Another service's action.
    Another,
}

/// The action of another service that a text denies, where it denies none of STS's.
pub(super) fn elsewhere(text: &str) -> Option<Elsewhere> {
    let named = |at: usize| {
        let mut rest = Cursor { text, at: at + ANCHOR.len() };
        rest.eat(":");
        rest.eat(" ");
        let _ = rest.eat_quote();
        let (start, end) = rest.word(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-'))?;
        text.get(start..end)?.split_once(':').filter(|(_, action)| !action.is_empty())
    };
    if text.contains("Cross-account pass role is not allowed") {
        return Some(Elsewhere::PassRole);
    }
    let mut found = None;
    for (service, action) in ANCHORS.find_iter(text.as_bytes()).filter_map(named) {
        match (service, action) {
            (service, _) if service.eq_ignore_ascii_case("sts") => return None,
            ("iam", "PassRole") => found = Some(Elsewhere::PassRole),
            _ => found = found.or(Some(Elsewhere::Another)),
        }
    }
    found
}

/// The longest name of an action, in bytes.
const LONGEST_ACTION: usize = 128;

/// Reads the sentence whose anchor stands at `at`; it starts at `from` or later.
fn read(clean: &Clean, from: usize, at: usize) -> Option<Sentence> {
    let text = clean.text.as_str();
    let mut denial = Denial::new(Says::NotAuthorized, Span::default());
    let Action { named, start: action_at, end: action_end } = action(text, at)?;
    let mut start = at.checked_sub(1)?;
    let window = (from.max(at.saturating_sub(LONGEST_SUBJECT))..=at).find(|window| text.is_char_boundary(*window))?;
    if let Some(subject) = text.get(window..start).and_then(|before| before.strip_suffix("is ")) {
        (start, denial.caller) = caller(clean, window, subject);
    }
    let mut end = action_end;
    denial.action = named.map(|text| Found { text, span: clean.span(action_at, end) });
    let mut rest = Cursor { text, at: end };
    let _ = rest.eat_quote();
    // The reason stands after the action or after the resource; the resource may be missing.
    for _ in 0..2 {
        let mut ahead = Cursor { at: rest.at, ..rest };
        ahead.eat(" ");
        if denial.resource.is_none() && RESOURCE.iter().any(|words| ahead.eat(words)) {
            ahead.eat(" ");
            let quoted = ahead.eat_quote();
            let length = resource_length(text, ahead.at);
            if length > 0 {
                let value = text.get(ahead.at..ahead.at + length).unwrap_or_default();
                denial.resource = Some(joined(clean, value, ahead.at));
                rest.at = ahead.at + length + usize::from(quoted);
                end = ahead.at + length;
            }
        }
        if denial.reason.is_none()
            && let Some((reason, after)) = reason(clean, rest.at)
        {
            denial.reason = Some(reason);
            rest.at = after;
            end = after;
        }
    }
    // As AWS wrote before it named the kinds, and as texts are cut.
    let mut ahead = Cursor { text, at: end };
    ahead.eat(" ");
    if denial.reason.is_none() && ahead.eat("with an explicit deny") {
        denial.denies = true;
        end = ahead.at;
    }
    Some(Sentence { start, end: end.min(text.len()), denial })
}

/// The subject of the sentence: what stands after `User:`. Without that word, an ARN or a masked value before the verb.
fn caller(clean: &Clean, from: usize, subject: &str) -> (usize, Option<Found>) {
    let end = from + subject.len();
    let trimmed = subject.trim_end();
    let none = (end, None);
    let Some(at) = trimmed.rfind("User:") else {
        let trimmed = trimmed.trim_end_matches(['"', '\'', '`']);
        let word = trimmed.rsplit([' ', '"', '\'', '(', '`']).next().unwrap_or_default();
        if !word.starts_with("arn:") {
            return none;
        }
        let start = from + trimmed.len() - word.len();
        return (start, Some(Found { text: word.to_owned(), span: clean.span(start, start + word.len()) }));
    };
    let value_at = at + "User:".len();
    let raw = trimmed.get(value_at..).unwrap_or_default();
    let quote = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`');
    let value = raw.trim_matches(quote);
    // A whole sentence in between is not a caller.
    if value.is_empty() || value.len() > 2_048 || value.split(' ').count() > 4 {
        return (from + at, None);
    }
    let start = from + value_at + (raw.len() - raw.trim_start_matches(quote).len());
    (from + at, Some(joined(clean, value, start)))
}

/// A value without the blanks that line breaks put into it.
fn joined(clean: &Clean, value: &str, start: usize) -> Found {
    Found { text: value.split(' ').collect(), span: clean.span(start, start + value.len()) }
}

/// The length of the ARN at `at`. A terminal may have broken it: the part after the blank belongs to it as long as the
/// part before is not the ARN of anything yet.
fn resource_length(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(length) = with_quotes(rest) {
        return length;
    }
    let mut length = arn_length(rest);
    for _ in 0..2 {
        let so_far = rest.get(..length).unwrap_or_default();
        let complete = so_far.split(':').nth(5).is_some_and(|resource| match resource.split_once('/') {
            Some((_, name)) => !name.is_empty(),
            None => resource == "root",
        });
        if complete || !so_far.starts_with("arn:") || rest.get(length..length + 1) != Some(" ") {
            break;
        }
        let more = arn_length(rest.get(length + 1..).unwrap_or_default());
        let joined = rest.get(length + 1..length + 1 + more).unwrap_or_default();
        if more == 0 || matches!(joined, "because" | "with" | "status") {
            break;
        }
        length += 1 + more;
    }
    length
}

/// The length of an ARN whose account stands in quotes, which is what a value becomes that is put in with its quotes.
fn with_quotes(rest: &str) -> Option<usize> {
    // An account or what stands in its place is no longer.
    let near = rest.get(..rest.floor_char_boundary(100))?;
    let head = near.strip_prefix("arn:")?.find(":iam::")? + "arn:".len() + ":iam::".len();
    let quote = near.get(head..)?.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (account, _) = near.get(head + 1..)?.split_once(quote)?;
    let tail = head + account.len() + 2;
    // Words in quotes stand for what somebody took out.
    let is_number = account.starts_with(|c: char| c.is_ascii_digit()) && !account.contains(' ');
    let is_role = rest.get(tail..)?.starts_with(":role/") && is_number;
    is_role.then(|| tail + arn_length(rest.get(tail..).unwrap_or_default()))
}

fn reason(clean: &Clean, at: usize) -> Option<(Reason, usize)> {
    let text = clean.text.as_str();
    let mut cursor = Cursor { text, at };
    cursor.eat(",");
    cursor.eat(" ");
    let start = cursor.at;
    let explicit = if cursor.eat("because no ") {
        false
    } else if cursor.eat("with an explicit deny in ") {
        let _ = cursor.eat("an ") || cursor.eat("a ") || cursor.eat("the ");
        true
    } else {
        return None;
    };
    let (_, layer) = LAYERS.iter().find(|(name, _)| cursor.eat(name))?;
    let mut action = None;
    if !explicit && cursor.eat(" allows the ") {
        let word = cursor.word(|c| c.is_ascii_alphanumeric() || c == ':');
        action = word.and_then(|(start, end)| text.get(start..end)).map(str::to_owned);
        cursor.eat(" action");
    }
    cursor.eat(" transitively through a service control policy");
    let mut policy_arn = None;
    let mut ahead = Cursor { at: cursor.at, ..cursor };
    if ahead.eat(":") {
        ahead.eat(" ");
        let rest = text.get(ahead.at..).unwrap_or_default();
        let length = arn_length(rest);
        if length > 0 && rest.starts_with("arn:") {
            let value = rest.get(..length).unwrap_or_default();
            policy_arn = Some(Found { text: value.to_owned(), span: clean.span(ahead.at, ahead.at + length) });
            cursor.at = ahead.at + length;
        }
    }
    let span = clean.span(start, cursor.at);
    Some((Reason { layer: *layer, explicit, action, policy_arn, span }, cursor.at))
}

/// A place in the text that moves on over what is expected there.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl Cursor<'_> {
    /// Moves over `expected`, if it stands here.
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let here = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(expected));
        if here {
            self.at += expected.len();
        }
        here
    }

    /// Moves over a quote.
    pub(super) fn eat_quote(&mut self) -> bool {
        self.eat("\"") || self.eat("'") || self.eat("`")
    }

    /// Moves over characters of a word; its place, unless there are none.
    pub(super) fn word(&mut self, in_word: impl Fn(char) -> bool) -> Option<(usize, usize)> {
        let rest = self.text.get(self.at..)?;
        let length = rest.find(|c: char| !in_word(c)).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        (length > 0).then_some((start, start + length))
    }
}
