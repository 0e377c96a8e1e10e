//! `aws_iam_policy_document`: from its arguments to the policy, as the AWS provider puts it together.
//!
//! The rules are the provider's: source documents first, then the block's own statements, then overrides; of one `Sid` the
//! later statement takes the place of the earlier; values for one test and variable are one list, of which any matches.

use countersign_policy::document::{MAX_NESTING, Member, Node, Span, Text, Value as Tree, parse_json};

use super::conversion::{Piece, Pieces, pieces, plain, to_text};
use super::functions::{moved, same_text};
use super::value::{Kind, Value};

/// The arguments of the block, evaluated. Absent arguments are `None`, null ones count as absent.
#[derive(Debug, Clone)]
pub(super) struct PolicyBlock {
    pub(super) version: Option<Value>,
    pub(super) policy_id: Option<Value>,
    pub(super) statements: Vec<StatementBlock>,
    /// The elements of `source_policy_documents`; a list that is not in the input is one unknown element.
    pub(super) sources: Vec<Value>,
    /// The elements of `override_policy_documents`.
    pub(super) overrides: Vec<Value>,
    pub(super) span: Span,
}

/// A `statement` block.
#[derive(Debug, Clone, Default)]
pub(super) struct StatementBlock {
    pub(super) sid: Option<Value>,
    pub(super) effect: Option<Value>,
    pub(super) actions: Option<Value>,
    pub(super) not_actions: Option<Value>,
    pub(super) resources: Option<Value>,
    pub(super) not_resources: Option<Value>,
    pub(super) principals: Vec<PrincipalsBlock>,
    pub(super) not_principals: Vec<PrincipalsBlock>,
    pub(super) conditions: Vec<ConditionBlock>,
    pub(super) span: Span,
    /// The block is one of several of which it is not known how many there are: what that hangs on.
    pub(super) undecided: Option<Box<str>>,
}

/// A `principals` or `not_principals` block.
#[derive(Debug, Clone)]
pub(super) struct PrincipalsBlock {
    pub(super) kind: Value,
    pub(super) identifiers: Value,
    pub(super) span: Span,
}

/// A `condition` block.
#[derive(Debug, Clone)]
pub(super) struct ConditionBlock {
    pub(super) test: Value,
    pub(super) variable: Value,
    pub(super) values: Value,
    pub(super) span: Span,
}

/// Why the provider refuses a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) span: Span,
    pub(super) message: String,
}

type Outcome<T> = Result<T, Refusal>;

const LATEST: &str = "2012-10-17";
const OLD: &str = "2008-10-17";

/// The policy a block yields.
///
/// # Errors
/// A [`Refusal`] where the provider refuses.
pub(super) fn policy_of(block: &PolicyBlock) -> Outcome<Node> {
    let mut merged = Merged::default();
    let mut sids: Vec<Text> = Vec::new();
    for source in &block.sources {
        let Some(document) = read_document(source)? else { continue };
        for statement in &document.statements {
            claim(sid(statement), &mut sids, statement.span, "source documents")?;
        }
        merged.merge(document, 0);
    }
    let replaceable = merged.0.statements.len();
    merged.merge(own_document(block)?, replaceable);
    for document in &block.overrides {
        if let Some(document) = read_document(document)? {
            merged.override_with(document);
        }
    }
    Ok(merged.finish(block.span))
}

/// Notes a `Sid`, which no other statement may have.
fn claim(sid: Option<&Text>, sids: &mut Vec<Text>, span: Span, among: &str) -> Outcome<()> {
    let Some(sid) = sid else { return Ok(()) };
    if sids.contains(sid) {
        let message = format!("the sid `{}` twice among the {among}", sid.display());
        return Err(Refusal { span, message });
    }
    sids.push(sid.clone());
    Ok(())
}

/// What is known of a document before it is merged.
#[derive(Debug, Default)]
struct Document {
    version: Option<Node>,
    id: Option<Node>,
    statements: Vec<Node>,
}

/// The documents merged so far.
#[derive(Debug, Default)]
struct Merged(Document);

