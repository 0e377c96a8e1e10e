//! Every case of `corpus/holes` through the prover: policies of templates, with values that are not in the input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod corpus;

use countersign_policy::condition::date::Moment;
use countersign_policy::document::{
    DuplicateKeys, Limits, MAX_NESTING, Node, PolicyDocument, Severity, Text, Value, parse_json, validate,
};
use countersign_policy::prove::{Setting, exposure};
use serde_json::json;

/// Makes holes of what stands as `⟨name⟩` in strings; keys keep it.
fn dig(node: &mut Node) {
    match &mut node.value {
        Value::String(text) => {
            let written = text.lossy().to_owned();
            let mut dug = Text::default();
            for (at, part) in written.split(['⟨', '⟩']).enumerate() {
                dug = if at % 2 == 1 { dug.with_hole(part) } else { dug.with_literal(part) };
            }
            *text = dug;
        }
        Value::Array(nodes) => nodes.iter_mut().for_each(dig),
        Value::Object(members) => members.iter_mut().for_each(|member| dig(&mut member.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn every_value_that_is_not_in_the_input_is_weighed_and_named() {
    let (mut wrong, mut run) = (Vec::new(), 0);
    for (file, case) in corpus::cases("holes") {
        run += 1;
        let mut tree = parse_json(&case["policy"].to_string(), MAX_NESTING).unwrap();
        dig(&mut tree);
        let document = PolicyDocument::from_node(&tree, DuplicateKeys::default());
        assert!(document.problems.is_empty(), "{}: {:?}", case["id"], document.problems);
        let mut refused = validate(&document, "", Limits::default());
        refused.retain(|problem| problem.severity == Severity::Error);
        if !refused.is_empty() {
            wrong.push(format!("{file} {}: refused {refused:?}", case["id"]));
        }
        let role = format!("arn:aws:iam::{}:role/Role", case["account"].as_str().unwrap());
        let exposed = exposure(&document, &Setting::for_role(&role, Moment::from_seconds(1_790_000_000)));
        let found = json!({ "exposure": exposed.exposure.to_string(), "depends_on": exposed.depends_on });
        if found != case["expected"] {
            wrong.push(format!("{file} {}: {} but got {found}: {}", case["id"], case["expected"], case["why"]));
        }
    }
    assert!(run >= 25, "only {run} cases");
    assert!(wrong.is_empty(), "{} of {run} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
