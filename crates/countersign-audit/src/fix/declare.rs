//! What a fix has to declare besides: a variable, a parameter, a data source.

use countersign_policy::document::{Span, Value, parse_json};
use countersign_policy::rewrite::{indent, line_break};

use super::Edit;

const DESCRIPTION: &str = "The id the third party chose for you and sends as sts:ExternalId";

/// Declares a required Terraform variable at the end of a file.
pub(super) fn variable(text: &str, name: &str) -> Edit {
    let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
    let declaration = format!(
        "{gap}variable \"{name}\" {{\n  description = \"{DESCRIPTION}\"\n  type        = string\n  nullable    = false\n}}\n"
    );
    insert(text, text.len(), &declaration)
}

/// Declares the data source of the own account at the end of a file.
pub(super) fn caller_identity(text: &str) -> Edit {
    let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
    let declaration = format!("{gap}data \"aws_caller_identity\" \"current\" {{}}\n");
    insert(text, text.len(), &declaration)
}

/// What is inserted at a place, with the line breaks of the text.
fn insert(text: &str, at: usize, new: &str) -> Edit {
    Edit { span: Span::new(at, at), text: new.replace('\n', line_break(text)) }
}

/// Declares a required parameter of a template, in the template's own language.
pub(super) fn parameter(text: &str, name: &str) -> Option<Edit> {
    if text.trim_start().starts_with('{') { json_parameter(text, name) } else { yaml_parameter(text, name) }
}

fn json_parameter(text: &str, name: &str) -> Option<Edit> {
    let tree = parse_json(text, 128).ok()?;
    let Value::Object(sections) = &tree.value else { return None };
    let declared =
        format!("\"{name}\": {{\"Type\": \"String\", \"MinLength\": 2, \"Description\": \"{DESCRIPTION}\"}}");
    let parameters = sections.iter().find(|section| &*section.key == "Parameters");
    let (at, beside, declaration, is_empty) = match parameters.map(|section| (&section.value, &section.value.value)) {
        Some((node, Value::Object(members))) => {
            let first = members.first().map(|member| member.key_span.start as usize);
            (node.span.start as usize + 1, first, declared, members.is_empty())
        }
        Some(_) => return None,
        None => {
            let first = sections.first().map(|section| section.key_span.start as usize);
            let section = format!("\"Parameters\": {{{declared}}}");
            (tree.span.start as usize + 1, first, section, sections.is_empty())
        }
    };
    let comma = if is_empty { "" } else { "," };
    let new = match beside {
        Some(beside) if text.get(at..beside)?.contains('\n') => {
            format!("\n{}{declaration}{comma}", indent(text, beside))
        }
        _ if is_empty => declaration,
        _ => format!("{declaration}{comma} "),
    };
    Some(insert(text, at, &new))
}

fn yaml_parameter(text: &str, name: &str) -> Option<Edit> {
    let mut at = 0;
    let (mut parameters, mut resources) = (None, None);
    for line in text.split_inclusive('\n') {
        let key = line.trim_end();
        let key = key.split_once(" #").map_or(key, |(key, _)| key.trim_end());
        match key {
            "Parameters:" => parameters = Some(at + line.len()),
            "Resources:" => resources = Some((at, at + line.len())),
            _ => {}
        }
        at += line.len();
    }
    let (before, inside) = resources?;
    let margin = |from: usize| {
        let lines = text.get(from..).unwrap_or_default().lines();
        let first = lines
            .map(|line| line.trim_end())
            .find(|line| !line.trim_start().is_empty() && !line.trim_start().starts_with('#'));
        let width = first.map_or(2, |line| line.len() - line.trim_start_matches(' ').len());
        " ".repeat(width.max(1))
    };
    let declared = |step: &str| {
        format!(
            "{step}{name}:\n{step}{step}Type: String\n{step}{step}MinLength: 2\n{step}{step}Description: {DESCRIPTION}\n"
        )
    };
    let (at, new) = match parameters {
        Some(at) => (at, declared(&margin(at))),
        None => (before, format!("Parameters:\n{}\n", declared(&margin(inside)))),
    };
    Some(insert(text, at, &new))
}
