//! Values by what stands before them: `external_id = "…"`, `"ExternalId": "…"`, `--external-id …`, `<ExternalId>…`.

use std::ops::Range;

use super::position::Certainty;

/// A value and how it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) quoted: Quoted,
    /// Whether it is the value itself: not a variable, a keyword or the rest of a sentence.
    pub(super) certainty: Certainty,
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
                let found = behind(text, start..end, is_option);
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
fn behind(text: &str, name: Range<usize>, is_option: bool) -> Vec<Value> {
    let end = name.end;
    let rest = text.get(end..).unwrap_or_default();
    let near = rest.char_indices().nth(24).map_or(rest, |(at, _)| rest.get(..at).unwrap_or(rest));
    // What stands between name and value.
    let mut signs = 0;
    let mut is_set = is_option && near.starts_with([' ', '=']);
    let mut is_listed = false;
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
            ',' if !is_set => (is_set, is_listed) = (true, true),
            ']' | ')' if !is_set => {}
            _ => break,
        }
        signs += c.len_utf8();
    }
    let mut at = end + signs;
    if !is_set {
        let Some((start, is_list)) = values_of(text, end) else { return prose(text, end) };
        (at, depth) = (start, usize::from(is_list));
    }
    let starts = text.get(at..).unwrap_or_default();
    let mut found = Vec::new();
    if starts.starts_with(['"', '\'', '`']) {
        // A list goes on with more of them.
        for _ in 0..32 {
            let Some((mut value, after)) = quoted(text, at) else { break };
            let gap = text.get(after..).unwrap_or_default();
            // `["ExternalId", "Policy"]` names two parameters; `put("ExternalId", "acme-1")` gives the one its value.
            let is_argument =
                || text.get(..name.start).is_some_and(|head| head.ends_with("(\"") || head.ends_with("('"));
            let is_name = gap.trim_start_matches(['\\', ' ', '\t']).starts_with(':');
            if is_name || is_listed && !is_argument() {
                value.certainty = Certainty::Likely;
            }
            found.push(value);
            let next = gap.trim_start_matches([' ', '\n', '\r', '\t', ',', '\\']);
            let goes_on = depth > 0 && gap.trim_start().starts_with(',') && next.starts_with(['"', '\'']);
            if !goes_on {
                break;
            }
            at = after + gap.len() - next.len();
        }
    } else if text.get(end..at).is_some_and(|signs| signs.contains('\n')) {
        found.extend(block(text, end));
    } else if let Some(value) = made(text, at) {
        found.push(value);
    } else {
        let value = word(text, at);
        found.extend(value.map(|value| Value { certainty: loose(text, &name, is_option, &value), ..value }));
    }
    found
}

/// Whether a value without quotes is one: behind an option, between tags, in a query, alone on its line, in the environment.
fn loose(text: &str, name: &Range<usize>, is_option: bool, value: &Value) -> Certainty {
    let written = text.get(value.span.clone()).unwrap_or_default();
    let head = text.get(..name.start).unwrap_or_default();
    let between = text.get(name.end..value.span.start).unwrap_or_default();
    let behind = text.get(value.span.end..).unwrap_or_default();
    let is_keyword = matches!(
        written.to_ascii_lowercase().as_str(),
        "null" | "none" | "nil" | "undefined" | "true" | "false" | "not" | "sent" | "missing" | "required" | "optional"
    );
    let in_name = |c: char| c.is_alphanumeric() || "-_+=,@/*?".contains(c);
    let is_expression = !written.chars().all(|c| in_name(c) || c == '.' || c == ':')
        || written.contains('.') && !written.contains(['-', '@', '/']);
    let constant = text.get(name.clone()).unwrap_or_default();
    let is_constant = !constant.bytes().any(|byte| byte.is_ascii_lowercase()) && between == "=";
    let near = head.get(head.floor_char_boundary(head.len().saturating_sub(64))..).unwrap_or_default();
    let line = near.rsplit_once('\n').map(|(_, line)| line).or((near.len() == head.len()).then_some(near));
    let before = line.map(|line| line.trim_start_matches([' ', '\t', '-', '"', '\'']));
    let starts = matches!(before, Some("" | "sts:" | "aws:" | "export " | "set "));
    let ends = matches!(behind.trim_start_matches([' ', '\t', '\r']).chars().next(), None | Some('\n' | '#'));
    let is_literal = match () {
        () if is_option => !written.starts_with(['-', '$']),
        () if head.ends_with('<') && between == ">" => true,
        () if head.ends_with(['?', '&']) && between == "=" => true,
        () if is_keyword || is_expression => false,
        () if is_constant => true,
        () => starts && ends && between.contains([':', '=']),
    };
    if is_literal { Certainty::Sure } else { Certainty::Likely }
}

