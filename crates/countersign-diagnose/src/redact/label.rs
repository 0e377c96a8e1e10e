//! Values by what stands before them: `external_id = "…"`, `"ExternalId": "…"`, `--external-id …`, `<ExternalId>…`.

use std::ops::Range;

/// A value and how it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) quoted: Quoted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    Yes,
    No,
}

/// The longest value.
const LONGEST: usize = 4_096;

/// The values behind names that `wanted` knows: names come in lower case and without signs.
pub(super) fn values<'t>(
    text: &'t str,
    wanted: impl Fn(&str) -> bool + 't,
) -> impl Iterator<Item = (String, Value)> + 't {
    let mut at = 0;
    let mut ahead: Vec<(String, Value)> = Vec::new();
    std::iter::from_fn(move || {
        loop {
            if let Some(found) = ahead.pop() {
                return Some(found);
            }
            let (start, end) = identifier(text, at)?;
            at = end;
            let written = text.get(start..end)?;
            if written.len() > 64 {
                continue;
            }
            let name: String =
                written.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
            if wanted(&name) {
                let is_option = written.starts_with("--") || text.get(..start).is_some_and(|head| head.ends_with("--"));
                let found = behind(text, end, is_option);
                ahead = found.into_iter().rev().map(|value| (name.clone(), value)).collect();
            }
        }
    })
}

/// The next run of letters, digits, `_` and `-`.
fn identifier(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let start = from + bytes.get(from..)?.iter().position(in_name)?;
    let length = bytes.get(start..)?.iter().take_while(|byte| in_name(byte)).count();
    Some((start, start + length))
}

/// The values that stand behind a name.
fn behind(text: &str, end: usize, is_option: bool) -> Vec<Value> {
    let rest = text.get(end..).unwrap_or_default();
    let near = rest.char_indices().nth(24).map_or(rest, |(at, _)| rest.get(..at).unwrap_or(rest));
    // What stands between name and value.
    let mut signs = 0;
    let mut is_set = is_option && near.starts_with([' ', '=']);
    let mut depth = 0;
    for c in near.chars() {
        match c {
            ':' | '=' | '>' => is_set = true,
            // `"name": "value"`: the first quote ends the name, one behind a sign starts the value.
            '"' | '\'' | '`' if is_set => break,
            '"' | '\'' | '`' | '\\' | ' ' | '\t' | '\n' | '\r' | '{' => {}
            // `withExternalId("…")`
            '(' if signs == 0 => is_set = true,
            '[' | '(' => depth += 1,
            ',' if !is_set => is_set = true,
            ']' | ')' if !is_set => {}
            _ => break,
        }
        signs += c.len_utf8();
    }
    let mut at = end + signs;
    let starts = text.get(at..).unwrap_or_default();
    if !is_set {
        return prose(text, end);
    }
    let mut found = Vec::new();
    if starts.starts_with(['"', '\'', '`']) {
        // A list goes on with more of them.
        for _ in 0..32 {
            let Some((value, after)) = quoted(text, at) else { break };
            found.push(value);
            let gap = text.get(after..).unwrap_or_default();
            let next = gap.trim_start_matches([' ', '\n', '\r', '\t', ',', '\\']);
            let is_listed = depth > 0 && gap.trim_start().starts_with(',') && next.starts_with(['"', '\'']);
            if !is_listed {
                break;
            }
            at = after + gap.len() - next.len();
        }
    } else if !text.get(end..at).is_some_and(|signs| signs.contains('\n')) {
        found.extend(word(text, at));
    }
    found
}

/// `the ExternalId is acme-1`, ``ExternalId `acme-1` ``
fn prose(text: &str, end: usize) -> Vec<Value> {
    let rest = text.get(end..).unwrap_or_default();
    let said = [" is ", " was ", " of "].iter().find_map(|verb| rest.strip_prefix(verb));
    let at = end + said.map_or(1, |behind| rest.len() - behind.len());
    let starts = text.get(at..).unwrap_or_default();
    let is_quoted = rest.starts_with(' ') && starts.starts_with(['"', '\'', '`']);
    match (is_quoted, said) {
        (true, _) => quoted(text, at).map(|(value, _)| value).into_iter().collect(),
        (false, Some(_)) => word(text, at).into_iter().collect(),
        (false, None) => Vec::new(),
    }
}

/// The value in quotes at a place, and where it ends.
fn quoted(text: &str, at: usize) -> Option<(Value, usize)> {
    let rest = text.get(at..)?;
    let quote = rest.chars().next()?;
    let start = at + quote.len_utf8();
    let body = text.get(start..)?;
    let mut is_escaped = false;
    for (length, c) in body.char_indices().take(LONGEST) {
        if c == '\n' {
            return None;
        }
        if c == quote && !is_escaped {
            // `\"value\"`: the quote itself is escaped, on both sides.
            return Some((Value { span: start..start + length, quoted: Quoted::Yes }, start + length + 1));
        }
        if c == quote {
            return Some((Value { span: start..start + length - 1, quoted: Quoted::Yes }, start + length + 1));
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    None
}

/// The word at a place.
fn word(text: &str, at: usize) -> Option<Value> {
    let rest = text.get(at..)?;
    let is_end = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ',' | ';' | ')' | ']' | '}' | '|' | '&')
    };
    let length =
        rest.char_indices().take(LONGEST).find(|(_, c)| is_end(*c)).map_or(rest.len().min(LONGEST), |(at, _)| at);
    let value = rest.get(..length)?.trim_end_matches(['.', ':', '\\']);
    // A call or a subscript is code.
    let is_code = value.contains(['(', '[', '{']) && !value.contains(['$', '<']);
    (!value.is_empty() && !is_code).then(|| Value { span: at..at + value.len(), quoted: Quoted::No })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_behind_their_names() {
        for (text, expected) in [
            ("external_id = \"acme-1\"", vec!["acme-1"]),
            ("ExternalId='acme-1',", vec!["acme-1"]),
            (r#"{"ExternalId":"acme-1","x":1}"#, vec!["acme-1"]),
            (r#"{\"ExternalId\": \"acme-1\"}"#, vec!["acme-1"]),
            ("--external-id acme-1 --x", vec!["acme-1"]),
            ("--external-id=acme-1", vec!["acme-1"]),
            ("<ExternalId>acme-1</ExternalId>", vec!["acme-1"]),
            (r#""sts:ExternalId": ["acme-1", "acme-2"]"#, vec!["acme-1", "acme-2"]),
            ("external_id: acme-1\n", vec!["acme-1"]),
            ("?ExternalId=acme-1&x", vec!["acme-1"]),
            ("the ExternalId is acme-1.", vec!["acme-1"]),
            ("the ExternalId `acme-1`", vec!["acme-1"]),
            ("o.ExternalID = aws.String(\"acme-1\")", vec![]),
            ("withExternalId(\"acme-1\")", vec!["acme-1"]),
            ("no ExternalId was sent", vec!["sent"]),
            ("an ExternalId (free text)", vec![]),
        ] {
            let found = values(text, |name| name.ends_with("externalid"));
            let found: Vec<&str> = found.map(|(_, value)| text.get(value.span).unwrap()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
