//! A policy in a template: a tree, or a text with JSON in it, whose parts keep the places where they were written.

use countersign_policy::document::{
    MAX_NESTING, MAX_POLICY_BYTES, Member, Node, Problem, Severity, Span, Text, Value, parse_json,
};

use super::resolve::{Resolver, as_text, call};
use super::sub::{self, Part};
use super::{place, template::members};

/// Characters that stand for holes while a text is parsed: of the first private plane.
const FIRST_MARK: u32 = 0xF_0000;
const MARKS: usize = 0xFFFD;

impl<'t> Resolver<'t, '_> {
    /// The tree of a policy; a problem when it cannot be read.
    pub(super) fn policy(&mut self, node: &'t Node) -> Result<Node, Problem> {
        let node = self.chosen_branch(node);
        let inner = call(members(node));
        if let Some(call) = inner
            && call.function == "Fn::ToJsonString"
        {
            return self.policy(call.argument);
        }
        let is_text = matches!(node.value, Value::String(_))
            || inner.is_some_and(|call| matches!(call.function, "Fn::Sub" | "Fn::Join"));
        if is_text {
            let mut assembly = Assembly::new(self.template.file.text());
            self.assemble(node, &mut assembly);
            return assembly.json(node.span);
        }
        let Some(resolved) = self.resolve(node) else {
            return Err(problem(node.span, "it is `AWS::NoValue`".to_owned(), "a role needs a trust policy"));
        };
        match resolved.value {
            // A parameter with JSON in it.
            Value::String(ref text) if text.hole().is_none() => {
                let mut assembly = Assembly::new(self.template.file.text());
                assembly.push_at(text, resolved.span);
                assembly.json(resolved.span)
            }
            _ => Ok(resolved),
        }
    }

    /// What is left of a node when every `Fn::If` around it is decided.
    fn chosen_branch(&mut self, mut node: &'t Node) -> &'t Node {
        while let Some(call) = call(members(node)).filter(|call| call.function == "Fn::If") {
            let Some([condition, yes, no]) = call.argument.as_array() else { return node };
            let Some(name) = condition.as_str() else { return node };
            node = if self.holds(name) { yes } else { no };
        }
        node
    }

    /// The text a node makes, every character with its place.
    pub(super) fn assemble(&mut self, node: &'t Node, assembly: &mut Assembly<'_>) {
        let node = self.chosen_branch(node);
        let called = call(members(node));
        match (&node.value, called.map(|call| call.function), called.map(|call| call.argument)) {
            (Value::String(text), _, _) => {
                let text = self.literal(text, node.span);
                assembly.push_written(&text, node.span);
            }
            (_, Some("Fn::Sub"), Some(argument)) => {
                let Some((text_node, variables)) = sub::arguments(argument) else { return };
                let Some(text) = text_node.as_str() else { return };
                let places = place::places(assembly.file, text_node.span, text);
                for part in sub::parts(text) {
                    match part {
                        Part::Literal(literal, range) => {
                            assembly.push_str(literal, places.get(range).unwrap_or_default());
                        }
                        Part::Name(name, range) => {
                            let place = place::joined(&places, Span::new(range.start, range.end));
                            let value = self.named(name, variables, text_node.span);
                            assembly.push_at(&self.counted(value, place), place);
                        }
                    }
                }
            }
            (_, Some("Fn::Join"), Some(argument)) => {
                let Some([delimiter, list]) = argument.as_array() else { return };
                let (Some(delimiter), Some(elements)) = (self.known(delimiter), list.as_array()) else {
                    return self.assemble_whole(node, assembly);
                };
                for (nth, element) in elements.iter().enumerate() {
                    if nth > 0 {
                        assembly.push_at(&Text::literal(delimiter.as_str()), element.span);
                    }
                    self.assemble(element, assembly);
                }
            }
            _ => self.assemble_whole(node, assembly),
        }
    }

    fn assemble_whole(&mut self, node: &'t Node, assembly: &mut Assembly<'_>) {
        if let Some(resolved) = self.resolve(node) {
            let text = as_text(resolved).unwrap_or_else(|| Text::default().with_hole("a value that is no text"));
            assembly.push_at(&text, node.span);
        }
    }
}

pub(super) fn problem(span: Span, message: String, help: &str) -> Problem {
    Problem { severity: Severity::Error, span, message, help: Some(help.to_owned()) }
}

/// A text that is put together from several places of a file, with marks in place of holes.
pub(super) struct Assembly<'f> {
    file: &'f str,
    text: String,
    places: Vec<Span>,
    holes: Vec<Box<str>>,
    in_string: bool,
    is_escaped: bool,
}

