//! Values in a text by their form and by what stands before them: ARNs, account ids, addresses of people and hosts, ids.

use super::gather::account_in;
use super::label;
use super::position::{Certainty, Kind, Position, TYPED, in_path};
use super::word::{TokenKind, plain, tokens};
use crate::message;

/// Names of what holds a name, by their ends: lower case, without signs.
const NAMES: &[&str] = &[
    "sourceidentity",
    "username",
    "principalid",
    "accountid",
    "accountname",
    "accountalias",
    "tenant",
    "tenantid",
    "customer",
    "customerid",
    "orgid",
    "organizationid",
    "rolename",
    "groupname",
    "policyname",
    "sourceprofile",
    "awsprofile",
    "profilename",
    "serialnumber",
    "mfaserial",
    "requestid",
    "eventid",
    "serviceaccountname",
    "serviceaccount",
    "namespace",
    "clustername",
    "hostname",
    "repositoryowner",
    "actor",
    "login",
    "email",
    "keyid",
];

/// Every value in a text, in no order. Some are found twice.
pub(super) fn positions(text: &str) -> Vec<Position> {
    let mut found = Vec::new();
    scan(text, &mut found);
    let plain = plain(text);
    if plain.text != text {
        let mut escaped = Vec::new();
        scan(&plain.text, &mut escaped);
        found.extend(escaped.into_iter().map(|position| position.escaped(&plain, 0)));
    }
    found
}

fn scan(text: &str, found: &mut Vec<Position>) {
    for (at, _) in text.match_indices("arn:") {
        let rest = text.get(at..).unwrap_or_default();
        let arn = rest.get(..run(rest, in_arn)).unwrap_or_default().trim_end_matches(['.', ',', ':', '=', '{']);
        if arn.matches(':').count() >= 3 {
            found.push(Position::sure(at..at + arn.len(), Kind::Arn));
        }
    }
    TYPED.iter().for_each(|head| typed(text, head, found));
    for (name, value) in label::values(text, |name| kind_of(name).is_some()) {
        labelled(text, &name, value, found);
    }
    tags(text, found);
    for (at, chunk) in pieces(text, |c| c.is_whitespace() || "\"'<>()[]{},;=|`".contains(c)) {
        if chunk.len() >= 3 && chunk.len() <= 2_048 {
            self::chunk(chunk, at, found);
        }
    }
    for token in tokens(text, &|_| false).filter(|token| token.kind == TokenKind::Word) {
        let word = text.get(token.span.clone()).unwrap_or_default();
        if account_in(word).is_some() {
            found.push(Position::likely(token.span, Kind::Name));
        }
    }
    profiles(text, found);
    denials(text, found);
}

fn in_arn(c: char) -> bool {
    c.is_alphanumeric() || ":/_+=,.@-*?%~#".contains(c)
}

/// How long a text goes on with such characters, and with what a program fills in: `${…}`, `{…}`, `<…>`.
fn run(text: &str, is_in: fn(char) -> bool) -> usize {
    const LONGEST: usize = 2_048;
    let mut length = 0;
    while let Some(rest) = text.get(length..).filter(|_| length < LONGEST) {
        let Some(c) = rest.chars().next() else { break };
        let close = match c {
            c if is_in(c) => None,
            '$' if rest.starts_with("${") => Some('}'),
            '{' => Some('}'),
            '<' if text.get(..length).is_some_and(|head| head.ends_with([':', '/', '-'])) => Some('>'),
            _ => break,
        };
        let Some(close) = close else {
            length += c.len_utf8();
            continue;
        };
        let inside = |c: &char| c.is_alphanumeric() || "_.:-!()[]{$ ".contains(*c);
        let filled: usize = rest.chars().skip(1).take(128).take_while(inside).map(char::len_utf8).sum();
        if filled == 0 && close == '>' || !rest.get(1 + filled..).is_some_and(|rest| rest.starts_with(close)) {
            break;
        }
        length += filled + 2;
    }
    length
}

