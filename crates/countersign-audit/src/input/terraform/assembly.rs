//! Text put together from pieces, each with the place it came from: what a template yields.
//!
//! What is not in the input stands in it as a character of a private plane, so that the text can be read as JSON; the tree
//! that comes of it has its places in the files, and its holes back.

use countersign_policy::document::{
    MAX_NESTING, MAX_POLICY_BYTES, Member, Node, Problem, Span, Text, Value as Tree, parse_json,
};

use super::conversion::{Piece as TextPiece, Pieces, json_text, pieces};
use super::value::{Kind, Value};

/// First of the characters that stand for something else.
const FIRST: u32 = 0xF_0000;
/// How many of them there are.
const MOST: usize = 0xFFFD;

/// How a source spells its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// With backslashes: a quoted string.
    Quoted,
    /// As it is, but for indentation and `$${`.
    Raw,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    /// Each byte comes from a byte of a file, this one from here.
    Run(u32),
    /// All of it comes from here.
    Fixed(Span),
}

#[derive(Debug, Default)]
pub(super) struct Assembly {
    text: String,
    /// From which offset on the text comes from where.
    places: Vec<(usize, Place)>,
    /// What the characters of the private plane stand for: a hole, or themselves.
    stand_ins: Vec<Result<Box<str>, char>>,
}

impl Assembly {
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Appends what `source`, which starts at `start`, spells: `literal` without its first `skipped` bytes.
    pub(super) fn push_run(&mut self, literal: &str, skipped: usize, source: &str, start: u32, spelling: Spelling) {
        let mut rest = source.char_indices().peekable();
        let mut expected = None;
        for (at, each) in literal.char_indices() {
            let mut from = rest.peek().map_or(source.len(), |(at, _)| *at);
            let mut is_escape = false;
            while let Some((at, found)) = rest.next() {
                from = at;
                is_escape = spelling == Spelling::Quoted && found == '\\';
                if is_escape {
                    let digits = match rest.next() {
                        Some((_, 'u')) => 4,
                        Some((_, 'U')) => 8,
                        _ => 0,
                    };
                    for _ in 0..digits {
                        rest.next();
                    }
                }
                if is_escape || found == each {
                    break;
                }
            }
            if at < skipped {
                continue;
            }
            let in_file = |offset: usize| start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
            let place = in_file(from);
            if is_escape {
                let end = in_file(rest.peek().map_or(source.len(), |(at, _)| *at));
                self.places.push((self.text.len(), Place::Fixed(Span { start: place, end })));
                self.push_char(each);
                expected = None;
                continue;
            }
            if expected != Some(place) {
                self.places.push((self.text.len(), Place::Run(place)));
            }
            let before = self.text.len();
            self.push_char(each);
            let same_width = self.text.len() == before + each.len_utf8();
            expected = same_width.then(|| place.saturating_add(u32::try_from(each.len_utf8()).unwrap_or(0)));
        }
    }

    pub(super) fn push_fixed(&mut self, literal: &str, span: Span) {
        self.places.push((self.text.len(), Place::Fixed(span)));
        literal.chars().for_each(|each| self.push_char(each));
    }

    pub(super) fn push_hole(&mut self, name: &str, span: Span) {
        self.places.push((self.text.len(), Place::Fixed(span)));
        self.stand_in(Ok(name.into()));
    }

    pub(super) fn push_text(&mut self, text: &Text, span: Span) {
        for piece in pieces(text) {
            match piece {
                TextPiece::Literal(literal) => self.push_fixed(literal, span),
                TextPiece::Hole(name) => self.push_hole(name, span),
            }
        }
    }

    /// Appends the JSON text of a tree, each part with its place.
    pub(super) fn push_node(&mut self, node: &Node) {
        match &node.value {
            Tree::Array(nodes) => {
                self.push_fixed("[", node.span);
                for (nth, element) in nodes.iter().enumerate() {
                    self.push_fixed(if nth == 0 { "" } else { "," }, node.span);
                    self.push_node(element);
                }
                self.push_fixed("]", node.span);
            }
            Tree::Object(members) => {
                self.push_fixed("{", node.span);
                for (nth, Member { key, key_span, value }) in members.iter().enumerate() {
                    self.push_fixed(if nth == 0 { "" } else { "," }, node.span);
                    let key = Node { span: *key_span, value: Tree::String(Text::literal(key.clone())) };
                    self.push_text(&json_text(&key), *key_span);
                    self.push_fixed(":", *key_span);
                    self.push_node(value);
                }
                self.push_fixed("}", node.span);
            }
            Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {
                self.push_text(&json_text(node), node.span);
            }
        }
    }

    fn push_char(&mut self, each: char) {
        if u32::from(each) >= FIRST {
            self.stand_in(Err(each));
        } else {
            self.text.push(each);
        }
    }

