//! What a role may do, as far as the input says: the policies attached to it, its boundary, and whether there may be more.
//!
//! Three answers are kept apart: there is no policy, there is one that the input does not hold, and the input does not
//! say. [`reach`](crate::reach::reach) must take neither of the last two for the first.

use std::sync::{Arc, OnceLock};

use countersign_policy::arn::Arn;
use countersign_policy::document::{PolicyDocument, Text, decode_policy_text};

use crate::reach::Compiled;

/// The permissions of a role, from any input.
#[derive(Debug, Clone, PartialEq)]
pub struct Permissions {
    /// Inline and managed policies, in the order of the input.
    pub policies: Vec<PermissionPolicy>,
    /// The permissions boundary, where the input names one. A boundary the input is silent about would only take away.
    pub boundary: Option<PermissionPolicy>,
    /// Whether the role may have policies besides those.
    pub extent: Extent,
}

/// Whether a list of policies is all there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// The input says that these are all; none, when the list is empty.
    Complete,
    /// The input does not say whether there are others.
    Partial,
}

/// A policy that grants permissions, or bounds them.
#[derive(Debug, Clone, PartialEq)]
pub struct PermissionPolicy {
    /// What reports call it: the inline policy's name, or the managed policy's.
    pub name: Box<str>,
    /// What it says.
    pub content: PolicyContent,
}

/// What is known of a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyContent {
    /// Its document, which may hold values that are not in the input.
    Document(Arc<PolicyDocument>),
    /// Its JSON text, percent-encoded or not. Most roles have no finding, and so nobody reads it.
    Written(Arc<WrittenPolicy>),
    /// A managed policy by its ARN. One of AWS's is looked up whatever its partition (which may be a hole); of a
    /// customer's the document is not in the input.
    Managed(Text),
    /// Which policy it is, is not in the input: the name of the value that would say, e.g. `var.policy_arn`.
    Unknown(Box<str>),
}

/// A policy's text. Roles that share a managed policy share what was made of it.
#[derive(Debug)]
pub struct WrittenPolicy {
    text: Box<str>,
    compiled: OnceLock<Compiled>,
}

impl WrittenPolicy {
    /// A policy with this text: JSON, percent-encoded or not.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.into(), compiled: OnceLock::new() }
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> PolicyDocument {
        PolicyDocument::parse(&decode_policy_text(&self.text).0)
    }

    /// What `compile` makes of it, the first time.
    pub(crate) fn compiled(&self, compile: impl FnOnce() -> Compiled) -> &Compiled {
        self.compiled.get_or_init(compile)
    }
}

impl PartialEq for WrittenPolicy {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Permissions {
    /// The input does not say what the role may do.
    #[must_use]
    pub const fn not_said() -> Self {
        Self { policies: Vec::new(), boundary: None, extent: Extent::Partial }
    }

    /// These policies and no others.
    #[must_use]
    pub const fn complete(policies: Vec<PermissionPolicy>) -> Self {
        Self { policies, boundary: None, extent: Extent::Complete }
    }

    /// Every policy, the boundary included.
    pub fn policies_mut(&mut self) -> impl Iterator<Item = &mut PermissionPolicy> {
        self.policies.iter_mut().chain(&mut self.boundary)
    }
}

impl PermissionPolicy {
    /// A policy whose document is in the input.
    #[must_use]
    pub fn of_document(name: &str, document: PolicyDocument) -> Self {
        Self { name: name.into(), content: PolicyContent::Document(Arc::new(document)) }
    }

    /// A policy whose text is in the input.
    #[must_use]
    pub fn of_text(name: &str, text: &str) -> Self {
        Self { name: name.into(), content: PolicyContent::Written(Arc::new(WrittenPolicy::new(text))) }
    }

    /// A managed policy, named as its ARN names it.
    #[must_use]
    pub fn managed(arn: Text) -> Self {
        let shown = arn.display();
        let name = shown.rsplit_once('/').map_or(&*shown, |(_, name)| name).into();
        Self { name, content: PolicyContent::Managed(arn) }
    }

    /// A policy that a value outside the input decides.
    #[must_use]
    pub fn unknown(value: &str) -> Self {
        Self { name: value.into(), content: PolicyContent::Unknown(value.into()) }
    }
}

/// Path and name of the policy, when it is one that AWS manages: `service-role/AWSLambdaRole`.
#[must_use]
pub fn aws_managed_name(arn: &Text) -> Option<String> {
    // A hole stands for a partition here, or for something that no lookup finds.
    let arn = arn.fill(|_| HOLE.to_owned());
    let arn = Arn::parse(&arn)?;
    let is_aws = arn.service == "iam" && arn.account == "aws";
    is_aws.then(|| arn.resource.strip_prefix("policy/").map(str::to_owned)).flatten()
}

/// Stands for a hole where only the text around it counts: no name of AWS's has this character.
pub(crate) const HOLE: &str = "\u{fffc}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_of_an_aws_managed_policy_does_not_matter() {
        let name = |arn: &Text| aws_managed_name(arn);
        let expected = Some("job-function/Billing".to_owned());
        assert_eq!(name(&"arn:aws-cn:iam::aws:policy/job-function/Billing".into()), expected);
        let hole =
            Text::literal("arn:").with_hole("AWS::Partition").with_literal(":iam::aws:policy/job-function/Billing");
        assert_eq!(name(&hole), expected);
        assert_eq!(name(&"arn:aws:iam::111122223333:policy/job-function/Billing".into()), None);
        assert_eq!(name(&Text::default().with_hole("var.arn")), None);
    }
}
