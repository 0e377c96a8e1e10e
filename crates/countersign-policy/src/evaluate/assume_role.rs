//! The whole AssumeRole decision: trust policy, caller's side, guardrails, every action the call needs, and the limits on
//! the session (rules D3–D18).

use core::borrow::Borrow;

use serde::Serialize;

use super::{AttachedTo, Decision, Evaluation, Grant, evaluate};
use crate::assumptions::{Assumption, AssumptionSet, Assumptions};
use crate::document::PolicyDocument;
use crate::request::{Caller, CallerKind, Request};

/// Everything besides the trust policy that has a say in an AssumeRole call. Policies are owned, or shared: `P` may be
/// an `Arc`.
#[derive(Debug, Clone)]
pub struct CallerSide<P = PolicyDocument> {
    /// The caller's identity policies.
    pub identity: Vec<P>,
    /// The caller's permissions boundary.
    pub boundary: Option<P>,
    /// The session policies of the calling session.
    pub session: Vec<P>,
    /// SCPs of the caller's organization, one list per level (root, each OU, account): every level must allow.
    pub scps: Vec<Vec<P>>,
    /// RCPs over the role's account, one list per level. AWS's own `RCPFullAWSAccess` need not be listed.
    pub rcps: Vec<Vec<P>>,
}

impl<P> Default for CallerSide<P> {
    /// A caller without any policy.
    fn default() -> Self {
        Self { identity: Vec::new(), boundary: None, session: Vec::new(), scps: Vec::new(), rcps: Vec::new() }
    }
}

/// What the call asks of the session.
#[derive(Debug, Clone, Default)]
pub struct SessionRequest {
    /// `DurationSeconds`, if sent.
    pub duration_seconds: Option<u32>,
    /// The role's `MaxSessionDuration` in seconds; 3600 when `None`.
    pub max_session_duration: Option<u32>,
    /// The caller's credentials come from AssumeRole themselves (an EC2 instance role does not count).
    pub role_chaining: Chaining,
}

/// Whether the call chains roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chaining {
    /// The caller is a user, a service, or an instance role.
    #[default]
    No,
    /// The caller is itself a role session.
    Yes,
}

/// The layer of policies that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The role's trust policy.
    Trust,
    /// The caller's identity policies.
    Identity,
    /// The caller's permissions boundary.
    PermissionsBoundary,
    /// The calling session's policies.
    Session,
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
}

/// One policy's part in the decision.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerTrace {
    /// Which layer.
    pub layer: Layer,
    /// Which document of the layer, from 0.
    pub document: usize,
    /// The action it was asked about.
    pub action: String,
    /// What it said.
    pub evaluation: Evaluation,
}

/// Why a call that the policies allow is refused all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Root users cannot assume roles (rule D17).
    #[error("the root user of an account cannot assume a role")]
    RootCaller,
    /// AssumeRole must be signed (rule D10).
    #[error("an unsigned caller cannot call AssumeRole")]
    Anonymous,
    /// Below the API's minimum.
    #[error("DurationSeconds {0} is less than 900")]
    DurationTooShort(u32),
    /// Above the role's maximum (rule D18).
    #[error("DurationSeconds {requested} exceeds the role's MaxSessionDuration of {maximum}")]
    DurationTooLong {
        /// What the call asked for.
        requested: u32,
        /// What the role allows.
        maximum: u32,
    },
    /// Role chaining is limited to one hour (rule D18).
    #[error("DurationSeconds {0} exceeds the one hour that role chaining allows")]
    ChainingTooLong(u32),
}

/// The whole decision.
#[derive(Debug, Clone, PartialEq)]
pub struct AssumeRoleDecision {
    /// The answer for the call as a whole.
    pub decision: Decision,
    /// What the trust policy alone says of the main action.
    pub trust: Decision,
    /// The actions the call needs, each with its own answer; any failure denies the call (rule D15).
    pub actions: Vec<(String, Decision)>,
    /// Every policy that was asked.
    pub layers: Vec<LayerTrace>,
    /// Why the call is refused although the policies allow it.
    pub refusal: Option<Refusal>,
    /// The assumptions the answer rests on.
    pub assumptions: AssumptionSet,
}

