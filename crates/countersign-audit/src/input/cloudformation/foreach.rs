//! `Fn::ForEach::Name: [identifier, collection, {key: value}]`, among resources and inside of them.

use countersign_policy::document::{Member, Node, Span, Text};

use super::problems::Problems;
use super::resolve::{Pieces, Resolver};
use super::template::{Bindings, Resource, Template, members};

/// The most elements all loops of a template go over, and the most copies of a part of a role.
const MAX_COPIES: usize = 10_000;

/// Whether a key starts a loop.
pub(super) fn is_loop(key: &str) -> bool {
    key.starts_with("Fn::ForEach::")
}

/// A loop's parts.
struct Loop<'t> {
    identifier: &'t str,
    collection: &'t Node,
    body: &'t [Member],
}

fn parts(node: &Node) -> Option<Loop<'_>> {
    match node.as_array()? {
        [identifier, collection, body] => {
            Some(Loop { identifier: identifier.as_str()?, collection, body: members(body) })
        }
        _ => None,
    }
}

/// The resources of a template, those of loops one by one. A loop over what is not known yields one of each.
pub(super) fn resources<'t>(
    template: &Template<'t>,
    members: &'t [Member],
    problems: &mut Problems,
) -> Vec<Resource<'t>> {
    let mut walk =
        Walk { template, problems, copies: 0, is_stopped: false, resources: Vec::with_capacity(members.len()) };
    walk.members(members, &Bindings::new());
    walk.resources
}

struct Walk<'t, 'w> {
    template: &'w Template<'t>,
    problems: &'w mut Problems,
    copies: usize,
    is_stopped: bool,
    resources: Vec<Resource<'t>>,
}

impl<'t> Walk<'t, '_> {
    fn members(&mut self, members: &'t [Member], bindings: &Bindings) {
        for Member { key, key_span, value } in members {
            if let Some(each) = parts(value).filter(|_| is_loop(key)) {
                for element in self.elements(&each, bindings) {
                    if self.copies >= MAX_COPIES {
                        self.stop(*key_span);
                        break;
                    }
                    self.copies += 1;
                    let mut bindings = bindings.clone();
                    bindings.push((each.identifier.into(), element));
                    self.members(each.body, &bindings);
                }
                continue;
            }
            let Some(kind) = value.get("Type").and_then(Node::as_str) else { continue };
            let name = bound(key, bindings).display().into();
            let bindings = bindings.clone();
            self.resources.push(Resource { name, kind, header: *key_span, node: value, bindings });
        }
    }

    fn stop(&mut self, place: Span) {
        if !std::mem::replace(&mut self.is_stopped, true) {
            let message = format!("`Fn::ForEach` over more than {MAX_COPIES} elements");
            let help = "the first ones are audited, the others are not";
            self.problems.error(self.template.file, place, message, help);
        }
    }

    fn elements(&self, each: &Loop<'t>, bindings: &Bindings) -> Vec<Text> {
        let reference = members(each.collection).first().filter(|member| &*member.key == "Ref");
        match (each.collection.as_array(), reference.and_then(|member| member.value.as_str())) {
            (Some(nodes), _) => nodes.iter().map(|node| self.element(node, bindings)).collect(),
            (None, name) => {
                let known = name.and_then(|name| self.template.parameters.get(name)?.elements());
                known.unwrap_or_else(|| vec![Text::default().with_hole(name.unwrap_or(each.identifier))])
            }
        }
    }

    fn element(&self, node: &Node, bindings: &Bindings) -> Text {
        let reference = members(node).first().filter(|member| &*member.key == "Ref");
        match (super::parameter::spelled(node), reference.and_then(|member| member.value.as_str())) {
            (Some(known), _) => bound(known, bindings),
            (None, Some(name)) => {
                let value = self.template.parameters.get(name).and_then(|parameter| parameter.value().cloned());
                value.unwrap_or_else(|| Text::default().with_hole(name))
            }
            (None, None) => Text::default().with_hole("Fn::ForEach"),
        }
    }
}

impl<'t> Resolver<'t, '_> {
    /// The members a loop inside a resource yields.
    pub(super) fn repeat(&mut self, node: &'t Node, out: &mut Vec<Member>) {
        let Some(each) = parts(node) else { return };
        let elements = match self.list(each.collection) {
            Ok(nodes) => nodes.into_iter().filter_map(super::resolve::as_text).collect(),
            Err(hole) => vec![Text::default().with_hole(hole)],
        };
        for element in elements.into_iter().take(MAX_COPIES) {
            self.bindings.push((each.identifier.into(), element));
            for Member { key, key_span, value } in each.body {
                let key = bound(key, &self.bindings).display().into();
                let value = self.resolve(value);
                out.extend(value.map(|value| Member { key, key_span: *key_span, value }));
            }
            self.bindings.pop();
        }
    }
}

/// The text with `${identifier}` and `&{identifier}` replaced.
pub(super) fn bound(text: &str, bindings: &Bindings) -> Text {
    if bindings.is_empty() {
        return Text::literal(text);
    }
    let mut pieces = Pieces::default();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '&']) {
        let (before, after) = rest.split_at(at);
        pieces.push_str(before);
        let name = after.get(1..).and_then(|after| after.strip_prefix('{')?.split_once('}'));
        let value = name.and_then(|(name, _)| bindings.iter().rev().find(|(identifier, _)| **identifier == *name));
        match (name, value) {
            (Some((_, after)), Some((_, value))) => {
                pieces.push(value);
                rest = after;
            }
            _ => {
                let (sign, after) = after.split_at(1);
                pieces.push_str(sign);
                rest = after;
            }
        }
    }
    pieces.push_str(rest);
    pieces.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_replaced_in_both_spellings() {
        let bindings = vec![("N".into(), Text::literal("x"))];
        assert_eq!(bound("a${N}b&{N}c${M}$", &bindings).known(), Some("axbxc${M}$"));
    }
}
