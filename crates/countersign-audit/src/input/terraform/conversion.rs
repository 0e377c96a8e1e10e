//! From values to text and trees, and back, as Terraform converts them.

use std::collections::HashMap;

use countersign_policy::document::{Member, Node, Span, Text, Value as Tree};

use super::value::{Entry, Kind, Unknown, Value};

/// The end of an unknown's name that says that it may be any number of elements: `var.accounts[*]`. It is for lists, so
/// that nobody counts them; in a tree the element has the plain name.
pub(super) const SPREAD: &str = "[*]";

/// The name without that mark.
pub(super) fn plain(name: &str) -> &str {
    name.strip_suffix(SPREAD).unwrap_or(name)
}

impl Value {
    pub(super) fn new(kind: Kind, span: Span) -> Self {
        Self { kind, span }
    }

    pub(super) fn text(text: Text, span: Span) -> Self {
        Self { kind: Kind::String(text), span }
    }

    pub(super) fn unknown(name: impl Into<Box<str>>, span: Span) -> Self {
        Self { kind: Kind::Unknown(Unknown { name: name.into(), unset: None }), span }
    }

    /// `a list`, `a map`, … for messages.
    pub(super) fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) | Kind::Json(_) => "a string",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
            Kind::Unknown(_) => "a value that is not in the input",
        }
    }

    /// The value with another place.
    pub(super) fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// Whether nothing in it is left open.
    pub(super) fn is_known(&self) -> bool {
        match &self.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => true,
            Kind::String(text) => text.known().is_some(),
            Kind::Json(node) => node_is_known(node),
            Kind::List(values) => values.iter().all(Self::is_known),
            Kind::Map(entries) => entries.iter().all(|entry| entry.key.known().is_some() && entry.value.is_known()),
            Kind::Unknown(_) => false,
        }
    }
}

fn node_is_known(node: &Node) -> bool {
    match &node.value {
        Tree::Null | Tree::Bool(_) | Tree::Number(_) => true,
        Tree::String(text) => text.known().is_some(),
        Tree::Array(nodes) => nodes.iter().all(node_is_known),
        Tree::Object(members) => members.iter().all(|member| !member.key.contains('⟨') && node_is_known(&member.value)),
    }
}

/// A value as text. What is not in the input is a hole.
///
/// # Errors
/// Why it is no text: it is null, a list or a map.
pub(super) fn to_text(value: &Value) -> Result<Text, String> {
    match &value.kind {
        Kind::Bool(true) => Ok(Text::literal("true")),
        Kind::Bool(false) => Ok(Text::literal("false")),
        Kind::Number(number) => Ok(Text::literal(number_text(*number))),
        Kind::String(text) => Ok(text.clone()),
        Kind::Json(node) => Ok(json_text(node)),
        Kind::Unknown(unknown) => Ok(Text::default().with_hole(unknown.name.clone())),
        Kind::Null | Kind::List(_) | Kind::Map(_) => Err(format!("{} stands where text is wanted", value.kind_name())),
    }
}

/// A number as Terraform spells it: without exponent.
pub(super) fn number_text(number: f64) -> String {
    // -0 is 0.
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// The number a text spells, as `tonumber` reads it.
pub(super) fn number_of_text(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let spelled = digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|each| each.is_ascii_digit() || matches!(each, '.' | 'e' | 'E' | '+' | '-'));
    text.parse().ok().filter(|number: &f64| spelled && number.is_finite())
}

/// What `jsonencode` makes of a value: a tree in which everything keeps its place.
pub(super) fn to_node(value: &Value) -> Node {
    let tree = match &value.kind {
        Kind::Null => Tree::Null,
        Kind::Bool(truth) => Tree::Bool(*truth),
        Kind::Number(number) => Tree::Number(number_text(*number).into()),
        Kind::String(text) => Tree::String(without_spread(text)),
        Kind::Json(node) => Tree::String(json_text(node)),
        Kind::List(values) => Tree::Array(values.iter().map(to_node).collect()),
        Kind::Map(entries) => Tree::Object(entries.iter().map(to_member).collect()),
        Kind::Unknown(unknown) => Tree::String(without_spread(&Text::default().with_hole(unknown.name.clone()))),
    };
    Node { span: value.span, value: tree }
}

fn without_spread(text: &Text) -> Text {
    if !text.holes().iter().any(|hole| hole.name.ends_with(SPREAD)) {
        return text.clone();
    }
    let mut out = Pieces::default();
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => out.literal(literal),
            Piece::Hole(name) => out.hole(plain(name)),
        }
    }
    out.finish()
}

fn to_member(entry: &Entry) -> Member {
    Member { key: entry.key.display().into(), key_span: entry.key_span, value: to_node(&entry.value) }
}