    fn stand_in(&mut self, what: Result<Box<str>, char>) {
        let at = self.stand_ins.len().min(MOST);
        self.text.extend(u32::try_from(at).ok().and_then(|at| char::from_u32(FIRST + at)));
        self.stand_ins.push(what);
    }

    /// What it comes to: the tree, when the text is JSON, else the text. Of a text that seems to be a policy and is no
    /// JSON, why.
    pub(super) fn finish(self, span: Span) -> (Value, Option<Problem>) {
        let trimmed = self.text.trim();
        let is_json =
            trimmed.starts_with('{') && trimmed.contains('"') || trimmed.starts_with('[') && trimmed.ends_with(']');
        if !is_json || self.text.len() > MAX_POLICY_BYTES || self.stand_ins.len() > MOST {
            return (Value::text(self.restored(&self.text), span), None);
        }
        let (quoted, places) = self.quoted();
        match parse_json(&quoted, MAX_NESTING) {
            Ok(node) => {
                let node = self.placed(node, &places);
                (Value::new(Kind::Json(Box::new(node)), span), None)
            }
            Err(problem) => {
                let seems_policy = self.text.contains("Statement") || self.text.contains("Principal");
                let problem = Problem { span: locate(&places, problem.span, quoted.len()), ..problem };
                (Value::text(self.restored(&self.text), span), seems_policy.then_some(problem))
            }
        }
    }

    /// The text with quotes around what stands outside of strings and is not in the input, and its places.
    fn quoted(&self) -> (String, Vec<(usize, Place)>) {
        let mut quoted = String::with_capacity(self.text.len());
        let mut places = Vec::with_capacity(self.places.len());
        let (mut in_string, mut escaped) = (false, false);
        let mut next = self.places.iter().peekable();
        for (at, each) in self.text.char_indices() {
            while let Some((_, place)) = next.next_if(|(from, _)| *from <= at) {
                places.push((quoted.len(), *place));
            }
            match each {
                _ if escaped => escaped = false,
                '\\' if in_string => escaped = true,
                '"' => in_string = !in_string,
                _ => {}
            }
            if !in_string && u32::from(each) >= FIRST {
                quoted.extend(['"', each, '"']);
            } else {
                quoted.push(each);
            }
        }
        (quoted, places)
    }

    /// The tree with its places in the files and its holes.
    fn placed(&self, node: Node, places: &[(usize, Place)]) -> Node {
        let span = locate(places, node.span, usize::MAX);
        let value = match node.value {
            Tree::String(text) => Tree::String(self.restored(text.lossy())),
            Tree::Array(nodes) => Tree::Array(nodes.into_iter().map(|node| self.placed(node, places)).collect()),
            Tree::Object(members) => {
                let member = |member: Member| Member {
                    key: self.restored(&member.key).display().into(),
                    key_span: locate(places, member.key_span, usize::MAX),
                    value: self.placed(member.value, places),
                };
                Tree::Object(members.into_iter().map(member).collect())
            }
            scalar => scalar,
        };
        Node { span, value }
    }

    fn restored(&self, text: &str) -> Text {
        let mut out = Pieces::default();
        let mut from = 0;
        for (at, each) in text.char_indices() {
            let nth = u32::from(each).checked_sub(FIRST).and_then(|nth| self.stand_ins.get(nth as usize));
            let Some(stand_in) = nth else { continue };
            out.literal(text.get(from..at).unwrap_or_default());
            match stand_in {
                Ok(name) => out.hole(name),
                Err(itself) => out.literal(itself.encode_utf8(&mut [0; 4])),
            }
            from = at + each.len_utf8();
        }
        out.literal(text.get(from..).unwrap_or_default());
        out.finish()
    }
}

/// Where a stretch of a text comes from.
fn locate(places: &[(usize, Place)], span: Span, length: usize) -> Span {
    let at = |offset: usize| {
        let after = places.partition_point(|(from, _)| *from <= offset);
        let (from, place) = places.get(after.saturating_sub(1))?;
        let shift = u32::try_from(offset.saturating_sub(*from)).unwrap_or(u32::MAX);
        Some(match place {
            Place::Run(start) => {
                Span { start: start.saturating_add(shift), end: start.saturating_add(shift).saturating_add(1) }
            }
            Place::Fixed(span) => *span,
        })
    };
    let last = (span.end as usize).min(length).saturating_sub(1).max(span.start as usize);
    let (Some(first), Some(last)) = (at(span.start as usize), at(last)) else { return Span::default() };
    // Parts of one element may come from several files.
    if last.end >= first.start && last.end - first.start < (1 << 20) {
        Span { start: first.start, end: last.end }
    } else {
        first
    }
}
