//! Blocks and attributes, whether they were written as HCL or as JSON, each with the place it was written at.

use countersign_policy::document::{Node, Span, Value as Tree};
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Body, Structure};

use crate::input::salvage::shift;

/// What stands at the right of a `=`.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Hcl(Box<Expression>),
    /// JSON, in which every string is a template. Its spans are the run's.
    Json(Node),
}

/// `name = value`.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: Box<str>,
    pub(super) name_span: Span,
    pub(super) value: Source,
    /// What spans of an HCL expression are moved by.
    pub(super) base: u32,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub(super) kind: Box<str>,
    pub(super) labels: Vec<Box<str>>,
    /// The header: kind and labels.
    pub(super) span: Span,
    /// All of it, with its body.
    pub(super) whole: Span,
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
    /// Which of the folder's files it stands in.
    pub(super) file: usize,
}

impl Block {
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of a kind within this one, `dynamic` ones among them. JSON writes a block as an attribute.
    pub(super) fn nested(&self, kind: &str) -> Vec<Block> {
        let is_kind = |block: &&Block| {
            let label = block.labels.first().map(|label| &**label);
            *block.kind == *kind && block.labels.is_empty() || &*block.kind == "dynamic" && label == Some(kind)
        };
        let mut blocks: Vec<Block> = self.blocks.iter().filter(is_kind).cloned().collect();
        if let Some(Attribute { value: Source::Json(node), .. }) = self.attribute(kind) {
            blocks.extend(objects(node).map(|node| json_body(kind, Vec::new(), node, self.file)));
        }
        if let Some(Attribute { value: Source::Json(node), .. }) = self.attribute("dynamic") {
            let named = objects(node).filter_map(|node| node.get(kind));
            let label: Box<str> = kind.into();
            blocks
                .extend(named.flat_map(objects).map(|node| json_body("dynamic", vec![label.clone()], node, self.file)));
        }
        blocks
    }

    /// The blocks of a kind within this one that have a label.
    pub(super) fn nested_labelled(&self, kind: &str, label: &str) -> Vec<Block> {
        let is_wanted = |block: &&Block| *block.kind == *kind && block.label(0) == label;
        let mut blocks: Vec<Block> = self.blocks.iter().filter(is_wanted).cloned().collect();
        if let Some(Attribute { value: Source::Json(node), .. }) = self.attribute(kind) {
            let labelled = objects(node).filter_map(|node| node.get(label)).flat_map(objects);
            blocks.extend(labelled.map(|node| json_body(kind, vec![label.into()], node, self.file)));
        }
        blocks
    }

    pub(super) fn label(&self, nth: usize) -> &str {
        self.labels.get(nth).map_or("", |label| label)
    }

    /// Merges a block of an override file: its attributes and kinds of nested blocks replace those here.
    pub(super) fn merge(&mut self, over: Block) {
        for attribute in over.attributes {
            match self.attributes.iter_mut().find(|old| old.name == attribute.name) {
                Some(old) => *old = attribute,
                None => self.attributes.push(attribute),
            }
        }
        self.blocks.retain(|old| !over.blocks.iter().any(|new| new.kind == old.kind && new.labels == old.labels));
        self.blocks.extend(over.blocks);
    }
}

/// The objects of a JSON value that is one or a list of them.
pub(super) fn objects(node: &Node) -> impl Iterator<Item = &Node> {
    let nodes = node.as_array().unwrap_or(std::slice::from_ref(node));
    nodes.iter().filter(|node| matches!(node.value, Tree::Object(_)))
}

/// The blocks of an HCL file.
pub(super) fn hcl_blocks(body: Body, base: u32, file: usize) -> Vec<Block> {
    hcl_body(body, base, file).1
}

/// The top-level attributes of an HCL file: those of a variable file.
pub(super) fn hcl_attributes(body: Body, base: u32) -> Vec<Attribute> {
    hcl_body(body, base, 0).0
}

fn hcl_body(body: Body, base: u32, file: usize) -> (Vec<Attribute>, Vec<Block>) {
    let (mut attributes, mut blocks) = (Vec::new(), Vec::new());
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => attributes.push(Attribute {
                name: attribute.key.as_str().into(),
                name_span: placed(attribute.key.span(), base),
                value: Source::Hcl(Box::new(attribute.value)),
                base,
            }),
            Structure::Block(block) => {
                let whole = placed(block.span(), base);
                let kind: Box<str> = block.ident.as_str().into();
                let start = placed(block.ident.span(), base);
                let end = block.labels.last().map_or(start, |label| placed(label.span(), base));
                let labels = block.labels.iter().map(|label| label.as_str().into()).collect();
                let (attributes, nested) = hcl_body(block.body, base, file);
                let span = Span { start: start.start, end: end.end };
                blocks.push(Block { kind, labels, span, whole, attributes, blocks: nested, file });
            }
        }
    }
    (attributes, blocks)
}

/// A span of the parser's in the run's files.
pub(super) fn placed(span: Option<std::ops::Range<usize>>, base: u32) -> Span {
    let span = span.map_or_else(Span::default, |span| Span::new(span.start, span.end));
    Span { start: span.start.saturating_add(base), end: span.end.saturating_add(base) }
}

/// The blocks of a JSON file: for each kind of block, how many labels it has is known.
pub(super) fn json_blocks(mut root: Node, base: u32, file: usize) -> Vec<Block> {
    shift(&mut root, base);
    let mut blocks = Vec::new();
    for root in objects(&root) {
        let Tree::Object(members) = &root.value else { continue };
        for member in members {
            let labels = match &*member.key {
                "resource" | "data" | "ephemeral" => 2,
                "variable" | "module" | "output" | "provider" => 1,
                _ => 0,
            };
            labelled(&member.key, &mut Vec::new(), labels, (&member.value, member.key_span), file, &mut blocks);
        }
    }
    blocks
}

fn labelled(
    kind: &str,
    labels: &mut Vec<Box<str>>,
    missing: usize,
    (node, span): (&Node, Span),
    file: usize,
    blocks: &mut Vec<Block>,
) {
    for node in objects(node) {
        match (missing, &node.value) {
            (0, _) => {
                let body = json_body(kind, labels.clone(), node, file);
                blocks.push(Block { span, ..body });
            }
            (_, Tree::Object(members)) => {
                for member in members {
                    labels.push(member.key.clone());
                    labelled(kind, labels, missing - 1, (&member.value, member.key_span), file, blocks);
                    labels.pop();
                }
            }
            _ => {}
        }
    }
}

fn json_body(kind: &str, labels: Vec<Box<str>>, node: &Node, file: usize) -> Block {
    let attributes = json_attributes(node);
    // What is always a block, and looked for as one by name.
    let blocks = ["content", "lifecycle"].iter().filter_map(|kind| Some((kind, node.get(kind)?)));
    let blocks = blocks.flat_map(|(kind, node)| objects(node).map(move |node| json_body(kind, Vec::new(), node, file)));
    let blocks = blocks.collect();
    Block { kind: kind.into(), labels, span: node.span, whole: node.span, attributes, blocks, file }
}

/// The members of an object. `//` is JSON's comment in Terraform.
pub(super) fn json_attributes(node: &Node) -> Vec<Attribute> {
    let Tree::Object(members) = &node.value else { return Vec::new() };
    let members = members.iter().filter(|member| &*member.key != "//");
    let attributes = members.map(|member| Attribute {
        name: member.key.clone(),
        name_span: member.key_span,
        value: Source::Json(member.value.clone()),
        base: 0,
    });
    attributes.collect()
}
