//! `tests/reach/*.json`: policies, and the reach they add up to.
//!
//! A policy is a document, the ARN of a managed policy, `{"value": "var.x"}` (which policy it is, is not in the input) or
//! `{"text": "…"}`. `⟨var.x⟩` in a string is a value that is not in the input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;

use countersign_audit::permissions::{Extent, PermissionPolicy, Permissions};
use countersign_audit::reach::{Reach, reach};
use countersign_policy::document::Value as Tree;
use countersign_policy::document::{DuplicateKeys, MAX_NESTING, Node, PolicyDocument, Text, parse_json};
use serde_json::Value;

#[test]
fn every_case_has_its_reach() {
    let folder = format!("{}/tests/reach", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut wrong, mut ids) = (Vec::new(), BTreeSet::new());
    for file in files {
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for case in cases {
            let id = case["id"].as_str().unwrap().to_owned();
            assert!(case["why"].is_string(), "{id}: says not why");
            if let Some(difference) = difference(&case, &reach(&permissions(&case))) {
                wrong.push(format!("{id}: {difference}"));
            }
            assert!(ids.insert(id.clone()), "`{id}` stands twice");
        }
    }
    assert!(ids.len() >= 60, "only {} cases", ids.len());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), ids.len(), wrong.join("\n"));
}

fn difference(case: &Value, reach: &Reach) -> Option<String> {
    let expected = &case["expected"];
    let strings = |key: &str| -> Option<Vec<String>> {
        let list = expected.get(key)?.as_array().unwrap();
        Some(list.iter().map(|string| string.as_str().unwrap().to_owned()).collect())
    };
    let by: Vec<String> = reach.by.iter().map(|cause| cause.to_string().replace('`', "")).collect();
    let stores: Vec<String> =
        reach.stores.iter().map(|store| serde_json::to_value(store).unwrap()).map(plain).collect();
    let unknown: Vec<String> = reach.unknown.iter().map(|unknown| unknown.to_string().replace('`', "")).collect();
    let keys = expected.as_object().unwrap().keys();
    let known = ["level", "by", "by_some", "stores", "unknown"];
    assert!(keys.clone().all(|key| known.contains(&key.as_str())), "{}", case["id"]);
    let right = expected["level"] == reach.level.name()
        && strings("by").is_none_or(|list| list == by)
        && strings("by_some").is_none_or(|list| list.iter().all(|cause| by.contains(cause)))
        && strings("stores").is_none_or(|list| list == stores)
        && strings("unknown").unwrap_or_default() == unknown;
    (!right).then(|| format!("{} by {by:?}, stores {stores:?}, unknown {unknown:?}", reach.level))
}

fn plain(value: Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn permissions(case: &Value) -> Permissions {
    let policies = case["policies"].as_array().unwrap();
    Permissions {
        policies: policies.iter().enumerate().map(|(nth, value)| policy(&format!("p{}", nth + 1), value)).collect(),
        boundary: case.get("boundary").map(|value| policy("boundary", value)),
        extent: if case.get("extent").is_some() { Extent::Partial } else { Extent::Complete },
    }
}

fn policy(name: &str, value: &Value) -> PermissionPolicy {
    if let Some(arn) = value.as_str() {
        return PermissionPolicy::managed(with_holes(arn));
    }
    if let Some(unknown) = value.get("value") {
        return PermissionPolicy::unknown(unknown.as_str().unwrap());
    }
    if let Some(text) = value.get("text") {
        return PermissionPolicy::of_text(name, text.as_str().unwrap());
    }
    let mut tree = parse_json(&value.to_string(), MAX_NESTING).unwrap();
    punch(&mut tree);
    PermissionPolicy::of_document(name, PolicyDocument::from_node(&tree, DuplicateKeys::LastWins))
}

fn punch(node: &mut Node) {
    match &mut node.value {
        Tree::String(text) => *text = with_holes(text.lossy()),
        Tree::Array(nodes) => nodes.iter_mut().for_each(punch),
        Tree::Object(members) => members.iter_mut().for_each(|member| punch(&mut member.value)),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) => {}
    }
}

fn with_holes(text: &str) -> Text {
    let mut parts = text.split('⟨');
    let mut holed = Text::literal(parts.next().unwrap());
    for part in parts {
        let (name, literal) = part.split_once('⟩').unwrap();
        holed = holed.with_hole(name).with_literal(literal);
    }
    holed
}
