//! Where names stand: values in a text by what they are, and the names in a value.
//!
//! What is gathered and what is hidden both come from here. A word that is AWS's or a language's is hidden where it stands as
//! a name, and nowhere else: `role` in `role/role`.

use std::borrow::Cow;
use std::ops::Range;

use super::kept;
use super::word::{Plain, plain};
use crate::situation::MACHINES;

/// What a value is, and with that which values it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    ExternalId,
    Session,
    Subject,
    Arn,
    /// A host, or an issuer with its path.
    Host,
    /// The values of a condition key, in lower case.
    Key(String),
    /// Compared with nothing.
    Name,
    /// A principal, a resource, or whoever is named: what it is, its form says.
    Identity,
    /// Words that somebody chose, in which names may stand: a `Sid`.
    Label,
}

/// Whether a value is a name for sure, so that words which are AWS's or a language's are names there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    Sure,
    Likely,
}

/// A value in a text.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
    pub(super) certainty: Certainty,
    /// What it reads as, where that is not what stands there: escaped, in quotes, broken by a terminal.
    pub(super) reads: Option<String>,
}

impl Position {
    pub(super) fn sure(span: Range<usize>, kind: Kind) -> Self {
        Self { span, kind, certainty: Certainty::Sure, reads: None }
    }

    pub(super) fn likely(span: Range<usize>, kind: Kind) -> Self {
        Self { span, kind, certainty: Certainty::Likely, reads: None }
    }

    pub(super) fn reading(self, value: impl Into<String>) -> Self {
        Self { reads: Some(value.into()), ..self }
    }

    /// The same position where a part of a text stands in another text.
    pub(super) fn moved(self, offset: usize) -> Self {
        Self { span: self.span.start + offset..self.span.end + offset, ..self }
    }

    /// The same position in the text whose escapes were undone.
    pub(super) fn escaped(self, plain: &Plain<'_>, offset: usize) -> Self {
        let raw = plain.raw(&self.span);
        let is_same = raw.len() == self.span.len();
        let reads = match self.reads {
            None if !is_same => plain.text.get(self.span.clone()).map(str::to_owned),
            reads => reads,
        };
        Self { span: raw.start + offset..raw.end + offset, reads, ..self }
    }

    /// The value.
    pub(super) fn value<'t>(&'t self, text: &'t str) -> &'t str {
        self.reads.as_deref().unwrap_or_else(|| text.get(self.span.clone()).unwrap_or_default())
    }

    /// Where in the text the names of the value stand.
    pub(super) fn names(&self, text: &str) -> Vec<Range<usize>> {
        let Some(slice) = text.get(self.span.clone()) else { return Vec::new() };
        let start = self.span.start;
        let placed = |range: Range<usize>| start + range.start..start + range.end;
        let Some(value) = &self.reads else {
            return names(&self.kind, slice).into_iter().map(placed).collect();
        };
        let plain = plain(slice);
        if plain.text == value.as_str() {
            return names(&self.kind, value).iter().map(|range| placed(plain.raw(range))).collect();
        }
        let letters =
            |text: &str| -> Vec<(usize, char)> { text.char_indices().filter(|(_, c)| c.is_alphanumeric()).collect() };
        let (here, there) = (letters(&plain.text), letters(value));
        let is_same = here.len() == there.len() && here.iter().zip(&there).all(|((_, a), (_, b))| a == b);
        if !is_same {
            // What is put together there, in part from a text in quotes; or words of a sentence, which are no name.
            let is_text = slice.starts_with(['"', '\'', '`']);
            let found = if is_text { names(&self.kind, slice) } else { Vec::new() };
            return found.into_iter().map(placed).collect();
        }
        let of = |range: Range<usize>| {
            let first = there.partition_point(|(at, _)| *at < range.start);
            let behind = there.partition_point(|(at, _)| *at < range.end);
            let last = here.get(behind.checked_sub(1)?)?;
            Some(here.get(first)?.0..last.0 + last.1.len_utf8())
        };
        let found = names(&self.kind, value).into_iter().filter_map(of);
        found.map(|range| placed(plain.raw(&range))).collect()
    }
}

