//! Values as tests write them: JSON in which `⟨var.x⟩` is a value that is not in the input, and `⟨var.x?=[]⟩` one that nobody
//! sets and that is `[]` then.

use countersign_policy::document::{MAX_NESTING, Span, Text, parse_json};

use super::conversion::{of_node, to_node};
use super::value::{Entry, Kind, Unknown, Value};

/// Where every value of a test stands.
pub(super) const PLACE: Span = Span { start: 7, end: 9 };

pub(super) fn value(json: &str) -> Value {
    let node = parse_json(json, MAX_NESTING).unwrap_or_else(|problem| panic!("{json}: {}", problem.message));
    with_holes(of_node(&node))
}

fn with_holes(value: Value) -> Value {
    let kind = match value.kind {
        Kind::String(text) => match holes(text.known().unwrap()) {
            text if text.hole().is_some() => unknown(text.hole().unwrap()),
            text => Kind::String(text),
        },
        Kind::List(values) => Kind::List(values.into_iter().map(with_holes).collect()),
        Kind::Map(entries) => {
            Kind::Map(entries.into_iter().map(|entry| Entry { value: with_holes(entry.value), ..entry }).collect())
        }
        other => other,
    };
    Value { kind, span: PLACE }
}

fn unknown(name: &str) -> Kind {
    let (name, unset) = match name.split_once("?=") {
        Some((name, unset)) => (name, Some(Box::new(value(unset)))),
        None => (name, None),
    };
    Kind::Unknown(Unknown { name: name.into(), unset })
}

fn holes(text: &str) -> Text {
    let mut rest = text;
    let mut out = Text::default();
    while let Some((before, after)) = rest.split_once('⟨') {
        let (name, after) = after.split_once('⟩').expect("the end of a hole");
        out = out.with_literal(before).with_hole(name);
        rest = after;
    }
    out.with_literal(rest)
}

pub(super) fn show(value: &Value) -> String {
    let string = |text: &str| serde_json::to_string(text).unwrap();
    match &value.kind {
        Kind::Unknown(Unknown { name, unset: Some(unset) }) => string(&format!("⟨{name}?={}⟩", show(unset))),
        Kind::Unknown(Unknown { name, unset: None }) => string(&format!("⟨{name}⟩")),
        Kind::String(text) => string(&text.display()),
        Kind::Json(node) => format!("json {}", show(&of_node(node))),
        Kind::List(values) => format!("[{}]", values.iter().map(show).collect::<Vec<_>>().join(",")),
        Kind::Map(entries) => {
            let entry = |entry: &Entry| format!("{}:{}", string(&entry.key.display()), show(&entry.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => match to_node(value).value {
            countersign_policy::document::Value::Number(spelling) => spelling.into(),
            other => format!("{other:?}").to_lowercase().replace("bool(", "").replace(')', ""),
        },
    }
}
