//! Calls that no resource's policy has a part in: what the caller's own policies and its organization say.

use core::borrow::Borrow;

use super::assume_role::{CallerSide, Layer, LayerTrace, combine};
use super::{AttachedTo, Decision, evaluate};
use crate::assumptions::Assumptions;
use crate::document::PolicyDocument;
use crate::request::Request;

/// Decides `request` by the caller's side alone: an identity policy must allow, and so must the boundary, the session
/// policies and every level of SCPs where there are any; a Deny anywhere wins (rules D1, D13).
///
/// A caller without a home, such as a service, has no policies and is denied.
#[must_use]
pub fn by_caller_side<P: Borrow<PolicyDocument>>(
    request: &Request,
    side: &CallerSide<P>,
    assumptions: Assumptions,
) -> (Decision, Vec<LayerTrace>) {
    let mut traces = Vec::new();
    let mut ask = |layer: Layer, policies: &[P]| {
        let mut answers = Vec::with_capacity(policies.len());
        for (document, policy) in policies.iter().enumerate() {
            let evaluation = evaluate(policy.borrow(), request, AttachedTo::Identity, assumptions);
            answers.push(evaluation.decision);
            traces.push(LayerTrace { layer, document, action: request.action.clone(), evaluation });
        }
        combine(&answers)
    };
    if request.caller.home().is_none() {
        return (Decision::ImplicitDeny, traces);
    }
    let mut answers = vec![ask(Layer::Identity, &side.identity)];
    answers.extend(side.boundary.iter().map(|policy| ask(Layer::PermissionsBoundary, std::slice::from_ref(policy))));
    if !side.session.is_empty() {
        answers.push(ask(Layer::Session, &side.session));
    }
    for level in &side.scps {
        // A missing Allow of an SCP counts as explicit (rule D13).
        let answer = ask(Layer::Scp, level);
        answers.push(if answer == Decision::Allowed { answer } else { Decision::ExplicitDeny });
    }
    let decision = if answers.contains(&Decision::ExplicitDeny) {
        Decision::ExplicitDeny
    } else if answers.iter().all(|answer| *answer == Decision::Allowed) {
        Decision::Allowed
    } else {
        Decision::ImplicitDeny
    };
    (decision, traces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Caller, RequestContext};

    fn policy(effect: &str, action: &str) -> PolicyDocument {
        PolicyDocument::parse(&format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"{action}","Resource":"*"}}}}"#
        ))
    }

    fn decide(caller: Caller, side: &CallerSide) -> Decision {
        let context = RequestContext::for_caller(&caller);
        let (action, role) = ("sts:GetAccessKeyInfo".to_owned(), "arn:aws:sts:::*".to_owned());
        by_caller_side(&Request { caller, action, role, context }, side, Assumptions::default()).0
    }

    #[test]
    fn every_layer_that_is_there_must_allow() {
        let user = || Caller::parse("arn:aws:iam::999988887777:user/ann").unwrap();
        let (all, other, deny) = (policy("Allow", "*"), policy("Allow", "s3:*"), policy("Deny", "sts:*"));
        let allowed = CallerSide { identity: vec![all.clone()], ..CallerSide::default() };
        assert_eq!(decide(user(), &allowed), Decision::Allowed);
        assert_eq!(decide(user(), &CallerSide::default()), Decision::ImplicitDeny);
        assert_eq!(decide(Caller::service("ec2.amazonaws.com"), &allowed), Decision::ImplicitDeny);
        let bounded = CallerSide { boundary: Some(other.clone()), ..allowed.clone() };
        assert_eq!(decide(user(), &bounded), Decision::ImplicitDeny);
        let narrowed = CallerSide { session: vec![other.clone()], ..allowed.clone() };
        assert_eq!(decide(user(), &narrowed), Decision::ImplicitDeny);
        let guarded = CallerSide { scps: vec![vec![all], vec![other]], ..allowed.clone() };
        assert_eq!(decide(user(), &guarded), Decision::ExplicitDeny);
        let mut denied = allowed;
        denied.identity.push(deny);
        assert_eq!(decide(user(), &denied), Decision::ExplicitDeny);
    }
}
