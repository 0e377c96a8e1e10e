//! `Fn::Sub`: text with `${Name}` in it.

use std::ops::Range;

use countersign_policy::document::{Node, Span, Text, Value};

use super::resolve::{Pieces, Resolver, as_text};
use super::template::members;

/// A part of a text for `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'s> {
    /// Known text.
    Literal(&'s str, Range<usize>),
    /// `${Name}`
    Name(&'s str, Range<usize>),
}

/// The parts of a text, in order; `${!x}` is the text `${x}`.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut from) = (Vec::new(), 0);
    while let Some((open, close)) = placeholder(text, from) {
        let name = text.get(open + 2..close).unwrap_or_default();
        literal(&mut parts, text, from..open);
        if name.starts_with('!') {
            literal(&mut parts, text, open..open + 2);
            literal(&mut parts, text, open + 3..close + 1);
        } else {
            parts.push(Part::Name(name.trim(), open..close + 1));
        }
        from = close + 1;
    }
    literal(&mut parts, text, from..text.len());
    parts
}

/// Where the next `${…}` starts, and where its `}` is.
fn placeholder(text: &str, from: usize) -> Option<(usize, usize)> {
    let open = from + text.get(from..)?.find("${")?;
    let close = open + text.get(open..)?.find('}')?;
    // Of `${${x}` the second one counts.
    let open = text.get(open..close)?.rfind("${").map_or(open, |last| open + last);
    Some((open, close))
}

fn literal<'s>(parts: &mut Vec<Part<'s>>, text: &'s str, range: Range<usize>) {
    if let Some(piece) = text.get(range.clone()).filter(|piece| !piece.is_empty()) {
        parts.push(Part::Literal(piece, range));
    }
}

/// The text and the variables of an `Fn::Sub`.
pub(super) fn arguments(node: &Node) -> Option<(&Node, Option<&Node>)> {
    match &node.value {
        Value::String(_) => Some((node, None)),
        Value::Array(nodes) => match nodes.as_slice() {
            [text] => Some((text, None)),
            [text, variables, ..] => Some((text, Some(variables))),
            [] => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

impl<'t> Resolver<'t, '_> {
    /// The text with its names replaced.
    pub(super) fn sub(&mut self, text: &str, variables: Option<&'t Node>, place: Span) -> Text {
        let mut pieces = Pieces::default();
        for part in parts(text) {
            match part {
                Part::Literal(literal, _) => pieces.push_str(literal),
                Part::Name(name, _) => {
                    let value = self.named(name, variables, place);
                    pieces.push(&self.counted(value, place));
                }
            }
        }
        self.charge(text.len());
        pieces.finish()
    }

    /// What `${name}` stands for in an `Fn::Sub`.
    pub(super) fn named(&mut self, name: &str, variables: Option<&'t Node>, place: Span) -> Text {
        let variable = variables.map(members).unwrap_or_default().iter().find(|member| &*member.key == name);
        if let Some(variable) = variable {
            return self.text(&variable.value).unwrap_or_else(|| Text::default().with_hole(name));
        }
        if name.contains(':') && !name.starts_with("AWS::") {
            let message = format!("`${{{name}}}` in `Fn::Sub` is no name of this template");
            let help = format!("write `${{!{name}}}` if the policy variable is meant");
            self.problems.warning(self.template.file, place, message, &help);
            return Text::literal(format!("${{{name}}}"));
        }
        let value = match name.split_once('.') {
            Some((resource, attribute)) => self.attribute(resource, attribute, place),
            None => self.reference(name, place),
        };
        match value {
            None => Text::default(),
            Some(Node { value: Value::Array(nodes), .. }) => {
                let texts: Vec<Text> = nodes.into_iter().filter_map(as_text).collect();
                joined(",", &texts)
            }
            Some(value) => as_text(value).unwrap_or_else(|| Text::default().with_hole(name)),
        }
    }

    /// A text outside of `Fn::Sub`. `${Name}` in it is replaced where a loop says what it is; else it stays, and whoever
    /// wrote it may have meant more.
    pub(super) fn literal(&mut self, text: &Text, place: Span) -> Text {
        let Some(known) = text.known().filter(|known| known.contains("${") || known.contains("&{")) else {
            return text.clone();
        };
        let bound = super::foreach::bound(known, &self.bindings);
        let known = bound.lossy();
        let forgotten = parts(known).into_iter().find_map(|part| match part {
            Part::Name(name, _) if self.template.knows(name) => Some(name.to_owned()),
            Part::Name(..) | Part::Literal(..) => None,
        });
        if let Some(name) = forgotten {
            let message = format!("`${{{name}}}` is not replaced: the text stands without `Fn::Sub`");
            let is_json = self.template.file.text().trim_start().starts_with('{');
            let help = if is_json { "write {\"Fn::Sub\": \"…\"}" } else { "write `!Sub` before the text" };
            self.problems.warning(self.template.file, place, message, help);
        }
        bound
    }
}

/// Texts with a delimiter between them.
pub(super) fn joined(delimiter: &str, texts: &[Text]) -> Text {
    let mut pieces = Pieces::default();
    for (nth, text) in texts.iter().enumerate() {
        if nth > 0 {
            pieces.push_str(delimiter);
        }
        pieces.push(text);
    }
    pieces.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        parts(text).iter().filter_map(|part| if let Part::Name(name, _) = part { Some(*name) } else { None }).collect()
    }

    fn literals(text: &str) -> String {
        parts(text)
            .iter()
            .filter_map(|part| if let Part::Literal(text, _) = part { Some(*text) } else { None })
            .collect()
    }

    #[test]
    fn names_are_told_from_text() {
        assert_eq!(names("arn:${AWS::Partition}:iam::${Vendor}:role/${!aws:username}"), ["AWS::Partition", "Vendor"]);
        assert_eq!(literals("a${!b}c${D}e"), "a${b}ce");
        assert_eq!((names("${A"), literals("${A")), (vec![], "${A".to_owned()));
        assert_eq!((names("${${A}}"), literals("${${A}}")), (vec!["A"], "${}".to_owned()));
    }
}
