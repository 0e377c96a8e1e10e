//! The table of cases: `name(arguments) => result`, in JSON in which `⟨var.x⟩` is a value that is not in the input, and
//! `⟨var.x?=[]⟩` one that nobody sets and that is `[]` then.

use countersign_policy::document::{MAX_NESTING, Span, Text, parse_json};

use super::super::conversion::{Piece, of_node, pieces, to_node};
use super::super::value::{Entry, Kind, Unknown, Value};
use super::call;

const CASES: &str = include_str!("cases.txt");
const PLACE: Span = Span { start: 7, end: 9 };

fn value(json: &str) -> Value {
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
        Some((name, unset)) => (name, Some(Box::new(self::value(unset)))),
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

fn show(value: &Value) -> String {
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

/// Arguments may be calls themselves: `jsondecode(jsonencode({}))`.
fn evaluate(expression: &str) -> Result<Value, String> {
    let (name, rest) = expression.split_once('(').expect("a call");
    let arguments = rest.strip_suffix(')').expect("the end of a call");
    let arguments = if arguments.starts_with(|first: char| first.is_ascii_lowercase()) && arguments.ends_with(')') {
        vec![evaluate(arguments)?]
    } else {
        match value(&format!("[{arguments}]")).kind {
            Kind::List(values) => values,
            _ => Vec::new(),
        }
    };
    call(name, &arguments, PLACE).unwrap_or_else(|| panic!("no function `{name}`"))
}

#[test]
fn functions_yield_what_terraform_does_as_far_as_it_is_known() {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for line in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (expression, expected) = line.split_once(" => ").unwrap_or_else(|| panic!("no result: {line}"));
        let yielded = match evaluate(expression) {
            Ok(value) => show(&value),
            Err(message) => format!("error: {message}"),
        };
        let expected = match expected {
            error if error.starts_with("error: ") => error.to_owned(),
            json if json.starts_with("json ") => format!("json {}", show(&value(json.trim_start_matches("json ")))),
            json => show(&value(json)),
        };
        if yielded != expected {
            wrong.push(format!("{expression}\n  yields {yielded}\n  not    {expected}"));
        }
        rows += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows >= 200, "{rows} rows");
}

#[test]
fn a_function_nobody_knows_is_none() {
    assert!(call("provider::x::y", &[], PLACE).is_none());
    assert!(call("core::lower", &[value("\"A\"")], PLACE).is_some());
}

#[test]
fn equal_calls_have_equal_names_and_others_have_not() {
    let name = |expression: &str| match evaluate(expression).unwrap().kind {
        Kind::Unknown(unknown) => unknown.name,
        kind => panic!("{kind:?}"),
    };
    let long = "x".repeat(500);
    let call = |end: &str| format!("sha256(\"⟨var.x⟩{long}{end}\")");
    assert_eq!(name(&call("a")), name(&call("a")));
    assert_ne!(name(&call("a")), name(&call("b")));
    assert!(name(&call("a")).len() < 300);
}

#[test]
fn parts_keep_their_places() {
    let at = |text: &str, start: u32| Value::text(Text::literal(text), Span { start, end: start + 1 });
    let list = Value::new(Kind::List(vec![at("b", 20), at("a", 10)]), PLACE);
    let encoded = call("jsonencode", &[call("sort", &[list], PLACE).unwrap().unwrap()], PLACE).unwrap().unwrap();
    let Kind::Json(node) = encoded.kind else { panic!("JSON") };
    let starts: Vec<u32> = node.as_array().unwrap().iter().map(|node| node.span.start).collect();
    assert_eq!(starts, [10, 20]);
}

#[test]
fn what_grows_without_bound_is_refused() {
    for expression in ["range(1e8)", "range(0, 5, 0)"] {
        assert!(evaluate(expression).is_err(), "{expression}");
    }
    let list = format!("[{}]", vec!["1"; 1000].join(","));
    assert!(evaluate(&format!("setproduct({list}, {list}, {list})")).is_err());
    let bomb = "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n";
    assert!(evaluate(&format!("yamldecode({})", serde_json::to_string(bomb).unwrap())).is_err());
    assert_eq!(pieces(&Text::literal("a").with_hole("b")), [Piece::Literal("a"), Piece::Hole("b")]);
}
