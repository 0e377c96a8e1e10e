//! What `terraform show -json` prints of a plan or a state: the roles there will be, or are.
//!
//! In a plan a value that is only known after `apply` is absent. One unknown piece makes the whole policy unknown, for it
//! is one string; what it hangs on is read from the references of the configuration, which holds no values.

use std::collections::{HashMap, HashSet};

use countersign_policy::document::{DuplicateKeys, Member, Node, PolicyDocument, Problem, Severity, Span, Text, Value};

use super::Reader;
use super::terraform::{Planned, planned_policy};
use super::trust_policy::{Described, Policy, seconds};
use crate::permissions::Permissions;
use crate::source::ProblemSeverity;

/// The types of resources that are roles, and the attribute with the trust policy of each.
const ROLE_TYPES: [(&str, &str); 2] =
    [("aws_iam_role", "assume_role_policy"), ("awscc_iam_role", "assume_role_policy_document")];

const HELP: &str = "countersign reads what `terraform show -json` prints of a plan or a state";

/// Whether an object is a plan or a state.
pub(super) fn is_plan(node: &Node) -> bool {
    node.get("format_version").is_some() && modules(node).is_some()
}

/// The member that holds the modules: of a plan, or of a state.
fn modules(node: &Node) -> Option<&Node> {
    node.get("planned_values").or_else(|| node.get("values").filter(|values| values.get("root_module").is_some()))
}

impl Reader<'_> {
    pub(super) fn plan(&mut self, node: &Node) {
        let Some(values) = modules(node) else { return };
        if !self.is_known_format(node) {
            return;
        }
        if let Some(flag @ Node { value: Value::Bool(true), .. }) = node.get("errored") {
            let help = "mend what terraform reports, and plan again: roles may be missing here";
            self.problem(flag.span, ProblemSeverity::Warning, "the plan ended in an error", Some(help.to_owned()));
        }
        self.deferred(node);
        let plan = Plan::of(node);
        if let Some(root) = values.get("root_module") {
            self.module(root, &plan);
        }
    }

    fn is_known_format(&mut self, node: &Node) -> bool {
        let Some(version) = node.get("format_version") else { return false };
        let major = version.as_str().and_then(|text| text.split('.').next());
        if matches!(major, Some("0" | "1")) {
            return true;
        }
        let message = match version.as_str() {
            Some(text) => format!("`format_version` {text} is not known here"),
            None => format!("`format_version` is {}, not a string", version.kind_name()),
        };
        self.problem(version.span, ProblemSeverity::Error, message, Some(format!("{HELP}: formats 0 and 1")));
        false
    }

    /// Roles that terraform puts off until more is known.
    fn deferred(&mut self, node: &Node) {
        for change in list(node, "deferred_changes").iter().filter_map(|deferred| deferred.get("resource_change")) {
            if let (Some(_), Some(address)) = (policy_attribute(change), change.get("address")) {
                let message = format!("`{}` is deferred: the plan does not say what it will be", text(address));
                let help = "apply, plan again, and audit that plan too";
                self.problem(address.span, ProblemSeverity::Warning, message, Some(help.to_owned()));
            }
        }
    }

    /// The roles of a module and of those in it. How deep they lie is bounded by how deep a file is read.
    fn module(&mut self, module: &Node, plan: &Plan<'_>) {
        for resource in list(module, "resources") {
            let is_data = resource.get("mode").and_then(Node::as_str) == Some("data");
            if let Some(attribute) = policy_attribute(resource).filter(|_| !is_data) {
                self.planned_role(resource, attribute, plan);
            }
        }
        for module in list(module, "child_modules") {
            self.module(module, plan);
        }
    }

    fn planned_role(&mut self, resource: &Node, attribute: &str, plan: &Plan<'_>) {
        let address = resource.get("address");
        let place = address.map_or(resource.span, |address| address.span);
        let name = address.map_or_else(|| "role".to_owned(), text);
        let change = plan.changes.get(name.as_str());
        if change.is_some_and(|change| is_gone(change)) {
            return;
        }
        let values = resource.get("values");
        let value = |key: &str| values.and_then(|values| values.get(key)).filter(|value| value.value != Value::Null);
        let after_unknown = change.and_then(|change| change.get("after_unknown")?.get(attribute));
        let is_unknown = after_unknown.is_some_and(|unknown| unknown.value == Value::Bool(true));
        let policy = match value(attribute) {
            Some(policy) => self.policy(policy),
            None if is_unknown => plan.unknown_policy(&name, attribute, place).map(Policy::of_tree),
            None => Err(Problem {
                severity: Severity::Error,
                span: place,
                message: format!("there is no `{attribute}`"),
                help: Some(HELP.to_owned()),
            }),
        };
        let string = |key: &str| value(key).and_then(Node::as_str).map(str::to_owned);
        let role_name = string("name").or_else(|| string("role_name"));
        let described = Described {
            name,
            arn: string("arn"),
            tags: value("tags_all").or_else(|| value("tags")).and_then(tags),
            permissions: Permissions::not_said(),
        };
        let before = change.and_then(|change| change.get("before")?.get(attribute));
        let before = before.filter(|before| before.value != Value::Null).and_then(|before| self.policy(before).ok());
        self.add(described, place, policy);
        if let Some(role) = self.reading.roles.last_mut() {
            role.role_name = role_name;
            role.path = string("path");
            role.max_session_duration = value("max_session_duration").and_then(seconds);
            let before = before.map(|before| PolicyDocument::from_node(&before.tree, DuplicateKeys::LastWins));
            role.before = before.filter(|_| !role.unreadable);
        }
    }
}

