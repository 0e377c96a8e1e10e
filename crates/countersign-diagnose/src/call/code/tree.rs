//! A syntax tree as a flat list: the nodes in the order they start, each with its parent and the end of its subtree.
//!
//! Walking it needs no recursion, whatever the depth of the text, and no lifetime of the parser's.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use countersign_policy::document::Span;
use tree_sitter::{ParseOptions, ParseState, Parser};

/// How many reports of the parser's progress any text may take. Ordinary code takes one for about a hundred bytes; text
/// that was made to be ambiguous takes many more, and each costs more than the one before.
const REPORTS: usize = 300;
/// One more report for so many bytes.
const BYTES: usize = 50;

/// How many bytes the lexer gets at a time.
const CHUNK: usize = 256;
/// How often it may ask for as many chunks as the text has. Ordinary code needs each once or twice; where the lexer looks
/// ahead to the end of the text from each of its places, it asks without end.
const READS: usize = 12;

/// A node of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::call) struct Id(u32);

#[derive(Debug)]
struct Node {
    kind: &'static str,
    field: Option<&'static str>,
    span: Span,
    parent: Option<Id>,
    /// The first node behind the subtree.
    after: Id,
    is_named: bool,
}

/// Where there is no node.
static NOTHING: Node =
    Node { kind: "", field: None, span: Span { start: 0, end: 0 }, parent: None, after: Id(0), is_named: false };

/// Asked again and again while a text is parsed; a break ends it. Text that was made to vex a parser costs it time with the
/// square of its length and worse, and no count of its steps tells, so that whoever has a clock says when it is enough.
pub(in crate::call) type Patience<'p> = &'p mut dyn FnMut() -> ControlFlow<()>;

/// The tree of a text.
#[derive(Debug)]
pub(in crate::call) struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    /// What scalars are worth, where the text needs more than one rule to tell.
    values: BTreeMap<Id, String>,
    /// How many nodes stand for text that the grammar does not know.
    errors: usize,
}

impl<'t> Tree<'t> {
    /// Parses a text; `None` when it is too far from the language.
    pub(in crate::call) fn parse(
        text: &'t str,
        grammar: &'static tree_sitter::Language,
        patience: Patience<'_>,
    ) -> Option<Self> {
        Self::parse_bytes(text, text.as_bytes(), grammar, patience)
    }

    /// As [`Tree::parse`], for a grammar that looks characters up in tables made for bytes: the parser gets a letter for
    /// each byte of other characters. The scanner of Bash's reads outside of its memory for `{` and a character behind it
    /// that is far from ASCII.
    pub(in crate::call) fn parse_in_ascii(
        text: &'t str,
        grammar: &'static tree_sitter::Language,
        patience: Patience<'_>,
    ) -> Option<Self> {
        let ascii: Vec<u8> = text.bytes().map(|byte| if byte.is_ascii() { byte } else { b'x' }).collect();
        Self::parse_bytes(text, &ascii, grammar, patience)
    }

    fn parse_bytes(
        text: &'t str,
        bytes: &[u8],
        grammar: &'static tree_sitter::Language,
        patience: Patience<'_>,
    ) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(grammar).ok()?;
        let reads = Cell::new((text.len() / CHUNK + 8) * READS);
        let mut left = REPORTS + text.len() / BYTES;
        let mut progress = |_: &ParseState| {
            left = left.saturating_sub(1);
            if left == 0 || reads.get() == 0 || patience().is_break() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let mut read = |at: usize, _| {
            reads.set(reads.get().saturating_sub(1));
            let end = if reads.get() == 0 { at } else { text.len().min(at + CHUNK) };
            bytes.get(at..end).unwrap_or_default()
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let parsed = parser.parse_with_options(&mut read, None, Some(options))?;
        (reads.get() > 0).then(|| Self::flatten(text, &parsed, grammar))
    }

    fn flatten(text: &'t str, parsed: &tree_sitter::Tree, grammar: &'static tree_sitter::Language) -> Self {
        let mut tree = Self::empty(text);
        let mut cursor = parsed.walk();
        let mut open: Vec<Id> = Vec::new();
        loop {
            let node = cursor.node();
            let id = tree.next_id();
            tree.errors += usize::from(node.is_error() || node.is_missing());
            tree.nodes.push(Node {
                kind: grammar.node_kind_for_id(node.kind_id()).unwrap_or_default(),
                field: cursor.field_id().and_then(|field| grammar.field_name_for_id(field.get())),
                span: Span::new(node.start_byte(), node.end_byte()),
                parent: open.last().copied(),
                after: id,
                is_named: node.is_named(),
            });
            open.push(id);
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                let Some(closed) = open.pop() else { return tree };
                let after = tree.next_id();
                if let Some(node) = tree.nodes.get_mut(closed.0 as usize) {
                    node.after = after;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                cursor.goto_parent();
            }
        }
    }

    /// A tree without nodes.
    pub(in crate::call) fn empty(text: &'t str) -> Self {
        Self { text, nodes: Vec::new(), values: BTreeMap::new(), errors: 0 }
    }

    /// Adds a node below `parent`, behind all others.
    pub(in crate::call) fn push(&mut self, kind: &'static str, span: Span, parent: Option<Id>) -> Id {
        let id = self.next_id();
        self.nodes.push(Node { kind, field: None, span, parent, after: Id(id.0 + 1), is_named: true });
        id
    }

    /// Nothing more comes below a node.
    pub(in crate::call) fn close(&mut self, id: Id, end: u32) {
        let after = self.next_id();
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.after = after;
            node.span.end = end.max(node.span.start);
        }
    }

