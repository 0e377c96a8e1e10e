//! What can be read of a text that is not one JSON value: several of them in a row, one with comments, one that is cut or has
//! a mistake in it, one that nests too deep. Places in what is read are places in the text.

use countersign_policy::document::{MAX_NESTING, Node, Problem, Span, Value, parse_json};

use crate::comment::{CommentSyntax, comments};

/// Levels that are read: those of a policy, and what may lie around one.
const LEVELS: usize = MAX_NESTING + 16;

/// A text as far as it could be read.
pub(super) struct Salvaged {
    pub(super) tree: Option<Node>,
    /// The end of the text is missing from the tree.
    pub(super) is_cut: bool,
    pub(super) problem: Option<Problem>,
}

/// Reads a JSON text, or what is left of one.
pub(super) fn parse(text: &str) -> Salvaged {
    let whole = |tree| Salvaged { tree: Some(tree), is_cut: false, problem: None };
    let mut problem = match parse_json(text, LEVELS) {
        Ok(tree) => return whole(tree),
        Err(problem) => problem,
    };
    let bare = without_comments(text);
    if let Some(bare) = &bare {
        match parse_json(bare, LEVELS) {
            Ok(tree) => return whole(tree),
            Err(other) => problem = other,
        }
    }
    let text = bare.as_deref().unwrap_or(text);
    let shallow = shallow(text);
    if let Some(tree) = shallow.as_ref().and_then(|shallow| parse_json(shallow, LEVELS).ok()) {
        return Salvaged { tree: Some(tree), is_cut: false, problem: Some(problem) };
    }
    let text = shallow.as_deref().unwrap_or(text);
    if let Some(tree) = in_a_row(text) {
        return Salvaged { tree: Some(tree), is_cut: false, problem: shallow.is_some().then_some(problem) };
    }
    // An object or list that has no end is reported where it starts.
    let end = if problem.message.contains("unterminated") { text.len() } else { problem.span.start as usize };
    let tree = whole_elements(text.get(..end).unwrap_or_default()).filter(is_collection);
    let help = tree.is_some().then(|| "the roles before this place are audited, those after it are not".to_owned());
    let problem = Problem { help: help.or(problem.help), ..problem };
    Salvaged { is_cut: tree.is_some(), tree, problem: Some(problem) }
}

/// Reads a JSON object whose members are objects, or those of them that are whole: a template is cut inside a resource.
pub(super) fn parse_members(text: &str) -> Salvaged {
    let salvaged = parse(text);
    let Some(problem) = salvaged.problem.as_ref().filter(|_| salvaged.tree.is_none() || salvaged.is_cut) else {
        return salvaged;
    };
    let end = if problem.message.contains("unterminated") { text.len() } else { problem.span.start as usize };
    let bare = without_comments(text);
    let text = bare.as_deref().unwrap_or(text);
    let shallow = shallow(text);
    let text = shallow.as_deref().unwrap_or(text).get(..end).unwrap_or_default();
    let (mut brackets, mut whole) = (Brackets::default(), None);
    for (at, byte) in text.bytes().enumerate() {
        let before = brackets.open.len();
        brackets.pass(byte);
        if brackets.open.len() < before && brackets.open == b"{{" {
            whole = Some(at + 1);
        }
    }
    let tree = whole.and_then(|end| parse_json(&(text.get(..end)?.to_owned() + "}}"), LEVELS).ok());
    let help = tree.is_some().then(|| "the resources before this place are audited, those after it are not".to_owned());
    let problem = Problem { help: help.or_else(|| problem.help.clone()), ..problem.clone() };
    Salvaged { is_cut: tree.is_some(), tree, problem: Some(problem) }
}

