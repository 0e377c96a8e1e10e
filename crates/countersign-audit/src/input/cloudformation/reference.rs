//! `Ref` and `Fn::GetAtt`: parameters, values AWS sets, and resources of the same template.

use countersign_policy::document::{Node, Span, Text};

use super::resolve::{Resolver, hole_node, text_node};
use super::template::Resource;
use crate::symbol;

/// The kind of a role's resource.
pub(super) const ROLE: &str = "AWS::IAM::Role";

impl<'t> Resolver<'t, '_> {
    /// What `Ref` to a name is, at the place of the reference; nothing for `AWS::NoValue`.
    pub(super) fn reference(&mut self, name: &str, place: Span) -> Option<Node> {
        if name == "AWS::NoValue" {
            return None;
        }
        let bound = self.bindings.iter().rev().find(|(identifier, _)| &**identifier == name);
        if let Some((_, value)) = bound {
            return Some(text_node(place, value.clone()));
        }
        if let Some(value) = self.pseudo(name) {
            return Some(text_node(place, value));
        }
        if let Some(value) = self.parameter(name, place) {
            return Some(value);
        }
        let template = self.template;
        let Some(resource) = template.resource(name) else { return Some(hole_node(place, name)) };
        let text = match resource.kind {
            ROLE => self.physical_name(resource, "RoleName"),
            "AWS::IAM::User" => self.physical_name(resource, "UserName"),
            "AWS::IAM::OIDCProvider" => self.provider(resource),
            "AWS::IAM::SAMLProvider" => self.own_arn("saml-provider", Text::literal("/"), resource, "Name"),
            "AWS::IAM::ManagedPolicy" => self.own_arn("policy", Text::literal("/"), resource, "ManagedPolicyName"),
            _ => Text::default().with_hole(name),
        };
        Some(text_node(place, text))
    }

    /// The attribute of a resource.
    pub(super) fn attribute(&mut self, name: &str, attribute: &str, place: Span) -> Option<Node> {
        let template = self.template;
        let text = match (template.resource(name), attribute) {
            (Some(role), "Arn") if role.kind == ROLE => self.arn_of(role, "role", "RoleName"),
            (Some(user), "Arn") if user.kind == "AWS::IAM::User" => self.arn_of(user, "user", "UserName"),
            (Some(provider), "Arn") if provider.kind == "AWS::IAM::OIDCProvider" => self.provider(provider),
            (None, "Arn") if self.is_generated_role(name) => {
                own("role", &Text::literal("/"), &Text::default().with_hole(name))
            }
            _ => Text::default().with_hole(format!("{name}.{attribute}")),
        };
        Some(text_node(place, text))
    }

    /// `FnRole` is what SAM makes for the function `Fn`.
    fn is_generated_role(&self, name: &str) -> bool {
        let function = name.strip_suffix("Role").and_then(|function| self.template.resource(function));
        function.is_some_and(|function| function.kind.starts_with("AWS::Serverless::"))
    }

    fn pseudo(&mut self, name: &str) -> Option<Text> {
        if let Some(chosen) = self.chosen.value(name).filter(|_| matches!(name, "AWS::Region" | "AWS::Partition")) {
            return Some(Text::literal(chosen));
        }
        let hole = match name {
            "AWS::AccountId" => symbol::OWN_ACCOUNT,
            "AWS::Partition" => symbol::OWN_PARTITION,
            "AWS::URLSuffix" => symbol::URL_SUFFIX,
            _ if name.starts_with("AWS::") => name,
            _ => return None,
        };
        Some(Text::default().with_hole(hole))
    }

    /// The name of a resource; a name that refers to itself is not known.
    fn physical_name(&mut self, resource: &'t Resource<'t>, property: &str) -> Text {
        let unknown = || Text::default().with_hole(resource.name.clone());
        if let Some(name) = self.names.get(&*resource.name) {
            return name.clone().unwrap_or_else(unknown);
        }
        self.names.insert(&resource.name, None);
        let name = resource.property(property).and_then(|name| self.text(name)).filter(|name| *name != Text::default());
        let name = name.unwrap_or_else(unknown);
        self.names.insert(&resource.name, Some(name.clone()));
        name
    }

    fn arn_of(&mut self, resource: &'t Resource<'t>, kind: &str, property: &str) -> Text {
        let path = resource.property("Path").and_then(|path| self.text(path)).filter(|path| *path != Text::default());
        self.own_arn(kind, path.unwrap_or_else(|| Text::literal("/")), resource, property)
    }

    fn own_arn(&mut self, kind: &str, path: Text, resource: &'t Resource<'t>, property: &str) -> Text {
        let name = self.physical_name(resource, property);
        own(kind, &path, &name)
    }

    /// The ARN of an identity provider has its URL without the scheme.
    fn provider(&mut self, resource: &'t Resource<'t>) -> Text {
        let url = resource.property("Url").and_then(|url| self.text(url));
        let url = url.unwrap_or_else(|| Text::default().with_hole(format!("{}.Url", resource.name)));
        match url.known() {
            Some(known) => {
                let host = known.strip_prefix("https://").unwrap_or(known);
                own("oidc-provider", &Text::literal("/"), &Text::literal(host))
            }
            None => Text::default().with_hole(resource.name.clone()),
        }
    }
}

/// An ARN of IAM's in the account the template is deployed to.
fn own(kind: &str, path: &Text, name: &Text) -> Text {
    let account = Text::literal("arn:").with_hole(symbol::OWN_PARTITION).with_literal(":iam::");
    let mut pieces = super::resolve::Pieces::default();
    pieces.push(&account.with_hole(symbol::OWN_ACCOUNT));
    pieces.push_str(":");
    pieces.push_str(kind);
    pieces.push(path);
    pieces.push(name);
    pieces.finish()
}
