//! From the tree to the document: shape problems are recorded, never fatal.

use super::node::{MAX_POLICY_BYTES, parse_json};
use super::{
    ConditionEntry, Effect, MAX_NESTING, Member, Node, PatternElement, Polarity, PolicyDocument, PrincipalElement,
    PrincipalEntry, PrincipalKind, Problem, Severity, Span, Spanned, Statement, Text, Unreadable, Value, Version,
};

/// Which of several equal keys of one object counts. IAM refuses such a document; until it is mended, both readings
/// have to be considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicateKeys {
    /// The last one, as most JSON readers do.
    #[default]
    LastWins,
    /// The first one.
    FirstWins,
}

impl PolicyDocument {
    /// Reads a policy from JSON text.
    ///
    /// Text that is not JSON, is larger than [`MAX_POLICY_BYTES`] or nests deeper than [`MAX_NESTING`] yields an empty
    /// document with the problem.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let problem = if text.len() > MAX_POLICY_BYTES {
            Problem {
                severity: Severity::Error,
                span: Span::new(MAX_POLICY_BYTES, MAX_POLICY_BYTES + 1),
                message: format!("policy of {} bytes; the limit is {MAX_POLICY_BYTES}", text.len()),
                help: Some("IAM accepts at most 131072 characters; check that this is one policy".into()),
            }
        } else {
            match parse_json(text, MAX_NESTING) {
                Ok(node) => return Self::from_node(&node, DuplicateKeys::default()),
                Err(problem) => problem,
            }
        };
        Self { problems: vec![problem], ..Self::default() }
    }

    /// Reads a policy from a tree (a part of a larger file, or what a template evaluated to).
    #[must_use]
    pub fn from_node(node: &Node, duplicate_keys: DuplicateKeys) -> Self {
        let mut reader = Reader { problems: Vec::new(), duplicate_keys };
        let mut document = Self { span: node.span, ..Self::default() };
        if let Some(name) = hole(node) {
            document.statements.push(Statement::not_in_input(node.span, name));
            return document;
        }
        let Value::Object(members) = &node.value else {
            reader.error(node.span, format!("a policy is a JSON object, not {}", node.kind_name()), None);
            document.problems = reader.problems;
            return document;
        };
        let mut statement_seen = false;
        for member in reader.unique(members) {
            match &*member.key {
                "Version" => document.version = reader.version(&member.value),
                "Id" => {
                    reader.string(&member.value, "Id");
                }
                "Statement" => {
                    statement_seen = true;
                    document.statements = reader.statements(&member.value);
                }
                _ => reader.unknown_element(member),
            }
        }
        if !statement_seen {
            let help = "a policy needs a `Statement`: an object or a list of objects";
            reader.error(node.span, "missing required element `Statement`".into(), Some(help));
        }
        document.problems = reader.problems;
        document
    }

    /// Whether the document repeats a key in one object, so that its two readings can differ.
    #[must_use]
    pub fn has_duplicate_keys(&self) -> bool {
        self.problems.iter().any(|problem| problem.message.starts_with(DUPLICATE))
    }
}

const DUPLICATE: &str = "duplicate key";

struct Reader {
    problems: Vec<Problem>,
    duplicate_keys: DuplicateKeys,
}

impl Reader {
    fn error(&mut self, span: Span, message: String, help: Option<&str>) {
        self.problems.push(Problem { severity: Severity::Error, span, message, help: help.map(str::to_owned) });
    }

    fn unknown_element(&mut self, member: &Member) {
        let known = [
            "Version",
            "Id",
            "Statement",
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ];
        let help = match known.iter().find(|name| name.eq_ignore_ascii_case(&member.key)) {
            Some(name) => {
                format!("element names are case-sensitive: write `{name}` (and in its place in the document)")
            }
            None => "remove it; IAM refuses elements it does not know".to_owned(),
        };
        self.error(member.key_span, format!("unknown element `{}`", member.key), Some(&help));
    }