/// The types of what IAM and STS name.
const TYPES: [&str; 13] = [
    "role",
    "user",
    "assumed-role",
    "federated-user",
    "group",
    "policy",
    "instance-profile",
    "mfa",
    "sms-mfa",
    "u2f",
    "saml-provider",
    "oidc-provider",
    "server-certificate",
];

/// The types as they stand before names in ARNs of which the front is missing, or put together elsewhere.
pub(super) const TYPED: [&str; 10] = [
    ":role/",
    ":user/",
    "assumed-role/",
    ":federated-user/",
    ":group/",
    ":policy/",
    ":instance-profile/",
    ":mfa/",
    ":saml-provider/",
    ":server-certificate/",
];

/// Where names stand in a value. Each is a name of its own.
pub(super) fn names(kind: &Kind, value: &str) -> Vec<Range<usize>> {
    let masked = without_placeholders(value);
    let all = 0..value.len();
    let found = match kind.resolved(&masked) {
        Kind::Arn => in_arn(&masked),
        Kind::Host => in_issuer(&masked),
        Kind::Subject => in_subject(&masked),
        Kind::Session => vec![behind_machine(&masked, all)],
        Kind::ExternalId | Kind::Key(_) | Kind::Name | Kind::Label => vec![all],
        Kind::Identity => Vec::new(),
    };
    let mut names = Vec::new();
    for range in found {
        let part = masked.get(range.clone()).unwrap_or_default();
        let mut from = range.start;
        for piece in part.split(MASK) {
            // What ends a private key has to stay, so that no more is taken for one.
            if piece.contains(char::is_alphanumeric) && !piece.contains("-----") {
                names.push(from..from + piece.len());
            }
            from += piece.len() + MASK.len_utf8();
        }
    }
    names
}

impl Kind {
    /// What an identity is. One of AWS's own stays an identity, and has no name.
    pub(super) fn resolved(&self, value: &str) -> Self {
        let value = value.trim();
        match self {
            Self::Identity if value.starts_with("arn:") => Self::Arn,
            Self::Identity if value.contains(".amazonaws.com") => Self::Identity,
            Self::Identity if value.contains("://") || value.contains('/') && value.contains('.') => Self::Host,
            Self::Identity => Self::Name,
            kind => kind.clone(),
        }
    }
}

/// Stands for each byte of a placeholder.
const MASK: char = '\u{1}';

/// The value with what a program or policy fills in blacked out: `${…}`, `{{…}}`, `<…>`, `$NAME`.
fn without_placeholders(value: &str) -> Cow<'_, str> {
    if !value.contains(['$', '{', '<', '⟨']) {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    while let Some(rest) = value.get(out.len()..).filter(|rest| !rest.is_empty()) {
        let mut chars = rest.chars();
        let close = match (chars.next(), chars.next()) {
            (Some('$'), Some('{')) | (Some('{'), _) => Some('}'),
            (Some('$'), Some('(')) => Some(')'),
            (Some('<'), _) => Some('>'),
            (Some('⟨'), _) => Some('⟩'),
            _ => None,
        };
        let length = match close {
            Some(close) => rest.find(close).map_or(rest.len(), |end| end + close.len_utf8()),
            None if rest.starts_with('$') => {
                1 + rest.bytes().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
            }
            None => 0,
        };
        match length {
            0 => out.extend(rest.chars().next()),
            length => out.extend(core::iter::repeat_n(MASK, length)),
        }
    }
    Cow::Owned(out)
}

/// The segments between signs, and where each stands.
fn segments<'v>(value: &'v str, from: usize, signs: &'static [char]) -> impl Iterator<Item = (Range<usize>, &'v str)> {
    let mut at = from;
    value.get(from..).unwrap_or_default().split(signs).map(move |segment| {
        let range = at..at + segment.len();
        at = range.end + 1;
        (range, segment)
    })
}