/// `variable = "sts:ExternalId"`, and below it `values = ["acme-1"]`: where the values start, and whether they are a list.
fn values_of(text: &str, end: usize) -> Option<(usize, bool)> {
    let rest = text.get(end..)?;
    let next = rest.trim_start_matches(['"', '\'', ' ', '\t', '\r', '\n', ',']);
    if next.len() == rest.len() || !rest.starts_with(['"', '\'']) {
        return None;
    }
    let set = next.strip_prefix("values").or_else(|| next.strip_prefix("Values"))?;
    let set = set.trim_start_matches(['"', '\'', ' ']).strip_prefix(['=', ':'])?.trim_start();
    let list = set.strip_prefix('[').map(str::trim_start);
    let value = list.unwrap_or(set);
    value.starts_with(['"', '\'']).then(|| (text.len() - value.len(), list.is_some()))
}

/// `aws.String("acme-1")`: a value that only its type is made of.
fn made(text: &str, at: usize) -> Option<Value> {
    const MAKERS: [&str; 6] = ["String", "Some", "str", "string", "from", "of"];
    let rest = text.get(at..)?;
    let callee = rest.find(|c: char| !(c.is_alphanumeric() || "._:&".contains(c)))?;
    let last = rest.get(..callee)?.rsplit(['.', ':', '&']).next()?;
    let opens = rest.get(callee..)?;
    let is_made = MAKERS.contains(&last) && (opens.starts_with("(\"") || opens.starts_with("('"));
    let (value, _) = is_made.then(|| quoted(text, at + callee + 1)).flatten()?;
    Some(value)
}

/// The lines of a list below a name: `- acme-1`.
fn block(text: &str, end: usize) -> Vec<Value> {
    let rest = text.get(end..).unwrap_or_default();
    let Some(line) =
        rest.find('\n').filter(|line| rest.get(..*line).is_some_and(|head| head.trim_end().ends_with(':')))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut at = end + line + 1;
    for line in rest.get(line + 1..).unwrap_or_default().split('\n').take(32) {
        let shown = line.trim_start();
        let Some(listed) = shown.strip_prefix("- ") else { break };
        let value = listed.trim().trim_matches(['"', '\'']);
        let start = at + line.find(value).unwrap_or(0);
        if value.is_empty() || value.len() > LONGEST || value.contains([' ', ':', '!', '&', '{', '"', '\'']) {
            break;
        }
        found.push(Value { span: start..start + value.len(), quoted: Quoted::No, certainty: Certainty::Sure });
        at += line.len() + 1;
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
            return Some((
                Value { span: start..start + length, quoted: Quoted::Yes, certainty: Certainty::Sure },
                start + length + 1,
            ));
        }
        if c == quote {
            return Some((
                Value { span: start..start + length - 1, quoted: Quoted::Yes, certainty: Certainty::Sure },
                start + length + 1,
            ));
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
    (!value.is_empty() && !is_code).then(|| Value {
        span: at..at + value.len(),
        quoted: Quoted::No,
        certainty: Certainty::Likely,
    })
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
            ("o.ExternalID = aws.String(\"acme-1\")", vec!["acme-1"]),
            ("variable = \"sts:ExternalId\"\n  values = [\"acme-1\", \"acme-2\"]", vec!["acme-1", "acme-2"]),
            ("sts:ExternalId:\n  - acme-1\n  - \"acme-2\"\n", vec!["acme-1", "acme-2"]),
            ("withExternalId(\"acme-1\")", vec!["acme-1"]),
            ("no ExternalId was sent", vec!["sent"]),
            ("an ExternalId (free text)", vec![]),
        ] {
            let found = values(text, |name| name.ends_with("externalid"));
            let found: Vec<&str> = found.map(|(_, value)| text.get(value.span).unwrap()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_value_is_told_from_variables_keywords_and_sentences() {
        let sure = |text: &str| {
            let found: Vec<Value> = values(text, |name| name.ends_with("externalid")).map(|(_, value)| value).collect();
            found.iter().any(|value| value.certainty == Certainty::Sure)
        };
        for text in [
            "--external-id role",
            "aws --external-id=true",
            "external_id = admin\n",
            "  ExternalId: test",
            "sts:ExternalId: external-id\n",
            "export EXTERNAL_ID=role",
            "<ExternalId>true</ExternalId>",
            "?ExternalId=role&x",
            r#"{\"ExternalId\": \"null\"}"#,
            "map.put(\"ExternalId\", \"role\")",
            "the ExternalId `role`",
        ] {
            assert!(sure(text), "{text}");
        }
        for text in [
            "ExternalId=external_id,",
            "ExternalId: null\n",
            "external_id = var.external_id\n",
            "external_id = None",
            "ExternalId: !Ref Role\n",
            "the ExternalId is missing",
            "no ExternalId was sent",
            r#""ExternalId": {"Type": "String"}"#,
            "[\"RoleArn\", \"ExternalId\", \"Policy\"]",
            "--external-id $ID",
        ] {
            assert!(!sure(text), "{text}");
        }
    }
}
