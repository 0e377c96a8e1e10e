//! The table of cases: a line that says what is shown, the block as JSON, and the policy or the refusal. In the block,
//! principals are `[type, identifiers]` and conditions `[test, variable, values]`; a source document that is an object is
//! what `jsonencode` yields of it.

use super::super::conversion::{json_text, to_node};
use super::super::notation::{PLACE, value};
use super::super::value::{Entry, Kind, Value};
use super::*;

const CASES: &str = include_str!("cases.txt");

fn get(value: &Value, key: &str) -> Option<Value> {
    let Kind::Map(entries) = &value.kind else { panic!("a map") };
    entries.iter().find(|entry| entry.key.known() == Some(key)).map(|entry| entry.value.clone())
}

fn list(value: &Value, key: &str) -> Vec<Value> {
    match get(value, key).map(|value| value.kind) {
        Some(Kind::List(values)) => values,
        None => Vec::new(),
        Some(other) => panic!("a list, not {other:?}"),
    }
}

fn parts<const N: usize>(value: Value) -> [Value; N] {
    match value.kind {
        Kind::List(values) => values.try_into().expect("as many parts as there are"),
        other => panic!("a list, not {other:?}"),
    }
}

fn document(value: Value) -> Value {
    match value.kind {
        Kind::Map(_) => Value { kind: Kind::Json(Box::new(to_node(&value))), span: PLACE },
        _ => value,
    }
}

fn statement(value: &Value) -> StatementBlock {
    let principals = |key: &str| {
        let block = |block: Value| {
            let [kind, identifiers] = parts(block);
            PrincipalsBlock { kind, identifiers, span: PLACE }
        };
        list(value, key).into_iter().map(block).collect()
    };
    let condition = |block: Value| {
        let [test, variable, values] = parts(block);
        ConditionBlock { test, variable, values, span: PLACE }
    };
    StatementBlock {
        sid: get(value, "sid"),
        effect: get(value, "effect"),
        actions: get(value, "actions"),
        not_actions: get(value, "not_actions"),
        resources: get(value, "resources"),
        not_resources: get(value, "not_resources"),
        principals: principals("principals"),
        not_principals: principals("not_principals"),
        conditions: list(value, "conditions").into_iter().map(condition).collect(),
        span: PLACE,
        undecided: None,
    }
}

fn block(value: &Value) -> PolicyBlock {
    PolicyBlock {
        version: get(value, "version"),
        policy_id: get(value, "policy_id"),
        statements: list(value, "statements").iter().map(statement).collect(),
        sources: list(value, "sources").into_iter().map(document).collect(),
        overrides: list(value, "overrides").into_iter().map(document).collect(),
        span: PLACE,
    }
}

#[test]
fn documents_are_put_together_as_the_provider_does() {
    let mut lines = CASES.lines().filter(|line| !line.is_empty());
    let mut cases = 0;
    let mut wrong = Vec::new();
    while let (Some(name), Some(given), Some(expected)) = (lines.next(), lines.next(), lines.next()) {
        assert!(name.starts_with("# "), "{name}");
        let yielded = match policy_of(&block(&value(given))) {
            Ok(node) => json_text(&node).display(),
            Err(refusal) => format!("error: {}", refusal.message),
        };
        let expected = if expected.starts_with("error: ") {
            expected.to_owned()
        } else {
            json_text(&to_node(&value(expected))).display()
        };
        if yielded != expected {
            wrong.push(format!("{name}\n  yields {yielded}\n  not    {expected}"));
        }
        cases += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases >= 25, "{cases} cases");
}

#[test]
fn every_part_keeps_its_place() {
    let at = |text: &str, start: u32| Value::text(Text::literal(text), Span { start, end: start + 5 });
    let list = |values: Vec<Value>, start: u32| Value::new(Kind::List(values), Span { start, end: start + 50 });
    let span = |start: u32, end: u32| Span { start, end };
    let condition = ConditionBlock {
        test: at("StringEquals", 210),
        variable: at("sts:ExternalId", 220),
        values: list(vec![at("x", 230)], 228),
        span: span(200, 290),
    };
    let principals = PrincipalsBlock {
        kind: at("AWS", 110),
        identifiers: list(vec![at("111122223333", 120), at("444455556666", 130)], 118),
        span: span(100, 190),
    };
    let source = Entry { key: Text::literal("Statement"), key_span: span(1, 2), value: list(vec![], 1010) };
    let block = PolicyBlock {
        version: None,
        policy_id: None,
        statements: vec![StatementBlock {
            principals: vec![principals],
            conditions: vec![condition],
            span: span(90, 300),
            ..StatementBlock::default()
        }],
        sources: vec![document(Value::new(Kind::Map(vec![source]), span(1000, 1100)))],
        overrides: Vec::new(),
        span: span(0, 400),
    };
    let policy = policy_of(&block).unwrap();
    let statement = &policy.get("Statement").unwrap().as_array().unwrap()[0];
    assert_eq!(statement.span, span(90, 300));
    let principal = statement.get("Principal").unwrap();
    assert_eq!((principal.span, principal.get("AWS").unwrap().span), (span(100, 190), span(118, 168)));
    assert_eq!(principal.get("AWS").unwrap().as_array().unwrap()[1].span, span(130, 135));
    let Tree::Object(operators) = &statement.get("Condition").unwrap().value else { panic!("operators") };
    let Tree::Object(keys) = &operators[0].value.value else { panic!("keys") };
    assert_eq!((operators[0].key_span.start, keys[0].key_span.start, keys[0].value.span.start), (210, 220, 230));
}
