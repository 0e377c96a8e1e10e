//! Roles: the resources that are some, and what their policies come to.

use std::rc::Rc;

use countersign_policy::document::{
    DuplicateKeys, Node, PolicyDocument, Problem, Severity, Span, Text, Value as Tree, parse_json,
};

use super::block::Block;
use super::conversion::to_text;
use super::evaluator::{Evaluator, Fault, Instance};
use super::expression::unknown_name;
use super::provider::is_left_alone;
use super::reference::Referred;
use super::value::{Kind, Value};
use crate::input::decisions::MAX_COMBINATIONS;
use crate::role::{Alternative, Choice, Role};
use crate::source::{ProblemSeverity, SourceMap};

/// Most parts of a policy that are named when they cannot be read.
const MISREAD_SHOWN: usize = 10;
/// Most roles of one root.
const MAX_ROLES: usize = 20_000;

/// The types of resource that are roles, and the argument with the trust policy.
const ROLES: &[(&str, &str)] =
    &[("aws_iam_role", "assume_role_policy"), ("awscc_iam_role", "assume_role_policy_document")];

/// What a policy is in one run.
pub(super) type Policy = Result<Node, (Span, String, Option<String>)>;

impl Evaluator<'_> {
    /// The roles of a module and those it calls.
    pub(super) fn roles(&self, instance: &Rc<Instance>, only: Option<&[String]>, roles: &mut Vec<Role>) {
        let folder = Rc::clone(instance).folder.clone();
        self.note_callers(instance);
        for ((kind, name), block) in &folder.resources {
            let Some((_, argument)) = ROLES.iter().find(|(role, _)| **role == **kind) else { continue };
            if !folder.is_wanted(block, only) {
                continue;
            }
            let address = format!("{}{kind}.{name}", instance.address);
            self.start();
            for (suffix, repetition) in self.expansion(instance, block, &address).instances() {
                if roles.len() >= MAX_ROLES || self.is_spent() {
                    let message =
                        format!("`{address}{suffix}` and what follows is not audited: this is too much to work out");
                    self.problem(block.span, ProblemSeverity::Error, message, "audit the modules one by one");
                    return;
                }
                let address = format!("{address}{suffix}");
                let (kind, name) = (kind.clone(), name.clone());
                let referred =
                    Referred { instance: Rc::clone(instance), is_data: false, kind, name, repetition, address };
                roles.push(self.role(&referred, block, argument));
                self.note_role(&referred, block, roles.len() - 1);
            }
        }
        self.attachments(instance);
        for (name, block) in &folder.modules {
            let address = format!("{}module.{name}", instance.address);
            self.start();
            for (suffix, repetition) in self.expansion(instance, block, &address).instances() {
                if let Some(module) = self.called_module(instance, name, &format!("{address}{suffix}"), repetition) {
                    // What is in files elsewhere is wanted because of the call.
                    let is_wanted = only.is_none_or(|only| {
                        let path = folder.files.get(block.file).map_or("", String::as_str);
                        only.iter().any(|wanted| wanted == path)
                    });
                    if is_wanted {
                        self.roles(&module, None, roles);
                    }
                }
            }
        }
        // A module may give it to a role.
        self.stray_documents(instance, only, roles);
    }

    fn role(&self, referred: &Referred, block: &Block, argument: &str) -> Role {
        self.start();
        self.for_provider_of(&referred.instance, block);
        if is_left_alone(block, argument) {
            let message = format!("`{argument}` of `{}` is in `ignore_changes`", referred.address);
            let help = "what is deployed may be something else: audit the account too";
            self.problem(block.span, ProblemSeverity::Note, message, help);
        }
        let outcomes = self.every_way(|| self.trust_policy(referred, block, argument));
        let mut role = self.with_policy(referred, block, outcomes);
        self.start();
        role.role_name = self.known_text(referred, block, name_argument(&referred.kind));
        role.tags = self.tags(referred, block);
        role.path = self.known_text(referred, block, "path");
        let longest = self.known_text(referred, block, "max_session_duration");
        role.max_session_duration = longest.and_then(|longest| longest.parse().ok());
        role
    }

    /// An attribute's text, when all of it is known.
    fn known_text(&self, referred: &Referred, block: &Block, name: &str) -> Option<String> {
        let text = self.configured_text(referred, block, name).ok().flatten()?;
        text.known().map(str::to_owned)
    }

    /// A role with every way its policy may be.
    pub(super) fn with_policy(
        &self,
        referred: &Referred,
        block: &Block,
        (outcomes, all): (Vec<(Vec<Choice>, Policy)>, bool),
    ) -> Role {
        let merged = merge(outcomes);
        let nothing = PolicyDocument { span: block.span, ..PolicyDocument::default() };
        let sources = SourceMap::from(crate::source::SourceFile::new("", String::new()));
        let mut role = Role::new(referred.address.clone(), nothing, block.span, sources);
        role.more_alternatives = (!all).then(|| format!("more than {MAX_COMBINATIONS} combinations of variables"));
        for (nth, (given, policy)) in merged.into_iter().enumerate() {
            let trust = match policy {
                Ok(node) => {
                    let trust = PolicyDocument::from_node(&node, DuplicateKeys::LastWins);
                    self.misread(&role.name, &trust);
                    if trust.has_duplicate_keys() {
                        let subject = "which of the duplicate keys counts".to_owned();
                        let decided = "the first of the duplicate keys counts".to_owned();
                        let given = given.iter().cloned().chain([Choice { subject, decided }]).collect();
                        let trust = PolicyDocument::from_node(&node, DuplicateKeys::FirstWins);
                        role.alternatives.push(Alternative { given, trust });
                    }
                    trust
                }
                Err((span, message, help)) => {
                    let shown = format!("the trust policy of `{}` cannot be read: {message}", role.name);
                    let advice =
                        help.clone().unwrap_or_else(|| "the verdict of this role is open until it can".to_owned());
                    self.problem(span, ProblemSeverity::Error, shown, &advice);
                    let hole = Text::default().with_hole("a policy text that can be read");
                    let node = Node { span, value: Tree::String(hole) };
                    let mut trust = PolicyDocument::from_node(&node, DuplicateKeys::LastWins);
                    trust.problems.push(Problem { severity: Severity::Error, span, message, help });
                    if nth == 0 {
                        role.unreadable = true;
                    }
                    trust
                }
            };
            if nth == 0 {
                (role.trust, role.given) = (trust, given);
            } else {
                role.alternatives.push(Alternative { given, trust });
            }
        }
        role
    }

    fn trust_policy(&self, referred: &Referred, block: &Block, argument: &str) -> Policy {
        let Some(attribute) = block.attribute(argument) else {
            return Err((block.span, format!("there is no `{argument}`"), None));
        };
        let value = match self.attribute_value(attribute, &referred.scope()) {
            Ok(value) => self.settle(value),
            Err(Fault::Wrong { span, message }) => return Err((span, message, None)),
            Err(Fault::Spent(message)) => return Err((attribute.name_span, message.to_owned(), None)),
        };
        self.policy_node(value)
    }

    /// The tree of a policy that a value is.
    pub(super) fn policy_node(&self, value: Value) -> Policy {
        let span = value.span;
        let hole = |name: &str| Ok(Node { span, value: Tree::String(Text::default().with_hole(name)) });
        match &value.kind {
            Kind::Json(node) => Ok((**node).clone()),
            Kind::Unknown(unknown) => hole(&unknown.name),
            Kind::String(text) => {
                let known = self.not_json.borrow().get(&span).cloned();
                match (known, text.known()) {
                    // It may be JSON once the holes are filled.
                    (_, None) => hole(&unknown_name(&value)),
                    (Some(problem), _) => Err((problem.span, problem.message, problem.help)),
                    (None, Some(text)) => match parse_json(text, countersign_policy::document::MAX_NESTING) {
                        Ok(node) => Ok(super::functions::moved(node, span)),
                        Err(problem) => Err((span, problem.message, problem.help)),
                    },
                }
            }
            Kind::Map(_) => {
                let help = "wrap it in `jsonencode(…)`".to_owned();
                Err((span, "a trust policy is JSON text, not an object".to_owned(), Some(help)))
            }
            _ => Err((span, format!("a trust policy is JSON text, not {}", value.kind_name()), None)),
        }
    }

    /// Names the parts of a policy that were not understood: the verdict is without them.
    fn misread(&self, name: &str, trust: &PolicyDocument) {
        let errors = trust.problems.iter().filter(|problem| problem.severity == Severity::Error);
        for problem in errors.take(MISREAD_SHOWN) {
            if trust.statements.is_empty() && problem.message.contains("`Statement`") {
                let message = format!("the trust policy of `{name}` has no statement as long as variables are not set");
                let help = "audit what calls this module, or give its variables";
                self.problem(problem.span, ProblemSeverity::Warning, message, help);
                continue;
            }
            let message = format!("the trust policy of `{name}` cannot be read in full: {}", problem.message);
            self.problem(problem.span, ProblemSeverity::Error, message, problem.help.as_deref().unwrap_or(""));
        }
    }

    /// The tags, when all of them are known.
    fn tags(&self, referred: &Referred, block: &Block) -> Option<Vec<(String, String)>> {
        let attribute = block.attribute("tags")?;
        let value = self.attribute_value(attribute, &referred.scope()).ok()?;
        let Kind::Map(entries) = self.settle(value).kind else { return None };
        let tag = |entry: super::value::Entry| {
            let value = to_text(&self.settle(entry.value)).ok()?;
            Some((entry.key.known()?.to_owned(), value.known()?.to_owned()))
        };
        entries.into_iter().map(tag).collect()
    }
}

/// Leaves out decisions that make no difference.
fn merge(mut outcomes: Vec<(Vec<Choice>, Policy)>) -> Vec<(Vec<Choice>, Policy)> {
    let mut at = 0;
    while let Some((given, policy)) = outcomes.get(at) {
        let other = outcomes.iter().enumerate().skip(at + 1).find_map(|(nth, (other, same))| {
            (same == policy).then(|| differing(given, other)).flatten().map(|choice| (nth, choice))
        });
        let Some((nth, choice)) = other else {
            at += 1;
            continue;
        };
        drop(outcomes.remove(nth));
        if let Some((given, _)) = outcomes.get_mut(at) {
            given.remove(choice);
        }
        at = 0;
    }
    outcomes
}

/// The only choice that is made otherwise.
fn differing(one: &[Choice], other: &[Choice]) -> Option<usize> {
    let differ = || one.iter().zip(other).enumerate().filter(|(_, (one, other))| one != other);
    let is_one = one.len() == other.len() && differ().count() == 1;
    differ().next().filter(|(_, (one, other))| is_one && one.subject == other.subject).map(|(at, _)| at)
}

fn name_argument(kind: &str) -> &'static str {
    if kind == "awscc_iam_role" { "role_name" } else { "name" }
}
