//! The span-keeping tree every input format yields, and its JSON reader.
//!
//! A string may hold *holes*: values that are not in the input (a variable without default, a generated id).
//! JSON has none; formats that evaluate templates put them there, and the prover quantifies over them.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;

use super::problem::{Problem, Severity};
use super::span::Span;

/// Deepest nesting a policy may have.
pub const MAX_NESTING: usize = 64;
/// Largest policy that is read, in bytes.
pub const MAX_POLICY_BYTES: usize = 1 << 20;

/// Text that may depend on values not in the input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    literal: Box<str>,
    holes: Vec<Hole>,
}

/// A value that is not in the input, at a place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Byte offset in the literal text where the value goes.
    pub at: usize,
    /// What the report calls it, e.g. `var.external_id`.
    pub name: Box<str>,
}

impl Text {
    /// Text that is known in full.
    #[must_use]
    pub fn literal(text: impl Into<Box<str>>) -> Self {
        Self { literal: text.into(), holes: Vec::new() }
    }

    /// Text with values in it that are not in the input, in the order of their places.
    #[must_use]
    pub fn with_holes(literal: impl Into<Box<str>>, holes: Vec<Hole>) -> Self {
        Self { literal: literal.into(), holes }
    }

    /// Appends a value that is not in the input.
    #[must_use]
    pub fn with_hole(mut self, name: impl Into<Box<str>>) -> Self {
        self.holes.push(Hole { at: self.literal.len(), name: name.into() });
        self
    }

    /// Appends known text.
    #[must_use]
    pub fn with_literal(mut self, text: &str) -> Self {
        self.literal = format!("{}{text}", self.literal).into();
        self
    }

    /// The known text, or `None` when it has holes.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        self.holes.is_empty().then_some(&*self.literal)
    }

    /// The known characters, holes left out. For messages and spans, not for decisions.
    #[must_use]
    pub fn lossy(&self) -> &str {
        &self.literal
    }

    /// The text as it is shown to people: holes as `⟨name⟩`.
    #[must_use]
    pub fn display(&self) -> String {
        self.fill(|hole| format!("⟨{}⟩", hole.name))
    }

    /// The holes, in order.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// The name of the value, when the text is nothing but one that is not in the input.
    #[must_use]
    pub fn hole(&self) -> Option<&str> {
        match self.holes.as_slice() {
            [hole] if self.literal.is_empty() => Some(&hole.name),
            _ => None,
        }
    }

    /// The text with those holes filled that `value` knows.
    #[must_use]
    pub fn resolve(&self, value: impl Fn(&str) -> Option<String>) -> Self {
        let (mut literal, mut holes) = (String::with_capacity(self.literal.len()), Vec::new());
        let mut from = 0;
        for hole in &self.holes {
            literal.push_str(self.literal.get(from..hole.at).unwrap_or_default());
            match value(&hole.name) {
                Some(known) => literal.push_str(&known),
                None => holes.push(Hole { at: literal.len(), name: hole.name.clone() }),
            }
            from = hole.at;
        }
        literal.push_str(self.literal.get(from..).unwrap_or_default());
        Self::with_holes(literal, holes)
    }

    /// The text with every hole replaced by what `value` says.
    #[must_use]
    pub fn fill(&self, value: impl Fn(&Hole) -> String) -> String {
        let mut out = String::new();
        let mut from = 0;
        for hole in &self.holes {
            out.push_str(self.literal.get(from..hole.at).unwrap_or_default());
            out.push_str(&value(hole));
            from = hole.at;
        }
        out.push_str(self.literal.get(from..).unwrap_or_default());
        out
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

/// One value of the tree, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands; strings include their quotes.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// The kinds of value. Numbers keep their source spelling (rule C1).
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it was spelled.
    Number(Box<str>),
    /// A string, decoded.
    String(Text),
    /// A list.
    Array(Vec<Node>),
    /// An object; repeated keys are kept, in order.
    Object(Vec<Member>),
}

/// One `key: value` of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The decoded key.
    pub key: Box<str>,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The last member called `key` (readers that only look things up follow JSON's usual last-wins).
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Object(members) => {
                members.iter().rev().find(|member| &*member.key == key).map(|member| &member.value)
            }
            _ => None,
        }
    }

    /// The known string, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => text.known(),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// `a string`, `a list`, … for messages.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