/// Names behind their type, whatever is left of the ARN around them: `":role/admin"`.
fn typed(text: &str, head: &str, found: &mut Vec<Position>) {
    for (at, _) in text.match_indices(head) {
        let before = text.get(..at).unwrap_or_default();
        // AWS's own policies.
        if before.ends_with("::aws") {
            continue;
        }
        let start = at + head.len();
        let rest = text.get(start..).unwrap_or_default();
        let length = run(rest, |c| c.is_alphanumeric() || "/_+=,.@-*?~".contains(c));
        let path = rest.get(..length).unwrap_or_default();
        let path = path.split(",arn").next().unwrap_or_default().trim_end_matches(['.', ',', '=']);
        for (nth, range) in in_path(path).enumerate() {
            let kind = if nth == 1 && head.starts_with("assumed") { Kind::Session } else { Kind::Name };
            found.push(Position::sure(start + range.start..start + range.end, kind));
        }
    }
}

fn kind_of(name: &str) -> Option<Kind> {
    match name {
        "sid" => Some(Kind::Label),
        "sub" => Some(Kind::Subject),
        "profile" => Some(Kind::Name),
        _ if name.ends_with("externalid") || name.ends_with("externalids") => Some(Kind::ExternalId),
        _ if name.ends_with("sessionname") => Some(Kind::Session),
        _ => NAMES.iter().any(|end| name.ends_with(end)).then_some(Kind::Name),
    }
}

fn labelled(text: &str, name: &str, value: label::Value, found: &mut Vec<Position>) {
    let (Some(kind), Some(written)) = (kind_of(name), text.get(value.span.clone())) else { return };
    let is_sure = value.certainty == Certainty::Sure;
    // Words that stand for more than what is looked for.
    if matches!(name, "sid" | "sub" | "profile") && !is_sure {
        return;
    }
    // `"Null": {"sts:ExternalId": "true"}` asks whether there is one.
    let asks = || {
        let from = text.floor_char_boundary(value.span.start.saturating_sub(96));
        matches!(written, "true" | "false")
            && text.get(from..value.span.start).is_some_and(|head| head.contains("Null"))
    };
    let is_open = asks() || written == "default" && (name.ends_with("profile") || name.ends_with("profilename"));
    let is_identity = written.starts_with("arn:") || written.contains("://") || written.contains(".amazonaws.com");
    let kind = if is_identity { Kind::Identity } else { kind };
    let certainty = if is_open { Certainty::Likely } else { value.certainty };
    found.push(Position { certainty, ..Position::sure(value.span, kind) });
}

/// The keys of tags, in the condition keys that ask for them.
pub(super) fn tags(text: &str, found: &mut Vec<Position>) {
    const KEYS: [&str; 3] = ["principal", "request", "resource"];
    for (at, head) in text.match_indices("Tag/").chain(text.match_indices("tag/")) {
        let before = text.get(..at).unwrap_or_default();
        let kind = before.get(before.len().saturating_sub(16)..).unwrap_or_default().to_ascii_lowercase();
        let start = at + head.len();
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || "_.:/+-@".contains(c))).unwrap_or(rest.len());
        if length > 0 && length <= 128 && KEYS.iter().any(|key| kind.ends_with(key)) {
            let key = rest.get(..length).unwrap_or_default().trim_end_matches([':', '.']);
            found.push(Position::sure(start..start + key.len(), Kind::Name));
        }
    }
}

/// The pieces between signs, and where each starts.
fn pieces(text: &str, is_sign: fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(is_sign).map(move |piece| {
        let start = at;
        at += piece.len();
        (start, piece.strip_suffix(is_sign).unwrap_or(piece))
    })
}

