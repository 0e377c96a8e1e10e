//! From a resource to a role: its trust policy in every way the template leaves open.

use countersign_policy::document::{
    DuplicateKeys, MAX_POLICY_BYTES, Node, PolicyDocument, Problem, Severity, Span, Value,
};

use super::outcome::settled;
use super::policy::problem;
use super::problems::Problems;
use super::resolve::{Resolver, hole_node, weight};
use super::template::{Resource, Template};
use crate::input::TRUST_POLICY;
use crate::input::decisions::{Decisions, MAX_COMBINATIONS, every_way};
use crate::role::{Alternative, Choice, DefaultValue, Role};
use crate::source::ProblemSeverity;

/// What a trust policy turned out to be, one way.
#[derive(Clone, PartialEq)]
enum Trust {
    Tree(Node),
    Unreadable(Problem),
}

/// Where a role's trust policy stands.
#[derive(Clone, Copy)]
pub(super) enum Source<'t> {
    /// At this node.
    Written(&'t Node),
    /// SAM writes one that trusts this service.
    Generated(&'static str),
    /// A macro of this name may write it.
    Macro(&'t str),
    /// Nowhere, and that is a mistake.
    Missing,
}

/// Reads roles of one template.
pub(super) struct RoleReader<'t, 'p> {
    pub(super) template: &'t Template<'t>,
    pub(super) problems: &'p mut Problems,
    /// What stands before the names: the resource that holds the template.
    pub(super) prefix: &'p str,
    /// What the policies read so far have from the defaults of parameters.
    pub(super) defaults: Vec<DefaultValue>,
}

impl<'t> RoleReader<'t, '_> {
    pub(super) fn read(&mut self, resource: &'t Resource<'t>, name: String, source: Source<'t>) -> Role {
        self.defaults.clear();
        let (outcomes, is_all) = every_way(|decisions| self.one_way(resource, source, decisions));
        // Ways in which there is no such role say nothing about it.
        let exists = outcomes.iter().any(|(_, outcome)| outcome.is_some());
        if outcomes.first().is_some_and(|(_, outcome)| outcome.is_none()) {
            self.not_by_default(resource, &name);
        }
        let mut outcomes: Vec<(Vec<Choice>, Trust)> =
            outcomes.into_iter().filter_map(|(given, trust)| Some((given, trust?))).collect();
        if !exists {
            let mut decisions = Decisions::default();
            let trust = self.trust(resource, source, &mut decisions);
            outcomes = vec![(decisions.given(), trust)];
        }
        let name = format!("{}{name}", self.prefix);
        let mut role = self.role(name, resource.header, settled(outcomes));
        if !is_all {
            role.more_alternatives =
                Some(format!("more than {MAX_COMBINATIONS} combinations of conditions and parameters"));
        }
        role
    }

    /// The trust policy under some decisions; nothing when the role does not exist under them.
    fn one_way(&mut self, resource: &'t Resource<'t>, source: Source<'t>, decisions: &mut Decisions) -> Option<Trust> {
        if let Some(condition) = resource.node.get("Condition").and_then(Node::as_str) {
            let mut resolver = Resolver::new(self.template, decisions, self.problems);
            resolver.bindings.clone_from(&resource.bindings);
            if !resolver.holds(condition) {
                return None;
            }
        }
        Some(self.trust(resource, source, decisions))
    }

    fn trust(&mut self, resource: &'t Resource<'t>, source: Source<'t>, decisions: &mut Decisions) -> Trust {
        let mut resolver = Resolver::new(self.template, decisions, self.problems);
        resolver.bindings.clone_from(&resource.bindings);
        let tree = match source {
            Source::Written(node) => resolver.policy(node),
            Source::Generated(service) => Ok(super::serverless::generated(service, resource.header)),
            Source::Macro(name) => Ok(hole_node(resource.header, name)),
            Source::Missing => {
                let help = "a role cannot be created without one";
                Err(problem(resource.header, format!("there is no `{TRUST_POLICY}`"), help))
            }
        };
        let defaults = std::mem::take(&mut resolver.defaults);
        self.defaults.extend(defaults);
        match tree.and_then(readable) {
            Ok(tree) => Trust::Tree(tree),
            Err(problem) => Trust::Unreadable(problem),
        }
    }

    fn not_by_default(&mut self, resource: &Resource<'t>, name: &str) {
        let condition = resource.node.get("Condition");
        let Some((node, condition)) = condition.and_then(|node| Some((node, node.as_str()?))) else { return };
        let message = format!("`{name}` is not created by default: condition `{condition}` does not hold");
        let help = "it is audited as if it were created";
        let file = self.template.file;
        self.problems.add(file, node.span, ProblemSeverity::Note, message, Some(help.to_owned()));
    }

    fn role(&mut self, name: String, header: Span, outcomes: Vec<(Vec<Choice>, Trust)>) -> Role {
        let nothing = PolicyDocument { span: header, ..PolicyDocument::default() };
        let mut role = Role::new(name, nothing, header, self.template.file.clone().into());
        let (trees, unreadable): (Vec<_>, Vec<_>) =
            outcomes.into_iter().partition(|(_, trust)| matches!(trust, Trust::Tree(_)));
        for (_, trust) in unreadable {
            let Trust::Unreadable(problem) = trust else { continue };
            let message = format!("the trust policy of `{}` cannot be read: {}", role.name, problem.message);
            let help = problem.help.clone();
            self.problems.add(self.template.file, problem.span, ProblemSeverity::Error, message, help);
            if trees.is_empty() {
                role.trust.problems.push(problem);
                role.unreadable = true;
            } else {
                role.more_alternatives = Some("a trust policy that can be read in every case".to_owned());
            }
        }
        for (nth, (given, trust)) in trees.into_iter().enumerate() {
            let Trust::Tree(tree) = trust else { continue };
            let document = PolicyDocument::from_node(&tree, DuplicateKeys::LastWins);
            self.misread(&role.name, &document);
            let mut given = given;
            if document.has_duplicate_keys() {
                let mut first = given.clone();
                first.push(Choice::of_duplicate_keys(DuplicateKeys::FirstWins));
                given.push(Choice::of_duplicate_keys(DuplicateKeys::LastWins));
                let trust = PolicyDocument::from_node(&tree, DuplicateKeys::FirstWins);
                role.alternatives.push(Alternative { given: first, trust });
            }
            if nth == 0 {
                (role.trust, role.given) = (document, given);
            } else {
                role.alternatives.push(Alternative { given, trust: document });
            }
        }
        role.defaults = std::mem::take(&mut self.defaults);
        role.defaults.sort_by_key(|default| (default.place, default.literal));
        role.defaults.dedup();
        role
    }

    /// Names the parts of a policy that were not understood: the verdict is without them.
    fn misread(&mut self, name: &str, document: &PolicyDocument) {
        let errors = document.problems.iter().filter(|problem| problem.severity == Severity::Error);
        for problem in errors {
            let message = format!("the trust policy of `{name}` cannot be read in full: {}", problem.message);
            self.problems.add(self.template.file, problem.span, ProblemSeverity::Error, message, problem.help.clone());
        }
    }
}

/// The policy, unless it is none.
fn readable(node: Node) -> Result<Node, Problem> {
    let is_hole = matches!(&node.value, Value::String(text) if text.hole().is_some());
    if !is_hole && !matches!(node.value, Value::Object(_)) {
        let message = format!("a trust policy is an object, not {}", node.kind_name());
        let at = Span { start: node.span.start, end: node.span.start.saturating_add(1) };
        return Err(problem(at, message, "write {\"Version\": …, \"Statement\": […]}"));
    }
    let written = node.span.end.saturating_sub(node.span.start) as usize;
    let bytes = written.max(weight_of(&node));
    if bytes > MAX_POLICY_BYTES {
        let message = format!("a policy of {bytes} bytes; the limit is {MAX_POLICY_BYTES}");
        return Err(problem(
            node.span,
            message,
            "IAM accepts at most 131072 characters; check that this is one policy",
        ));
    }
    Ok(node)
}

/// How much there is of a tree.
fn weight_of(node: &Node) -> usize {
    match &node.value {
        Value::String(text) => weight(text),
        Value::Array(nodes) => nodes.iter().map(weight_of).sum(),
        Value::Object(members) => members.iter().map(|member| member.key.len() + weight_of(&member.value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

/// A property of the role that is known, whatever is decided.
pub(super) fn property(
    template: &Template<'_>,
    resource: &Resource<'_>,
    name: &str,
    problems: &mut Problems,
) -> Option<Node> {
    let node = resource.property(name)?;
    let (outcomes, is_all) = every_way(|decisions| {
        let mut resolver = Resolver::new(template, decisions, problems);
        resolver.bindings.clone_from(&resource.bindings);
        resolver.resolve(node)
    });
    let mut outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
    let first = outcomes.next()??;
    (is_all && outcomes.all(|other| other.is_some_and(|other| other.value == first.value))).then_some(first)
}

/// The role's tags, if all of them are known.
pub(super) fn tags(node: &Node) -> Option<Vec<(String, String)>> {
    let pair = |tag: &Node| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned()));
    node.as_array()?.iter().map(pair).collect()
}
