//! Values for the parameters and variables of templates: `[cloudformation.parameters]` and `[terraform.variables]`.

use std::collections::BTreeMap;

use countersign_policy::document::{Node, Value};

use crate::input::Given;
use crate::node_reader::{Members, NodeReader};

/// The values under both names, as they would be typed on the tools' command lines.
pub(super) fn given(root: Members<'_>, reader: &mut NodeReader) -> Given {
    let parameters = entries(root, "cloudformation", "parameters", reader);
    let variables = entries(root, "terraform", "variables", reader);
    let mut given = Given::default();
    for (name, node) in parameters {
        let value = parameter(node);
        if value.is_none() {
            let help = "write a text, or a list of texts for a list parameter";
            reader.error(node.span, format!("the parameter `{name}` is a text, not {}", node.kind_name()), Some(help));
        }
        given.parameters.extend(value.map(|value| (name, value)));
    }
    given.variables = variables.into_iter().map(|(name, node)| (name, variable(node))).collect();
    given
}

fn entries<'n>(root: Members<'n>, tool: &str, kind: &str, reader: &mut NodeReader) -> BTreeMap<String, &'n Node> {
    let members = root.get(tool).and_then(|node| reader.members(node, &format!("`{tool}`"), &[kind]));
    let Some(node) = members.and_then(|members| members.get(kind)) else { return BTreeMap::new() };
    reader.entries(node, kind).iter().map(|member| (member.key.to_string(), &member.value)).collect()
}

/// A scalar as it is written, or a list with commas, as `CommaDelimitedList` has it.
fn parameter(node: &Node) -> Option<String> {
    match &node.value {
        Value::Array(nodes) => {
            let texts: Option<Vec<String>> = nodes.iter().map(scalar).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => scalar(node),
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => text.known().map(str::to_owned),
        Value::Number(spelling) => Some(spelling.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// As after `-var name=`: a text as it is, anything else as an expression. JSON is one.
fn variable(node: &Node) -> String {
    scalar(node).unwrap_or_else(|| expression(node))
}

fn expression(node: &Node) -> String {
    let quoted = |text: &str| {
        let text = serde_json::Value::from(text).to_string();
        // A template to Terraform, but plain text here.
        text.replace("${", "$${").replace("%{", "%%{")
    };
    match &node.value {
        Value::String(text) => quoted(text.known().unwrap_or_default()),
        Value::Array(nodes) => {
            let elements: Vec<String> = nodes.iter().map(expression).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Object(members) => {
            let member = |key: &str, value: &Node| format!("{}: {}", quoted(key), expression(value));
            let members: Vec<String> = members.iter().map(|found| member(&found.key, &found.value)).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Null | Value::Number(_) | Value::Bool(_) => scalar(node).unwrap_or_else(|| "null".to_owned()),
    }
}
