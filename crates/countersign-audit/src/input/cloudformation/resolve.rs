//! A part of a template with its intrinsic functions evaluated, as far as the template and the user say.
//!
//! What is not known becomes a hole at its place. A condition that hangs on it is decided, one way per run.

use std::collections::HashMap;

use countersign_policy::document::{Hole, Member, Node, Span, Text, Value};

use super::foreach;
use super::parameter::{Chosen, spelled};
use super::problems::Problems;
use super::template::{Bindings, Template};
use crate::input::decisions::Decisions;
use crate::role::DefaultValue;

/// How deep functions, conditions and names may refer to each other.
const MAX_DEPTH: usize = 160;
/// How much one evaluation may produce: characters, holes and nodes, as [`weight`] counts them.
const MAX_OUTPUT: usize = 2 << 20;

/// What is not evaluated for its size.
const REFUSED: &str = "a value that is too large";

/// One evaluation of parts of a template, with one answer to every question.
pub(super) struct Resolver<'t, 'd> {
    pub(super) template: &'t Template<'t>,
    pub(super) decisions: &'d mut Decisions,
    pub(super) problems: &'d mut Problems,
    pub(super) bindings: Bindings,
    pub(super) chosen: Chosen,
    /// What was read from the defaults of parameters.
    pub(super) defaults: Vec<DefaultValue>,
    /// The conditions that were evaluated.
    pub(super) conditions: HashMap<&'t str, bool>,
    /// Those that are being evaluated.
    pub(super) deciding: Vec<&'t str>,
    /// The names of resources, as far as they were asked for; none while they are evaluated.
    pub(super) names: HashMap<&'t str, Option<Text>>,
    depth: usize,
    output: usize,
    is_refused: bool,
}

impl<'t, 'd> Resolver<'t, 'd> {
    pub(super) fn new(template: &'t Template<'t>, decisions: &'d mut Decisions, problems: &'d mut Problems) -> Self {
        Self {
            template,
            decisions,
            problems,
            bindings: Bindings::new(),
            chosen: Chosen::default(),
            defaults: Vec::new(),
            conditions: HashMap::new(),
            deciding: Vec::new(),
            names: HashMap::new(),
            depth: 0,
            output: 0,
            is_refused: false,
        }
    }

    /// The node with everything in it evaluated, or nothing for `AWS::NoValue`.
    pub(super) fn resolve(&mut self, node: &'t Node) -> Option<Node> {
        self.deeper(node.span, |resolver| resolver.resolve_here(node)).unwrap_or_else(|| Some(refused(node.span)))
    }