/// What `jsondecode` makes of a tree. Of keys that repeat the last counts.
pub(super) fn of_node(node: &Node) -> Value {
    let kind = match &node.value {
        Tree::Null => Kind::Null,
        Tree::Bool(truth) => Kind::Bool(*truth),
        Tree::Number(spelling) => match spelling.parse() {
            Ok(number) => Kind::Number(number),
            Err(_) => Kind::String(Text::literal(spelling.clone())),
        },
        Tree::String(text) => match text.hole() {
            Some(name) => Kind::Unknown(Unknown { name: name.into(), unset: None }),
            None => Kind::String(text.clone()),
        },
        Tree::Array(nodes) => Kind::List(nodes.iter().map(of_node).collect()),
        Tree::Object(members) => {
            let mut entries: Vec<Entry> = Vec::with_capacity(members.len());
            let mut places = HashMap::with_capacity(members.len());
            for member in members {
                let place = *places.entry(&*member.key).or_insert(entries.len());
                let (key, key_span) = (key_text(&member.key), member.key_span);
                let entry = Entry { key, key_span, value: of_node(&member.value) };
                match entries.get_mut(place) {
                    Some(earlier) => *earlier = entry,
                    None => entries.push(entry),
                }
            }
            Kind::Map(entries)
        }
    };
    Value { kind, span: node.span }
}

/// The text of a tree's key, whose holes stand as `⟨name⟩`.
fn key_text(key: &str) -> Text {
    let mut text = Text::default();
    let mut rest = key;
    while let Some((before, after)) = rest.split_once('⟨') {
        let Some((name, after)) = after.split_once('⟩') else { break };
        text = text.with_literal(before).with_hole(name);
        rest = after;
    }
    text.with_literal(rest)
}

/// The JSON text of a tree, as `jsonencode` spells it: no blanks, keys sorted.
pub(super) fn json_text(node: &Node) -> Text {
    let mut out = Pieces::default();
    write_json(node, &mut out);
    out.finish()
}

/// Text under construction: long runs of literals are joined once.
#[derive(Default)]
pub(super) struct Pieces {
    text: Text,
    literal: String,
}

impl Pieces {
    pub(super) fn literal(&mut self, literal: &str) {
        self.literal.push_str(literal);
    }

    pub(super) fn hole(&mut self, name: &str) {
        let literal = std::mem::take(&mut self.literal);
        let text = std::mem::take(&mut self.text);
        self.text = if literal.is_empty() { text } else { text.with_literal(&literal) }.with_hole(name);
    }

    pub(super) fn text(&mut self, text: &Text) {
        for piece in pieces(text) {
            match piece {
                Piece::Literal(literal) => self.literal(literal),
                Piece::Hole(name) => self.hole(name),
            }
        }
    }

    pub(super) fn finish(self) -> Text {
        if self.literal.is_empty() { self.text } else { self.text.with_literal(&self.literal) }
    }
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Literal(&'t str),
    Hole(&'t str),
}

/// The parts of a text, in order; no literal is empty.
pub(super) fn pieces(text: &Text) -> Vec<Piece<'_>> {
    let mut pieces = Vec::with_capacity(text.holes().len() * 2 + 1);
    let mut from = 0;
    let ends = text.holes().iter().map(|hole| (hole.at, Some(&*hole.name)));
    for (at, hole) in ends.chain([(text.lossy().len(), None)]) {
        let literal = text.lossy().get(from..at).filter(|literal| !literal.is_empty());
        pieces.extend(literal.map(Piece::Literal).into_iter().chain(hole.map(Piece::Hole)));
        from = at;
    }
    pieces
}

fn write_json(node: &Node, out: &mut Pieces) {
    match &node.value {
        Tree::Null => out.literal("null"),
        Tree::Bool(truth) => out.literal(if *truth { "true" } else { "false" }),
        Tree::Number(spelling) => out.literal(spelling),
        // Not known to be text even.
        Tree::String(text) if text.hole().is_some() => out.hole(text.hole().unwrap_or_default()),
        Tree::String(text) => write_string(text, out),
        Tree::Array(nodes) => {
            out.literal("[");
            for (nth, node) in nodes.iter().enumerate() {
                out.literal(if nth == 0 { "" } else { "," });
                write_json(node, out);
            }
            out.literal("]");
        }
        Tree::Object(members) => {
            let mut sorted: Vec<&Member> = members.iter().collect();
            sorted.sort_by(|one, other| one.key.cmp(&other.key));
            out.literal("{");
            for (nth, member) in sorted.into_iter().enumerate() {
                out.literal(if nth == 0 { "" } else { "," });
                write_string(&key_text(&member.key), out);
                out.literal(":");
                write_json(&member.value, out);
            }
            out.literal("}");
        }
    }
}

fn write_string(text: &Text, out: &mut Pieces) {
    out.literal("\"");
    for piece in pieces(text) {
        match piece {
            Piece::Hole(name) => out.hole(name),
            Piece::Literal(literal) => {
                for each in literal.chars() {
                    match each {
                        '"' => out.literal("\\\""),
                        '\\' => out.literal("\\\\"),
                        '\n' => out.literal("\\n"),
                        '\r' => out.literal("\\r"),
                        '\t' => out.literal("\\t"),
                        // As Go's encoder does, for HTML's sake.
                        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..' ' => {
                            out.literal(&format!("\\u{:04x}", u32::from(each)));
                        }
                        _ => out.literal(each.encode_utf8(&mut [0; 4])),
                    }
                }
            }
        }
    }
    out.literal("\"");
}