    /// The members with repeated keys reduced to one, each repetition a problem.
    fn unique<'n>(&mut self, members: &'n [Member]) -> Vec<&'n Member> {
        let mut kept: Vec<&'n Member> = Vec::with_capacity(members.len());
        let mut places = std::collections::HashMap::with_capacity(members.len());
        for member in members {
            match places.get(&*member.key).copied() {
                None => {
                    places.insert(&*member.key, kept.len());
                    kept.push(member);
                }
                Some(place) => {
                    let help = "IAM refuses a policy that repeats a key; readers differ on which one counts";
                    self.error(member.key_span, format!("{DUPLICATE} `{}`", member.key), Some(help));
                    if let (DuplicateKeys::LastWins, Some(slot)) = (self.duplicate_keys, kept.get_mut(place)) {
                        *slot = member;
                    }
                }
            }
        }
        kept
    }

    fn string<'n>(&mut self, node: &'n Node, element: &str) -> Option<&'n Text> {
        if let Value::String(text) = &node.value {
            return Some(text);
        }
        self.error(node.span, format!("`{element}` is a string, not {}", node.kind_name()), None);
        None
    }

    fn version(&mut self, node: &Node) -> Version {
        let Some(text) = self.string(node, "Version") else { return Version::Invalid };
        match text.known() {
            Some("2012-10-17") => Version::V2012,
            Some("2008-10-17") => Version::V2008,
            // In the older version `${…}` is plain text.
            None => Version::V2012,
            _ => {
                let help = "write \"2012-10-17\": the version names the policy language, it is not a date of yours";
                self.error(node.span, format!("unknown policy version `{}`", text.display()), Some(help));
                Version::Invalid
            }
        }
    }

    fn statements(&mut self, node: &Node) -> Vec<Statement> {
        let single = std::slice::from_ref(node);
        let nodes = match &node.value {
            Value::Array(nodes) => {
                if nodes.is_empty() {
                    self.error(node.span, "`Statement` is empty".into(), Some("a policy needs at least one statement"));
                }
                nodes.as_slice()
            }
            _ => single,
        };
        nodes.iter().map(|node| self.statement(node)).collect()
    }

    fn statement(&mut self, node: &Node) -> Statement {
        if let Some(name) = hole(node) {
            return Statement::not_in_input(node.span, name);
        }
        let mut statement = Statement::empty(node.span);
        let Value::Object(members) = &node.value else {
            self.error(node.span, format!("a statement is an object, not {}", node.kind_name()), None);
            statement.cannot_read(node.span, "the statement is not an object");
            return statement;
        };
        for member in self.unique(members) {
            let value = &member.value;
            match &*member.key {
                "Sid" => {
                    let text = self.string(value, "Sid").cloned();
                    statement.sid = text.map(|text| Spanned { value: text, span: value.span });
                }
                "Effect" => self.effect(value, &mut statement),
                "Principal" => self.principal(member, Polarity::Listed, &mut statement),
                "NotPrincipal" => self.principal(member, Polarity::Excepted, &mut statement),
                "Action" | "NotAction" | "Resource" | "NotResource" => self.patterns(member, &mut statement),
                "Condition" => self.condition_block(value, &mut statement),
                other => match super::text_of_key(other).holes().first() {
                    Some(hole) => statement.is_not_in_input(member.key_span, &hole.name),
                    None => {
                        self.unknown_element(member);
                        statement.cannot_read(member.key_span, &format!("unknown element `{other}`"));
                    }
                },
            }
        }
        if statement.effect.is_none() {
            if !members.iter().any(|member| &*member.key == "Effect") {
                let help = "write \"Effect\": \"Allow\" or \"Effect\": \"Deny\"";
                self.error(node.span, "missing required element `Effect`".into(), Some(help));
            }
            let effect = members.iter().find(|member| &*member.key == "Effect").map(|member| &member.value);
            match effect.and_then(hole) {
                Some(name) => statement.is_not_in_input(node.span, name),
                None => statement.cannot_read(node.span, "no readable `Effect`"),
            }
        }
        if statement.actions.is_empty() && statement.unreadable.is_none() {
            self.error(
                node.span,
                "missing required element `Action`".into(),
                Some("add \"Action\": \"sts:AssumeRole\""),
            );
        }
        statement
    }

    fn effect(&mut self, node: &Node, statement: &mut Statement) {
        let Some(text) = self.string(node, "Effect") else { return };
        let effect = match text.known() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            None => return,
            Some(_) => {
                let help = "write `Allow` or `Deny`; the value is case-sensitive";
                self.error(node.span, format!("invalid effect `{}`", text.display()), Some(help));
                return;
            }
        };
        statement.effect = Some(Spanned { value: effect, span: node.span });
    }

    fn principal(&mut self, member: &Member, polarity: Polarity, statement: &mut Statement) {
        let mut entries = Vec::new();
        match &member.value.value {
            Value::String(text) if text.known() == Some("*") => {
                entries.push(PrincipalEntry {
                    kind: PrincipalKind::Everyone,
                    value: text.clone(),
                    span: member.value.span,
                });
            }
            // Who it is is not in the input: somebody of another account, as far as anybody knows.
            Value::String(text) if text.hole().is_some() => {
                let span = member.value.span;
                entries.push(PrincipalEntry { kind: PrincipalKind::Aws, value: text.clone(), span });
            }
            Value::String(text) => {
                let help = "write {\"AWS\": \"…\"}, {\"Service\": \"…\"} or {\"Federated\": \"…\"}; only \"*\" may stand alone";
                self.error(member.value.span, format!("`{}` is not a principal map", text.display()), Some(help));
                statement.cannot_read(member.value.span, "the principal is neither `*` nor a map");
            }
            Value::Object(members) => {
                for kind_member in self.unique(members) {
                    self.principal_kind(kind_member, &mut entries, statement);
                }
                if members.is_empty() {
                    let help = "name at least one principal";
                    self.error(member.value.span, format!("`{}` is empty", member.key), Some(help));
                }
            }
            _ => {
                let kind = member.value.kind_name();
                self.error(member.value.span, format!("`{}` is \"*\" or a map, not {kind}", member.key), None);
                statement.cannot_read(member.value.span, "the principal is neither `*` nor a map");
            }
        }
        statement.principals.push(PrincipalElement { polarity, key_span: member.key_span, entries });
    }

    fn principal_kind(&mut self, member: &Member, entries: &mut Vec<PrincipalEntry>, statement: &mut Statement) {
        let kind = match &*member.key {
            "AWS" => PrincipalKind::Aws,
            "Service" => PrincipalKind::Service,
            "Federated" => PrincipalKind::Federated,
            "CanonicalUser" => PrincipalKind::CanonicalUser,
            other => {
                if let Some(hole) = super::text_of_key(other).holes().first() {
                    return statement.is_not_in_input(member.key_span, &hole.name);
                }
                let help = "the kinds are `AWS`, `Service` and `Federated`, spelled like this";
                self.error(member.key_span, format!("unknown principal kind `{other}`"), Some(help));
                statement.cannot_read(member.key_span, &format!("unknown principal kind `{other}`"));
                return;
            }
        };
        let texts = self.texts(&member.value, &member.key, TextKinds::StringsOnly, statement);
        if texts.is_empty() && matches!(&member.value.value, Value::Array(nodes) if nodes.is_empty()) {
            self.error(
                member.value.span,
                format!("`{}` lists no principal", member.key),
                Some("name at least one principal"),
            );
        }
        entries.extend(texts.into_iter().map(|text| PrincipalEntry { kind, value: text.value, span: text.span }));
    }

    fn patterns(&mut self, member: &Member, statement: &mut Statement) {
        let patterns = self.texts(&member.value, &member.key, TextKinds::StringsOnly, statement);
        if patterns.is_empty() && matches!(&member.value.value, Value::Array(nodes) if nodes.is_empty()) {
            self.error(member.value.span, format!("`{}` is empty", member.key), None);
        }
        let (elements, polarity) = match &*member.key {
            "Action" => (&mut statement.actions, Polarity::Listed),
            "NotAction" => (&mut statement.actions, Polarity::Excepted),
            "Resource" => (&mut statement.resources, Polarity::Listed),
            _ => (&mut statement.resources, Polarity::Excepted),
        };
        elements.push(PatternElement { polarity, key_span: member.key_span, patterns });
    }

    fn condition_block(&mut self, node: &Node, statement: &mut Statement) {
        if let Some(name) = hole(node) {
            return statement.leaves_undecided(node.span, name);
        }
        let Value::Object(operators) = &node.value else {
            self.error(node.span, format!("`Condition` is an object, not {}", node.kind_name()), None);
            statement.cannot_read(node.span, "the condition block is not an object");
            return;
        };
        for operator in self.unique(operators) {
            let names = super::text_of_key(&operator.key);
            if let Some(name) = names.holes().first().map(|hole| &*hole.name).or_else(|| hole(&operator.value)) {
                statement.leaves_undecided(operator.value.span, name);
                continue;
            }
            let Value::Object(keys) = &operator.value.value else {
                let kind = operator.value.kind_name();
                let help = "write {\"StringEquals\": {\"sts:ExternalId\": \"…\"}}";
                self.error(
                    operator.value.span,
                    format!("`{}` is a map of condition keys, not {kind}", operator.key),
                    Some(help),
                );
                statement.cannot_read(operator.value.span, &format!("the keys of `{}` are not a map", operator.key));
                continue;
            };
            if keys.is_empty() {
                let operator = Spanned { value: operator.key.clone(), span: operator.key_span };
                statement.keyless_operators.push(operator);
            }
            for key in self.unique(keys) {
                let text = super::text_of_key(&key.key);
                if let Some(name) = text.hole().or_else(|| super::hole_in_service(&text)) {
                    statement.leaves_undecided(key.key_span, name);
                    continue;
                }
                let values = self.texts(&key.value, &key.key, TextKinds::Scalars, statement);
                statement.conditions.push(ConditionEntry {
                    operator: Spanned { value: operator.key.clone(), span: operator.key_span },
                    key: Spanned { value: key.key.clone(), span: key.key_span },
                    values,
                    span: whole(key),
                });
            }
        }
    }

    /// A scalar or a list of scalars (rule G5).
    fn texts(&mut self, node: &Node, element: &str, kinds: TextKinds, statement: &mut Statement) -> Vec<Spanned<Text>> {
        let single = std::slice::from_ref(node);
        let nodes = match &node.value {
            Value::Array(nodes) => nodes.as_slice(),
            _ => single,
        };
        let mut texts = Vec::with_capacity(nodes.len());
        for node in nodes {
            let text = match (&node.value, kinds) {
                (Value::String(text), _) => text.clone(),
                (Value::Bool(value), TextKinds::Scalars) => Text::literal(if *value { "true" } else { "false" }),
                (Value::Number(spelling), TextKinds::Scalars) => Text::literal(spelling.clone()),
                (Value::Null | Value::Array(_) | Value::Object(_) | Value::Bool(_) | Value::Number(_), _) => {
                    let help = match kinds {
                        TextKinds::StringsOnly => "write a string or a list of strings",
                        TextKinds::Scalars => "write a string, a number, a boolean, or a list of them",
                    };
                    self.error(node.span, format!("a value of `{element}` is {}", node.kind_name()), Some(help));
                    statement.cannot_read(node.span, &format!("a value of `{element}` is {}", node.kind_name()));
                    continue;
                }
            };
            texts.push(Spanned { value: text, span: node.span });
        }
        texts
    }
}

