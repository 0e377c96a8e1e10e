//! What the aws CLI prints: `iam get-role`, `iam list-roles`, `iam get-account-authorization-details`. Policies in them may
//! be objects (as the CLI decodes them) or percent-encoded strings (as the API returns them).

use countersign_policy::arn::Arn;
use countersign_policy::document::{Member, Node, Problem, Severity, Value};

use super::trust_policy::{Described, seconds};
use super::{Named, Reader, TRUST_POLICY};
use crate::source::ProblemSeverity;

impl Reader<'_> {
    /// Reads an envelope; an object that is none yields nothing.
    pub(super) fn envelope(&mut self, node: &Node) {
        // `aws iam get-role-policy` and `get-policy-version` print policies too, of another kind.
        let policy = node.get("PolicyDocument").or_else(|| node.get("PolicyVersion")?.get("Document"));
        if let Some(policy @ Node { value: Value::Object(_) | Value::String(_), .. }) = policy {
            return self.of_node(policy);
        }
        // In a folder, `Role` and `Roles` may be anybody's words.
        if self.named == Named::InFolder && !self.mentions_roles {
            return;
        }
        let Value::Object(members) = &node.value else { return };
        self.repeated(members, &["Roles", "RoleDetailList", "Role"]);
        for Member { key, value, .. } in members {
            match (&**key, &value.value) {
                ("Roles" | "RoleDetailList", Value::Array(roles)) => roles.iter().for_each(|role| self.role(role)),
                ("Roles" | "RoleDetailList", _) => self.wrong_type(value, &format!("`{key}`"), "a list"),
                ("Role", _) => self.role(value),
                ("Policies", _) => self.managed_policies(value),
                ("IsTruncated", Value::Bool(true)) => {
                    let help = "the answer has more pages: fetch them all, or not every role is audited";
                    let message = "`IsTruncated` is true: this is one page of several";
                    self.problem(value.span, ProblemSeverity::Warning, message, Some(help.to_owned()));
                }
                _ => {}
            }
        }
        if node.get(TRUST_POLICY).is_some() {
            self.role(node);
        }
    }

    fn role(&mut self, node: &Node) {
        let Value::Object(members) = &node.value else {
            return self.wrong_type(node, "a role", "an object");
        };
        self.repeated(members, &["RoleName", "Arn", "Tags", "RolePolicyList", "AttachedManagedPolicies"]);
        let arn = self.text(node, "Arn");
        let role_arn = arn.as_deref().and_then(Arn::parse).filter(|arn| arn.account_id().is_some());
        if let (Some(arn), None, Some(place)) = (&arn, &role_arn, node.get("Arn")) {
            let help = "without the role's account, every account in its policy counts as a third party";
            let message = format!("`{arn}` is not the ARN of a role");
            self.problem(place.span, ProblemSeverity::Warning, message, Some(help.to_owned()));
        }
        let of_arn = role_arn.as_ref().and_then(Arn::kind_path_name).map(|(_, _, name)| name.to_owned());
        let name =
            self.text(node, "RoleName").filter(|name| !name.is_empty()).or(of_arn).unwrap_or_else(|| "role".to_owned());
        let tags = self.tags(node);
        let mut policies = members.iter().filter(|member| &*member.key == TRUST_POLICY);
        let unreadable = |span, message: String, help: &str| {
            Err(Problem { severity: Severity::Error, span, message, help: Some(help.to_owned()) })
        };
        let policy = match (policies.next(), policies.next()) {
            (Some(member), None) => self.policy(&member.value),
            (Some(_), Some(second)) => {
                let help = "readers differ on which one counts: leave one";
                unreadable(second.key_span, format!("duplicate key `{TRUST_POLICY}`"), help)
            }
            (None, _) => {
                let help = "this is not what the aws CLI prints; was the file edited?";
                unreadable(node.span, format!("there is no `{TRUST_POLICY}`"), help)
            }
        };
        let permissions = self.permissions(node);
        self.add(Described { name, arn, tags, permissions }, node.span, policy);
        if let Some(role) = self.reading.roles.last_mut() {
            role.max_session_duration = node.get("MaxSessionDuration").and_then(seconds);
        }
    }

    /// A string member; `null` is as good as none.
    fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let value = node.get(key).filter(|value| value.value != Value::Null)?;
        if value.as_str().is_none() {
            self.wrong_type(value, &format!("`{key}`"), "a string");
        }
        value.as_str().map(str::to_owned)
    }

    /// The role's tags, unless some cannot be read: then none is known.
    fn tags(&mut self, node: &Node) -> Option<Vec<(String, String)>> {
        let value = node.get("Tags").filter(|value| value.value != Value::Null)?;
        let Some(tags) = value.as_array() else {
            self.wrong_type(value, "`Tags`", "a list");
            return None;
        };
        let pair = |tag: &Node| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned()));
        let pairs: Vec<_> = tags.iter().map_while(pair).collect();
        if let Some(odd) = tags.get(pairs.len()) {
            let help = "this is not what the aws CLI prints; was the file edited?";
            let message = "a tag is no object with the strings `Key` and `Value`";
            self.problem(odd.span, ProblemSeverity::Error, message, Some(help.to_owned()));
            return None;
        }
        Some(pairs)
    }

    /// Names keys that repeat: which one counts is not decided.
    fn repeated(&mut self, members: &[Member], keys: &[&str]) {
        for key in keys {
            for member in members.iter().filter(|member| &&*member.key == key).skip(1) {
                let help = "readers differ on which one counts: leave one";
                let message = format!("duplicate key `{key}`");
                self.problem(member.key_span, ProblemSeverity::Error, message, Some(help.to_owned()));
            }
        }
    }
}
