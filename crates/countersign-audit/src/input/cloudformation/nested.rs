//! Templates inside templates: the `TemplateBody` of a StackSet.

use std::collections::BTreeMap;

use countersign_policy::document::{MAX_NESTING, Node, Problem, Text, Value, parse_json};

use super::policy::Assembly;
use super::problems::Problems;
use super::resolve::{Resolver, call};
use super::role::property;
use super::template::{Resource, Template, members};
use super::yaml;
use crate::input::decisions::Decisions;

/// The tree of the template that a resource holds, at its places in the file.
pub(super) fn body<'t>(
    template: &'t Template<'t>,
    resource: &'t Resource<'t>,
    problems: &mut Problems,
) -> Option<Node> {
    let node = resource.property("TemplateBody")?;
    if matches!(node.value, Value::Object(_)) && call(members(node)).is_none() {
        return Some(node.clone());
    }
    let mut decisions = Decisions::default();
    let mut resolver = Resolver::new(template, &mut decisions, problems);
    let mut assembly = Assembly::new(template.file.text());
    if node.as_str().is_some() {
        // Its `${…}` are its own.
        assembly.push_whole(node);
    } else {
        resolver.assemble(node, &mut assembly);
    }
    let (tree, told) = parsed(assembly.text());
    for problem in told {
        problems.of_text(template.file, Problem { span: assembly.locate(problem.span), ..problem });
    }
    let mut tree = tree?;
    assembly.restore(&mut tree);
    Some(tree)
}

fn parsed(text: &str) -> (Option<Node>, Vec<Problem>) {
    if text.trim_start().starts_with('{')
        && let Ok(tree) = parse_json(text, MAX_NESTING)
    {
        return (Some(tree), Vec::new());
    }
    let parsed = yaml::parse(text);
    (parsed.documents.into_iter().find(|tree| tree.get("Resources").is_some()), parsed.problems)
}

/// What the resource gives for the parameters of its template.
pub(super) fn parameters(
    template: &Template<'_>,
    resource: &Resource<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, Text> {
    let text = |node: &Node| match &node.value {
        Value::String(text) => Some(text.clone()),
        _ => super::parameter::spelled(node).map(Text::literal),
    };
    let Some(node) = property(template, resource, "Parameters", problems) else { return BTreeMap::new() };
    // A list of pairs in a StackSet, an object in a nested stack.
    let pair = |node: &Node| Some((node.get("ParameterKey")?.as_str()?.to_owned(), text(node.get("ParameterValue")?)?));
    let of_list = node.as_array().unwrap_or_default().iter().filter_map(pair);
    let of_object = members(&node).iter().filter_map(|member| Some((member.key.to_string(), text(&member.value)?)));
    of_list.chain(of_object).collect()
}
