//! What the roles of a template may do: inline policies, policies that name the role, managed policies, the boundary.
//!
//! Where a policy hangs on a condition, the role gets it in every way it can be: what is asked is how much is at stake.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_policy::document::{DuplicateKeys, Node, PolicyDocument, Text, Value, parse_json};

use super::problems::Problems;
use super::resolve::{Resolver, as_text, first_hole};
use super::template::{Resource, Template, members};
use crate::input::decisions::every_way;
use crate::permissions::{Extent, PermissionPolicy, Permissions, PolicyContent};

/// The deepest nesting of a policy in a text.
const LEVELS: usize = countersign_policy::document::MAX_NESTING;

/// The policies of a template that are resources of their own.
#[derive(Default)]
pub(super) struct Attached {
    /// By the logical id or the name of a role.
    of_role: HashMap<Box<str>, Vec<PermissionPolicy>>,
    /// Managed policies by their ARN, as a reference to them yields it.
    managed: HashMap<String, Vec<PermissionPolicy>>,
}

impl Attached {
    pub(super) fn new(template: &Template<'_>, problems: &mut Problems) -> Self {
        let mut attached = Self::default();
        for resource in &template.resources {
            let is_managed = resource.kind == "AWS::IAM::ManagedPolicy";
            if !is_managed && !matches!(resource.kind, "AWS::IAM::Policy" | "AWS::IAM::RolePolicy") {
                continue;
            }
            let named = |key: &str| resource.property(key).and_then(Node::as_str);
            let name = named("PolicyName").or_else(|| named("ManagedPolicyName")).unwrap_or(&resource.name);
            let trees = ways(template, resource, "PolicyDocument", problems);
            let policies: Vec<PermissionPolicy> = trees.iter().map(|tree| policy(name, tree)).collect();
            let arns = if is_managed { every_reference(template, resource, problems) } else { Vec::new() };
            for arn in arns {
                attached.managed.insert(arn.display(), policies.clone());
            }
            for role in roles_of(template, resource, problems) {
                attached.of_role.entry(role).or_default().extend(policies.iter().cloned());
            }
        }
        attached
    }

    /// The permissions of a role that stands in the template.
    pub(super) fn of(
        &self,
        template: &Template<'_>,
        role: &Resource<'_>,
        role_name: Option<&str>,
        problems: &mut Problems,
    ) -> Permissions {
        let mut permissions = Permissions::not_said();
        for tree in ways(template, role, "Policies", problems) {
            permissions.policies.extend(elements(&tree).iter().map(|entry| match entry.get("PolicyDocument") {
                Some(document) => policy(entry.get("PolicyName").and_then(Node::as_str).unwrap_or("inline"), document),
                None => unknown(entry),
            }));
        }
        for tree in ways(template, role, "ManagedPolicyArns", problems) {
            permissions.policies.extend(elements(&tree).iter().flat_map(|arn| self.managed(arn)));
        }
        let names = [Some(&*role.name), role_name.filter(|name| **name != *role.name)];
        let of_others = names.into_iter().flatten().filter_map(|name| self.of_role.get(name));
        permissions.policies.extend(of_others.flatten().cloned());
        permissions.boundary = self.boundary(template, role, problems);
        finished(permissions)
    }

    /// The permissions of a role that SAM makes.
    pub(super) fn of_generated(
        &self,
        template: &Template<'_>,
        function: &Resource<'_>,
        problems: &mut Problems,
    ) -> Permissions {
        let mut permissions = Permissions::not_said();
        if function.kind == "AWS::Serverless::Function" {
            permissions.policies.push(aws_managed("service-role/AWSLambdaBasicExecutionRole"));
        }
        for tree in ways(template, function, "Policies", problems) {
            for entry in elements(&tree) {
                let is_document = entry.get("Statement").is_some();
                match (entry.as_str(), members(entry)) {
                    (Some(arn), _) if arn.starts_with("arn:") => permissions.policies.extend(self.managed(entry)),
                    (Some(name), _) => permissions.policies.push(aws_managed(name)),
                    (None, [template]) if !is_document => {
                        let name = format!("SAM policy template {}", template.key);
                        permissions.policies.push(PermissionPolicy::unknown(&name));
                    }
                    (None, []) => permissions.policies.extend(self.managed(entry)),
                    (None, _) => permissions.policies.push(policy("inline", entry)),
                }
            }
        }
        permissions.boundary = self.boundary(template, function, problems);
        finished(permissions)
    }