fn in_arn(arn: &str) -> Vec<Range<usize>> {
    let parts: Vec<(Range<usize>, &str)> = segments(arn, 0, &[':']).take(5).collect();
    // `arn:iam::…`: without its partition, everything stands one place earlier.
    let earlier = usize::from(matches!(parts.get(1), Some((_, "iam" | "sts"))));
    let part = |at: usize| parts.get(at - earlier);
    let (Some((_, service)), Some((account_at, account))) = (part(2), part(4)) else { return in_typed(arn) };
    if *account == "aws" {
        return Vec::new();
    }
    if account.contains('/') {
        return in_typed(arn);
    }
    let from = account_at.end + 1;
    let resource = arn.get(from..).unwrap_or_default();
    if let Some((kind, provider)) = resource.split_once("oidc-provider/") {
        let start = from + kind.len() + "oidc-provider/".len();
        return in_issuer(provider).into_iter().map(|range| range.start + start..range.end + start).collect();
    }
    let mut segments = segments(arn, from, &['/', ':']).peekable();
    let first = segments.peek().map(|(_, first)| *first).unwrap_or_default();
    let is_iam = matches!(*service, "iam" | "sts");
    let is_alone = !resource.contains(['/', ':']);
    let has_type = match is_iam {
        true => !is_alone || TYPES.iter().any(|kind| kind.eq_ignore_ascii_case(first)),
        false => !is_alone && *service != "s3",
    };
    let is_session = first == "assumed-role";
    let names = segments.skip(usize::from(has_type)).filter(|(_, segment)| !is_of_aws(segment));
    names
        .enumerate()
        .map(|(nth, (range, _))| if is_session && nth == 1 { behind_machine(arn, range) } else { range })
        .collect()
}

/// The names behind a type, where the rest is no ARN.
fn in_typed(text: &str) -> Vec<Range<usize>> {
    let places = TYPED.iter().flat_map(|head| text.match_indices(head).map(|(at, head)| at + head.len()));
    let paths = places.filter_map(|at| Some((at, text.get(at..)?)));
    paths.flat_map(|(at, path)| in_path(path).map(move |range| at + range.start..at + range.end)).collect()
}

/// A segment of a path that AWS gives.
fn is_of_aws(segment: &str) -> bool {
    matches!(segment, "aws-service-role" | "service-role" | "aws-reserved" | "root")
        || segment.contains(".amazonaws.com")
        || kept::region(segment).is_some()
}

/// The names in the path behind a type: `a/b/c`.
pub(super) fn in_path(path: &str) -> impl Iterator<Item = Range<usize>> {
    segments(path, 0, &['/']).filter(|(_, segment)| !segment.is_empty() && !is_of_aws(segment)).map(|(range, _)| range)
}

/// What stands behind the prefix that a tool gives its sessions.
fn behind_machine(value: &str, range: Range<usize>) -> Range<usize> {
    let session = value.get(range.clone()).unwrap_or_default();
    let prefix = MACHINES.iter().find(|prefix| session.starts_with(**prefix));
    range.start + prefix.map_or(0, |prefix| prefix.len())..range.end
}

/// The labels of a host but its last, which is a domain of everybody's. What stands behind it is grammar or somebody's words:
/// those are hidden wherever they stand, or not at all.
fn in_issuer(text: &str) -> Vec<Range<usize>> {
    let start = text.find("://").map_or(0, |at| at + 3);
    let rest = text.get(start..).unwrap_or_default();
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    if kept::is_public_host(host) {
        return Vec::new();
    }
    let own = match kept::tenant_of(host) {
        Some(tenant) => tenant.len(),
        None => host.rfind('.').unwrap_or(host.len()),
    };
    std::iter::once(start..start + own).collect()
}

/// Words of subjects that say what stands behind them.
const GRAMMAR: [&str; 24] = [
    "repo",
    "ref",
    "environment",
    "system",
    "serviceaccount",
    "project_path",
    "ref_type",
    "organization",
    "project",
    "workspace",
    "run_phase",
    "job_workflow_ref",
    "workflow_ref",
    "repository",
    "repository_owner",
    "repository_id",
    "repository_owner_id",
    "actor",
    "user",
    "org",
    "pipeline",
    "context",
    "vcs-origin",
    "space",
];