/// The attribute with the trust policy, when a resource is a role.
fn policy_attribute(resource: &Node) -> Option<&'static str> {
    let kind = resource.get("type")?.as_str()?;
    ROLE_TYPES.iter().find(|(role, _)| *role == kind).map(|(_, attribute)| *attribute)
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_array).unwrap_or_default()
}

fn text(node: &Node) -> String {
    node.as_str().unwrap_or_default().to_owned()
}

/// Whether a change leaves nothing there, or nothing that terraform looks after.
fn is_gone(change: &Node) -> bool {
    let actions: Vec<&str> = list(change, "actions").iter().filter_map(Node::as_str).collect();
    matches!(actions.as_slice(), ["delete" | "forget"])
}

/// Whether a data source is read during `apply`.
fn is_read_later(change: &Node) -> bool {
    list(change, "actions").iter().any(|action| action.as_str() == Some("read"))
}

/// Tags, unless some are not strings: then none is known.
fn tags(node: &Node) -> Option<Vec<(String, String)>> {
    match &node.value {
        Value::Object(members) => {
            members.iter().map(|member| Some((member.key.to_string(), member.value.as_str()?.to_owned()))).collect()
        }
        // The `awscc` provider's way.
        Value::Array(pairs) => {
            pairs.iter().map(|pair| Some((text(pair.get("key")?), text(pair.get("value")?)))).collect()
        }
        _ => None,
    }
}

/// What a plan says besides its values.
struct Plan<'n> {
    /// The `change` of each address.
    changes: HashMap<&'n str, &'n Node>,
    /// The addresses of what was read while planning, without keys of instances.
    read: HashSet<String>,
    /// The expressions of the configuration's resources, by the names of their modules and their addresses there.
    expressions: HashMap<(Vec<String>, &'n str), &'n Node>,
}

impl<'n> Plan<'n> {
    fn of(node: &'n Node) -> Self {
        let changes = list(node, "resource_changes").iter();
        let changes = changes.filter_map(|change| Some((change.get("address")?.as_str()?, change.get("change")?)));
        let mut plan = Self { changes: changes.collect(), read: HashSet::new(), expressions: HashMap::new() };
        plan.note_read(node.get("prior_state").and_then(|state| state.get("values")?.get("root_module")));
        plan.note_expressions(node.get("configuration").and_then(|root| root.get("root_module")), &mut Vec::new());
        plan
    }

    fn note_read(&mut self, module: Option<&Node>) {
        let Some(module) = module else { return };
        let is_data = |resource: &&Node| resource.get("mode").and_then(Node::as_str) == Some("data");
        let addresses = list(module, "resources").iter().filter(is_data).filter_map(|resource| resource.get("address"));
        for address in addresses.filter_map(Node::as_str) {
            // What stands in the prior state from the last time, and is put off now, is not known.
            if !self.changes.get(address).is_some_and(|change| is_read_later(change)) {
                let resource = last_part(address).split('[').next().unwrap_or_default();
                self.read.insert(format!("{}{resource}", path_of(address)));
            }
        }
        for module in list(module, "child_modules") {
            self.note_read(Some(module));
        }
    }

    fn note_expressions(&mut self, module: Option<&'n Node>, path: &mut Vec<String>) {
        let Some(module) = module else { return };
        for resource in list(module, "resources") {
            if let (Some(address), Some(of_it)) =
                (resource.get("address").and_then(Node::as_str), resource.get("expressions"))
            {
                self.expressions.insert((path.clone(), address), of_it);
            }
        }
        let Some(Node { value: Value::Object(calls), .. }) = module.get("module_calls") else { return };
        for call in calls {
            path.push(call.key.to_string());
            self.note_expressions(call.value.get("module"), path);
            path.pop();
        }
    }

