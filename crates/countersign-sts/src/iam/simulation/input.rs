//! The parameters that both simulations have.

use countersign_policy::arn::Arn;
use countersign_policy::evaluate::Owner;
use countersign_policy::request::RequestContext;

use super::caller::Simulated;
use super::labelled::{Labelled, OF_CALLER};
use crate::iam::identity_policy;
use crate::protocol::{ApiError, Checks, Constraint, ErrorCode, Page};

const ACTION: Constraint = Constraint { pattern: None, least: 3, most: 128 };
const RESOURCE: Constraint = Constraint { pattern: None, least: 1, most: 2048 };
const HANDLING: Constraint = Constraint { pattern: None, least: 1, most: 64 };
const KEY: Constraint = Constraint { pattern: None, least: 5, most: 256 };
const ANY: Constraint = Constraint { pattern: None, least: 0, most: usize::MAX };
const KEY_TYPES: [(&str, ()); 12] = [
    ("string", ()),
    ("stringList", ()),
    ("numeric", ()),
    ("numericList", ()),
    ("boolean", ()),
    ("booleanList", ()),
    ("ip", ()),
    ("ipList", ()),
    ("binary", ()),
    ("binaryList", ()),
    ("date", ()),
    ("dateList", ()),
];

pub(super) struct Input<'p> {
    boundaries: Vec<&'p str>,
    pub(super) actions: Vec<&'p str>,
    pub(super) resources: Vec<&'p str>,
    resource_policy: Option<&'p str>,
    resource_owner: Option<&'p str>,
    pub(super) caller_arn: Option<&'p str>,
    entries: Vec<(&'p str, Vec<&'p str>)>,
    pub(super) page: Page,
}

impl<'p> Input<'p> {
    pub(super) fn read(checks: &mut Checks<'p>) -> Result<Self, ApiError> {
        let boundaries = checks.texts("PermissionsBoundaryPolicyInputList", usize::MAX, Constraint::DOCUMENT)?;
        let actions = checks.required_texts("ActionNames", usize::MAX, ACTION)?;
        let mut resources = checks.texts("ResourceArns", usize::MAX, RESOURCE)?;
        if resources.is_empty() {
            resources.push("*");
        }
        let resource_policy = checks.optional("ResourcePolicy", Constraint::DOCUMENT);
        let resource_owner = checks.optional("ResourceOwner", RESOURCE);
        let caller_arn = checks.optional("CallerArn", RESOURCE);
        let mut entries = Vec::new();
        for entry in checks.list("ContextEntries", 0, usize::MAX)? {
            let key = checks.optional(&format!("{entry}.ContextKeyName"), KEY);
            let values = checks.texts(&format!("{entry}.ContextKeyValues"), usize::MAX, ANY)?;
            checks.choice(&format!("{entry}.ContextKeyType"), &KEY_TYPES);
            entries.extend(key.map(|key| (key, values)));
        }
        checks.optional("ResourceHandlingOption", HANDLING);
        let page = Page::read(checks)?;
        Ok(Self { boundaries, actions, resources, resource_policy, resource_owner, caller_arn, entries, page })
    }

    pub(super) fn boundary(&self) -> Result<Option<Labelled>, ApiError> {
        if self.boundaries.len() > 1 {
            return Err(invalid("Only one permissions boundary policy can be specified."));
        }
        Ok(documents("PermissionsBoundaryPolicyInputList", &self.boundaries)?.pop())
    }

    pub(super) fn resource_policy(&self) -> Result<Option<Labelled>, ApiError> {
        let Some(text) = self.resource_policy else { return Ok(None) };
        let policy = Labelled::new("ResourcePolicy", "resource", text);
        let statements = &policy.document.statements;
        let readable = !statements.is_empty()
            && statements.iter().all(|statement| statement.unreadable.is_none() && !statement.principals.is_empty());
        readable.then_some(Some(policy)).ok_or_else(|| invalid("ResourcePolicy: Syntax errors in policy."))
    }

    pub(super) fn add_to_context(&self, context: &mut RequestContext) {
        for (key, values) in &self.entries {
            context.set(*key, values.iter().copied());
        }
    }

    /// Whose a resource is: by its ARN, or else by `ResourceOwner`, or else the caller's own.
    pub(super) fn owner(&self, resource: &str, simulated: &Simulated) -> Owner {
        let account = |arn: &str| Arn::parse(arn).and_then(|arn| arn.account_id());
        let owner = account(resource).or_else(|| account(self.resource_owner?));
        let own = simulated.caller.home().map(|home| home.account);
        if owner.is_none() || owner == own { Owner::SameAccount } else { Owner::OtherAccount }
    }
}

/// The identity policies in a parameter, which may not have the faults that IAM would refuse.
pub(super) fn documents(parameter: &str, texts: &[&str]) -> Result<Vec<Labelled>, ApiError> {
    let numbered = texts.iter().enumerate();
    let document = |(at, text): (usize, &&str)| {
        let id = format!("{parameter}.{}", at + 1);
        match identity_policy::read(text) {
            Ok(policy) => Ok(Labelled::of(id, OF_CALLER, &policy)),
            Err(error) => Err(invalid(&format!("{id}: {}", error.message))),
        }
    };
    numbered.map(document).collect()
}

pub(super) fn invalid(text: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, text)
}
