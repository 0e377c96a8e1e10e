//! TOML as the span-keeping tree JSON and YAML yield, so that one reader serves all.

use countersign_policy::document::{Member, Node, Problem, Severity, Span, Text, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a TOML text; what could be read stands in the tree, and what could not is a problem.
///
/// The parser bounds nesting itself.
pub(crate) fn parse(text: &str) -> (Node, Vec<Problem>) {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (root, errors) = DeTable::parse_recoverable(text);
    let problems = errors.iter().map(|error| {
        let range = error.span().unwrap_or(start..start);
        Problem {
            severity: Severity::Error,
            span: Span::new(range.start, range.end.max(range.start + 1)),
            message: format!("not TOML: {}", error.message().to_lowercase()),
            help: Some("texts stand in quotes, also account ids and dates: see https://toml.io".to_owned()),
        }
    });
    let problems = problems.collect();
    let node = Node { span: Span::new(start, start + 1), value: table(text, root.get_ref()) };
    (node, problems)
}

/// The members in the order they stand in the file.
fn table(text: &str, table: &DeTable<'_>) -> Value {
    let mut members: Vec<Member> = table
        .iter()
        .map(|(key, value)| Member {
            key: key.get_ref().as_ref().into(),
            key_span: span(key),
            value: node(text, value),
        })
        .collect();
    members.sort_by_key(|member| member.key_span);
    Value::Object(members)
}

fn node(text: &str, value: &Spanned<DeValue<'_>>) -> Node {
    let spelling = || text.get(value.span()).unwrap_or_default();
    let read = match value.get_ref() {
        DeValue::String(text) => Value::String(Text::literal(text.as_ref())),
        DeValue::Integer(_) | DeValue::Float(_) => Value::Number(spelling().into()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(_) => Value::String(Text::literal(spelling())),
        DeValue::Array(values) => Value::Array(values.iter().map(|value| node(text, value)).collect()),
        DeValue::Table(members) => table(text, members),
    };
    Node { span: span(value), value: read }
}

fn span<T>(spanned: &Spanned<T>) -> Span {
    let range = spanned.span();
    Span::new(range.start, range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_byte_ranges_of_the_file() {
        let text = "\u{feff}# é\n[[role]]\nname = \"x\"\nlist = [1, 2027-01-31]\n";
        let (node, problems) = parse(text);
        assert_eq!(problems, []);
        let role = &node.get("role").unwrap().as_array().unwrap()[0];
        let spelled = |node: &Node| text.get(node.span.start as usize..node.span.end as usize).unwrap();
        assert_eq!(spelled(role.get("name").unwrap()), "\"x\"");
        let list = role.get("list").unwrap().as_array().unwrap();
        assert_eq!(list[0].value, Value::Number("1".into()));
        assert_eq!((spelled(&list[1]), list[1].as_str()), ("2027-01-31", Some("2027-01-31")));
    }

    #[test]
    fn what_is_no_toml_hides_nothing_else() {
        let (node, problems) = parse("a = \nb = 012\nc = \"yes\"\n");
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert_eq!(node.get("c").unwrap().as_str(), Some("yes"));
    }

    #[test]
    fn deep_nesting_ends() {
        for text in [
            format!("a = {}", "[".repeat(100_000)),
            format!("a = {}", "{a=".repeat(100_000)),
            format!("{}b = 1", "a.".repeat(10_000)),
            format!("[{}b]", "a.".repeat(10_000)),
        ] {
            let (_, problems) = parse(&text);
            assert!(!problems.is_empty());
        }
    }
}
