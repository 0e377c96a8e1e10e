//! YAML as the span-keeping tree JSON yields, so that one reader serves both.
//!
//! A scalar is the text that was written: `012345678901` stays an account id with its zero, `no` and `2012-10-17` stay
//! text. Only an unquoted `null`, `~` or nothing is null.

use std::collections::HashMap;

use countersign_policy::document::{MAX_NESTING, Member, Node, Problem, Severity, Span, Text, Value};
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Tag};

/// The most nodes aliases may add to a file.
const MAX_ALIASED_NODES: usize = 100_000;

/// Reads every document of a YAML text.
///
/// # Errors
/// A [`Problem`] at the first place that is not YAML, or that is YAML this tool does not take: custom tags, keys that are
/// not plain text, nesting deeper than a policy may have.
pub(crate) fn parse_yaml(text: &str) -> Result<Vec<Node>, Problem> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| not_yaml(text, &error))?;
        let range = span.byte_range().unwrap_or_default();
        builder.event(event, Span::new(range.start, range.end))?;
    }
    Ok(builder.documents)
}

fn problem(span: Span, message: impl Into<String>, help: &str) -> Problem {
    Problem { severity: Severity::Error, span, message: message.into(), help: Some(help.to_owned()) }
}

fn not_yaml(text: &str, error: &ScanError) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let help = "fix the YAML syntax here; the text before this place was understood";
    problem(Span::new(at, at + 1), format!("not YAML: {}", error.info()), help)
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    aliased: usize,
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
    contents: Contents,
}

enum Contents {
    List(Vec<Node>),
    Map { members: Vec<Member>, key: Option<(Box<str>, Span)> },
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.tag(tag.as_deref(), span)?;
                let null = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if null { Value::Null } else { Value::String(Text::literal(&*text)) };
                self.finish(Node { span, value }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(Contents::List(Vec::new()), anchor, tag.as_deref(), span)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.start(Contents::Map { members: Vec::new(), key: None }, anchor, tag.as_deref(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.contents {
                    Contents::List(nodes) => Value::Array(nodes),
                    Contents::Map { members, .. } => Value::Object(members),
                };
                let span = Span { start: open.start, end: span.end.max(open.start) };
                self.finish(Node { span, value }, open.anchor)
            }
            Event::Alias(id) => self.alias(id, span),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn tag(&self, tag: Option<&Tag>, span: Span) -> Result<(), Problem> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() => {
                Err(problem(span, format!("the tag `{}` means nothing here", tag.original()), "write the value itself"))
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, contents: Contents, anchor: usize, tag: Option<&Tag>, span: Span) -> Result<(), Problem> {
        self.tag(tag, span)?;
        if self.open.len() >= MAX_NESTING {
            return Err(too_deep(span));
        }
        self.open.push(Open { start: span.start, anchor, contents });
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Problem> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(problem(span, "an alias inside its own anchor", "write the value itself"));
        };
        if self.open.len() + anchored.height > MAX_NESTING {
            return Err(too_deep(span));
        }
        self.aliased += anchored.size;
        if self.aliased > MAX_ALIASED_NODES {
            return Err(problem(
                span,
                "aliases make this file too large",
                "write the values out, or use fewer aliases",
            ));
        }
        let node = anchored.node.clone();
        self.attach(node)
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        if anchor != 0 {
            let (size, height) = measure(&node);
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
        }
        self.attach(node)
    }

    /// Puts a finished node where it belongs: a document, an element, a key or a value.
    fn attach(&mut self, node: Node) -> Result<(), Problem> {
        match self.open.last_mut().map(|open| &mut open.contents) {
            None => self.documents.push(node),
            Some(Contents::List(nodes)) => nodes.push(node),
            Some(Contents::Map { members, key }) => match key.take() {
                Some((key, key_span)) => members.push(Member { key, key_span, value: node }),
                None => {
                    let Value::String(text) = &node.value else {
                        let message = format!("a key is text, not {}", node.kind_name());
                        return Err(problem(node.span, message, "quote the key if it is meant as text"));
                    };
                    *key = Some((text.lossy().into(), node.span));
                }
            },
        }
        Ok(())
    }
}

fn too_deep(span: Span) -> Problem {
    problem(span, format!("nesting deeper than {MAX_NESTING} levels"), "flatten the document")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        let mut documents = parse_yaml(text).unwrap();
        assert_eq!(documents.len(), 1, "{text}");
        documents.remove(0)
    }