/// A run of characters without blanks, quotes and brackets.
fn chunk(chunk: &str, at: usize, found: &mut Vec<Position>) {
    let mut push = |start: usize, value: &str, kind, certainty| {
        let start = at + start;
        found.push(Position { certainty, ..Position::sure(start..start + value.len(), kind) });
    };
    let (sure, likely) = (Certainty::Sure, Certainty::Likely);
    if let Some((scheme, rest)) = chunk.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let user = authority.rfind('@').map_or(0, |at| at + 1);
        let host = authority.get(user..).unwrap_or_default().split(':').next().unwrap_or_default();
        push(scheme.len() + 3 + user, host, Kind::Host, sure);
    } else {
        let host = chunk.split([':', '/']).next().unwrap_or_default();
        if is_host(host) {
            push(0, host, Kind::Host, likely);
        }
    }
    if let Some((name, host)) = chunk.rsplit_once('@')
        && is_host(host.trim_end_matches(['.', ':']))
    {
        let own = name.rsplit(['/', ':']).next().unwrap_or(name);
        push(name.len() - own.len(), own, Kind::Name, sure);
        push(name.len() + 1, host.trim_end_matches(['.', ':']), Kind::Host, sure);
    }
    for start in ["repo:", "system:serviceaccount:", "project_path:"] {
        if let Some(at) = chunk.find(start) {
            let is_start = at == 0 || chunk.get(..at).is_some_and(|head| head.ends_with(':'));
            let subject = chunk.get(at..).unwrap_or_default();
            push(at, subject, Kind::Subject, if is_start { sure } else { likely });
        }
    }
    for (start, part) in pieces(chunk, |c| matches!(c, '/' | ':' | '@')) {
        if is_id(part.trim_matches(['.', '*'])) {
            push(start, part, Kind::Name, likely);
        }
    }
    // The owner of a home directory: the folder below `home` or `Users`.
    if chunk.contains(['/', '\\']) {
        let mut folders = pieces(chunk, |c| matches!(c, '/' | '\\')).filter(|(_, folder)| !folder.is_empty());
        let homes = folders.find(|(_, folder)| matches!(*folder, "home" | "Users" | "users"));
        if let (Some((_, homes)), Some((start, owner))) = (homes, folders.next()) {
            let owner = owner.split(':').next().unwrap_or(owner);
            push(start, owner, Kind::Name, if homes == "users" { likely } else { sure });
        }
    }
}

/// Whether it looks like the name of a host: labels with dots between them, and a domain at the end that there is.
fn is_host(text: &str) -> bool {
    const DOMAINS: [&str; 36] = [
        "com", "net", "org", "io", "dev", "cloud", "app", "edu", "gov", "info", "biz", "co", "uk", "eu", "de", "fr",
        "nl", "us", "ca", "au", "jp", "cn", "in", "br", "ch", "at", "es", "it", "se", "no", "fi", "internal", "corp",
        "local", "lan", "ai",
    ];
    let labels = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.') && text.split('.').all(labels) && DOMAINS.iter().any(|domain| domain.eq_ignore_ascii_case(last))
}

/// An id that AWS gives: of a user or role, a key, an organization, a network, an instance, a request.
fn is_id(part: &str) -> bool {
    const UNIQUE: [&str; 13] =
        ["AROA", "AIDA", "AKIA", "ASIA", "AGPA", "AIPA", "ANPA", "ANVA", "APKA", "ABIA", "ACCA", "ASCA", "AKLT"];
    const SHORT: [&str; 14] =
        ["o-", "ou-", "r-", "vpc-", "vpce-", "subnet-", "i-", "mi-", "eni-", "sg-", "igw-", "nat-", "ami-", "vol-"];
    let is_unique = part.len() >= 12
        && UNIQUE.iter().any(|prefix| part.starts_with(prefix))
        && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let behind = SHORT.iter().find_map(|prefix| part.strip_prefix(prefix));
    let is_short = behind.is_some_and(|id| {
        id.len() >= 4
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && id.bytes().any(|byte| byte.is_ascii_digit())
    });
    let has_groups = |groups: &[usize]| part.split('-').map(str::len).eq(groups.iter().copied());
    let is_uuid = has_groups(&[8, 4, 4, 4, 12]) && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_unique || is_short || is_uuid || is_dashed_account(part)
}

