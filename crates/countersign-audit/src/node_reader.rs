//! Reads the members of a tree by name and keeps a problem, at its place, for everything that is not as it should be.

use countersign_policy::document::{Member, Node, Problem, Severity, Span, Value};
use countersign_policy::similar;

/// How many problems are kept; a map with a million unknown names is not worth a million messages.
const PROBLEMS_KEPT: usize = 20;

/// Collects problems while values are read.
#[derive(Debug)]
pub struct NodeReader {
    /// What was wrong so far.
    pub problems: Vec<Problem>,
    severity: Severity,
}

impl Default for NodeReader {
    fn default() -> Self {
        Self { problems: Vec::new(), severity: Severity::Error }
    }
}

/// The members of a map whose names are known and unique.
#[derive(Debug, Clone, Copy)]
pub struct Members<'n> {
    /// The map.
    pub span: Span,
    members: &'n [Member],
}

impl<'n> Members<'n> {
    /// The value of `name`, if it is there.
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.members.iter().find(|member| &*member.key == name).map(|member| &member.value)
    }
}

impl NodeReader {
    /// A reader for whom whatever is not as it should be is worth a warning only.
    #[must_use]
    pub fn lenient() -> Self {
        Self { severity: Severity::Warning, ..Self::default() }
    }

    /// Records what is odd and yet can be used.
    pub fn warning(&mut self, span: Span, message: impl Into<String>, help: &str) {
        let severity = std::mem::replace(&mut self.severity, Severity::Warning);
        self.error(span, message, Some(help));
        self.severity = severity;
    }

    /// Records a problem; past the most that are kept, only that there are more.
    pub fn error(&mut self, span: Span, message: impl Into<String>, help: Option<&str>) {
        let (message, help) = match self.problems.len() {
            0..PROBLEMS_KEPT => (message.into(), help.map(str::to_owned)),
            PROBLEMS_KEPT => ("more problems from here on".to_owned(), Some("fix the first ones first".to_owned())),
            _ => return,
        };
        self.problems.push(Problem { severity: self.severity, span, message, help });
    }

    /// The members of `node`, which is `what`; unknown and repeated names are problems.
    pub fn members<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<Members<'n>> {
        let Value::Object(members) = &node.value else {
            self.error(node.span, format!("{what} is a map, not {}", node.kind_name()), None);
            return None;
        };
        self.unique(members);
        let unknown = members.iter().filter(|member| !known.contains(&&*member.key));
        for member in unknown.take(PROBLEMS_KEPT + 1) {
            let help = suggest(&member.key, known);
            self.error(member.key_span, format!("{what} has no `{}`", member.key), Some(&help));
        }
        Some(Members { span: node.span, members })
    }

    /// The members of a map whose names the user chooses.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Member] {
        let Value::Object(members) = &node.value else {
            self.error(node.span, format!("`{what}` is a map, not {}", node.kind_name()), None);
            return &[];
        };
        self.unique(members);
        members
    }

    fn unique(&mut self, members: &[Member]) {
        let mut seen = std::collections::HashSet::with_capacity(members.len());
        let repeated = members.iter().filter(|member| !seen.insert(&*member.key));
        for member in repeated.take(PROBLEMS_KEPT + 1) {
            self.error(member.key_span, format!("duplicate key `{}`", member.key), Some("remove one of the two"));
        }
    }

    /// The value of a required member.
    pub fn required<'n>(&mut self, members: Members<'n>, what: &str, name: &str) -> Option<&'n Node> {
        let found = members.get(name);
        if found.is_none() {
            let start = Span { start: members.span.start, end: members.span.start + 1 };
            self.error(start, format!("{what} lacks `{name}`"), None);
        }
        found
    }

    /// A text; numbers and booleans count as the text they are spelled with.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = scalar(node);
        if text.is_none() {
            self.error(node.span, format!("`{what}` is a text, not {}", node.kind_name()), None);
        }
        text
    }

    /// A text or a list of texts.
    pub fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        match node.as_array() {
            Some(nodes) => nodes.iter().filter_map(|node| self.text(node, what)).collect(),
            None => self.text(node, what).into_iter().collect(),
        }
    }

    /// What `parse` makes of a text; its error is a problem at the text's place.
    pub fn parsed<T, E: std::fmt::Display>(
        &mut self,
        node: &Node,
        what: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(node, what)?;
        parse(&text).map_err(|error| self.error(node.span, error.to_string(), None)).ok()
    }
}

/// What to write instead of a name that is not among the `known` ones.
#[must_use]
pub fn suggest(name: &str, known: &[&str]) -> String {
    let near = known.iter().min_by_key(|known| similar::distance(known, name));
    match near.filter(|known| similar::distance(known, name) <= 2) {
        Some(known) => format!("write `{known}`"),
        None => format!("the names are {}", known.join(", ")),
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.display()),
        Value::Number(spelling) => Some(spelling.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_policy::document::parse_json;

    #[test]
    fn a_million_mistakes_are_a_few_problems() {
        let text = format!("{{{}}}", vec![r#""a": 1"#; 100_000].join(","));
        let mut reader = NodeReader::default();
        reader.members(&parse_json(&text, 2).unwrap(), "a test", &["name"]);
        assert_eq!(reader.problems.len(), PROBLEMS_KEPT + 1);
        assert_eq!(reader.problems[PROBLEMS_KEPT].message, "more problems from here on");
    }

    #[test]
    fn a_misspelt_name_has_a_suggestion() {
        let node = parse_json(r#"{"expct": "deny", "colour": 1}"#, 2).unwrap();
        let mut reader = NodeReader::default();
        reader.members(&node, "a test", &["name", "expect"]);
        let help: Vec<_> = reader.problems.iter().map(|problem| problem.help.as_deref().unwrap()).collect();
        assert_eq!(help, ["write `expect`", "the names are name, expect"]);
    }
}
