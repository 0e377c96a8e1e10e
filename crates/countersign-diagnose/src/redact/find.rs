//! Names in a text by their form and by what stands before them: ARNs, account ids, addresses of people and hosts, ids.

use super::gather::{Gathered, Kind, account_in};
use super::label;
use super::word::{TokenKind, folded, tokens};
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

/// Finds what has to be hidden in a text whose escapes are undone.
pub(super) fn scan(text: &str, found: &mut Gathered) {
    for (at, _) in text.match_indices("arn:") {
        let rest = text.get(at..).unwrap_or_default();
        let end =
            rest.char_indices().take(2_048).find(|(_, c)| !in_arn(*c)).map_or(rest.len().min(2_048), |(end, _)| end);
        let arn = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ',', ':', '=', '{']);
        if arn.matches(':').count() >= 3 {
            found.arn(arn);
        }
    }
    for (name, value) in label::values(text, |name| kind_of(name).is_some()) {
        let (Some(kind), Some(value)) = (kind_of(&name), text.get(value.span)) else { continue };
        match kind {
            _ if value.starts_with("arn:") || value.contains("://") => found.identity(value),
            kind => found.value(kind, value),
        }
    }
    for chunk in text.split(|c: char| c.is_whitespace() || "\"'<>()[]{},;=|`".contains(c)) {
        if chunk.len() >= 3 && chunk.len() <= 2_048 {
            self::chunk(chunk, found);
        }
    }
    for token in tokens(text, &|_| false).filter(|token| token.kind == TokenKind::Word) {
        let word = text.get(token.span).unwrap_or_default();
        if let Some(account) = account_in(word) {
            found.value(Kind::Name, account);
            found.value(Kind::Name, word);
        }
    }
    profiles(text, found);
    denials(text, found);
}

fn in_arn(c: char) -> bool {
    c.is_alphanumeric() || ":/_+=,.@-*?%~#".contains(c)
}

fn kind_of(name: &str) -> Option<Kind> {
    if name.ends_with("externalid") {
        Some(Kind::ExternalId)
    } else if name.ends_with("sessionname") {
        Some(Kind::Session)
    } else {
        NAMES.iter().any(|end| name.ends_with(end)).then_some(Kind::Name)
    }
}

/// A run of characters without blanks, quotes and brackets.
fn chunk(chunk: &str, found: &mut Gathered) {
    if let Some((_, rest)) = chunk.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        found.host(authority.rsplit('@').next().unwrap_or(authority));
    } else if is_host(chunk.split([':', '/']).next().unwrap_or_default()) {
        found.host(chunk.split([':', '/']).next().unwrap_or_default());
    }
    if let Some((name, host)) = chunk.rsplit_once('@')
        && is_host(host.trim_end_matches(['.', ':']))
    {
        let name = name.rsplit(['/', ':']).next().unwrap_or(name);
        found.value(Kind::Name, name);
        found.host(host.trim_end_matches(['.', ':']));
    }
    for start in ["repo:", "system:serviceaccount:", "project_path:"] {
        if let Some(at) = chunk.find(start) {
            found.subject(chunk.get(at..).unwrap_or_default());
        }
    }
    for part in chunk.split(['/', ':', '@']) {
        id(part, found);
    }
    home(chunk, found);
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
fn id(part: &str, found: &mut Gathered) {
    const UNIQUE: [&str; 13] =
        ["AROA", "AIDA", "AKIA", "ASIA", "AGPA", "AIPA", "ANPA", "ANVA", "APKA", "ABIA", "ACCA", "ASCA", "AKLT"];
    const SHORT: [&str; 14] =
        ["o-", "ou-", "r-", "vpc-", "vpce-", "subnet-", "i-", "mi-", "eni-", "sg-", "igw-", "nat-", "ami-", "vol-"];
    let part = part.trim_matches(['.', '*']);
    let is_unique = part.len() >= 12
        && UNIQUE.iter().any(|prefix| part.starts_with(prefix))
        && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let behind = SHORT.iter().find_map(|prefix| part.strip_prefix(prefix));
    let is_short = behind.is_some_and(|id| {
        id.len() >= 4
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && id.bytes().any(|byte| byte.is_ascii_digit())
    });
    let groups: Vec<usize> = part.split('-').map(str::len).collect();
    let is_uuid = groups == [8, 4, 4, 4, 12] && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_digits = part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let is_account = groups == [4, 4, 4] && is_digits;
    if is_unique || is_short || is_uuid || is_account {
        found.value(Kind::Name, part);
    }
    if is_account {
        found.joined.insert((part.to_owned(), part.replace('-', "")));
    }
}