/// `1111-2222-3333`
pub(super) fn is_dashed_account(part: &str) -> bool {
    part.len() == 14
        && part.split('-').map(str::len).eq([4, 4, 4])
        && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// Sections of an INI file, and prompts: `[profile acme]`, `alex@box:~$`.
fn profiles(text: &str, found: &mut Vec<Position>) {
    let mut lines = pieces(text, |c| c == '\n').filter(|(_, line)| line.len() < 512).peekable();
    while let Some((at, line)) = lines.next() {
        let start = at + line.len() - line.trim_start().len();
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let named = section.trim_start();
            let kind = ["profile ", "sso-session "].iter().find(|kind| named.starts_with(**kind));
            let name = named.get(kind.map_or(0, |kind| kind.len())..).unwrap_or_default();
            let from = start + 1 + section.len() - name.trim_start().len();
            let name = name.trim();
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '/');
            let is_setting = lines.peek().is_some_and(|(_, next)| is_setting(next));
            let certainty =
                if (kind.is_some() || is_setting) && name != "default" { Certainty::Sure } else { Certainty::Likely };
            if name.chars().all(is_name) {
                found.push(Position { certainty, ..Position::sure(from..from + name.len(), Kind::Name) });
            }
        }
        if let Some((head, _)) = line.split_once(['$', '#', '%', '>'])
            && let Some((user, host)) = head.split_once('@')
        {
            let is_name =
                |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
            let host = host.split(':').next().unwrap_or_default();
            if is_name(user) && is_name(host) && head.contains(':') {
                let host_at = start + user.len() + 1;
                found.push(Position::sure(start..start + user.len(), Kind::Name));
                found.push(Position::sure(host_at..host_at + host.len(), Kind::Name));
            }
        }
    }
}

/// Whether a line below a section is one of a profile.
fn is_setting(line: &str) -> bool {
    let name = line.split_once('=').map(|(name, _)| name.trim()).unwrap_or_default();
    [
        "aws_",
        "sso_",
        "role_",
        "credential_",
        "mfa_",
        "external_id",
        "source_profile",
        "region",
        "output",
        "web_identity",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

/// What the readers of messages find, which put together what a terminal broke.
fn denials(text: &str, found: &mut Vec<Position>) {
    for denial in message::read(text) {
        let parts = [&denial.caller, &denial.resource];
        let policy = denial.reason.as_ref().and_then(|reason| reason.policy_arn.as_ref());
        for part in parts.into_iter().flatten().chain(policy) {
            let span = part.span.start as usize..part.span.end as usize;
            if span.len() <= 4_096 {
                found.push(said(span, Kind::Identity, &part.text));
            }
        }
        if let Some(id) = &denial.request_id {
            found.push(Position::likely(id.span.start as usize..id.span.end as usize, Kind::Name));
        }
        let told = match &denial.says {
            message::Says::Constraint { parameter, value: Some(value) } => {
                let is_external_id = parameter.eq_ignore_ascii_case("externalid");
                Some((value, if is_external_id { Kind::ExternalId } else { Kind::Name }))
            }
            message::Says::InvalidPrincipal { principal: Some(principal) } => Some((principal, Kind::Identity)),
            message::Says::InvalidArn(Some(arn)) => Some((arn, Kind::Identity)),
            message::Says::NoProvider { issuer: Some(issuer) } => Some((issuer, Kind::Host)),
            _ => None,
        };
        if let Some((value, kind)) = told {
            let (start, end) = (denial.span.start as usize, denial.span.end as usize);
            let place = text.get(start..end).and_then(|sentence| sentence.find(value.as_str()));
            // A value that stands there in pieces has no place.
            let span = place.map_or(0..0, |at| start + at..start + at + value.len());
            found.push(said(span, kind, value));
        }
    }
}

/// A value of a sentence. Words with blanks between them are part of the sentence.
fn said(span: core::ops::Range<usize>, kind: Kind, value: &str) -> Position {
    let certainty = if value.contains(' ') { Certainty::Likely } else { Certainty::Sure };
    Position { certainty, ..Position::sure(span, kind) }.reading(value)
}