    #[test]
    fn scalars_keep_their_spelling() {
        let node = one(
            "account: 012345678901\nhex: 0x1F\nversion: 2012-10-17\nno: no\nfloat: 1.50\nbig: 123456789012345678901234\nnothing:",
        );
        for (key, value) in [
            ("account", "012345678901"),
            ("hex", "0x1F"),
            ("version", "2012-10-17"),
            ("no", "no"),
            ("float", "1.50"),
            ("big", "123456789012345678901234"),
        ] {
            assert_eq!(node.get(key).unwrap().as_str(), Some(value), "{key}");
        }
        assert_eq!(node.get("nothing").unwrap().value, Value::Null);
    }

    #[test]
    fn an_unquoted_null_is_no_key_and_a_quoted_one_is_text() {
        assert_eq!(one("a: 'null'").get("a").unwrap().as_str(), Some("null"));
        assert!(parse_yaml("null: 1").unwrap_err().message.starts_with("a key is text"));
    }

    #[test]
    fn spans_are_byte_ranges_of_the_file() {
        let text = "é: [a, {b: \"c d\"}]";
        let node = one(text);
        let list = node.get("é").unwrap();
        let c = list.as_array().unwrap()[1].get("b").unwrap();
        assert_eq!(text.get(c.span.start as usize..c.span.end as usize), Some("\"c d\""));
        assert_eq!(text.get(list.span.start as usize..list.span.end as usize), Some("[a, {b: \"c d\"}]"));
    }

    #[test]
    fn json_is_yaml() {
        let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}}]}"#;
        let node = one(&format!("policy: {policy}\n"));
        let statement = &node.get("policy").unwrap().get("Statement").unwrap().as_array().unwrap()[0];
        assert_eq!(statement.get("Effect").unwrap().as_str(), Some("Allow"));
    }

    #[test]
    fn aliases_are_copies_and_bombs_stop() {
        let node = one("a: &x [1, 2]\nb: *x\n");
        assert_eq!(node.get("b").unwrap().as_array().unwrap().len(), 2);
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let ten = vec![format!("*a{}", level - 1); 10].join(",");
            bomb += &format!("a{level}: &a{level} [{ten}]\n");
        }
        assert_eq!(parse_yaml(&bomb).unwrap_err().message, "aliases make this file too large");
        let chain: String = (1..5_000).map(|at| format!("a{at}: &a{at} [*a{}]\n", at - 1)).collect();
        let chain = format!("a0: &a0 [x]\n{chain}");
        assert_eq!(parse_yaml(&chain).unwrap_err().message, "nesting deeper than 64 levels");
    }

    #[test]
    fn what_is_not_taken_is_a_problem_at_its_place() {
        for (text, message, at) in [
            ("a: [1", "not YAML: ", 3),
            ("a: !Sub x", "the tag `!Sub` means nothing here", 8),
            ("? [a]\n: b", "a key is text, not a list", 2),
            ("a: &a [*a]", "an alias inside its own anchor", 7),
        ] {
            let problem = parse_yaml(text).expect_err(text);
            assert!(problem.message.starts_with(message), "{text}: {}", problem.message);
            assert!(problem.span.start.abs_diff(at) <= 1, "{text}: {:?}", problem.span);
        }
        let deep = "[".repeat(100) + &"]".repeat(100);
        assert_eq!(parse_yaml(&deep).unwrap_err().message, "nesting deeper than 64 levels");
    }
}