/// A member from its key to the end of its value, or the key alone when the value stands before it: in a template it may be
/// that of a variable.
fn whole(member: &Member) -> Span {
    let (key, value) = (member.key_span, member.value.span);
    if value.start < key.end { key } else { Span { start: key.start, end: value.end } }
}

#[derive(Clone, Copy)]
enum TextKinds {
    StringsOnly,
    Scalars,
}

/// The name of the value that is not in the input, when it is all a node is.
fn hole(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => text.hole(),
        _ => None,
    }
}

impl Statement {
    fn empty(span: Span) -> Self {
        Self {
            span,
            sid: None,
            effect: None,
            principals: Vec::new(),
            actions: Vec::new(),
            resources: Vec::new(),
            conditions: Vec::new(),
            keyless_operators: Vec::new(),
            undecided: Vec::new(),
            unreadable: None,
        }
    }

    /// A statement, or all of them, that the input does not have.
    fn not_in_input(span: Span, name: &str) -> Self {
        let mut statement = Self::empty(span);
        statement.is_not_in_input(span, name);
        statement
    }

    fn is_not_in_input(&mut self, span: Span, name: &str) {
        self.cannot_read(span, &format!("`{name}` is not in the input"));
        if let Some(unreadable) = &mut self.unreadable {
            unreadable.hole = Some(name.into());
        }
    }