    /// What a scalar is worth.
    pub(in crate::call) fn set_value(&mut self, id: Id, value: String) {
        self.values.insert(id, value);
    }

    /// A place that is not of the language.
    pub(in crate::call) fn note_error(&mut self) {
        self.errors += 1;
    }

    fn next_id(&self) -> Id {
        Id(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }

    fn node(&self, id: Id) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&NOTHING)
    }

    /// The text that was parsed.
    pub(in crate::call) fn source(&self) -> &'t str {
        self.text
    }

    /// How many places the grammar does not know.
    pub(in crate::call) fn errors(&self) -> usize {
        self.errors
    }

    /// The root.
    pub(in crate::call) fn root(&self) -> Id {
        Id(0)
    }

    /// Every node, in the order they start.
    pub(in crate::call) fn all(&self) -> impl Iterator<Item = Id> + use<> {
        (0..self.next_id().0).map(Id)
    }

    /// A node and all below it.
    pub(in crate::call) fn subtree(&self, id: Id) -> impl Iterator<Item = Id> + use<> {
        (id.0..self.node(id).after.0).map(Id)
    }

    /// Whether `id` is `ancestor` or stands below it.
    pub(in crate::call) fn is_within(&self, id: Id, ancestor: Id) -> bool {
        id >= ancestor && id < self.node(ancestor).after
    }

    /// What the grammar calls the node.
    pub(in crate::call) fn kind(&self, id: Id) -> &'static str {
        self.node(id).kind
    }

    /// What a scalar is worth.
    pub(in crate::call) fn value(&self, id: Id) -> Option<&str> {
        self.values.get(&id).map(String::as_str)
    }

    /// Where it stands.
    pub(in crate::call) fn span(&self, id: Id) -> Span {
        self.node(id).span
    }

    /// Its text.
    pub(in crate::call) fn text(&self, id: Id) -> &'t str {
        let Span { start, end } = self.span(id);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Its parent.
    pub(in crate::call) fn parent(&self, id: Id) -> Option<Id> {
        self.node(id).parent
    }

    /// Its children, punctuation and comments among them.
    pub(in crate::call) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let after = self.node(id).after;
        let mut next = Id(id.0 + 1);
        std::iter::from_fn(move || {
            let child = (next < after).then_some(next)?;
            next = self.node(child).after;
            Some(child)
        })
    }

    /// How many nodes stand right below one that is still open, when they are closed.
    pub(in crate::call) fn parts(&self, id: Id) -> usize {
        let end = self.next_id();
        std::iter::successors(Some(Id(id.0 + 1)), |part| Some(self.node(*part).after))
            .take_while(|part| *part < end)
            .count()
    }

    /// Its children without punctuation and comments.
    pub(in crate::call) fn named(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        self.children(id).filter(|child| self.node(*child).is_named && !self.is_comment(*child))
    }

    /// Whether it is a comment.
    pub(in crate::call) fn is_comment(&self, id: Id) -> bool {
        matches!(self.kind(id), "comment" | "line_comment" | "block_comment")
    }

    /// The child in a field.
    pub(in crate::call) fn field(&self, id: Id, field: &str) -> Option<Id> {
        self.children(id).find(|child| self.node(*child).field == Some(field))
    }

    /// The child of a kind.
    pub(in crate::call) fn child(&self, id: Id, kind: &str) -> Option<Id> {
        self.children(id).find(|child| self.kind(*child) == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python() -> &'static tree_sitter::Language {
        (super::super::python::LANGUAGE.grammar)()
    }

    #[test]
    fn depth_costs_no_stack() {
        let text = format!("x = {}1{}", "[".repeat(2_000), "]".repeat(2_000));
        let tree = Tree::parse(&text, python(), &mut || ControlFlow::Continue(())).unwrap();
        assert_eq!(tree.errors(), 0);
        let number = tree.all().find(|id| tree.kind(*id) == "integer").unwrap();
        assert_eq!(tree.text(number), "1");
        let above = std::iter::successors(Some(number), |id| tree.parent(*id)).count();
        assert!(above > 2_000, "{above}");
    }

    #[test]
    fn children_are_the_nodes_right_below() {
        let tree = Tree::parse("f(a, g(b))", python(), &mut || ControlFlow::Continue(())).unwrap();
        let call = tree.all().find(|id| tree.kind(*id) == "call").unwrap();
        let arguments = tree.field(call, "arguments").unwrap();
        assert_eq!(tree.named(arguments).map(|id| tree.text(id)).collect::<Vec<_>>(), ["a", "g(b)"]);
        assert_eq!(tree.children(arguments).count(), 5);
    }
}