impl Merged {
    /// Of the statements there are, the first so many may be replaced; among others no `Sid` comes twice.
    fn merge(&mut self, new: Document, replaceable: usize) {
        self.0.id = new.id.or(self.0.id.take());
        let text = |node: &Option<Node>| node.as_ref().and_then(Node::as_str).map(str::to_owned);
        let open = |node: &Option<Node>| node.is_some() && text(node).is_none();
        if open(&new.version) || !open(&self.0.version) && text(&new.version) > text(&self.0.version) {
            self.0.version = new.version;
        }
        for statement in new.statements {
            let same = |earlier: &Node| sid(earlier).zip(sid(&statement)).map(|(one, other)| same_text(one, other));
            for earlier in self.0.statements.iter_mut().take(replaceable) {
                if same(earlier) == Some(None) {
                    let sids = sid(&statement).into_iter().chain(sid(earlier));
                    let name = sids.flat_map(|sid| sid.holes()).next().map_or("", |hole| plain(&hole.name)).to_owned();
                    earlier.value = Tree::String(Text::default().with_hole(name));
                }
            }
            match self.0.statements.iter_mut().find(|earlier| same(earlier) == Some(Some(true))) {
                Some(earlier) => *earlier = statement,
                None => self.0.statements.push(statement),
            }
        }
    }

    /// Statements that are not in the input may take the place of any that has a `Sid`.
    fn override_with(&mut self, new: Document) {
        if let Some(unknown) = new.statements.iter().find_map(hole_name) {
            for statement in self.0.statements.iter_mut().filter(|statement| sid(statement).is_some()) {
                statement.value = Tree::String(Text::default().with_hole(unknown));
            }
        }
        let replaceable = self.0.statements.len();
        self.merge(new, replaceable);
    }

    fn finish(self, span: Span) -> Node {
        let Document { version, id, statements } = self.0;
        let mut members = Vec::new();
        members.extend(version.map(|node| member("Version", node.span, node)));
        members.extend(id.map(|node| member("Id", node.span, node)));
        if !statements.is_empty() {
            let whole = Node { span, value: Tree::Array(statements) };
            members.push(member("Statement", span, whole));
        }
        Node { span, value: Tree::Object(members) }
    }
}

fn member(key: &str, key_span: Span, value: Node) -> Member {
    Member { key: key.into(), key_span, value }
}

fn hole_name(node: &Node) -> Option<&str> {
    match &node.value {
        Tree::String(text) => text.hole(),
        _ => None,
    }
}

/// The `Sid` of a statement, if it has one that is not empty.
fn sid(statement: &Node) -> Option<&Text> {
    match &statement.get("Sid")?.value {
        Tree::String(text) if text.known() != Some("") => Some(text),
        _ => None,
    }
}

/// A document given as JSON; none, when it is null or empty.
fn read_document(value: &Value) -> Outcome<Option<Document>> {
    let unknown = |name: &str| {
        let statement = Node { span: value.span, value: Tree::String(Text::default().with_hole(plain(name))) };
        Ok(Some(Document { statements: vec![statement], ..Document::default() }))
    };
    let parsed;
    let node = match &value.kind {
        Kind::Null => return Ok(None),
        Kind::Unknown(name) => return unknown(&name.name),
        Kind::Json(node) => &**node,
        Kind::String(text) => match text.known() {
            Some("") => return Ok(None),
            Some(json) => {
                let refused = |message| Refusal { span: value.span, message };
                let tree = parse_json(json, MAX_NESTING).map_err(|problem| refused(problem.message))?;
                parsed = moved(tree, value.span);
                &parsed
            }
            None => return unknown(text.holes().first().map_or("", |hole| &hole.name)),
        },
        _ => {
            let message = format!("a policy document is JSON text, not {}", value.kind_name());
            return Err(Refusal { span: value.span, message });
        }
    };
    if let Some(name) = hole_name(node) {
        return unknown(name);
    }
    if !matches!(node.value, Tree::Object(_)) {
        let message = format!("a policy document is an object, not {}", node.kind_name());
        return Err(Refusal { span: node.span, message });
    }
    let statements = match node.get("Statement") {
        None => Vec::new(),
        Some(Node { value: Tree::Array(statements), .. }) => statements.clone(),
        Some(statement) => vec![statement.clone()],
    };
    Ok(Some(Document { version: node.get("Version").cloned(), id: node.get("Id").cloned(), statements }))
}