/// The actions a call needs: its own, and those its parameters add (rule D15).
#[must_use]
pub fn needed_actions(request: &Request) -> Vec<&str> {
    let mut actions = vec![request.action.as_str()];
    let main = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
    if main.iter().any(|action| action.eq_ignore_ascii_case(&request.action)) {
        let context = &request.context;
        actions.extend(context.passes_tags().then_some("sts:TagSession"));
        actions.extend(context.passes_source_identity().then_some("sts:SetSourceIdentity"));
        actions.extend(context.passes_contexts().then_some("sts:SetContext"));
    }
    actions
}

/// The request as it stands when `action`, one of [`needed_actions`], is decided (rule D16).
#[must_use]
pub fn for_action(request: &Request, action: &str, assumptions: Assumptions) -> Request {
    let mut request = Request { action: action.to_owned(), ..request.clone() };
    let companion = ["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"].contains(&action);
    if companion && assumptions.takes_other(Assumption::ExternalIdInTagSession) {
        request.context.remove("sts:ExternalId");
    }
    request
}

/// Decides a call: every action it needs against the trust policy and the caller's side, then the session limits.
#[must_use]
pub fn assume_role<P: Borrow<PolicyDocument>>(
    trust: &PolicyDocument,
    request: &Request,
    caller_side: &CallerSide<P>,
    session: &SessionRequest,
    assumptions: Assumptions,
) -> AssumeRoleDecision {
    let mut layers = Vec::new();
    let mut used = AssumptionSet::default();
    let mut actions = Vec::new();
    let mut trust_decision = None;
    for action in needed_actions(request) {
        let single = for_action(request, action, assumptions);
        if action != request.action && request.context.get("sts:ExternalId").is_some() {
            used.insert(Assumption::ExternalIdInTagSession);
        }
        let first_layer = layers.len();
        let decision = one_action(trust, &single, caller_side, assumptions, &mut layers);
        trust_decision = trust_decision.or_else(|| layers.get(first_layer).map(|trace| trace.evaluation.decision));
        actions.push((action.to_owned(), decision));
    }
    used = layers.iter().fold(used, |used, layer| used.union(layer.evaluation.assumptions));
    let refusal = refusal(&request.caller, session);
    let worst = |wanted| actions.iter().any(|(_, decision)| *decision == wanted);
    let decision = if worst(Decision::ExplicitDeny) {
        Decision::ExplicitDeny
    } else if worst(Decision::ImplicitDeny) || refusal.is_some() {
        Decision::ImplicitDeny
    } else {
        Decision::Allowed
    };
    let trust = trust_decision.unwrap_or(Decision::ImplicitDeny);
    AssumeRoleDecision { decision, trust, actions, layers, refusal, assumptions: used }
}

