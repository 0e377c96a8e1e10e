//! What roles may do: their own arguments, and the resources that attach policies to them.

use std::rc::Rc;

use countersign_policy::document::{DuplicateKeys, PolicyDocument, Text};

use super::block::{Attribute, Block};
use super::conversion::to_text;
use super::evaluator::{Evaluator, Instance, Scope};
use super::reference::Referred;
use super::value::{Kind, Value};
use crate::permissions::{Extent, PermissionPolicy, Permissions, PolicyContent};
use crate::role::Role;

/// The roles, policies and attachments of a root and its modules.
#[derive(Debug, Default)]
pub(super) struct Attached {
    /// What attachments call a role, which of the roles it is, and whether its own arguments list policies.
    roles: Vec<(Text, usize)>,
    own: Vec<(usize, Permissions)>,
    /// Customer managed policies by ARN.
    policies: Vec<(Text, PermissionPolicy)>,
    /// By the name of the role.
    attachments: Vec<(Text, PermissionPolicy)>,
}

impl Evaluator<'_> {
    /// Notes a role, and what its own arguments say of its policies.
    pub(super) fn note_role(&self, referred: &Referred, block: &Block, nth: usize) {
        let scope = referred.scope();
        let argument = |name: &str| block.attribute(name).and_then(|attribute| self.value_of(attribute, &scope));
        let mut permissions = Permissions::not_said();
        let mut says_all = block.attribute("managed_policy_arns").is_some();
        for inline in block.nested("inline_policy") {
            let text = |name: &str| inline.attribute(name).and_then(|attribute| self.value_of(attribute, &scope));
            // An empty block says that there are none.
            says_all = true;
            let Some(policy) = text("policy") else { continue };
            let name = text("name").and_then(|name| to_text(&name).ok()).map(|name| name.display());
            permissions.policies.push(self.permission(name.as_deref().unwrap_or("inline"), policy));
        }
        for (name, key) in [("managed_policy_arns", None), ("policies", Some("policy_document"))] {
            match argument(name).map(|value| value.kind) {
                Some(Kind::List(values)) => {
                    permissions.policies.extend(values.into_iter().map(|value| match (key, value.kind) {
                        (Some(key), Kind::Map(entries)) => {
                            let policy = entries.into_iter().find(|entry| entry.key.known() == Some(key));
                            policy.map_or_else(
                                || PermissionPolicy::unknown(key),
                                |entry| self.permission("inline", entry.value),
                            )
                        }
                        (_, kind) => managed(&Value { kind, span: value.span }),
                    }))
                }
                Some(Kind::Unknown(unknown)) => permissions.policies.push(PermissionPolicy::unknown(&unknown.name)),
                _ => {}
            }
        }
        if says_all {
            permissions.extent = Extent::Complete;
        }
        permissions.boundary =
            argument("permissions_boundary").filter(|value| value.kind != Kind::Null).map(|arn| managed(&arn));
        let name = self.own_name(referred, block).unwrap_or_default();
        let mut attached = self.attached.borrow_mut();
        attached.roles.push((name, nth));
        attached.own.push((nth, permissions));
    }

    /// Notes the policies and attachments of a module.
    pub(super) fn attachments(&self, instance: &Rc<Instance>) {
        for ((kind, name), block) in &instance.folder.resources {
            let is_about_policies = matches!(
                &**kind,
                "aws_iam_policy"
                    | "aws_iam_role_policy"
                    | "aws_iam_role_policy_attachment"
                    | "aws_iam_policy_attachment"
            );
            if !is_about_policies {
                continue;
            }
            let address = format!("{}{kind}.{name}", instance.address);
            self.start();
            for (suffix, repetition) in self.expansion(instance, block, &address).instances() {
                let (kind, name, address) = (kind.clone(), name.clone(), format!("{address}{suffix}"));
                let referred =
                    Referred { instance: Rc::clone(instance), is_data: false, kind, name, repetition, address };
                self.attachment(&referred, block);
            }
        }
    }

    fn attachment(&self, referred: &Referred, block: &Block) {
        self.for_provider_of(&referred.instance, block);
        let scope = referred.scope();
        let argument = |name: &str| block.attribute(name).and_then(|attribute| self.value_of(attribute, &scope));
        let roles = match (argument("role"), argument("roles").map(|roles| roles.kind)) {
            (Some(role), _) => vec![role],
            (None, Some(Kind::List(roles))) => roles,
            _ => Vec::new(),
        };
        let policy = match argument("policy") {
            Some(policy) => self.permission(&referred.address, policy),
            None => match argument("policy_arn") {
                Some(arn) => managed(&arn),
                None => PermissionPolicy::unknown(&format!("{}.policy", referred.address)),
            },
        };
        if &*referred.kind == "aws_iam_policy" {
            let arn = self.resource_attribute(referred, "arn", block.span).ok().and_then(|arn| to_text(&arn).ok());
            self.attached.borrow_mut().policies.extend(arn.map(|arn| (arn, policy)));
            return;
        }
        let names = roles.iter().filter_map(|role| to_text(role).ok());
        self.attached.borrow_mut().attachments.extend(names.map(|name| (name, policy.clone())));
    }

    fn value_of(&self, attribute: &Attribute, scope: &Scope<'_>) -> Option<Value> {
        self.attribute_value(attribute, scope).ok().map(|value| self.settle_deep(value))
    }

    /// A policy whose text is a value.
    fn permission(&self, name: &str, policy: Value) -> PermissionPolicy {
        if let Kind::Unknown(unknown) = &policy.kind {
            return PermissionPolicy { name: name.into(), content: PolicyContent::Unknown(unknown.name.clone()) };
        }
        match self.policy_node(policy) {
            Ok(node) => PermissionPolicy::of_document(name, PolicyDocument::from_node(&node, DuplicateKeys::LastWins)),
            Err(_) => PermissionPolicy { name: name.into(), content: PolicyContent::Unknown(name.into()) },
        }
    }
}

