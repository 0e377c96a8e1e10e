//! The permissions of a role in `get-account-authorization-details`: inline policies, attached managed policies with their
//! documents, the boundary. Policies are kept as text; most roles have no finding, and then nobody reads it.

use std::sync::Arc;

use countersign_policy::document::{Node, Text, Value};

use super::Reader;
use crate::permissions::{Extent, PermissionPolicy, Permissions, PolicyContent, WrittenPolicy};
use crate::source::SourceFile;

impl Reader<'_> {
    /// What a role may do, as far as its own object says. `get-role` and `list-roles` say nothing of its policies.
    pub(super) fn permissions(&mut self, role: &Node) -> Permissions {
        let mut permissions = Permissions::not_said();
        let inline = self.entries(role, "RolePolicyList");
        let attached = self.entries(role, "AttachedManagedPolicies");
        let mut is_complete = inline.is_some() && attached.is_some();
        for entry in inline.into_iter().flatten() {
            let name = entry.get("PolicyName").and_then(Node::as_str);
            let text = entry.get("PolicyDocument").and_then(|document| written(self.file, document));
            match (name, text) {
                (name, Some(text)) => {
                    permissions.policies.push(PermissionPolicy::of_text(name.unwrap_or("inline"), text));
                }
                (Some(name), None) => permissions.policies.push(PermissionPolicy::of_text(name, "")),
                (None, None) => is_complete = false,
            }
        }
        for entry in attached.into_iter().flatten() {
            match entry.get("PolicyArn").and_then(Node::as_str) {
                Some(arn) => permissions.policies.push(PermissionPolicy::managed(Text::literal(arn))),
                None => is_complete = false,
            }
        }
        let boundary = role.get("PermissionsBoundary").and_then(|boundary| boundary.get("PermissionsBoundaryArn"));
        permissions.boundary = boundary.and_then(Node::as_str).map(|arn| PermissionPolicy::managed(Text::literal(arn)));
        if is_complete {
            permissions.extent = Extent::Complete;
        }
        permissions
    }

    /// Keeps the documents of managed policies, for the roles of the whole file.
    pub(super) fn managed_policies(&mut self, policies: &Node) {
        for policy in policies.as_array().unwrap_or_default() {
            let versions = policy.get("PolicyVersionList").and_then(Node::as_array).unwrap_or_default();
            let default_id = policy.get("DefaultVersionId").and_then(Node::as_str);
            let is_default = |version: &&Node| match version.get("IsDefaultVersion").map(|flag| &flag.value) {
                Some(Value::Bool(flag)) => *flag,
                _ => default_id.is_some() && version.get("VersionId").and_then(Node::as_str) == default_id,
            };
            let document = versions.iter().find(is_default).and_then(|version| version.get("Document"));
            let text = document.and_then(|document| written(self.file, document));
            if let (Some(arn), Some(text)) = (policy.get("Arn").and_then(Node::as_str), text) {
                self.managed.insert(arn.to_owned(), Arc::new(WrittenPolicy::new(text)));
            }
        }
    }

    /// Gives the roles the documents of their managed policies. The file may list those last.
    pub(super) fn resolve_managed(&mut self) {
        if self.managed.is_empty() {
            return;
        }
        for policy in self.reading.roles.iter_mut().flat_map(|role| role.permissions.policies_mut()) {
            let PolicyContent::Managed(arn) = &policy.content else { continue };
            if let Some(text) = self.managed.get(arn.lossy()) {
                policy.content = PolicyContent::Written(Arc::clone(text));
            }
        }
    }

    /// A list of the role's; `None` when the input does not say, or not in a way that can be read.
    fn entries<'n>(&mut self, role: &'n Node, key: &str) -> Option<&'n [Node]> {
        let value = role.get(key).filter(|value| value.value != Value::Null)?;
        if value.as_array().is_none() {
            self.wrong_type(value, &format!("`{key}`"), "a list");
        }
        value.as_array()
    }
}

/// The text of a policy, as an object of the file or inside a string.
fn written<'n>(file: &'n SourceFile, document: &'n Node) -> Option<&'n str> {
    let span = document.span;
    match &document.value {
        Value::Object(_) => file.text().get(span.start as usize..span.end as usize),
        Value::String(text) => Some(text.lossy()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}