/// A part of a policy or a role is not one.
fn is_collection(node: &Node) -> bool {
    match &node.value {
        Value::Object(_) => node.get("Statement").is_none() && node.get(super::TRUST_POLICY).is_none(),
        Value::Array(_) => true,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The text with blanks in place of its comments, or `None` when it has none.
fn without_comments(text: &str) -> Option<String> {
    let comments = comments(text, CommentSyntax::Json);
    let mut bytes = text.as_bytes().to_vec();
    for comment in &comments {
        let inside = bytes.get_mut(comment.start as usize..comment.end as usize)?;
        inside.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    (!comments.is_empty()).then(|| String::from_utf8(bytes).ok()).flatten()
}

/// The text with a number in place of everything that nests deeper than is read, or `None` when nothing does.
fn shallow(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let (mut brackets, mut is_deep) = (Brackets::default(), false);
    for byte in &mut bytes {
        let before = brackets.open.len();
        brackets.pass(*byte);
        let after = brackets.open.len();
        if before > LEVELS || after > LEVELS {
            is_deep = true;
            *byte = if before == LEVELS { b'0' } else { b' ' };
        }
    }
    is_deep.then(|| String::from_utf8(bytes).ok()).flatten()
}

/// Objects or lists one after the other, as `aws iam get-role` in a loop prints them, as a list.
fn in_a_row(text: &str) -> Option<Node> {
    let (mut brackets, mut start, mut values) = (Brackets::default(), 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        let before = brackets.open.len();
        brackets.pass(byte);
        if brackets.open.is_empty() && before == 1 {
            let mut value = parse_json(text.get(start..=at)?, LEVELS).ok()?;
            shift(&mut value, u32::try_from(start).ok()?);
            values.push(value);
            start = at + 1;
        }
    }
    let is_whole = !values.is_empty() && text.get(start..)?.trim_ascii().is_empty();
    is_whole.then(|| Node { span: Span::new(0, text.len()), value: Value::Array(values) })
}

/// Moves every place in a tree.
pub(super) fn shift(node: &mut Node, by: u32) {
    let moved = |span: Span| Span { start: span.start.saturating_add(by), end: span.end.saturating_add(by) };
    node.span = moved(node.span);
    match &mut node.value {
        Value::Array(nodes) => nodes.iter_mut().for_each(|node| shift(node, by)),
        Value::Object(members) => members.iter_mut().for_each(|member| {
            member.key_span = moved(member.key_span);
            shift(&mut member.value, by);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The tree of the text up to the last element of the outer list or lists that is whole.
fn whole_elements(text: &str) -> Option<Node> {
    let (mut brackets, mut whole) = (Brackets::default(), None);
    for (at, byte) in text.bytes().enumerate() {
        let before = brackets.open.len();
        brackets.pass(byte);
        let closes = match brackets.open.as_slice() {
            b"{" => "}",
            b"[" => "]",
            b"{[" => "]}",
            _ => continue,
        };
        if brackets.open.len() < before {
            whole = Some((at + 1, closes));
        }
    }
    let (end, closes) = whole?;
    parse_json(&(text.get(..end)?.to_owned() + closes), LEVELS).ok()
}

/// Which brackets are open, outside of strings.
#[derive(Default)]
struct Brackets {
    open: Vec<u8>,
    in_string: bool,
    is_escaped: bool,
}

impl Brackets {
    fn pass(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_string => self.is_escaped = true,
            b'"' => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => {
                self.open.pop();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> Option<String> {
        let salvaged = parse(text);
        assert!(salvaged.problem.is_some(), "{text}");
        let names = |node: &Node| node.as_array().map(|nodes| nodes.len());
        let tree = salvaged.tree?;
        names(&tree).or_else(|| names(tree.get("Roles")?)).map(|count| format!("{count} roles"))
    }

    #[test]
    fn comments_are_blanks() {
        let text = "{ // é {\n\"a\": \"// no\" /* [ */}";
        let Salvaged { tree: Some(tree), problem: None, .. } = parse(text) else { panic!("not read") };
        assert_eq!(tree.get("a").and_then(Node::as_str), Some("// no"));
        let cut = parse_members("{\"Resources\": {\"A\": {}, // }\n\"B\": {");
        let tree = cut.tree.unwrap();
        assert!(
            cut.is_cut && tree.get("Resources").is_some_and(|all| all.get("A").is_some() && all.get("B").is_none())
        );
    }

    #[test]
    fn the_whole_roles_of_a_cut_list_are_left() {
        let list = r#"{"Roles": [{"a": ["]"]}, {"b": {}}, {"c": "#;
        assert_eq!(left(list), Some("2 roles".into()));
        assert_eq!(left(r#"[{"a": []}, {"b":"#), Some("1 roles".into()));
        assert_eq!(left(r#"{"Roles": [{"a": []}], "IsTrunc"#), Some("1 roles".into()));
        assert_eq!(left(r#"{"Roles": [{"a": []}, {"b": tru}, {"c": 1}]}"#), Some("1 roles".into()));
        for cut in 0..list.len() {
            parse(list.get(..cut).unwrap());
        }
    }

    #[test]
    fn values_in_a_row_keep_their_places() {
        let text = "{\"a\": \"}\"}\n {\"b\": [7]}\n";
        let salvaged = parse(text);
        assert!(salvaged.problem.is_none());
        let tree = salvaged.tree.unwrap();
        let seven = tree.as_array().and_then(|values| values.get(1)?.get("b")?.as_array()?.first()).unwrap();
        assert_eq!(text.get(seven.span.start as usize..seven.span.end as usize), Some("7"));
        assert!(parse("{} x {}").problem.is_some());
        assert_eq!(left("[1] [2] [").as_deref(), None);
    }

    #[test]
    fn a_part_of_a_policy_is_not_taken_for_one() {
        assert!(parse(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}], "#).tree.is_none());
        assert!(parse(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}, {"#).tree.is_none());
        assert!(parse(r#"{"AssumeRolePolicyDocument": {"Statement": []}, "Arn"#).tree.is_none());
    }

    #[test]
    fn what_nests_too_deep_takes_nothing_else_with_it() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let text = format!(r#"{{"Roles": [{{"a": {}}}, {{"é": 1}}]}}"#, deep(100_000));
        assert_eq!(left(&text), Some("2 roles".into()));
        assert!(parse(&"[".repeat(1_000_000)).tree.is_none());
        assert!(parse(&format!("[{}]", deep(LEVELS - 1))).problem.is_none());
    }
}
