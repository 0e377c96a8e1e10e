//! Session tags as a program lists them.

use super::form::Form;
use super::program::{Program, Worth};
use super::tree::Id;
use crate::call::Parameter;

/// How many nodes a list of tags may have.
const NODES: usize = 2_000;

/// Tags as `Key=Value` lines; `None` when one of them is not in the text.
pub(super) fn read(program: &Program<'_>, list: Id) -> Option<Parameter> {
    let (list, _) = program.expression(list);
    let tree = program.tree;
    let mut lines = Vec::new();
    let mut key = None;
    let text = |value: Id| match program.worth(value) {
        Worth::Text(text, _) => Some(text),
        Worth::Nothing(_) | Worth::Unknown => None,
    };
    for id in tree.subtree(list).take(NODES) {
        match program.form(id) {
            // `{"Key": …, "Value": …}`, a list of them.
            Form::Pair { key: name, value, .. } if name.eq_ignore_ascii_case("key") => key = Some(text(value)?),
            Form::Pair { key: name, value, .. } if name.eq_ignore_ascii_case("value") => {
                lines.push(format!("{}={}", key.take()?, text(value)?));
            }
            // A map of them.
            Form::Pair { key: name, value, .. } => lines.push(format!("{name}={}", text(value)?)),
            Form::Splat(_) => return None,
            _ => {}
        }
    }
    let span = tree.span(list);
    (!lines.is_empty() && key.is_none()).then(|| Parameter::Known { value: lines.join("\n"), span })
}
