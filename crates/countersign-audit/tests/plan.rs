//! `tests/plan`: plans and states of Terraform, AWS Config items, and the roles and problems that are found in each.
//!
//! A case is `name.json` with `name.expected.json`. Of a role only what the expectation names is compared; problems are
//! compared in full, as `line: severity: message`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::input::{Named, read};
use countersign_policy::condition::date::Moment;
use countersign_policy::document::Span;
use serde_json::{Map, Value, json};

#[test]
fn every_case_has_its_roles_and_problems() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plan");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for expectation in files.iter().filter(|path| path.to_string_lossy().ends_with(".expected.json")) {
        cases += 1;
        let input = PathBuf::from(expectation.to_string_lossy().replace(".expected.json", ".json"));
        let name = input.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&input).unwrap();
        let expected: Value = serde_json::from_str(&std::fs::read_to_string(expectation).unwrap()).expect(&name);
        let found = found(&name, &text, &expected);
        if found != expected {
            wrong.push(format!("{name}:\n{}", serde_json::to_string_pretty(&found).unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} are otherwise:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases >= 18, "only {cases} cases");
}

/// What is found in a file, in the shape of the expectation.
fn found(name: &str, text: &str, expected: &Value) -> Value {
    let reading = read(name, text.as_bytes(), Named::InFolder);
    let options = Options::at(Moment::from_seconds(1_790_000_000));
    let roles = reading.roles.into_iter().enumerate();
    let roles = roles.map(|(nth, role)| of_role(&examine(role, &options), &expected["roles"][nth])).collect();
    let problem = |problem: &countersign_audit::source::InputProblem| {
        format!("{}: {:?}: {}", problem.line, problem.severity, problem.message).to_lowercase()
    };
    let mut found = Map::new();
    found.insert("why".to_owned(), expected["why"].clone());
    found.insert("roles".to_owned(), Value::Array(roles));
    found.insert("problems".to_owned(), reading.problems.iter().map(problem).collect());
    Value::Object(found)
}

fn of_role(examined: &Examined, expected: &Value) -> Value {
    let role = &examined.role;
    let place = |span: Span| {
        let at = role.sources.location(role.locate(span));
        let line = role.sources.single().unwrap().text().lines().nth(at.line - 1).unwrap();
        let length = if at.end_line == at.line { at.end_column - at.column } else { 1 };
        let stretch: String = line.chars().skip(at.column - 1).take(length).collect();
        format!("{}: {stretch}", at.line)
    };
    let mut found = Map::new();
    found.insert("name".to_owned(), json!(role.name));
    found.insert("exposure".to_owned(), json!(examined.exposed.exposure.to_string()));
    let mut optional = |key: &str, value: &dyn Fn() -> Value| {
        if expected.get(key).is_some() {
            found.insert(key.to_owned(), value());
        }
    };
    optional("depends_on", &|| json!(examined.exposed.depends_on));
    optional("role_name", &|| json!(role.role_name));
    optional("account", &|| json!(role.account.map(|account| account.to_string())));
    optional("tags", &|| json!(role.tags));
    optional("unreadable", &|| json!(role.unreadable));
    optional("place", &|| json!(role.sources.location(role.span).line));
    optional("principals", &|| {
        let elements = role.trust.statements.iter().flat_map(|statement| &statement.principals);
        elements.flat_map(|element| &element.entries).map(|entry| place(entry.span)).collect()
    });
    optional("values", &|| {
        let entries = role.trust.statements.iter().flat_map(|statement| &statement.conditions);
        entries
            .flat_map(|entry| &entry.values)
            .map(|value| format!("{} = {}", place(value.span), value.value.display()))
            .collect()
    });
    Value::Object(found)
}
