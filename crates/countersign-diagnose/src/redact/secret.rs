//! Credentials in a text. They are taken out, and nothing of them is kept.

use std::ops::Range;

use super::label::{self, Quoted};

/// What stands in the place of a credential.
pub(super) const REMOVED: &str = "REMOVED";

/// Names of what holds a credential, without signs and letter case, by their ends.
const SECRETS: &[&str] = &[
    "secretaccesskey",
    "secretkey",
    "sessiontoken",
    "securitytoken",
    "webidentitytoken",
    "samlassertion",
    "password",
    "passwd",
    "passphrase",
    "clientsecret",
    "apikey",
    "apitoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "bearer",
    "privatekey",
    "signature",
    "token",
];

/// Names of one-time codes.
const CODES: &[&str] = &["tokencode", "mfacode", "mfatoken", "onetimepasscode", "otp"];

/// How tokens that show what they are start.
const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "hvs.",
    "npm_",
    "pypi-",
    "dop_v1_",
    "FwoG",
    "FQoG",
    "IQoJ",
    "AQoD",
    "AQoE",
];

/// Where credentials stand in a text, in order.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    blocks(text, &mut found);
    user_infos(text, &mut found);
    labelled(text, &mut found);
    codes(text, &mut found);
    web_tokens(text, &mut found);
    runs(text, &mut found);
    found.retain(|range| !range.is_empty() && text.get(range.clone()) != Some(REMOVED));
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match apart.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// The lines between `-----BEGIN …-----` and `-----END …-----`, however their breaks are written.
fn blocks(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("-----BEGIN ") {
        let Some(rest) = text.get(at + 11..) else { continue };
        let Some(head) = rest.get(..rest.len().min(80)).or(Some(rest)).and_then(|near| near.find("-----")) else {
            continue;
        };
        let body = at + 11 + head + 5;
        let length = text.get(body..).and_then(|rest| rest.find("-----END")).unwrap_or(text.len() - body);
        for run in base64_runs(text.get(body..body + length).unwrap_or_default()) {
            let (mut start, end) = (body + run.start, body + run.end);
            // `\n` before a line.
            let is_escape = text.get(..start).is_some_and(|before| before.ends_with('\\'));
            start += usize::from(is_escape && text.get(start..).is_some_and(|rest| rest.starts_with(['n', 'r'])));
            found.push(start..end);
        }
    }
}

/// `user:password@` in URLs.
fn user_infos(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>'));
        let authority = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@')
            && user.contains(':')
        {
            found.push(start..start + user.len());
        }
    }
}

fn labelled(text: &str, found: &mut Vec<Range<usize>>) {
    for (name, value) in label::values(text, |name| ends_with_any(name, SECRETS) || ends_with_any(name, CODES)) {
        let written = text.get(value.span.clone()).unwrap_or_default();
        let is_code = ends_with_any(&name, CODES);
        let is_vague = name == "token" || !ends_with_any(&name, SECRETS.split_last().map_or(&[], |(_, rest)| rest));
        if is_secret(written, value.quoted, is_code, is_vague && !is_code) {
            found.push(value.span);
        }
    }
}

fn ends_with_any(name: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| name.ends_with(end))
}

/// Whether a value is the credential itself, and not the name of a variable or file that holds it.
fn is_secret(value: &str, quoted: Quoted, is_code: bool, is_vague: bool) -> bool {
    let has = |test: fn(&u8) -> bool| value.bytes().any(|byte| test(&byte));
    let is_elsewhere = value.is_empty()
        || value.starts_with(['$', '{', '<', '%', '(', '[', '*', '/', '~', '.'])
        || value.starts_with("file:")
        || value.starts_with("arn:")
        || value.contains("://");
    if is_elsewhere {
        return false;
    }
    if is_code {
        return value.bytes().all(|byte| byte.is_ascii_digit());
    }
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && value.len() >= 16;
    match quoted {
        Quoted::Yes if is_vague => is_mixed && !value.contains(' '),
        Quoted::Yes => true,
        Quoted::No => is_mixed || (!is_vague && value.len() >= 8 && has(u8::is_ascii_digit)),
    }
}

/// Six digits on a line that speaks of an MFA code.
fn codes(text: &str, found: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let lower = line.as_bytes();
        let says = |words: &[u8]| lower.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words));
        if lower.len() < 4_096 && (says(b"mfa code") || says(b"passcode") || says(b"one-time code")) {
            let is_digit = |byte: &u8| byte.is_ascii_digit();
            let mut at = 0;
            for run in lower.chunk_by(|a, b| is_digit(a) == is_digit(b)) {
                if run.len() == 6 && run.first().is_some_and(is_digit) {
                    found.push(start + at..start + at + 6);
                }
                at += run.len();
            }
        }
        start += line.len();
    }
}

fn in_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
}

fn base64_runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += bytes.get(at..)?.iter().position(|byte| in_base64(*byte))?;
        let start = at;
        at += bytes.get(at..)?.iter().take_while(|byte| in_base64(**byte)).count();
        Some(start..at)
    })
}

/// Runs of characters that are a credential by their look.
fn runs(text: &str, found: &mut Vec<Range<usize>>) {
    for run in base64_runs(text) {
        let Some(written) = text.get(run.clone()).filter(|written| written.len() >= 16) else { continue };
        if TOKENS.iter().any(|prefix| text.get(run.start..).is_some_and(|rest| rest.starts_with(prefix)))
            || is_opaque(written)
        {
            found.push(run.start..run.end);
        }
    }
}

fn web_tokens(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices("eyJ") {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let starts = before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        let length = starts.then(|| web_token(text.get(at..).unwrap_or_default())).flatten();
        found.extend(length.map(|length| at..at + length));
    }
}

/// The length of a JWT that a text starts with.
fn web_token(text: &str) -> Option<usize> {
    if !text.starts_with("eyJ") {
        return None;
    }
    let in_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let part =
        |at: usize| text.as_bytes().get(at..).map_or(0, |rest| rest.iter().take_while(|byte| in_part(byte)).count());
    let head = part(0);
    let dot = |at: usize| text.as_bytes().get(at) == Some(&b'.');
    if head < 10 || !dot(head) {
        return None;
    }
    let claims = part(head + 1);
    let until = head + 1 + claims;
    Some(if dot(until) { until + 1 + part(until + 1) } else { until })
}

/// A secret key, a session token, an encoded message: letters of both cases and digits, forty of them or very many.
fn is_opaque(written: &str) -> bool {
    let has = |test: fn(&u8) -> bool| written.bytes().any(|byte| test(&byte));
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    let is_key = written.len() == 40 && !written.contains(['_', '-', '=']) && written.matches('/').count() <= 5;
    // `arn:…:role/a/b/c` has no such run: colons end it.
    is_mixed && (is_key && changes(written) >= 10 || written.len() >= 100)
}

/// How often the kind of character changes.
fn changes(written: &str) -> usize {
    let kind = |byte: &u8| (byte.is_ascii_uppercase(), byte.is_ascii_lowercase(), byte.is_ascii_digit());
    written.as_bytes().chunk_by(|a, b| kind(a) == kind(b)).count()
}