fn own_document(block: &PolicyBlock) -> Outcome<Document> {
    let version = match set(block.version.as_ref()) {
        Some(version) => string(version)?,
        None => Node { span: block.span, value: Tree::String(Text::literal(LATEST)) },
    };
    let is_old = version.as_str() == Some(OLD);
    let id = set(block.policy_id.as_ref()).map(string).transpose()?;
    let mut sids = Vec::new();
    let mut statements = Vec::with_capacity(block.statements.len());
    for statement in &block.statements {
        let node = own_statement(statement, is_old)?;
        claim(sid(&node), &mut sids, statement.span, "statements of this document")?;
        statements.push(node);
    }
    Ok(Document { version: Some(version), id: id.filter(|id| id.as_str() != Some("")), statements })
}

/// An argument that is there and not null.
fn set(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| value.kind != Kind::Null)
}

fn string(value: &Value) -> Outcome<Node> {
    let text = to_text(value).map_err(|message| Refusal { span: value.span, message })?;
    Ok(Node { span: value.span, value: Tree::String(without_marks(&text)) })
}

/// The text with the plain names of its holes.
fn without_marks(text: &Text) -> Text {
    map_pieces(text, |literal| literal.to_owned())
}

fn map_pieces(text: &Text, change: impl Fn(&str) -> String) -> Text {
    let mut out = Pieces::default();
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => out.literal(&change(literal)),
            Piece::Hole(name) => out.hole(plain(name)),
        }
    }
    out.finish()
}

fn own_statement(block: &StatementBlock, is_old: bool) -> Outcome<Node> {
    if let Some(name) = &block.undecided {
        return Ok(Node { span: block.span, value: Tree::String(Text::default().with_hole(plain(name))) });
    }
    let mut members = Vec::new();
    if let Some(sid) = set(block.sid.as_ref()) {
        let node = string(sid)?;
        members.extend((node.as_str() != Some("")).then(|| member("Sid", sid.span, node)));
    }
    let effect = match set(block.effect.as_ref()) {
        Some(effect) => string(effect)?,
        None => Node { span: block.span, value: Tree::String(Text::literal("Allow")) },
    };
    members.push(member("Effect", effect.span, effect));
    for (key, blocks) in [("Principal", &block.principals), ("NotPrincipal", &block.not_principals)] {
        if let Some(principals) = principals(blocks, is_old)? {
            if let Some(name) = hole_name(&principals) {
                return Ok(Node { span: block.span, value: Tree::String(Text::default().with_hole(name)) });
            }
            members.push(member(key, principals.span, principals));
        }
    }
    let lists = [
        ("Action", &block.actions, Variables::AsWritten),
        ("NotAction", &block.not_actions, Variables::AsWritten),
        ("Resource", &block.resources, Variables::of(is_old)),
        ("NotResource", &block.not_resources, Variables::of(is_old)),
    ];
    for (key, list, variables) in lists {
        let Some(list) = set(list.as_ref()) else { continue };
        let strings = strings(list, variables)?;
        if !strings.is_empty() {
            members.push(member(key, list.span, one_or_many(strings, list.span)));
        }
    }
    if let Some(conditions) = conditions(&block.conditions, is_old)? {
        members.push(member("Condition", conditions.span, conditions));
    }
    Ok(Node { span: block.span, value: Tree::Object(members) })
}

/// What becomes of `&{…}`.
#[derive(Clone, Copy)]
enum Variables {
    AsWritten,
    /// It is a policy variable, `${…}`.
    Replaced,
    /// The old policy language has none.
    Refused,
}

impl Variables {
    fn of(is_old: bool) -> Self {
        if is_old { Self::Refused } else { Self::Replaced }
    }
}