    /// Where the boundary hangs on a condition, it may not be there.
    fn boundary(
        &self,
        template: &Template<'_>,
        role: &Resource<'_>,
        problems: &mut Problems,
    ) -> Option<PermissionPolicy> {
        let arn = super::role::property(template, role, "PermissionsBoundary", problems)?;
        let mut policies = self.managed(&arn);
        let first = policies.pop();
        first.filter(|_| policies.is_empty())
    }

    /// The policies behind an ARN.
    fn managed(&self, arn: &Node) -> Vec<PermissionPolicy> {
        let Value::String(text) = &arn.value else { return vec![unknown(arn)] };
        match self.managed.get(&text.display()) {
            Some(policies) => policies.clone(),
            None if text.hole().is_some() => vec![unknown(arn)],
            None => vec![PermissionPolicy::managed(text.clone())],
        }
    }
}

/// A role without any policy gets its own from elsewhere: nobody makes one that may do nothing.
fn finished(mut permissions: Permissions) -> Permissions {
    let mut kept: Vec<PermissionPolicy> = Vec::with_capacity(permissions.policies.len());
    for policy in permissions.policies {
        if !kept.contains(&policy) {
            kept.push(policy);
        }
    }
    permissions.policies = kept;
    if !permissions.policies.is_empty() {
        permissions.extent = Extent::Complete;
    }
    permissions
}

fn aws_managed(name: &str) -> PermissionPolicy {
    PermissionPolicy::managed(Text::literal(format!("arn:aws:iam::aws:policy/{name}")))
}

/// What a property may be, each once.
fn ways(template: &Template<'_>, resource: &Resource<'_>, property: &str, problems: &mut Problems) -> Vec<Node> {
    let Some(node) = resource.property(property) else { return Vec::new() };
    let (outcomes, _) = every_way(|decisions| {
        let mut resolver = Resolver::new(template, decisions, problems);
        resolver.bindings.clone_from(&resource.bindings);
        resolver.resolve(node)
    });
    let mut ways: Vec<Node> = Vec::new();
    for way in outcomes.into_iter().filter_map(|(_, way)| way) {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

fn every_reference(template: &Template<'_>, resource: &Resource<'_>, problems: &mut Problems) -> Vec<Text> {
    let (outcomes, _) = every_way(|decisions| {
        let mut resolver = Resolver::new(template, decisions, problems);
        resolver.reference(&resource.name, resource.header).and_then(as_text)
    });
    outcomes.into_iter().filter_map(|(_, text)| text).collect()
}

/// The roles a policy names: by reference, or by name.
fn roles_of(template: &Template<'_>, resource: &Resource<'_>, problems: &mut Problems) -> Vec<Box<str>> {
    let mut roles: Vec<Box<str>> = Vec::new();
    for property in ["Roles", "RoleName"] {
        let written = resource.property(property);
        for entry in written.map(elements).unwrap_or_default() {
            if let [member] = members(entry)
                && &*member.key == "Ref"
            {
                roles.extend(member.value.as_str().map(Into::into));
            }
        }
        for tree in ways(template, resource, property, problems) {
            roles.extend(elements(&tree).iter().filter_map(Node::as_str).map(Into::into));
        }
    }
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// A list's elements; anything else is a list of itself.
fn elements(node: &Node) -> &[Node] {
    node.as_array().unwrap_or(std::slice::from_ref(node))
}

fn unknown(node: &Node) -> PermissionPolicy {
    match &node.value {
        Value::String(text) if !text.holes().is_empty() => PermissionPolicy::unknown(&first_hole(text)),
        _ => PermissionPolicy::unknown("a policy that can be read"),
    }
}

/// A policy from its tree or its text.
fn policy(name: &str, document: &Node) -> PermissionPolicy {
    let of_tree = |tree: &Node| {
        let document = PolicyDocument::from_node(tree, DuplicateKeys::LastWins);
        let content = PolicyContent::Document(Arc::new(document));
        PermissionPolicy { name: name.into(), content }
    };
    match &document.value {
        Value::String(text) => match text.known().map(|known| parse_json(known, LEVELS)) {
            Some(Ok(tree)) => of_tree(&tree),
            Some(Err(_)) => PermissionPolicy::unknown("a policy that can be read"),
            None => unknown(document),
        },
        _ => of_tree(document),
    }
}