    /// A policy that is not known in full: what its data source is known to say, or else a statement for each thing that it
    /// hangs on.
    fn unknown_policy(&self, address: &str, attribute: &str, span: Span) -> Result<Node, Problem> {
        let mut names = self
            .expressions(address)
            .and_then(|expressions| expressions.get(attribute))
            .map_or_else(Vec::new, |expression| {
                self.unknowns(expression, path_of(address), split_address(address).0.is_empty())
            });
        if let [name] = names.as_slice()
            && let Some(policy) = self.deferred_document(name)
        {
            return policy;
        }
        if names.is_empty() {
            names.push(format!("{address}.{attribute}"));
        }
        let hole = |name: String| Node { span, value: Value::String(Text::default().with_hole(name)) };
        let statements = Node { span, value: Value::Array(names.into_iter().map(hole).collect()) };
        let statement = Member { key: "Statement".into(), key_span: span, value: statements };
        Ok(Node { span, value: Value::Object(vec![statement]) })
    }

    /// The policy of a data source that is read during `apply`.
    fn deferred_document(&self, reference: &str) -> Option<Result<Node, Problem>> {
        let address = reference.strip_suffix(".json").or_else(|| reference.strip_suffix(".minified_json"))?;
        if !last_part(address).starts_with("data.aws_iam_policy_document.") {
            return None;
        }
        let change = self.changes.get(address).filter(|change| is_read_later(change))?;
        let (after, unknown) = (change.get("after"), change.get("after_unknown"));
        let planned = Planned { after, unknown, expressions: self.expressions(address) };
        let (path, is_root) = (path_of(address), split_address(address).0.is_empty());
        let name = |expression: &Node| self.unknowns(expression, path, is_root).into_iter().next();
        let policy = planned_policy(planned, address, change.span, &name);
        Some(policy.map_err(|(span, message)| Problem { severity: Severity::Error, span, message, help: None }))
    }

    /// The expressions of a resource in the configuration.
    fn expressions(&self, address: &str) -> Option<&'n Node> {
        let (modules, resource) = split_address(address);
        self.expressions.get(&(modules, resource.as_str())).copied()
    }

    /// What an expression refers to that may be unknown, as a user of the root module names it.
    fn unknowns(&self, expression: &Node, path: &str, is_root: bool) -> Vec<String> {
        let all: Vec<&str> = list(expression, "references").iter().filter_map(Node::as_str).collect();
        let mut names: Vec<String> = Vec::new();
        for reference in &all {
            // `data.x.y.json` comes with `data.x.y`.
            let is_start_of =
                |other: &&str| other.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '[']));
            let name = format!("{path}{reference}");
            // Values of the plan's own variables are in it.
            let is_known =
                ["each.", "count.", "path.", "terraform."].iter().any(|prefix| reference.starts_with(prefix))
                    || is_root && reference.starts_with("var.")
                    || self.is_read(&name);
            if !is_known && !all.iter().any(is_start_of) && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether a reference is to something that was read while planning.
    fn is_read(&self, reference: &str) -> bool {
        let ends = reference.char_indices().filter(|(_, letter)| matches!(letter, '.' | '[')).map(|(at, _)| at);
        let mut starts = ends.chain([reference.len()]).filter_map(|at| reference.get(..at));
        starts.any(|start| self.read.contains(start))
    }
}

/// The names of the modules on the way, and the resource's own address, all without instance keys.
fn split_address(address: &str) -> (Vec<String>, String) {
    let mut parts = parts(address).into_iter();
    let (mut modules, mut resource) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next() {
        match parts.clone().next() {
            Some(name) if part == "module" && resource.is_empty() => {
                modules.push(name.split('[').next().unwrap_or_default().to_owned());
                parts.next();
            }
            _ => resource.push(part.split('[').next().unwrap_or_default()),
        }
    }
    (modules, resource.join("."))
}

/// The parts of an address between its dots. Keys of instances may have dots of their own.
fn parts(address: &str) -> Vec<&str> {
    let (mut parts, mut start, mut in_key, mut in_text, mut escaped) = (Vec::new(), 0, false, false, false);
    for (at, letter) in address.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '[' if !in_text => in_key = true,
            ']' if !in_text => in_key = false,
            '.' if !in_key => {
                parts.extend(address.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(address.get(start..));
    parts
}

/// The address of a resource's module, with a dot: `module.a["k"].`.
fn path_of(address: &str) -> &str {
    address.strip_suffix(last_part(address)).unwrap_or_default()
}

/// The address inside its module: `aws_iam_role.x["k"]`.
fn last_part(address: &str) -> &str {
    let parts = parts(address);
    let modules = parts.chunks(2).take_while(|pair| matches!(pair, ["module", _])).count() * 2;
    let length = parts.iter().take(modules).map(|part| part.len() + 1).sum();
    address.get(length..).unwrap_or(address)
}
