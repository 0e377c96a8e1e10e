//! Reading policies: any text is survived, every place is inside it, and what is printed is read back the same.

use countersign_policy::document::{
    DuplicateKeys, Effect, Embedding, Limits, MAX_NESTING, Node, PatternElement, Polarity, PolicyDocument,
    PrincipalKind, Span, Value, Version, decode_policy_text, parse_json, utf8, validate,
};
use countersign_policy::evaluate::Policy;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, json};

use super::call::{Calls, Dice};
use super::cases;
use super::policy::{policy, setting};
use super::proof::shown;

/// One change of a text, by fractions of its length.
#[derive(Debug, Clone)]
enum Edit {
    Insert(f64, &'static str),
    Remove(f64, usize),
    Repeat(f64, usize),
    Cut(f64),
}

const SNIPPETS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "null",
    "é",
    "\u{feff}",
    "\u{1f600}",
    "\\u0000",
    "\\ud800",
    "\\u00e9",
    "1e999",
    "-",
    "${",
    "${aws:username}",
    "\"Statement\":",
    "\"Effect\":\"Allow\",",
    "\"Principal\":\"*\",",
    "\"Condition\":{\"Null\":{\"a\":1}},",
    "\"Condition\":{},",
    "\t",
    "\r\n",
    "\0",
    "true",
    "[[",
    "{}",
    "\"\"",
    "\"NotPrincipal\":{\"AWS\":[]},",
    "//",
    "'",
];

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => (0.0..1.0f64, select(SNIPPETS)).prop_map(|(at, text)| Edit::Insert(at, text)),
        3 => (0.0..1.0f64, 1usize..12).prop_map(|(at, count)| Edit::Remove(at, count)),
        2 => (0.0..1.0f64, 1usize..60).prop_map(|(at, count)| Edit::Repeat(at, count)),
        1 => (0.0..1.0f64).prop_map(Edit::Cut),
    ]
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for edit in edits {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a short text"
        )]
        let place = |fraction: f64| (fraction * chars.len() as f64) as usize;
        match edit {
            Edit::Insert(at, snippet) => {
                let at = place(*at);
                chars.splice(at..at, snippet.chars());
            }
            Edit::Remove(at, count) => {
                let at = place(*at);
                chars.drain(at..(at + count).min(chars.len()));
            }
            Edit::Repeat(at, count) => {
                let at = place(*at);
                let end = (at + count).min(chars.len());
                let part: Vec<char> = chars[at..end].to_vec();
                chars.splice(end..end, part);
            }
            Edit::Cut(at) => chars.truncate(place(*at)),
        }
    }
    chars.into_iter().collect()
}

fn spans(document: &PolicyDocument) -> Vec<Span> {
    let mut spans = vec![document.span];
    spans.extend(document.problems.iter().map(|problem| problem.span));
    for statement in &document.statements {
        spans.push(statement.span);
        spans.extend(statement.sid.iter().map(|sid| sid.span));
        spans.extend(statement.effect.iter().map(|effect| effect.span));
        spans.extend(statement.unreadable.iter().map(|unreadable| unreadable.span));
        spans.extend(statement.keyless_operators.iter().map(|operator| operator.span));
        spans.extend(
            statement
                .principals
                .iter()
                .flat_map(|element| element.entries.iter().map(|entry| entry.span).chain([element.key_span])),
        );
        let patterns = statement.actions.iter().chain(&statement.resources);
        spans.extend(
            patterns.flat_map(|element| element.patterns.iter().map(|pattern| pattern.span).chain([element.key_span])),
        );
        for entry in &statement.conditions {
            spans.extend([entry.span, entry.operator.span, entry.key.span]);
            spans.extend(entry.values.iter().map(|value| value.span));
        }
    }
    spans
}

fn lies_inside(span: Span, text: &str) -> bool {
    let (start, end) = (span.start as usize, span.end as usize);
    start <= end && text.is_char_boundary(start) && (text.is_char_boundary(end) || end == text.len() + 1)
}

/// The document in one spelling: lists everywhere, elements in one order, no white space.
fn printed(document: &PolicyDocument) -> String {
    let texts = |element: &PatternElement| {
        element.patterns.iter().map(|pattern| json!(pattern.value.lossy())).collect::<serde_json::Value>()
    };
    let statements = document.statements.iter().map(|statement| {
        let mut out = Map::new();
        if let Some(sid) = &statement.sid {
            out.insert("Sid".into(), json!(sid.value.lossy()));
        }
        let effect = statement.effect.as_ref().map(|effect| effect.value);
        out.insert("Effect".into(), json!(if effect == Some(Effect::Deny) { "Deny" } else { "Allow" }));
        for element in &statement.principals {
            let mut kinds = Map::new();
            for entry in &element.entries {
                let kind = match entry.kind {
                    PrincipalKind::Everyone => continue,
                    PrincipalKind::Aws => "AWS",
                    PrincipalKind::Service => "Service",
                    PrincipalKind::Federated => "Federated",
                    PrincipalKind::CanonicalUser => "CanonicalUser",
                };
                kinds
                    .entry(kind)
                    .or_insert_with(|| json!([]))
                    .as_array_mut()
                    .expect("a list")
                    .push(json!(entry.value.lossy()));
            }
            let everyone = element.entries.iter().any(|entry| entry.kind == PrincipalKind::Everyone);
            let name = if element.polarity == Polarity::Listed { "Principal" } else { "NotPrincipal" };
            out.insert(name.into(), if everyone { json!("*") } else { kinds.into() });
        }
        for (elements, name, not) in
            [(&statement.actions, "Action", "NotAction"), (&statement.resources, "Resource", "NotResource")]
        {
            for element in elements {
                out.insert(if element.polarity == Polarity::Listed { name } else { not }.into(), texts(element));
            }
        }
        let mut operators = Map::new();
        for operator in &statement.keyless_operators {
            operators.entry(operator.value.to_string()).or_insert_with(|| json!({}));
        }
        for entry in &statement.conditions {
            let keys = operators.entry(entry.operator.value.to_string()).or_insert_with(|| json!({}));
            let values: Vec<_> = entry.values.iter().map(|value| json!(value.value.lossy())).collect();
            keys.as_object_mut().expect("a map").insert(entry.key.value.to_string(), values.into());
        }
        if !operators.is_empty() {
            out.insert("Condition".into(), operators.into());
        }
        serde_json::Value::Object(out)
    });
    let mut out = Map::new();
    match document.version {
        Version::V2012 => drop(out.insert("Version".into(), json!("2012-10-17"))),
        Version::V2008 => drop(out.insert("Version".into(), json!("2008-10-17"))),
        Version::Invalid => drop(out.insert("Version".into(), json!("?"))),
        Version::Absent => {}
    }
    out.insert("Statement".into(), statements.collect());
    serde_json::Value::Object(out).to_string()
}

