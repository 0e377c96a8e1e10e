//! YAML templates as the tree JSON yields, with short intrinsics (`!Ref X`) in their long form (`{"Ref": X}`).
//!
//! A scalar is the text that was written: `012345678901` stays an account id with its zero, `2012-10-17` stays text. What
//! goes wrong takes nothing else with it: too many aliases or too deep a nesting become holes, and of a text that ends in
//! the middle of things the resources before the end are kept.

use std::collections::HashMap;

use countersign_policy::document::{Member, Node, Problem, Severity, Span, Text, Value};
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span as Range, Tag};

/// The most nodes aliases may add to a file.
const MAX_ALIASED_NODES: usize = 100_000;
/// The deepest nesting that is read; a short intrinsic counts for nothing.
const MAX_LEVELS: usize = 96;
/// The deepest nesting that is looked through for its end.
const MAX_LEVELS_SKIPPED: usize = 100_000;
/// Levels of a resource: the template, `Resources`, the resource.
const RESOURCE_LEVEL: usize = 2;

/// A text as far as it could be read.
pub(super) struct Parsed {
    /// Its documents.
    pub(super) documents: Vec<Node>,
    /// What was odd, and where it ended too early.
    pub(super) problems: Vec<Problem>,
    /// Where it ended too early.
    pub(super) stopped: Option<usize>,
}

/// Reads every document of a YAML text.
pub(super) fn parse(text: &str) -> Parsed {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = MAX_LEVELS_SKIPPED;
    options.block_nesting_limit = MAX_LEVELS_SKIPPED;
    let mut builder = Builder { text, ..Builder::default() };
    let mut stopped = None;
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, range)) => builder.event(event, range),
            Err(error) => {
                builder.close();
                builder.problems.push(not_yaml(text, &error, !builder.documents.is_empty()));
                stopped = Some(error.marker().byte_offset().unwrap_or(0).min(text.len()));
                break;
            }
        }
    }
    Parsed { documents: builder.documents, problems: builder.problems, stopped }
}

fn not_yaml(text: &str, error: &ScanError, some_is_read: bool) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let help = if some_is_read {
        "fix the YAML syntax here; the resources before this place are audited, those after it are not"
    } else {
        "fix the YAML syntax here"
    };
    let message = format!("not YAML: {}", error.info());
    Problem { severity: Severity::Error, span: Span::new(at, at + 1), message, help: Some(help.to_owned()) }
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    documents: Vec<Node>,
    problems: Vec<Problem>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    aliased: usize,
    /// Collections that are open and too deep to be read, and where the first of them starts.
    skipped: usize,
    skipped_from: u32,
}

/// A node that aliases may refer to, with its size and height.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

/// A collection whose end has not come yet.
struct Open {
    start: u32,
    anchor: usize,
    short: Option<Short>,
    contents: Contents,
}

enum Contents {
    List(Vec<Node>),
    Map { members: Vec<Member>, key: Option<(Box<str>, Span)> },
}