fn one_action<P: Borrow<PolicyDocument>>(
    trust: &PolicyDocument,
    request: &Request,
    side: &CallerSide<P>,
    assumptions: Assumptions,
    layers: &mut Vec<LayerTrace>,
) -> Decision {
    let mut ask = |layer: Layer, document: usize, policy: &PolicyDocument| {
        let attached_to = if layer == Layer::Trust { AttachedTo::Role } else { AttachedTo::Identity };
        let evaluation = evaluate(policy, request, attached_to, assumptions);
        let (decision, grant) = (evaluation.decision, evaluation.grant);
        layers.push(LayerTrace { layer, document, action: request.action.clone(), evaluation });
        (decision, grant)
    };
    let (trust_decision, grant) = ask(Layer::Trust, 0, trust);
    // Services and identity providers have no policies of their own (rules D8, D9); SCPs do not bind them.
    let has_identity = request.caller.home().is_some();
    let mut any = |layer: Layer, policies: &[P]| {
        let answers: Vec<Decision> =
            policies.iter().enumerate().map(|(at, policy)| ask(layer, at, policy.borrow()).0).collect();
        combine(&answers)
    };
    let identity = if has_identity { any(Layer::Identity, &side.identity) } else { Decision::ImplicitDeny };
    let boundary = side
        .boundary
        .as_ref()
        .filter(|_| has_identity)
        .map(|policy| any(Layer::PermissionsBoundary, std::slice::from_ref(policy)));
    let session = (has_identity && !side.session.is_empty()).then(|| any(Layer::Session, &side.session));
    // Every level of an organization must allow; a missing Allow counts as explicit (rule D13).
    let mut guardrail = |layer: Layer, levels: &[Vec<P>]| {
        let answers: Vec<Decision> = levels.iter().map(|level| any(layer, level)).collect();
        let denied = |answer: &Decision| match (layer, answer) {
            (_, Decision::ExplicitDeny) | (Layer::Scp, Decision::ImplicitDeny) => true,
            // An RCP list always holds RCPFullAWSAccess beside what is written.
            (_, Decision::ImplicitDeny | Decision::Allowed) => false,
        };
        answers.iter().any(denied)
    };
    let scp_denies = has_identity && guardrail(Layer::Scp, &side.scps);
    let rcp_denies = guardrail(Layer::Rcp, &side.rcps);

    let explicit = [Some(trust_decision), Some(identity), boundary, session].contains(&Some(Decision::ExplicitDeny));
    if explicit || scp_denies || rcp_denies {
        return Decision::ExplicitDeny;
    }
    if trust_decision != Decision::Allowed {
        return Decision::ImplicitDeny;
    }
    if !has_identity {
        return Decision::Allowed;
    }
    let allows = |decision: Option<Decision>| decision.is_none_or(|decision| decision == Decision::Allowed);
    let limits = allows(boundary) && allows(session);
    let enough = match (same_account(request), grant) {
        // D3: the caller itself is named; implicit denies on its side do not matter.
        (true, Some(Grant::Direct)) => true,
        // D4: the role is named; boundary and session policy still limit.
        (true, Some(Grant::Role)) => limits,
        // D5 delegation, D7 cross-account: both sides must allow.
        (true, Some(Grant::Account) | None) | (false, _) => identity == Decision::Allowed && limits,
    };
    if enough { Decision::Allowed } else { Decision::ImplicitDeny }
}

pub(super) fn combine(answers: &[Decision]) -> Decision {
    if answers.contains(&Decision::ExplicitDeny) {
        Decision::ExplicitDeny
    } else if answers.contains(&Decision::Allowed) {
        Decision::Allowed
    } else {
        Decision::ImplicitDeny
    }
}

fn same_account(request: &Request) -> bool {
    let role = crate::arn::Arn::parse(&request.role);
    let home = request.caller.home();
    matches!((role, home), (Some(role), Some(home)) if role.account == home.account.as_str() && role.partition == home.partition)
}

