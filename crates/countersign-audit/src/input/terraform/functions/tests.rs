//! The table of cases: `name(arguments) => result`.

use countersign_policy::document::{Span, Text};

use super::super::conversion::{Piece, pieces};
use super::super::notation::{PLACE, show, value};
use super::super::value::{Kind, Value};
use super::call;

const CASES: &str = include_str!("cases.txt");

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
    let long = "x".repeat(100_000);
    for expression in [
        format!("join(\"{long}\", {list})"),
        format!("replace(\"{long}\", \"x\", \"{long}\")"),
        format!("replace(\"{long}\", \"/x/\", \"{long}\")"),
        format!("format(\"{}\", \"{long}\")", "%[1]s".repeat(1000)),
        format!("formatlist(\"{long}%s\", {list})"),
        format!("setproduct({list}, [\"{long}\"])"),
        format!("indent(1e8, \"{}\")", "\\n".repeat(1000)),
    ] {
        let shown: String = expression.chars().take(20).collect();
        assert!(evaluate(&expression).is_err_and(|message| message.contains("more than")), "{shown}");
    }
    let bomb: String =
        (1..9).map(|at| format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 8].join(","))).collect();
    let bomb = serde_json::to_string(&format!("a0: &a0 [x]\n{bomb}")).unwrap();
    assert_eq!(evaluate(&format!("yamldecode({bomb})")), Err("aliases make this YAML too large".to_owned()));
    assert_eq!(pieces(&Text::literal("a").with_hole("b")), [Piece::Literal("a"), Piece::Hole("b")]);
}