fn in_subject(subject: &str) -> Vec<Range<usize>> {
    let mut names = Vec::new();
    // The word that says what stands here.
    let mut word = "";
    for (range, segment) in segments(subject, 0, &[':']) {
        let is_last = range.end == subject.len();
        let is_grammar = match word {
            "" => segment == "pull_request" || !is_last && GRAMMAR.contains(&segment),
            "ref_type" | "run_phase" => true,
            "system" => segment == "serviceaccount",
            _ => false,
        };
        word = match (word, segment) {
            ("", _) if is_grammar && segment != "pull_request" => segment,
            ("system", "serviceaccount") => "namespace",
            ("namespace", _) => "account",
            _ => "",
        };
        if is_grammar {
            continue;
        }
        let head = ["refs/heads/", "refs/tags/", "refs/pull/"].iter().find(|head| segment.starts_with(**head));
        let from = range.start + head.map_or(0, |head| head.len());
        let path = subject.get(from..range.end).unwrap_or_default();
        let pieces = segments(path, 0, &['/', '@'])
            .filter(|(_, piece)| !matches!(*piece, "" | "refs" | "heads" | "tags" | ".github" | "workflows" | "merge"));
        names.extend(pieces.map(|(piece, _)| from + piece.start..from + piece.end));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(kind: &Kind, value: &str) -> Vec<String> {
        names(kind, value).into_iter().map(|range| value.get(range).unwrap().to_owned()).collect()
    }

    #[test]
    fn names_stand_behind_what_says_what_they_are() {
        for (kind, value, expected) in [
            (Kind::Identity, "arn:aws:iam::111122223333:role/path/role", vec!["path", "role"]),
            (Kind::Identity, "arn:aws:iam::111122223333:root", vec![]),
            (Kind::Identity, "arn:aws:iam::111122223333:admin", vec!["admin"]),
            (Kind::Identity, "arn:iam::111122223333:role/admin", vec!["admin"]),
            (Kind::Identity, "arn:aws:iam:111122223333:role/admin", vec!["admin"]),
            (Kind::Identity, "arn:aws:iam::aws:policy/AdministratorAccess", vec![]),
            (Kind::Identity, "arn:aws:iam::1:role/aws-service-role/ec2.amazonaws.com/x", vec!["x"]),
            (Kind::Identity, "arn:aws:sts::1:assumed-role/role/botocore-session-1", vec!["role", "1"]),
            (Kind::Identity, "arn:${AWS::Partition}:iam::${id}:role/admin-${stage}", vec!["admin-"]),
            (Kind::Identity, "arn:aws:lambda:eu-west-1:1:function:test", vec!["test"]),
            (Kind::Identity, "arn:aws:iam::1:oidc-provider/auth.example.com/id/x", vec!["auth.example"]),
            (Kind::Identity, "ec2.amazonaws.com", vec![]),
            (Kind::Identity, "https://auth.example.com/role", vec!["auth.example"]),
            (Kind::Identity, "admin", vec!["admin"]),
            (Kind::Subject, "repo:org/repo:ref:refs/heads/main", vec!["org", "repo", "main"]),
            (Kind::Subject, "repo:org/repo:environment:environment", vec!["org", "repo", "environment"]),
            (Kind::Subject, "repo:org/repo:pull_request", vec!["org", "repo"]),
            (Kind::Subject, "system:serviceaccount:default:system", vec!["default", "system"]),
            (Kind::Subject, "project_path:group/project:ref_type:branch:ref:main", vec!["group", "project", "main"]),
            (
                Kind::Subject,
                "organization:org:project:project:workspace:test:run_phase:plan",
                vec!["org", "project", "test"],
            ),
            (Kind::Subject, "admin", vec!["admin"]),
            (Kind::ExternalId, "external-id", vec!["external-id"]),
            (Kind::ExternalId, "$EXTERNAL_ID", vec![]),
            (Kind::ExternalId, "${external_id}", vec![]),
        ] {
            assert_eq!(named(&kind, value), expected, "{value}");
        }
    }

    #[test]
    fn names_are_found_in_what_was_broken_or_quoted() {
        let text = "at \"arn:aws:iam::1:role/ad\\n  min\" x";
        let position = Position::sure(3..text.len() - 2, Kind::Identity).reading("arn:aws:iam::1:role/admin");
        let found = position.names(text);
        assert_eq!(found.len(), 1);
        assert_eq!(text.get(found[0].clone()), Some("ad\\n  min"));
    }
}