/// A short intrinsic's tag.
struct Short {
    function: Box<str>,
    span: Span,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: Range) {
        if self.skipped > 0 {
            return self.skip(&event, span(&range));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let place = self.trimmed(span(&range));
                let plain = style == ScalarStyle::Plain;
                let is_null = plain && tag.is_none() && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                if plain {
                    self.warn_of_number(&text, place);
                }
                let value = if is_null { Value::Null } else { Value::String(Text::literal(&*text)) };
                self.finish(Node { span: place, value }, anchor, short(tag.as_deref(), &range));
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(Contents::List(Vec::new()), anchor, tag.as_deref(), &range);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.start(Contents::Map { members: Vec::new(), key: None }, anchor, tag.as_deref(), &range);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span(&range)),
            Event::Alias(id) => self.alias(id, span(&range)),
            Event::DocumentEnd => self.anchors.clear(),
            _ => {}
        }
    }

    fn problem(&mut self, severity: Severity, span: Span, message: impl Into<String>, help: &str) {
        let message = message.into();
        let is_new = !self.problems.iter().any(|told| told.message == message && told.severity == Severity::Error);
        if is_new && self.problems.len() < super::MAX_PROBLEMS {
            self.problems.push(Problem { severity, span, message, help: Some(help.to_owned()) });
        }
    }

    /// Digits without quotes are a number to most readers, and a number has no leading zero.
    fn warn_of_number(&mut self, text: &str, span: Span) {
        if text.len() == 12 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let message = format!("`{text}` without quotes may be read as a number and lose its leading zero");
            self.problem(Severity::Warning, span, message, &format!("write '{text}'"));
        }
    }

    /// A block scalar's place ends with its last character, not with the blank lines after it.
    fn trimmed(&self, span: Span) -> Span {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        Span { start: span.start, end: span.end - u32::try_from(text.len() - text.trim_end().len()).unwrap_or(0) }
    }

    fn start(&mut self, contents: Contents, anchor: usize, tag: Option<&Tag>, range: &Range) {
        let place = span(range);
        if self.open.len() >= MAX_LEVELS {
            self.skipped = 1;
            self.skipped_from = place.start;
            return;
        }
        self.open.push(Open { start: place.start, anchor, short: short(tag, range), contents });
    }

    fn skip(&mut self, event: &Event<'_>, place: Span) {
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => self.skipped += 1,
            Event::SequenceEnd | Event::MappingEnd => self.skipped -= 1,
            _ => {}
        }
        if self.skipped == 0 {
            let from = Span { start: self.skipped_from, end: self.skipped_from.saturating_add(1) };
            let message = format!("nesting deeper than {MAX_LEVELS} levels");
            self.problem(Severity::Error, from, message, "no template needs this; what is deeper is not read");
            self.attach(hole(Span { start: from.start, end: place.end.max(from.end) }, "a value that nests too deep"));
        }
    }

    fn end(&mut self, place: Span) {
        let Some(Open { start, anchor, short, contents }) = self.open.pop() else { return };
        let (value, last) = match contents {
            Contents::List(nodes) => {
                let last = nodes.last().map(|node| node.span.end);
                (Value::Array(nodes), last)
            }
            Contents::Map { members, .. } => {
                let last = members.last().map(|member| member.value.span.end.max(member.key_span.end));
                (Value::Object(merged(members)), last)
            }
        };
        // Of a block, the end is told where the next thing starts.
        let end = if place.start < place.end { place.end } else { last.unwrap_or(place.end) };
        self.finish(Node { span: Span { start, end: end.max(start) }, value }, anchor, short);
    }

    fn alias(&mut self, id: usize, span: Span) {
        let (size, height) = match self.anchors.get(&id) {
            Some(anchored) => (anchored.size, anchored.height),
            None => {
                let help = "write the value itself";
                self.problem(Severity::Error, span, "an alias inside its own anchor", help);
                return self.attach(hole(span, "an alias inside its own anchor"));
            }
        };
        if self.open.len() + height > MAX_LEVELS || self.aliased + size > MAX_ALIASED_NODES {
            let help = "write the values out, or use fewer aliases; this one is not read";
            self.problem(Severity::Error, span, "aliases make this file too large", help);
            return self.attach(hole(span, "an alias that is too large"));
        }
        self.aliased += size;
        if let Some(node) = self.anchors.get(&id).map(|anchored| anchored.node.clone()) {
            self.attach(node);
        }
    }

    fn finish(&mut self, node: Node, anchor: usize, short: Option<Short>) {
        let node = match short {
            Some(Short { function, span: key_span }) => Node {
                span: Span { start: key_span.start, end: node.span.end.max(key_span.end) },
                value: Value::Object(vec![Member { key: function, key_span, value: node }]),
            },
            None => node,
        };
        if anchor != 0 {
            let (size, height) = measure(&node);
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
        }
        self.attach(node);
    }

    /// Puts a finished node where it belongs: a document, an element, a key or a value.
    fn attach(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.contents) {
            None => self.documents.push(node),
            Some(Contents::List(nodes)) => nodes.push(node),
            Some(Contents::Map { members, key }) => match key.take() {
                Some((key, key_span)) => members.push(Member { key, key_span, value: node }),
                None => {
                    let (name, is_text) = match &node.value {
                        Value::String(text) => (text.lossy().into(), true),
                        _ => ("".into(), false),
                    };
                    *key = Some((name, node.span));
                    if !is_text {
                        let message = format!("a key is text, not {}", node.kind_name());
                        self.problem(Severity::Error, node.span, message, "quote the key if it is meant as text");
                    }
                }
            },
        }
    }

    /// Ends what is open where the text ends too early: a resource that is cut is none.
    fn close(&mut self) {
        self.skipped = 0;
        self.open.truncate(RESOURCE_LEVEL);
        while !self.open.is_empty() {
            self.end(Span::default());
        }
    }
}

fn span(range: &Range) -> Span {
    range.byte_range().map(|range| Span::new(range.start, range.end)).unwrap_or_default()
}

fn hole(span: Span, name: &str) -> Node {
    Node { span, value: Value::String(Text::default().with_hole(name)) }
}

/// `!Sub` stands for `Fn::Sub`, and so on for every name; `Ref` and `Condition` have no prefix.
fn short(tag: Option<&Tag>, range: &Range) -> Option<Short> {
    let tag = tag.filter(|tag| tag.handle() == "!" && !tag.suffix().is_empty())?;
    let function = match tag.suffix() {
        name @ ("Ref" | "Condition") => name.into(),
        name => format!("Fn::{name}").into(),
    };
    let span = range.tag_span().as_ref().map(span).unwrap_or_default();
    Some(Short { function, span })
}

/// The members with those of `<<` in place; what stands beside it wins.
fn merged(members: Vec<Member>) -> Vec<Member> {
    if !members.iter().any(|member| &*member.key == "<<") {
        return members;
    }
    let (merges, mut own): (Vec<Member>, Vec<Member>) = members.into_iter().partition(|member| &*member.key == "<<");
    for merge in merges {
        let maps = match merge.value.value {
            Value::Array(nodes) => nodes,
            value => vec![Node { span: merge.value.span, value }],
        };
        for map in maps {
            let Value::Object(members) = map.value else { continue };
            for member in members {
                if !own.iter().any(|own| own.key == member.key) {
                    own.push(member);
                }
            }
        }
    }
    own
}

/// Number of nodes and of levels. The depth is bounded before a node is built.
fn measure(node: &Node) -> (usize, usize) {
    let children: Vec<(usize, usize)> = match &node.value {
        Value::Array(nodes) => nodes.iter().map(measure).collect(),
        Value::Object(members) => members.iter().map(|member| measure(&member.value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return (1, 0),
    };
    let size = children.iter().map(|(size, _)| size).sum::<usize>() + 1;
    (size, children.iter().map(|(_, height)| height).max().unwrap_or(&0) + 1)
}