impl<'f> Assembly<'f> {
    pub(super) fn new(file: &'f str) -> Self {
        Self { file, text: String::new(), places: Vec::new(), holes: Vec::new(), in_string: false, is_escaped: false }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text of a scalar with everything in it.
    pub(super) fn push_whole(&mut self, node: &Node) {
        if let Value::String(text) = &node.value {
            self.push_written(text, node.span);
        }
    }

    /// The text of a scalar, as it is written at `outer`.
    fn push_written(&mut self, text: &Text, outer: Span) {
        match text.known() {
            Some(known) => {
                let places = place::places(self.file, outer, known);
                self.push_str(known, &places);
            }
            None => self.push_at(text, outer),
        }
    }

    fn push_str(&mut self, text: &str, places: &[Span]) {
        let letters = text.chars().map(|letter| if is_mark(letter) { '\u{fffd}' } else { letter });
        for letter in letters {
            match letter {
                _ if self.is_escaped => self.is_escaped = false,
                '\\' if self.in_string => self.is_escaped = true,
                '"' => self.in_string = !self.in_string,
                _ => {}
            }
            self.text.push(letter);
        }
        self.places.extend_from_slice(places);
        let last = places.last().copied().unwrap_or_default();
        self.places.resize(self.text.len(), last);
    }

    /// A text that is all of one place.
    fn push_at(&mut self, text: &Text, place: Span) {
        let mut from = 0;
        for hole in text.holes() {
            self.push_str(text.lossy().get(from..hole.at).unwrap_or_default(), &[place]);
            self.push_hole(&hole.name, place);
            from = hole.at;
        }
        self.push_str(text.lossy().get(from..).unwrap_or_default(), &[place]);
    }

    fn push_hole(&mut self, name: &str, place: Span) {
        let known = self.holes.iter().position(|hole| **hole == *name);
        let nth = known.unwrap_or_else(|| {
            self.holes.push(name.into());
            self.holes.len() - 1
        });
        let mark = u32::try_from(nth.min(MARKS)).ok().and_then(|nth| char::from_u32(FIRST_MARK + nth));
        // Where a value stands, a string with nothing but the hole is one that is not known.
        let quote = if self.in_string { "" } else { "\"" };
        let text: String = [quote, &mark.map(String::from).unwrap_or_default(), quote].concat();
        self.text.push_str(&text);
        self.places.resize(self.text.len(), place);
    }

    /// The tree of the text as JSON, with its holes and places.
    fn json(self, whole: Span) -> Result<Node, Problem> {
        if self.text.len() > MAX_POLICY_BYTES {
            let message = format!("a policy of {} bytes; the limit is {MAX_POLICY_BYTES}", self.text.len());
            return Err(problem(
                whole,
                message,
                "IAM accepts at most 131072 characters; check that this is one policy",
            ));
        }
        let located = |span| if self.places.is_empty() { whole } else { self.locate(span) };
        let mut node = parse_json(&self.text, MAX_NESTING)
            .map_err(|problem| Problem { span: located(problem.span), ..problem })?;
        self.restore(&mut node);
        Ok(node)
    }

    /// Puts holes and places into a tree that was read from the text.
    pub(super) fn restore(&self, node: &mut Node) {
        place::moved(node, &|span| place::joined(&self.places, span));
        if !self.holes.is_empty() {
            self.unmark(node);
        }
    }

    /// Where a stretch of the text stands.
    pub(super) fn locate(&self, span: Span) -> Span {
        place::joined(&self.places, span)
    }

    fn unmark(&self, node: &mut Node) {
        match &mut node.value {
            Value::String(text) => {
                if let Some(unmarked) = text.known().and_then(|known| self.unmarked(known)) {
                    *text = unmarked;
                }
            }
            Value::Array(nodes) => nodes.iter_mut().for_each(|node| self.unmark(node)),
            Value::Object(members) => {
                for Member { key, value, .. } in members {
                    if let Some(unmarked) = self.unmarked(key) {
                        *key = unmarked.display().into();
                    }
                    self.unmark(value);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn unmarked(&self, text: &str) -> Option<Text> {
        if !text.contains(is_mark) {
            return None;
        }
        let (mut unmarked, mut rest) = (Text::default(), text);
        while let Some((before, after)) = rest.split_once(is_mark) {
            let mark = rest.get(before.len()..).and_then(|rest| rest.chars().next()).map_or(0, u32::from);
            let nth = mark.saturating_sub(FIRST_MARK) as usize;
            let name = self.holes.get(nth).cloned().unwrap_or_default();
            unmarked = unmarked.with_literal(before).with_hole(name);
            rest = after;
        }
        Some(unmarked.with_literal(rest))
    }
}

fn is_mark(letter: char) -> bool {
    u32::from(letter) >= FIRST_MARK
}