fn managed(arn: &Value) -> PermissionPolicy {
    match (&arn.kind, to_text(arn)) {
        (Kind::Unknown(unknown), _) => PermissionPolicy::unknown(&unknown.name),
        (_, Ok(arn)) => PermissionPolicy::managed(arn),
        (_, Err(_)) => PermissionPolicy::unknown("a policy"),
    }
}

impl Attached {
    /// Gives the roles what they may do.
    pub(super) fn give(self, roles: &mut [Role]) {
        let Self { roles: names, own, policies, attachments } = self;
        for (nth, permissions) in own {
            if let Some(role) = roles.get_mut(nth) {
                role.permissions = permissions;
            }
        }
        let mut by_name: std::collections::HashMap<String, Vec<usize>> = std::collections::HashMap::new();
        for (name, nth) in names {
            by_name.entry(name.display()).or_default().push(nth);
        }
        for (name, policy) in attachments {
            for nth in by_name.get(&name.display()).into_iter().flatten() {
                if let Some(role) = roles.get_mut(*nth) {
                    role.permissions.policies.push(policy.clone());
                }
            }
        }
        // A role without any policy gets its own from elsewhere: nobody makes one that may do nothing.
        for role in roles.iter_mut().filter(|role| !role.permissions.policies.is_empty()) {
            role.permissions.extent = Extent::Complete;
        }
        let documents: std::collections::HashMap<String, PermissionPolicy> =
            policies.into_iter().map(|(arn, policy)| (arn.display(), policy)).collect();
        for policy in roles.iter_mut().flat_map(|role| role.permissions.policies_mut()) {
            let PolicyContent::Managed(arn) = &policy.content else { continue };
            if let Some(known) = documents.get(&arn.display()) {
                policy.content = known.content.clone();
            }
        }
    }
}
