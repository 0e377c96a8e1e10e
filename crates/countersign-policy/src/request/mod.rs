//! One call to STS: who calls, which action, on which role, with which context.

pub mod caller;
mod context;
pub mod context_key;

pub use caller::{Caller, CallerError, CallerKind};
pub use context::RequestContext;

/// One authorization request, as the evaluator sees it.
///
/// The context is complete as given: nothing is derived from the caller and nothing is stripped.
/// [`RequestContext::for_caller`] fills in what AWS would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who calls.
    pub caller: Caller,
    /// `sts:AssumeRole`, `sts:TagSession`, …
    pub action: String,
    /// The ARN of the role. Its partition is the one bare account ids are read in.
    pub role: String,
    /// The condition keys that are present.
    pub context: RequestContext,
}

/// The STS actions a trust policy can speak about (rule A3).
pub const TRUST_ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];