    fn resolve_here(&mut self, node: &'t Node) -> Option<Node> {
        self.charge(1);
        match &node.value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(node.clone()),
            Value::String(text) => {
                self.charge(text.lossy().len());
                Some(text_node(node.span, self.literal(text, node.span)))
            }
            Value::Array(nodes) => {
                let nodes = nodes.iter().filter_map(|node| self.resolve(node)).collect();
                Some(Node { span: node.span, value: Value::Array(nodes) })
            }
            Value::Object(members) => match call(members) {
                Some(call) => self.intrinsic(call, node.span),
                None => Some(Node { span: node.span, value: Value::Object(self.members(members)) }),
            },
        }
    }

    fn members(&mut self, members: &'t [Member]) -> Vec<Member> {
        let mut resolved = Vec::with_capacity(members.len());
        for Member { key, key_span, value } in members {
            if foreach::is_loop(key) {
                self.repeat(value, &mut resolved);
                continue;
            }
            let key = self.key(key, *key_span);
            resolved.extend(self.resolve(value).map(|value| Member { key, key_span: *key_span, value }));
        }
        resolved
    }

    fn key(&mut self, key: &str, place: Span) -> Box<str> {
        self.charge(key.len());
        if key.contains("${") || key.contains("&{") {
            self.literal(&key.into(), place).display().into()
        } else {
            key.into()
        }
    }

    /// The node as text; a list or an object is none.
    pub(super) fn text(&mut self, node: &'t Node) -> Option<Text> {
        let Some(resolved) = self.resolve(node) else { return Some(Text::default()) };
        as_text(resolved)
    }

    /// The node as text that is known.
    pub(super) fn known(&mut self, node: &'t Node) -> Option<String> {
        self.text(node)?.known().map(str::to_owned)
    }

    /// The node as a list, or the name of what would have to be known.
    pub(super) fn list(&mut self, node: &'t Node) -> Result<Vec<Node>, Box<str>> {
        match self.resolve(node) {
            None => Ok(Vec::new()),
            Some(Node { value: Value::Array(nodes), .. }) => Ok(nodes),
            Some(Node { value: Value::String(text), .. }) if !text.holes().is_empty() => Err(first_hole(&text)),
            Some(other) => Ok(vec![other]),
        }
    }

    /// Goes on one level deeper, unless it is too deep or there is too much already.
    pub(super) fn deeper<T>(&mut self, place: Span, run: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH || self.is_spent() {
            self.refuse(place);
            return None;
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        Some(result)
    }

    fn is_spent(&self) -> bool {
        self.output > MAX_OUTPUT || self.template.is_spent()
    }

    /// Says once that what stands here counts as not known.
    fn refuse(&mut self, place: Span) {
        if std::mem::replace(&mut self.is_refused, true) {
            return;
        }
        let message = if self.is_spent() {
            "functions that make too much text".to_owned()
        } else {
            format!("functions and conditions that refer to each other more than {MAX_DEPTH} deep")
        };
        let help = "what stands here counts as not known; write it with fewer references";
        self.problems.warning(self.template.file, place, message, help);
    }

    /// The text, if there is room for it.
    pub(super) fn counted(&mut self, text: Text, place: Span) -> Text {
        self.charge(weight(&text));
        if self.is_spent() {
            self.refuse(place);
            return Text::default().with_hole(REFUSED);
        }
        text
    }

    /// Counts what is produced: functions inside functions multiply it.
    pub(super) fn charge(&mut self, amount: usize) {
        self.output = self.output.saturating_add(amount);
        self.template.spend(amount);
    }
}

/// A function and its argument.
#[derive(Clone, Copy)]
pub(super) struct Call<'t> {
    pub(super) function: &'t str,
    pub(super) argument: &'t Node,
}

/// The function an object calls, if it is a call and no object of the template's.
pub(super) fn call(members: &[Member]) -> Option<Call<'_>> {
    let call = |member: &'_ Member| !foreach::is_loop(&member.key) && member.key.starts_with("Fn::");
    match members {
        [Member { key, value, .. }] if &**key == "Ref" => Some(Call { function: key, argument: value }),
        // `Fn::Transform` may stand beside what it completes.
        _ => members
            .iter()
            .find(|member| call(member))
            .map(|member| Call { function: &member.key, argument: &member.value }),
    }
}

pub(super) fn text_node(span: Span, text: Text) -> Node {
    Node { span, value: Value::String(text) }
}

pub(super) fn hole_node(span: Span, name: impl Into<Box<str>>) -> Node {
    text_node(span, Text::default().with_hole(name))
}

fn refused(span: Span) -> Node {
    hole_node(span, REFUSED)
}

pub(super) fn as_text(node: Node) -> Option<Text> {
    match node.value {
        Value::String(text) => Some(text),
        Value::Null => Some(Text::default()),
        Value::Bool(_) | Value::Number(_) => spelled(&node).map(Text::literal),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// How much there is of a text: a hole is no more than a few characters.
pub(super) fn weight(text: &Text) -> usize {
    text.lossy().len() + 16 * text.holes().len()
}

/// What would have to be known first.
pub(super) fn first_hole(text: &Text) -> Box<str> {
    text.holes().first().map(|hole| hole.name.clone()).unwrap_or_default()
}

/// Text that is put together from pieces.
#[derive(Default)]
pub(super) struct Pieces {
    literal: String,
    holes: Vec<Hole>,
}

impl Pieces {
    pub(super) fn push_str(&mut self, text: &str) {
        self.literal.push_str(text);
    }

    pub(super) fn push(&mut self, text: &Text) {
        let at = self.literal.len();
        self.holes.extend(text.holes().iter().map(|hole| Hole { at: at + hole.at, name: hole.name.clone() }));
        self.literal.push_str(text.lossy());
    }

    pub(super) fn finish(self) -> Text {
        Text::with_holes(self.literal, self.holes)
    }
}