/// Reads one JSON text (RFC 8259, no extensions; a byte-order mark is skipped) into a tree.
///
/// `max_nesting` bounds depth before any recursion happens.
///
/// # Errors
/// A [`Problem`] with the place of the first character that is not JSON.
pub fn parse_json(text: &str, max_nesting: usize) -> Result<Node, Problem> {
    match scan(text.as_bytes(), max_nesting) {
        Ok(()) => {}
        Err(Stop::TooDeep(at)) => {
            return Err(Problem {
                severity: Severity::Error,
                span: Span::new(at, at + 1),
                message: format!("nesting deeper than {max_nesting} levels"),
                help: Some("no policy IAM accepts needs this; flatten the document".into()),
            });
        }
        Err(Stop::NotJson(at, what)) => {
            let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            return Err(Problem {
                severity: Severity::Error,
                span: Span::new(at, at + width),
                message: format!("not JSON: {what}"),
                help: Some("write it as an escape (`\\t`, `\\n`, `\\u00a0`), or remove it".into()),
            });
        }
    }
    let options = jsonc_parser::ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let not_json = |span: Span, what: String| Problem {
        severity: Severity::Error,
        span,
        message: format!("not JSON: {what}"),
        help: Some("fix the JSON syntax here; the text before this place was understood".into()),
    };
    // Blanks in place of the mark, so that spans stay those of `text`.
    let unmarked = text.strip_prefix('\u{feff}').map(|rest| format!("   {rest}"));
    let text = unmarked.as_deref().unwrap_or(text);
    match jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &options) {
        Ok(result) => match result.value {
            Some(value) => Ok(node(value)),
            None => Err(not_json(Span::new(text.len(), text.len()), "the text is empty".into())),
        },
        Err(error) => {
            let range = error.range();
            let what = error.kind().to_string();
            let mut letters = what.chars();
            let lower = letters.next().map(|first| first.to_lowercase().to_string() + letters.as_str());
            Err(not_json(Span::new(range.start, range.end), lower.unwrap_or_default()))
        }
    }
}

/// Why a text is not handed to the parser.
enum Stop {
    /// The bracket here opens a level too many.
    TooDeep(usize),
    /// A character the parser would let pass.
    NotJson(usize, &'static str),
}

/// One pass over the bytes for what the parser does not refuse: nesting, and characters JSON does not have.
fn scan(bytes: &[u8], max: usize) -> Result<(), Stop> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        if in_string {
            match byte {
                0..0x20 => return Err(Stop::NotJson(at, "a control character inside a string")),
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > max {
                    return Err(Stop::TooDeep(at));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'\t' | b'\n' | b'\r' | 0x20..0x7F => {}
            _ => return Err(Stop::NotJson(at, "a character that JSON does not have outside of strings")),
        }
    }
    Ok(())
}

fn node(value: ast::Value<'_>) -> Node {
    let range = value.range();
    let value = match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
        ast::Value::NumberLit(literal) => Value::Number(literal.value.into()),
        ast::Value::StringLit(literal) => Value::String(Text::literal(literal.value)),
        ast::Value::Array(array) => Value::Array(array.elements.into_iter().map(node).collect()),
        ast::Value::Object(object) => Value::Object(object.properties.into_iter().map(member).collect()),
    };
    Node { span: Span::new(range.start, range.end), value }
}

fn member(property: ast::ObjectProp<'_>) -> Member {
    let range = property.name.range();
    Member {
        key: property.name.into_string().into(),
        key_span: Span::new(range.start, range.end),
        value: node(property.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_and_number_spelling_are_kept() {
        let node = parse_json(r#"{"a":1.50,"a":"x"}"#, MAX_NESTING).unwrap();
        let Value::Object(members) = &node.value else { panic!("an object") };
        assert_eq!(members.len(), 2);
        assert_eq!(members[0].value.value, Value::Number("1.50".into()));
        assert_eq!((members[1].key_span.start, members[1].value.span.start), (10, 14));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(parse_json("\u{feff}[1]", MAX_NESTING).unwrap().span, Span::new(3, 6));
    }

    #[test]
    fn extensions_of_json_are_refused_with_their_place() {
        for (text, at) in [
            ("{'a':1}", 1),
            ("[1,]", 2),
            ("// c\n[]", 0),
            ("[1 2]", 3),
            ("[] []", 3),
            ("[01]", 1),
            ("[+1]", 1),
            ("", 0),
        ] {
            let problem = parse_json(text, MAX_NESTING).expect_err(text);
            assert!(problem.span.start.abs_diff(at) <= 1, "{text}: {problem:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_before_recursion() {
        let text = "[".repeat(1_000_000);
        assert_eq!(parse_json(&text, MAX_NESTING).unwrap_err().span.start, 64);
        let brackets_in_a_string = format!("\"{}\"", "[".repeat(1_000));
        assert!(parse_json(&brackets_in_a_string, MAX_NESTING).is_ok());
    }

    #[test]
    fn holes_are_filled_where_they_stand() {
        let text = Text::literal("arn:aws:iam::").with_hole("var.vendor").with_literal(":root");
        assert_eq!(text.known(), None);
        assert_eq!(text.fill(|_| "111122223333".into()), "arn:aws:iam::111122223333:root");
        assert_eq!(text.display(), "arn:aws:iam::⟨var.vendor⟩:root");
    }
}