/// The members of a set of strings, without nulls and repetitions.
fn strings(list: &Value, variables: Variables) -> Outcome<Vec<Node>> {
    let values = match &list.kind {
        Kind::List(values) => values.as_slice(),
        Kind::Unknown(_) => std::slice::from_ref(list),
        _ => {
            let message = format!("a list of strings is wanted, not {}", list.kind_name());
            return Err(Refusal { span: list.span, message });
        }
    };
    let mut nodes: Vec<Node> = Vec::with_capacity(values.len());
    let mut seen = std::collections::HashSet::new();
    for value in values.iter().filter(|value| value.kind != Kind::Null) {
        let text = to_text(value).map_err(|message| Refusal { span: value.span, message })?;
        let has_variable = text.lossy().contains("&{");
        let text = match variables {
            Variables::Refused if has_variable => {
                let message = format!("`&{{` in a document of version {OLD}, which has no policy variables");
                return Err(Refusal { span: value.span, message });
            }
            Variables::Replaced if has_variable => map_pieces(&text, |literal| literal.replace("&{", "${")),
            _ => without_marks(&text),
        };
        if seen.insert(text.display()) {
            nodes.push(Node { span: value.span, value: Tree::String(text) });
        }
    }
    Ok(nodes)
}

fn one_or_many(mut nodes: Vec<Node>, span: Span) -> Node {
    match (nodes.len(), nodes.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            nodes.extend(last);
            Node { span, value: Tree::Array(nodes) }
        }
    }
}

/// Lists under keys, in the order of the keys' first appearance.
#[derive(Default)]
struct Lists(Vec<(Node, Vec<Node>, Span)>);

impl Lists {
    fn add(&mut self, key: Node, nodes: Vec<Node>, span: Span) {
        match self.0.iter_mut().find(|(known, ..)| known.value == key.value) {
            Some((_, known, _)) => {
                for node in nodes {
                    if !known.iter().any(|known| known.value == node.value) {
                        known.push(node);
                    }
                }
            }
            None => self.0.push((key, nodes, span)),
        }
    }

    fn finish(self) -> Vec<Member> {
        let member = |(key, nodes, span): (Node, Vec<Node>, Span)| {
            let name = match &key.value {
                Tree::String(text) => text.display(),
                _ => String::new(),
            };
            member(&name, key.span, one_or_many(nodes, span))
        };
        self.0.into_iter().map(member).collect()
    }
}

/// The principals, or the hole that their kind is.
fn principals(blocks: &[PrincipalsBlock], is_old: bool) -> Outcome<Option<Node>> {
    let Some(span) = blocks.first().map(|block| block.span) else { return Ok(None) };
    let mut lists = Lists::default();
    for block in blocks {
        let kind = string(&block.kind)?;
        let identifiers = strings(&block.identifiers, Variables::of(is_old))?;
        let name = match &kind.value {
            Tree::String(text) if text.known().is_none() => text.holes().first().map(|hole| hole.name.clone()),
            _ => None,
        };
        if let Some(name) = name {
            return Ok(Some(Node { span: block.span, value: Tree::String(Text::default().with_hole(name)) }));
        }
        if let ([only], Some("*"), [_]) = (identifiers.as_slice(), kind.as_str(), blocks)
            && only.as_str() == Some("*")
        {
            return Ok(Some(only.clone()));
        }
        lists.add(kind, identifiers, block.identifiers.span);
    }
    Ok(Some(Node { span, value: Tree::Object(lists.finish()) }))
}

fn conditions(blocks: &[ConditionBlock], is_old: bool) -> Outcome<Option<Node>> {
    let Some(span) = blocks.first().map(|block| block.span) else { return Ok(None) };
    let mut operators: Vec<(Node, Lists, Span)> = Vec::new();
    for block in blocks {
        let (test, variable) = (string(&block.test)?, string(&block.variable)?);
        let values = strings(&block.values, Variables::of(is_old))?;
        let known = operators.iter().position(|(known, ..)| known.value == test.value);
        let at = known.unwrap_or_else(|| {
            operators.push((test, Lists::default(), block.span));
            operators.len() - 1
        });
        if let Some((_, lists, _)) = operators.get_mut(at) {
            lists.add(variable, values, block.values.span);
        }
    }
    let mut all = Lists::default();
    for (test, lists, span) in operators {
        all.add(test, vec![Node { span, value: Tree::Object(lists.finish()) }], span);
    }
    Ok(Some(Node { span, value: Tree::Object(all.finish()) }))
}

#[cfg(test)]
mod tests;
