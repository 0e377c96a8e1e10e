//! SAM: functions and state machines for which a role is made.

use countersign_policy::document::{Member, Node, Span, Text, Value};

use super::resolve::text_node;
use super::role::Source;
use super::template::{Resource, Template, members};
use crate::input::TRUST_POLICY;

/// The kinds of resources that get a role, the section of `Globals` that holds for them, and whom their role trusts.
const KINDS: &[(&str, &str, &str)] = &[
    ("AWS::Serverless::Function", "Function", "lambda.amazonaws.com"),
    ("AWS::Serverless::StateMachine", "StateMachine", "states.amazonaws.com"),
];

/// The trust policy of the role that is made for a resource, if one is.
pub(super) fn trust_of<'t>(template: &'t Template<'t>, resource: &'t Resource<'t>) -> Option<Source<'t>> {
    let (_, section, service) = KINDS.iter().find(|(kind, _, _)| *kind == resource.kind)?;
    let globals = template.globals.and_then(|globals| globals.get(section));
    let property = |name: &str| resource.property(name).or_else(|| globals?.get(name));
    if property("Role").is_some_and(is_surely_given) {
        return None;
    }
    Some(property(TRUST_POLICY).map_or(Source::Generated(service), Source::Written))
}

/// A role that may be `AWS::NoValue` is made after all.
fn is_surely_given(node: &Node) -> bool {
    match members(node) {
        [member] if &*member.key == "Fn::If" => {
            member.value.as_array().unwrap_or_default().iter().skip(1).all(is_surely_given)
        }
        [member] if &*member.key == "Ref" => member.value.as_str() != Some("AWS::NoValue"),
        _ => node.value != Value::Null,
    }
}

/// The policy SAM writes for a service.
pub(super) fn generated(service: &str, place: Span) -> Node {
    let text = |text: &str| text_node(place, Text::literal(text));
    let object = |members: Vec<(&str, Node)>| {
        let member = |(key, value): (&str, Node)| Member { key: key.into(), key_span: place, value };
        Node { span: place, value: Value::Object(members.into_iter().map(member).collect()) }
    };
    let list = |node: Node| Node { span: place, value: Value::Array(vec![node]) };
    let statement = object(vec![
        ("Effect", text("Allow")),
        ("Principal", object(vec![("Service", list(text(service)))])),
        ("Action", list(text("sts:AssumeRole"))),
    ]);
    object(vec![("Version", text("2012-10-17")), ("Statement", list(statement))])
}
