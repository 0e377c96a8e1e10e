//! `tests/cloudformation`: templates, and the roles and problems that are found in each.
//!
//! A case is `name.yaml` or `name.json` with `name.expected.json`. Of a role only what the expectation names is compared;
//! problems are compared in full, as `line: severity: message`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use countersign_audit::audit::run;
use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::input::{Given, Named, read_with};
use countersign_audit::reach::reach;
use countersign_audit::source::InputProblem;
use countersign_policy::condition::date::Moment;
use serde_json::{Map, Value, json};

#[test]
fn every_case_has_its_roles_and_problems() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloudformation");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let is_expectation = |path: &&PathBuf| path.to_string_lossy().ends_with(".expected.json");
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for expectation in files.iter().filter(is_expectation) {
        cases += 1;
        let stem = expectation.to_string_lossy().replace(".expected.json", "");
        let template = ["yaml", "json"].map(|extension| PathBuf::from(format!("{stem}.{extension}")));
        let template = template.iter().find(|path| path.exists()).expect("a template beside the expectation");
        let name = template.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(template).unwrap();
        let expected: Value = serde_json::from_str(&std::fs::read_to_string(expectation).unwrap()).expect(&name);
        let found = found(&name, &text, &expected);
        if found != expected {
            wrong.push(format!("{name}:\n{}", serde_json::to_string_pretty(&found).unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} are otherwise:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases > 50, "only {cases} cases");
}

/// What is found in a template, in the shape of the expectation.
fn found(name: &str, text: &str, expected: &Value) -> Value {
    let mut given = Given::default();
    for (name, value) in expected["given"].as_object().into_iter().flatten() {
        given.parameters.insert(name.clone(), value.as_str().unwrap().to_owned());
    }
    let reading = read_with(name, text.as_bytes(), Named::InFolder, &given);
    let options = Options::at(Moment::from_seconds(1_790_000_000));
    let roles: Vec<Value> = reading
        .roles
        .into_iter()
        .enumerate()
        .map(|(nth, role)| of_role(&examine(role, &options), &expected["roles"][nth]))
        .collect();
    let mut found = Map::new();
    if let Some(given) = expected.get("given") {
        found.insert("given".to_owned(), given.clone());
    }
    found.insert("roles".to_owned(), Value::Array(roles));
    if !reading.problems.is_empty() || expected.get("problems").is_some() {
        found.insert("problems".to_owned(), reading.problems.iter().map(of_problem).collect());
    }
    Value::Object(found)
}

fn of_role(examined: &Examined, expected: &Value) -> Value {
    let role = &examined.role;
    let mut found = Map::new();
    found.insert("name".to_owned(), json!(role.name));
    found.insert("exposure".to_owned(), json!(examined.exposed.exposure.to_string()));
    let mut list = |key: &str, values: &[String]| {
        if !values.is_empty() {
            found.insert(key.to_owned(), json!(values));
        }
    };
    list("depends_on", &examined.exposed.depends_on);
    list("open_when", &examined.open_when);
    if expected.get("role_name").is_some() {
        found.insert("role_name".to_owned(), json!(role.role_name));
    }
    if expected.get("tags").is_some() {
        found.insert("tags".to_owned(), json!(role.tags));
    }
    if expected.get("line").is_some() {
        found.insert("line".to_owned(), json!(role.sources.location(role.span).line));
    }
    if expected.get("principals").is_some() {
        let entries = role.trust.statements.iter().flat_map(|statement| &statement.principals);
        let entries = entries.flat_map(|element| &element.entries).map(|entry| {
            let at = role.sources.location(entry.span);
            format!("{}:{}: {}", at.line, at.column, entry.value.display())
        });
        found.insert("principals".to_owned(), entries.collect());
    }
    if expected.get("values").is_some() {
        let entries = role.trust.statements.iter().flat_map(|statement| &statement.conditions);
        let entries = entries.flat_map(|entry| {
            entry.values.iter().map(|value| {
                let at = role.sources.location(value.span);
                let (operator, key) = (&entry.operator.value, &entry.key.value);
                format!("{}:{}: {operator} {key} {}", at.line, at.column, value.value.display())
            })
        });
        found.insert("values".to_owned(), entries.collect());
    }
    if expected.get("policies").is_some() {
        let policies = role.permissions.policies.iter().map(|policy| policy.name.to_string());
        found.insert("policies".to_owned(), policies.collect());
        found.insert("reach".to_owned(), json!(format!("{:?}", reach(&role.permissions).level).to_lowercase()));
        let boundary = role.permissions.boundary.as_ref().map(|policy| policy.name.to_string());
        found.insert("boundary".to_owned(), json!(boundary));
    }
    if expected.get("findings").is_some() {
        let findings = run(std::slice::from_ref(examined)).into_iter().map(|finding| {
            let grade = format!("{:?}, confidence {:?}", finding.severity, finding.confidence).to_lowercase();
            format!("{}: {}: {grade}: {}", finding.location.line, finding.id, finding.message)
        });
        found.insert("findings".to_owned(), findings.collect());
    }
    if expected.get("spans").is_some() {
        let spans = role.trust.statements.iter().enumerate().map(|(nth, statement)| {
            let at = role.sources.location(statement.span);
            json!({"statement": nth, "line": at.line, "end_line": at.end_line})
        });
        found.insert("spans".to_owned(), spans.collect());
    }
    Value::Object(found)
}

fn of_problem(problem: &InputProblem) -> Value {
    let severity = format!("{:?}", problem.severity).to_lowercase();
    json!(format!("{}:{}: {severity}: {}", problem.line, problem.column, problem.message))
}
