//! A syntax tree as a flat list: the nodes in the order they start, each with its parent and the end of its subtree.
//!
//! Walking it needs no recursion, whatever the depth of the text, and no lifetime of the parser's.

use std::num::NonZeroU16;
use std::ops::ControlFlow;

use countersign_policy::document::Span;
use tree_sitter::{ParseOptions, ParseState, Parser};

/// Longer texts are not read as code.
const LONGEST: usize = 1 << 20;

/// The parser reports its progress every so many operations. Ordinary code takes far fewer reports than one in eight
/// bytes; text that makes the parser recover again and again takes more, and is given up.
const REPORTS: usize = 4_096;

/// A node of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::call) struct Id(u32);

#[derive(Debug)]
struct Node {
    kind: u16,
    field: Option<NonZeroU16>,
    span: Span,
    parent: Option<Id>,
    /// The first node behind the subtree.
    after: Id,
    is_named: bool,
}

/// Where there is no node.
static NOTHING: Node =
    Node { kind: 0, field: None, span: Span { start: 0, end: 0 }, parent: None, after: Id(0), is_named: false };

/// The tree of a text.
#[derive(Debug)]
pub(in crate::call) struct Tree<'t> {
    text: &'t str,
    grammar: tree_sitter::Language,
    nodes: Vec<Node>,
    /// How many nodes stand for text that the grammar does not know.
    errors: usize,
}

impl<'t> Tree<'t> {
    /// Parses a text; `None` when it is too long or too far from the language.
    pub(in crate::call) fn parse(text: &'t str, grammar: &tree_sitter::Language) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut parser = Parser::new();
        parser.set_language(grammar).ok()?;
        let mut left = REPORTS + text.len() / 8;
        let mut progress = |_: &ParseState| {
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let mut read = |at: usize, _| text.as_bytes().get(at..).unwrap_or_default();
        let parsed = parser.parse_with_options(&mut read, None, Some(options))?;
        Some(Self::flatten(text, &parsed, grammar))
    }

    fn flatten(text: &'t str, parsed: &tree_sitter::Tree, grammar: &tree_sitter::Language) -> Self {
        let mut tree = Self { text, grammar: grammar.clone(), nodes: Vec::new(), errors: 0 };
        let mut cursor = parsed.walk();
        let mut open: Vec<Id> = Vec::new();
        loop {
            let node = cursor.node();
            let id = tree.next_id();
            tree.errors += usize::from(node.is_error() || node.is_missing());
            tree.nodes.push(Node {
                kind: node.kind_id(),
                field: cursor.field_id(),
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
    pub(in crate::call) fn kind(&self, id: Id) -> &str {
        self.grammar.node_kind_for_id(self.node(id).kind).unwrap_or_default()
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
        let field = self.grammar.field_id_for_name(field)?;
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

    #[test]
    fn depth_costs_no_stack() {
        let text = format!("x = {}1{}", "[".repeat(50_000), "]".repeat(50_000));
        let tree = Tree::parse(&text, &tree_sitter_python::LANGUAGE.into()).unwrap();
        assert_eq!(tree.errors(), 0);
        let number = tree.all().find(|id| tree.kind(*id) == "integer").unwrap();
        assert_eq!(tree.text(number), "1");
        let above = std::iter::successors(Some(number), |id| tree.parent(*id)).count();
        assert!(above > 50_000, "{above}");
    }

    #[test]
    fn children_are_the_nodes_right_below() {
        let tree = Tree::parse("f(a, g(b))", &tree_sitter_python::LANGUAGE.into()).unwrap();
        let call = tree.all().find(|id| tree.kind(*id) == "call").unwrap();
        let arguments = tree.field(call, "arguments").unwrap();
        assert_eq!(tree.named(arguments).map(|id| tree.text(id)).collect::<Vec<_>>(), ["a", "g(b)"]);
        assert_eq!(tree.children(arguments).count(), 5);
    }
}
