//! A policy document that a plan puts off: its arguments, as far as the plan knows them.
//!
//! `data.aws_iam_policy_document` is read during `apply` when one of its arguments is unknown until then. The plan has the
//! others, so that one generated id leaves one hole and not an unknown policy.

use countersign_policy::document::{Node, Span, Value as Tree};

use super::conversion::of_node;
use super::policy_document::{ConditionBlock, PolicyBlock, PrincipalsBlock, StatementBlock, policy_of};
use super::value::{Entry, Kind, Value};

/// How the arguments lie in a plan: three trees of one shape.
#[derive(Clone, Copy)]
pub(in crate::input) struct Planned<'n> {
    /// `change.after`: the values.
    pub(in crate::input) after: Option<&'n Node>,
    /// `change.after_unknown`: `true` where there is none yet.
    pub(in crate::input) unknown: Option<&'n Node>,
    /// `expressions` of the configuration: what is referred to.
    pub(in crate::input) expressions: Option<&'n Node>,
}

impl<'n> Planned<'n> {
    fn member(self, key: &str) -> Self {
        let get = |node: Option<&'n Node>| node.and_then(|node| if is_true(node) { Some(node) } else { node.get(key) });
        Self {
            after: self.after.and_then(|node| node.get(key)),
            unknown: get(self.unknown),
            expressions: self.expressions.and_then(|node| node.get(key)),
        }
    }

    /// The elements of a list of blocks, `None` when it is not known how many there are.
    fn blocks(self) -> Option<Vec<Self>> {
        if self.unknown.is_some_and(is_true) {
            return None;
        }
        let nth = |node: Option<&'n Node>, at: usize| node.and_then(Node::as_array).and_then(|nodes| nodes.get(at));
        let count = self.after.and_then(Node::as_array).map_or(0, <[Node]>::len);
        let configured = self.expressions.and_then(Node::as_array).map_or(0, <[Node]>::len);
        let block = |at| Self {
            after: nth(self.after, at),
            unknown: nth(self.unknown, at),
            // With `dynamic` blocks among them, they are not the same ones.
            expressions: nth(self.expressions, at).filter(|_| configured == count),
        };
        Some((0..count).map(block).collect())
    }
}

fn is_true(node: &Node) -> bool {
    node.value == Tree::Bool(true)
}

/// The document's policy. `address` is the data source's, `name` says what an expression refers to that is not known.
///
/// # Errors
/// Why the provider will refuse it.
pub(in crate::input) fn planned_policy(
    planned: Planned<'_>,
    address: &str,
    span: Span,
    name: &dyn Fn(&Node) -> Option<String>,
) -> Result<Node, (Span, String)> {
    let reader = Reader { span, name };
    let argument = |key: &str| reader.argument(planned.member(key), &format!("{address}.{key}"));
    let documents = |key: &str| match argument(key) {
        Some(Value { kind: Kind::List(values), .. }) => values,
        Some(Value { kind: Kind::Null, .. }) | None => Vec::new(),
        Some(unknown) => vec![unknown],
    };
    let block = PolicyBlock {
        version: argument("version"),
        policy_id: argument("policy_id"),
        statements: reader.statements(planned.member("statement"), &format!("{address}.statement")),
        sources: documents("source_policy_documents"),
        overrides: documents("override_policy_documents"),
        span,
    };
    policy_of(&block).map_err(|refusal| (refusal.span, refusal.message))
}

struct Reader<'r> {
    /// The place of what is not in the plan.
    span: Span,
    name: &'r dyn Fn(&Node) -> Option<String>,
}