fn nodes(node: &Node) -> Vec<&Node> {
    let inner: Vec<&Node> = match &node.value {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(members) => members.iter().map(|member| &member.value).collect(),
        _ => Vec::new(),
    };
    std::iter::once(node).chain(inner.into_iter().flat_map(nodes)).collect()
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn any_text_is_survived_and_every_place_lies_inside_it(policy in policy(), edits in vec(edit(), 0..6), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&policy.json()) } else { serde_json::to_string(&policy.json()) }.expect("JSON");
        let text = edited(&text, &edits);
        let document = PolicyDocument::parse(&text);
        for span in spans(&document) {
            prop_assert!(lies_inside(span, &text), "{span:?} of {} in {text}", text.len());
        }
        for problem in validate(&document, &text, Limits::default()) {
            prop_assert!(lies_inside(problem.span, &text), "{problem:?} of {} in {text}", text.len());
        }
        if let Ok(node) = parse_json(&text, MAX_NESTING) {
            for node in nodes(&node) {
                prop_assert!(lies_inside(node.span, &text) && text.get(node.span.start as usize..node.span.end as usize).is_some());
            }
            let first_wins = PolicyDocument::from_node(&node, DuplicateKeys::FirstWins);
            prop_assert_eq!(first_wins.has_duplicate_keys(), document.has_duplicate_keys());
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..200)) {
        let text = match utf8(&bytes) {
            Ok(text) => text,
            Err((problem, valid)) => {
                prop_assert_eq!(problem.span.start as usize, valid.len());
                valid
            }
        };
        let (decoded, _) = decode_policy_text(text);
        drop(PolicyDocument::parse(&decoded));
        drop(PolicyDocument::parse(text));
    }

    #[test]
    fn json_is_read_as_serde_json_reads_it(policy in policy(), edits in vec(edit(), 0..4)) {
        let text = edited(&policy.json().to_string(), &edits);
        let expected = serde_json::from_str::<serde_json::Value>(&text);
        let read = parse_json(&text, MAX_NESTING);
        prop_assert_eq!(read.is_ok(), expected.is_ok(), "{}: {:?} {:?}", text, read.err(), expected.err());
    }

    #[test]
    fn a_place_in_an_embedded_policy_is_found_in_its_file(policy in policy(), percent: bool, escaped: bool) {
        let text = policy.json().to_string();
        let inner = if percent { percent_encoded(&text) } else { text.clone() };
        let string = serde_json::to_string(&inner).expect("JSON");
        let string = if escaped { string.replace("sts:", "\\u0073ts:") } else { string };
        let file = format!("{{\"AssumeRolePolicyDocument\":{string}}}");
        let outer = Span::new(file.len() - 1 - string.len(), file.len() - 1);
        let embedding = if percent { Embedding::PercentEncodedJsonString(outer) } else { Embedding::JsonString(outer) };
        let document = PolicyDocument::parse(&text);
        for span in spans(&document) {
            let found = embedding.locate(&file, span);
            let encoded = file.get(found.start as usize..found.end as usize);
            prop_assert!(encoded.is_some(), "{found:?}");
            let quoted = format!("\"{}\"", encoded.unwrap_or_default());
            let unescaped: String = serde_json::from_str(&quoted).unwrap_or_else(|error| panic!("{error}: {quoted} for {span:?}"));
            let decoded = if percent { decode(&unescaped) } else { unescaped };
            prop_assert_eq!(Some(decoded.as_str()), text.get(span.start as usize..span.end as usize));
        }
    }

    #[test]
    fn what_is_printed_is_read_back_and_decides_the_same(policy in policy(), edits in vec(edit(), 0..2), setting in setting(), seed: u64) {
        let text = edited(&serde_json::to_string_pretty(&policy.json()).expect("JSON"), &edits);
        let document = PolicyDocument::parse(&text);
        if !document.problems.is_empty() {
            return Ok(());
        }
        let canonical = printed(&document);
        let again = PolicyDocument::parse(&canonical);
        prop_assert!(again.problems.is_empty(), "{:?}", again.problems);
        prop_assert_eq!(printed(&again), canonical);
        let calls = Calls::new(&policy, &setting);
        let mut dice = Dice::new(seed);
        let (one, other) = (Policy::trust(&document), Policy::trust(&again));
        for _ in 0..40 {
            let request = calls.roll(&mut dice).request;
            prop_assert_eq!(one.decide(&request), other.decide(&request), "{}", shown(&request));
        }
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if let ([b'%', high, low, ..], rest_after) = (rest, rest.get(3..)) {
            let pair = [*high, *low];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).expect("ASCII"), 16).expect("hex"));
            rest = rest_after.unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
