//! The evaluator's answer in full: for every statement which element matched or failed, and for every condition what was
//! required and what was sent.

use serde::Serialize;

use super::{AttachedTo, Decision, Grant, Matcher, Policy};
use crate::assumptions::{AssumptionSet, Assumptions};
use crate::document::{Effect, PolicyDocument, Span};
use crate::request::Request;

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The decision.
    pub decision: Decision,
    /// The strongest way an applying Allow covers the caller.
    pub grant: Option<Grant>,
    /// One entry per statement, in order.
    pub statements: Vec<StatementTrace>,
    /// The assumptions that played a part.
    pub assumptions: AssumptionSet,
}

/// What one statement did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatementTrace {
    /// 0-based place in the document.
    pub index: usize,
    /// The `Sid`, if any.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Whether the statement applies to the request.
    pub applies: bool,
    /// The part that could not be read, if any.
    pub unreadable: Option<String>,
    /// `Principal` / `NotPrincipal`.
    pub principal: ElementTrace,
    /// `Action` / `NotAction`.
    pub action: ElementTrace,
    /// `Resource` / `NotResource`; matches when a trust policy has none.
    pub resource: ElementTrace,
    /// The condition block.
    pub conditions: Vec<ConditionTrace>,
    /// Where the statement stands.
    #[serde(skip)]
    pub span: Span,
}

/// Whether an element matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ElementTrace {
    /// It covers the request.
    Matched,
    /// It does not.
    Failed,
}

impl From<bool> for ElementTrace {
    fn from(matched: bool) -> Self {
        if matched { Self::Matched } else { Self::Failed }
    }
}

/// What one condition did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConditionTrace {
    /// The operator as written.
    pub operator: String,
    /// The key as written.
    pub key: String,
    /// The values the policy requires.
    pub required: Vec<String>,
    /// The values the request sent; `None` when the key was absent.
    pub sent: Option<Vec<String>>,
    /// Whether the condition holds.
    pub matched: bool,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// Evaluates `request` against `document` and explains the decision.
///
/// ```
/// use countersign_policy::{document::PolicyDocument, evaluate::{AttachedTo, Decision, evaluate}, request::*};
/// let policy = PolicyDocument::parse(r#"{"Version": "2012-10-17", "Statement": {
///     "Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole",
///     "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}}"#);
/// let caller = Caller::parse("arn:aws:iam::999988887777:role/Collector").unwrap();
/// let context = RequestContext::for_caller(&caller);
/// let request = Request { caller, action: "sts:AssumeRole".into(), role: "arn:aws:iam::111111111111:role/R".into(), context };
/// let evaluation = evaluate(&policy, &request, AttachedTo::Role, Default::default());
/// assert_eq!(evaluation.decision, Decision::ImplicitDeny);
/// assert_eq!(evaluation.statements[0].conditions[0].sent, None);
/// ```
#[must_use]
pub fn evaluate(
    document: &PolicyDocument,
    request: &Request,
    attached_to: AttachedTo,
    assumptions: Assumptions,
) -> Evaluation {
    let policy = match attached_to {
        AttachedTo::Role => Policy::trust(document),
        AttachedTo::Identity => Policy::identity(document),
    };
    let mut matcher = Matcher::new(request, assumptions, attached_to);
    let mut statements = Vec::with_capacity(document.statements.len());
    let (mut grant, mut denied) = (None, false);
    for (index, (written, compiled)) in document.statements.iter().zip(&policy.statements).enumerate() {
        let unreadable = written.unreadable.as_ref().map(|unreadable| unreadable.what.clone());
        let readable = unreadable.is_none() || matcher.takes_unreadable(compiled.effect);
        let covered = matcher.principals(compiled);
        let (action, resource) = (matcher.actions(compiled), matcher.resources(compiled));
        let conditions: Vec<ConditionTrace> = written
            .conditions
            .iter()
            .zip(&compiled.conditions)
            .map(|(entry, condition)| ConditionTrace {
                operator: entry.operator.value.to_string(),
                key: entry.key.value.to_string(),
                required: entry.values.iter().map(|value| value.value.display()).collect(),
                sent: request.context.get(&entry.key.value).map(<[String]>::to_vec),
                matched: matcher.condition(condition, compiled.effect),
                span: entry.span,
            })
            .collect();
        let applies =
            readable && covered.is_some() && action && resource && conditions.iter().all(|condition| condition.matched);
        if applies {
            match compiled.effect {
                Effect::Deny => denied = true,
                Effect::Allow => grant = grant.max(covered),
            }
        }
        statements.push(StatementTrace {
            index,
            sid: written.sid.as_ref().map(|sid| sid.value.display()),
            effect: compiled.effect,
            applies,
            unreadable,
            principal: covered.is_some().into(),
            action: action.into(),
            resource: resource.into(),
            conditions,
            span: written.span,
        });
    }
    let decision = match (denied, grant) {
        (true, _) => Decision::ExplicitDeny,
        (false, Some(_)) => Decision::Allowed,
        (false, None) => Decision::ImplicitDeny,
    };
    let grant = if denied { None } else { grant };
    Evaluation { decision, grant, statements, assumptions: matcher.used }
}
