//! `tests/terraform`: each folder is a root module, with what is to be said of its roles and where.
//!
//! `expected.json` names every role and problem; `principals` and `values` are the source under their spans, so that a
//! place that is off by one shows. `given.json`, where there is one, holds the user's variables.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use countersign_audit::caller::Caller;
use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::input::terraform::read_root;
use countersign_audit::input::{Given, InMemory};
use countersign_audit::permissions::{PermissionPolicy, PolicyContent};
use countersign_audit::role::Role;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::{Span, Text};
use serde_json::{Value, json};

#[test]
fn every_module_is_read_as_expected() {
    let folder = format!("{}/tests/terraform", env!("CARGO_MANIFEST_DIR"));
    let mut cases: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 45, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy();
        let mut files = BTreeMap::new();
        load(case, "", &mut files);
        let json = |files: &mut BTreeMap<String, Arc<str>>, name: &str| -> Value {
            files.remove(name).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
        };
        let (expected, given) = (json(&mut files, "expected.json"), json(&mut files, "given.json"));
        let actual = read(InMemory(files), &given);
        if actual != expected {
            wrong.push(format!("{name}: expected\n{expected:#}\nbut it is\n{actual:#}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn load(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Arc<str>>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => load(&entry.path(), &format!("{name}/"), files),
            false => {
                files.insert(name, std::fs::read_to_string(entry.path()).unwrap().into());
            }
        }
    }
}

fn read(files: InMemory, given: &Value) -> Value {
    let texts = |key: &str| given[key].as_object().cloned().unwrap_or_default();
    let given = Given {
        variables: texts("variables").into_iter().map(|(name, value)| (name, value.as_str().unwrap().into())).collect(),
        variable_files: given["files"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|file| file.as_str().unwrap().into())
            .collect(),
        ..Given::default()
    };
    let reading = read_root("", None, &files, &given);
    let mut options = Options::at(Moment::from_seconds(1_790_000_000));
    options.account = Some("999999999999".parse().unwrap());
    let roles: Vec<Value> = reading.roles.into_iter().map(|role| describe(&examine(role, &options))).collect();
    let problems =
        reading.problems.iter().map(|problem| format!("{}:{}: {}", problem.path, problem.line, problem.message));
    let mut read = json!({ "roles": roles, "problems": problems.collect::<Vec<_>>() });
    if !reading.callers.is_empty() {
        read["callers"] = reading.callers.iter().map(describe_caller).collect();
    }
    read
}

fn describe(examined: &Examined) -> Value {
    let role = &examined.role;
    let mut of = json!({ "name": role.name, "exposure": examined.exposed.exposure.to_string() });
    let lists = [("depends_on", &examined.exposed.depends_on), ("open_when", &examined.open_when)];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        of[key] = json!(list);
    }
    if let Some(name) = &role.role_name {
        of["role_name"] = json!(name);
    }
    if let Some(tags) = &role.tags {
        of["tags"] = json!(tags);
    }
    let permissions = &role.permissions;
    if !permissions.policies.is_empty() {
        of["permissions"] = permissions.policies.iter().map(describe_policy).collect();
    }
    if let Some(boundary) = &permissions.boundary {
        of["boundary"] = describe_policy(boundary);
    }
    let statement = |(nth, statement): (usize, &countersign_policy::document::Statement)| {
        let place = role.sources.location(statement.span);
        json!({ "statement": nth, "file": place.path, "line": place.line })
    };
    of["spans"] = role.trust.statements.iter().enumerate().map(statement).collect();
    let statements = || role.trust.statements.iter();
    let principals = statements().flat_map(|statement| &statement.principals).flat_map(|element| &element.entries);
    of["principals"] = principals.map(|entry| under(role, entry.span)).collect();
    let values = statements().flat_map(|statement| &statement.conditions).flat_map(|entry| &entry.values);
    of["values"] = values.map(|value| under(role, value.span)).collect();
    of
}

fn describe_caller(caller: &Caller) -> Value {
    let place = caller.sources.location(caller.span);
    let external_id = caller.external_id.as_ref().map(Text::display);
    json!({ "name": caller.name, "role": caller.role.display(), "external_id": external_id, "line": place.line })
}

fn describe_policy(policy: &PermissionPolicy) -> Value {
    let content = match &policy.content {
        PolicyContent::Document(document) => {
            let actions = document.statements.iter().flat_map(|statement| &statement.actions);
            let patterns = actions.flat_map(|element| &element.patterns).map(|pattern| pattern.value.display());
            patterns.collect::<Vec<_>>().join(", ")
        }
        PolicyContent::Written(_) => "its text".to_owned(),
        PolicyContent::Managed(arn) => arn.display(),
        PolicyContent::Unknown(name) => format!("unknown because of {name}"),
    };
    json!(format!("{}: {content}", policy.name))
}

/// The place of a span and the source there.
fn under(role: &Role, span: Span) -> Value {
    let (file, local) = role.sources.place(span);
    let place = role.sources.location(span);
    let text = &file.text()[local.start as usize..(local.end as usize).min(file.text().len())];
    json!(format!("{}:{} {}", place.path, place.line, text.lines().next().unwrap_or_default()))
}