fn refusal(caller: &Caller, session: &SessionRequest) -> Option<Refusal> {
    match caller.kind() {
        CallerKind::Root(_) => return Some(Refusal::RootCaller),
        CallerKind::Anonymous => return Some(Refusal::Anonymous),
        CallerKind::User(_)
        | CallerKind::RoleSession(_)
        | CallerKind::FederatedUser(_)
        | CallerKind::Service
        | CallerKind::Federated => {}
    }
    let requested = session.duration_seconds?;
    let maximum = session.max_session_duration.unwrap_or(3600);
    if requested < 900 {
        Some(Refusal::DurationTooShort(requested))
    } else if session.role_chaining == Chaining::Yes && requested > 3600 {
        Some(Refusal::ChainingTooLong(requested))
    } else if requested > maximum {
        Some(Refusal::DurationTooLong { requested, maximum })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestContext;

    const ROLE: &str = "arn:aws:iam::111111111111:role/R";

    fn allow_all() -> PolicyDocument {
        PolicyDocument::parse(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#)
    }

    fn trust(principal: &str, actions: &str) -> PolicyDocument {
        PolicyDocument::parse(&format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":{actions}}}}}"#
        ))
    }

    fn request(caller: &str) -> Request {
        let caller = Caller::parse(caller).unwrap();
        let context = RequestContext::for_caller(&caller);
        Request { caller, action: "sts:AssumeRole".into(), role: ROLE.into(), context }
    }

    fn decide(trust: &PolicyDocument, request: &Request, side: &CallerSide) -> Decision {
        assume_role(trust, request, side, &SessionRequest::default(), Assumptions::default()).decision
    }

    #[test]
    fn cross_account_needs_both_sides_even_when_named() {
        let user = "arn:aws:iam::999988887777:user/ann";
        let trust = trust(user, r#""sts:AssumeRole""#);
        assert_eq!(decide(&trust, &request(user), &CallerSide::default()), Decision::ImplicitDeny);
        let side = CallerSide { identity: vec![allow_all()], ..CallerSide::default() };
        assert_eq!(decide(&trust, &request(user), &side), Decision::Allowed);
    }

    #[test]
    fn a_boundary_limits_a_role_grant_but_not_a_direct_one() {
        let side = CallerSide {
            boundary: Some(PolicyDocument::parse(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#)),
            ..CallerSide::default()
        };
        let role = trust("arn:aws:iam::111111111111:role/dev", r#""sts:AssumeRole""#);
        let session = "arn:aws:sts::111111111111:assumed-role/dev/ann";
        assert_eq!(decide(&role, &request(session), &side), Decision::ImplicitDeny);
        let direct = trust(session, r#""sts:AssumeRole""#);
        assert_eq!(decide(&direct, &request(session), &side), Decision::Allowed);
    }

    #[test]
    fn tags_need_tag_session_too() {
        let side = CallerSide { identity: vec![allow_all()], ..CallerSide::default() };
        let mut tagged = request("arn:aws:iam::999988887777:user/ann");
        tagged.context.set("aws:RequestTag/Project", ["x"]);
        tagged.context.set("aws:TagKeys", ["Project"]);
        assert_eq!(decide(&trust("999988887777", r#""sts:AssumeRole""#), &tagged, &side), Decision::ImplicitDeny);
        assert_eq!(
            decide(&trust("999988887777", r#"["sts:AssumeRole","sts:TagSession"]"#), &tagged, &side),
            Decision::Allowed
        );
    }

    #[test]
    fn guardrails_bind_the_side_they_belong_to() {
        let trust = trust("999988887777", r#""sts:AssumeRole""#);
        let caller = request("arn:aws:iam::999988887777:user/ann");
        let deny = PolicyDocument::parse(
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}"#,
        );
        let with = |scps: Vec<Vec<PolicyDocument>>, rcps: Vec<Vec<PolicyDocument>>| CallerSide {
            identity: vec![allow_all()],
            scps,
            rcps,
            ..CallerSide::default()
        };
        assert_eq!(decide(&trust, &caller, &with(vec![vec![allow_all()]], vec![])), Decision::Allowed);
        let narrow = PolicyDocument::parse(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#);
        assert_eq!(
            decide(&trust, &caller, &with(vec![vec![allow_all()], vec![narrow]], vec![])),
            Decision::ExplicitDeny
        );
        assert_eq!(decide(&trust, &caller, &with(vec![], vec![vec![deny]])), Decision::ExplicitDeny);
    }

    #[test]
    fn sessions_have_limits() {
        let side = CallerSide { identity: vec![allow_all()], ..CallerSide::default() };
        let trust = trust("999988887777", r#""sts:AssumeRole""#);
        let refusal = |session: SessionRequest, caller: &str| {
            assume_role(&trust, &request(caller), &side, &session, Assumptions::default()).refusal
        };
        let user = "arn:aws:iam::999988887777:user/ann";
        let seconds =
            |duration_seconds| SessionRequest { duration_seconds: Some(duration_seconds), ..SessionRequest::default() };
        assert_eq!(refusal(seconds(3600), user), None);
        assert_eq!(refusal(seconds(3601), user), Some(Refusal::DurationTooLong { requested: 3601, maximum: 3600 }));
        assert_eq!(refusal(seconds(899), user), Some(Refusal::DurationTooShort(899)));
        let chained = SessionRequest {
            duration_seconds: Some(7200),
            max_session_duration: Some(43200),
            role_chaining: Chaining::Yes,
        };
        assert_eq!(refusal(chained, user), Some(Refusal::ChainingTooLong(7200)));
        assert_eq!(refusal(SessionRequest::default(), "arn:aws:iam::999988887777:root"), Some(Refusal::RootCaller));
    }
}