    fn leaves_undecided(&mut self, span: Span, name: &str) {
        self.undecided.push(Spanned { value: name.into(), span });
    }

    fn cannot_read(&mut self, span: Span, what: &str) {
        if self.unreadable.is_none() {
            self.unreadable = Some(Unreadable { span, what: what.to_owned(), hole: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_statement_does_not_hide_the_others() {
        let text = r#"{"Statement":[7,{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},{"Effect":"allow","Action":[1]}]}"#;
        let document = PolicyDocument::parse(text);
        assert_eq!(document.statements.len(), 3);
        assert!(document.statements[0].unreadable.is_some());
        assert!(document.statements[1].unreadable.is_none());
        assert!(document.statements[2].unreadable.is_some());
        assert!(document.problems.len() >= 3, "{:?}", document.problems);
    }

    #[test]
    fn duplicate_keys_have_two_readings() {
        let text = r#"{"Statement":{"Effect":"Allow","Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}}"#;
        let node = parse_json(text, MAX_NESTING).unwrap();
        let effect = |reading| {
            PolicyDocument::from_node(&node, reading).statements[0].effect.as_ref().map(|effect| effect.value)
        };
        assert_eq!(effect(DuplicateKeys::LastWins), Some(Effect::Deny));
        assert_eq!(effect(DuplicateKeys::FirstWins), Some(Effect::Allow));
        assert!(PolicyDocument::parse(text).has_duplicate_keys());
    }

    #[test]
    fn every_element_knows_its_place() {
        let text = "{\"Statement\":{\"Effect\":\"Allow\",\n \"Principal\":{\"AWS\":[\"111122223333\"]},\"Action\":\"sts:AssumeRole\"}}";
        let document = PolicyDocument::parse(text);
        let entry = &document.statements[0].principals[0].entries[0];
        assert_eq!(text.get(entry.span.start as usize..entry.span.end as usize), Some("\"111122223333\""));
    }
}