impl Reader<'_> {
    fn unknown(&self, planned: Planned<'_>, path: &str) -> Value {
        let span = planned.unknown.map_or(self.span, |node| node.span);
        Value::unknown(planned.expressions.and_then(self.name).unwrap_or_else(|| path.to_owned()), span)
    }

    fn argument(&self, planned: Planned<'_>, path: &str) -> Option<Value> {
        match (planned.after, planned.unknown) {
            (_, Some(unknown)) if is_true(unknown) => Some(self.unknown(planned, path)),
            (None, _) => None,
            (Some(after), unknown) => Some(self.known(after, unknown, planned, path)),
        }
    }

    /// A value of which parts may be unknown: those are null in it.
    fn known(&self, after: &Node, unknown: Option<&Node>, planned: Planned<'_>, path: &str) -> Value {
        let kind = match &after.value {
            Tree::Array(nodes) => {
                let flag = |at: usize| unknown.and_then(Node::as_array).and_then(|flags| flags.get(at));
                let element = |(at, node): (usize, &Node)| match flag(at) {
                    Some(flag) if is_true(flag) => self.unknown(Planned { unknown: Some(flag), ..planned }, path),
                    unknown => self.known(node, unknown, planned, path),
                };
                let mut values: Vec<Value> = nodes.iter().enumerate().map(element).collect();
                // Elements of a set that nobody knows are not in it.
                let flags = unknown.and_then(Node::as_array).unwrap_or_default();
                let missing = flags.iter().skip(nodes.len()).any(is_true);
                values.extend(missing.then(|| self.unknown(planned, path)));
                Kind::List(values)
            }
            Tree::Object(members) => {
                let entry = |member: &countersign_policy::document::Member| Entry {
                    key: (&*member.key).into(),
                    key_span: member.key_span,
                    value: self.known(&member.value, unknown.and_then(|node| node.get(&member.key)), planned, path),
                };
                Kind::Map(members.iter().map(entry).collect())
            }
            _ => of_node(after).kind,
        };
        Value { kind, span: after.span }
    }

    fn statements(&self, planned: Planned<'_>, path: &str) -> Vec<StatementBlock> {
        let Some(blocks) = planned.blocks() else {
            let undecided = Some(self.name_of(planned, path));
            return vec![StatementBlock { undecided, span: self.span, ..StatementBlock::default() }];
        };
        blocks.into_iter().enumerate().map(|(at, block)| self.statement(block, &format!("{path}[{at}]"))).collect()
    }

    /// What blocks hang on of which not even the number is known.
    fn name_of(&self, planned: Planned<'_>, path: &str) -> Box<str> {
        planned.expressions.and_then(|node| self.name_within(node)).unwrap_or_else(|| path.to_owned()).into()
    }

    /// The first unknown that is referred to anywhere in expressions.
    fn name_within(&self, expressions: &Node) -> Option<String> {
        (self.name)(expressions).or_else(|| match &expressions.value {
            Tree::Array(nodes) => nodes.iter().find_map(|node| self.name_within(node)),
            Tree::Object(members) => members.iter().find_map(|member| self.name_within(&member.value)),
            _ => None,
        })
    }

    fn statement(&self, planned: Planned<'_>, path: &str) -> StatementBlock {
        let argument = |key: &str| self.argument(planned.member(key), &format!("{path}.{key}"));
        let required = |block: Planned<'_>, key: &str| {
            let path = format!("{path}.{key}");
            self.argument(block.member(key), &path).unwrap_or_else(|| self.unknown(block.member(key), &path))
        };
        let place = |block: Planned<'_>| block.after.map_or(self.span, |node| node.span);
        let principals = |key: &str| match planned.member(key).blocks() {
            Some(blocks) => {
                let block = |block: Planned<'_>| PrincipalsBlock {
                    kind: required(block, "type"),
                    identifiers: required(block, "identifiers"),
                    span: place(block),
                };
                blocks.into_iter().map(block).collect()
            }
            None => {
                let unknown = Value::unknown(self.name_of(planned.member(key), &format!("{path}.{key}")), self.span);
                vec![PrincipalsBlock { kind: unknown.clone(), identifiers: unknown, span: self.span }]
            }
        };
        let conditions = match planned.member("condition").blocks() {
            Some(blocks) => {
                let block = |block: Planned<'_>| ConditionBlock {
                    test: required(block, "test"),
                    variable: required(block, "variable"),
                    values: required(block, "values"),
                    span: place(block),
                };
                blocks.into_iter().map(block).collect()
            }
            None => {
                let name = self.name_of(planned.member("condition"), &format!("{path}.condition"));
                let unknown = Value::unknown(name, self.span);
                let (test, variable, values) = (unknown.clone(), unknown.clone(), unknown);
                vec![ConditionBlock { test, variable, values, span: self.span }]
            }
        };
        StatementBlock {
            sid: argument("sid"),
            effect: argument("effect"),
            actions: argument("actions"),
            not_actions: argument("not_actions"),
            resources: argument("resources"),
            not_resources: argument("not_resources"),
            principals: principals("principals"),
            not_principals: principals("not_principals"),
            conditions,
            span: place(planned),
            undecided: planned.unknown.filter(|node| is_true(node)).map(|_| self.name_of(planned, path)),
        }
    }
}
