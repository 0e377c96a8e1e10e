//! Values of Terraform expressions, as far as the input decides them, with the place each part was written at.

use countersign_policy::document::{Node, Span, Text};

/// A value and where it was written. Spans are in the run's [`SourceMap`](crate::source::SourceMap).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(f64),
    /// Text, in which values that are not in the input are holes.
    String(Text),
    /// The JSON text of a tree: what `jsonencode` and policy documents yield. It keeps the place of every part.
    Json(Box<Node>),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A map or object, in the order of its keys' first appearance.
    Map(Vec<Entry>),
    /// Not in the input.
    Unknown(Unknown),
}

/// One `key = value` of a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: Text,
    pub(super) key_span: Span,
    pub(super) value: Value,
}

/// A value that is not in the input.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unknown {
    /// What reports call it: `var.external_id`, `data.http.ids.response_body`, `random_uuid.tenant.result`.
    pub(super) name: Box<str>,
    /// A variable nobody sets, whose default says only that (`null`, `""`, an empty list or map): what it is then.
    pub(super) unset: Option<Box<Value>>,
}