/// The owner of a home directory: the folder below `home` or `Users`.
fn home(chunk: &str, found: &mut Gathered) {
    let mut folders =
        chunk.split(['/', '\\']).filter(|folder| !folder.is_empty()).skip_while(|folder| !is_homes(folder));
    if let (Some(_), Some(owner)) = (folders.next(), folders.next())
        && chunk.contains(['/', '\\'])
    {
        found.value(Kind::Name, owner.split(':').next().unwrap_or(owner));
    }
}

fn is_homes(folder: &str) -> bool {
    matches!(folder, "home" | "Users" | "users")
}

/// Sections of an INI file, and prompts: `[profile acme]`, `alex@box:~$`.
fn profiles(text: &str, found: &mut Gathered) {
    for line in text.lines().filter(|line| line.len() < 512) {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let name = section.trim().strip_prefix("profile ").or(section.trim().strip_prefix("sso-session "));
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '/');
            let name = name.unwrap_or(section).trim();
            if name.chars().all(is_name) {
                found.value(Kind::Name, name);
            }
        }
        if let Some((head, _)) = line.split_once(['$', '#', '%', '>'])
            && let Some((user, host)) = head.split_once('@')
        {
            let is_name =
                |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
            let host = host.split(':').next().unwrap_or_default();
            if is_name(user) && is_name(host) && head.contains(':') {
                found.value(Kind::Name, user);
                found.value(Kind::Name, host);
            }
        }
    }
}

/// What the readers of messages find, which put together what a terminal broke.
fn denials(text: &str, found: &mut Gathered) {
    for denial in message::read(text) {
        let parts = [&denial.caller, &denial.resource];
        let policy = denial.reason.as_ref().and_then(|reason| reason.policy_arn.as_ref());
        for part in parts.into_iter().flatten().chain(policy) {
            found.identity(&part.text);
            broken(text, part, found);
        }
        if let Some(id) = &denial.request_id {
            found.value(Kind::Name, &id.text);
        }
        match &denial.says {
            message::Says::Constraint { parameter, value: Some(value) } => {
                let is_external_id = parameter.eq_ignore_ascii_case("externalid");
                found.value(if is_external_id { Kind::ExternalId } else { Kind::Name }, value);
            }
            message::Says::InvalidPrincipal { principal: Some(principal) } => found.identity(principal),
            message::Says::InvalidArn(Some(arn)) => found.identity(arn),
            message::Says::NoProvider { issuer: Some(issuer) } => found.issuer(issuer),
            _ => {}
        }
    }
}

/// A value that stands in the text in pieces.
fn broken(text: &str, part: &message::Found, found: &mut Gathered) {
    let Some(slice) = text.get(part.span.start as usize..part.span.end as usize) else { return };
    if slice == part.text || slice.len() > 4_096 {
        return;
    }
    let pieces = super::word::plain(slice).into_owned();
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    if folded(&letters(&pieces)) == folded(&letters(&part.text)) {
        // A piece of a name is a name; the pieces of what stays are words of their own.
        let names: Vec<String> = names(&part.text, found);
        for piece in pieces.split(|c: char| !c.is_alphanumeric()) {
            let piece = folded(piece);
            if piece.len() >= 2 && names.iter().any(|name| *name != piece && name.contains(&piece)) {
                found.value(Kind::Name, &piece);
            }
        }
        found.joined.insert((pieces, part.text.clone()));
    }
}

fn names(value: &str, found: &Gathered) -> Vec<String> {
    let words = tokens(value, &|_| false).filter(|token| token.kind == TokenKind::Word);
    let words = words.map(|token| folded(value.get(token.span).unwrap_or_default()));
    words.filter(|word| found.words.contains(word)).collect()
}
