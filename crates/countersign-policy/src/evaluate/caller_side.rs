//! Calls that no resource's policy has a part in: what the caller's own policies and its organization say.

use core::borrow::Borrow;

use super::assume_role::{CallerSide, Layer, LayerTrace, combine};
use super::{AttachedTo, Decision, Grant, evaluate};
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

/// Whose the resource of a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The caller's account's.
    SameAccount,
    /// Another account's.
    OtherAccount,
}

/// Decides a call on a resource that has a policy of its own, such as a bucket. Unlike a role's trust policy it need not
/// allow in the caller's account: there either side is enough. From another account both must allow (rules D3–D7).
#[must_use]
pub fn with_resource_policy<P: Borrow<PolicyDocument>>(
    policy: &PolicyDocument,
    owner: Owner,
    request: &Request,
    side: &CallerSide<P>,
    assumptions: Assumptions,
) -> (Decision, Vec<LayerTrace>) {
    let evaluation = evaluate(policy, request, AttachedTo::Role, assumptions);
    let (resource, grant) = (evaluation.decision, evaluation.grant);
    let (caller, mut traces) = by_caller_side(request, side, assumptions);
    let limits = |layer: Layer| {
        let answers: Vec<Decision> =
            traces.iter().filter(|trace| trace.layer == layer).map(|trace| trace.evaluation.decision).collect();
        answers.is_empty() || combine(&answers) == Decision::Allowed
    };
    let within_limits = limits(Layer::PermissionsBoundary) && limits(Layer::Session);
    let action = request.action.clone();
    traces.insert(0, LayerTrace { layer: Layer::Trust, document: 0, action, evaluation });
    if [resource, caller].contains(&Decision::ExplicitDeny) {
        return (Decision::ExplicitDeny, traces);
    }
    let caller_allows = caller == Decision::Allowed;
    let enough = match (owner, grant.filter(|_| resource == Decision::Allowed)) {
        (Owner::SameAccount, Some(Grant::Direct)) => true,
        (Owner::SameAccount, Some(Grant::Role)) => caller_allows || within_limits,
        (Owner::SameAccount, Some(Grant::Account) | None) | (Owner::OtherAccount, Some(_)) => caller_allows,
        (Owner::OtherAccount, None) => false,
    };
    (if enough { Decision::Allowed } else { Decision::ImplicitDeny }, traces)
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

    #[test]
    fn a_resource_s_policy_is_enough_in_its_own_account_alone() {
        let user = "arn:aws:iam::999988887777:user/ann";
        let bucket = |effect: &str, principal: &str| {
            PolicyDocument::parse(&format!(
                r#"{{"Statement":{{"Effect":"{effect}","Principal":{{"AWS":"{principal}"}},"Action":"s3:*","Resource":"*"}}}}"#
            ))
        };
        let decide = |policy: &PolicyDocument, owner: Owner, side: &CallerSide| {
            let caller = Caller::parse(user).unwrap();
            let context = RequestContext::for_caller(&caller);
            let (action, role) = ("s3:GetObject".to_owned(), "arn:aws:s3:::b/k".to_owned());
            let request = Request { caller, action, role, context };
            with_resource_policy(policy, owner, &request, side, Assumptions::default()).0
        };
        let (named, account) = (bucket("Allow", user), bucket("Allow", "999988887777"));
        let (nothing, allowed) =
            (CallerSide::default(), CallerSide { identity: vec![policy("Allow", "*")], ..CallerSide::default() });
        assert_eq!(decide(&named, Owner::SameAccount, &nothing), Decision::Allowed);
        assert_eq!(decide(&account, Owner::SameAccount, &nothing), Decision::ImplicitDeny);
        assert_eq!(decide(&named, Owner::OtherAccount, &nothing), Decision::ImplicitDeny);
        assert_eq!(decide(&named, Owner::OtherAccount, &allowed), Decision::Allowed);
        assert_eq!(decide(&account, Owner::OtherAccount, &allowed), Decision::Allowed);
        let other = bucket("Allow", "123456789012");
        assert_eq!(decide(&other, Owner::SameAccount, &allowed), Decision::Allowed);
        assert_eq!(decide(&other, Owner::OtherAccount, &allowed), Decision::ImplicitDeny);
        assert_eq!(decide(&bucket("Deny", user), Owner::SameAccount, &allowed), Decision::ExplicitDeny);
        let bounded = CallerSide { boundary: Some(policy("Allow", "ec2:*")), ..CallerSide::default() };
        assert_eq!(decide(&named, Owner::SameAccount, &bounded), Decision::Allowed);
        let denied = CallerSide { boundary: Some(policy("Deny", "s3:*")), ..allowed };
        assert_eq!(decide(&named, Owner::SameAccount, &denied), Decision::ExplicitDeny);
    }

    #[test]
    fn a_resource_that_names_no_partition_is_in_the_caller_s() {
        let caller = Caller::parse("arn:aws-cn:iam::999988887777:user/ann").unwrap();
        let side = CallerSide { identity: vec![policy("Allow", "*")], ..CallerSide::default() };
        let context = RequestContext::for_caller(&caller);
        let (action, role) = ("iam:ListRoles".to_owned(), "*".to_owned());
        let request = Request { caller, action, role, context };
        assert_eq!(by_caller_side(&request, &side, Assumptions::default()).0, Decision::Allowed);
    }
}
