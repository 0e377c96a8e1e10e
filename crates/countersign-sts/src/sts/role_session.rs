//! What the operations that assume a role have in common, once it is known who asks: the decision and the session.

use std::sync::Arc;

use countersign_policy::arn::Arn;
use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::Decision;
use countersign_policy::evaluate::assume_role::{self, CallerSide, Refusal, SessionRequest};
use countersign_policy::request::{Request, RequestContext};

use super::credentials::{self, TokenSize};
use super::session_policy::SessionPolicies;
use super::session_tags;
use crate::protocol::{ApiError, Constraint, Element, Pattern};
use crate::record::{Decided, RoleFound};
use crate::service::Call;
use crate::signature::{Session, SessionPrincipal, SessionTag};
use crate::world::Role;

/// Names of sessions, and source identities.
pub(super) const NAME: Constraint = Constraint { pattern: Some(&Pattern::NAME), least: 2, most: 64 };
const DEFAULT_SECONDS: u32 = 3600;

/// A session that is asked for.
pub(super) struct Wanted<'p> {
    pub(super) role_arn: &'p str,
    pub(super) session_name: &'p str,
    pub(super) policies: SessionPolicies<'p>,
    pub(super) duration_seconds: Option<u32>,
    /// When the session ends at the latest, in seconds since the epoch.
    pub(super) ends_by: Option<i64>,
    pub(super) tags: Vec<SessionTag>,
    pub(super) transitive_keys: Vec<String>,
    /// As sent; an inherited one is the session's too.
    pub(super) source_identity: Option<String>,
    pub(super) token_size: TokenSize,
}

impl Wanted<'_> {
    /// Sets the keys of the role and of what is asked of the session.
    pub(super) fn add_to_context(&self, call: &Call<'_>, context: &mut RequestContext) {
        context.set("sts:RoleSessionName", [self.session_name]);
        if let Some(identity) = &self.source_identity {
            context.set("sts:SourceIdentity", [identity]);
        }
        session_tags::add_to_context(&self.tags, context);
        if !self.transitive_keys.is_empty() {
            context.set("sts:TransitiveTagKeys", &self.transitive_keys);
        }
        if let Some(account) = Arn::parse(self.role_arn).and_then(|arn| arn.account_id()) {
            context.set("aws:ResourceAccount", [account.to_string()]);
            if let Some(membership) = call.world.membership(account) {
                context.set("aws:ResourceOrgID", [&membership.organization.id]);
                context.set("aws:ResourceOrgPaths", [membership.path]);
            }
        }
        let role = call.world.role(self.role_arn);
        for (key, value) in role.iter().flat_map(|role| &role.entity.tags) {
            context.set(format!("aws:ResourceTag/{key}"), [value]);
            context.set(format!("iam:ResourceTag/{key}"), [value]);
        }
    }
}

/// The role, when the policies and its limits allow the request. A role that does not exist trusts nobody, so that a
/// stranger gets the same text for it as for one that refuses him. `denied` words the refusal of an action.
pub(super) fn authorize<'c>(
    call: &Call<'c>,
    request: Request,
    mut limits: SessionRequest,
    denied: impl Fn(&str) -> ApiError,
) -> Result<&'c Role, ApiError> {
    let role = call.world.role(&request.role);
    limits.max_session_duration = role.map(|role| role.max_session_duration);
    let nobody = Arc::default();
    let trust: &Arc<PolicyDocument> = role.map_or(&nobody, |role| role.trust_policy.document());
    let account = Arn::parse(&request.role).and_then(|arn| arn.account_id());
    // RCPs do not bind service-linked roles.
    let bound = role.is_none_or(|role| !role.entity.path.starts_with("/aws-service-role/"));
    let rcps = account.filter(|_| bound).map(|account| call.world.resource_control(account)).unwrap_or_default();
    let side = CallerSide { rcps, ..call.principal.side.clone() };
    let decision = assume_role::assume_role(trust, &request, &side, &limits, Assumptions::default());
    let answer = match (decision.decision, role) {
        (Decision::Allowed, Some(role)) => Ok(role),
        (Decision::Allowed | Decision::ImplicitDeny | Decision::ExplicitDeny, _) => {
            let denied_action = decision.actions.iter().find(|(_, decision)| *decision != Decision::Allowed);
            Err(match (denied_action, &decision.refusal) {
                (Some((action, _)), _) => denied(action),
                (None, Some(refusal)) => beyond_limits(refusal).unwrap_or_else(|| denied(&request.action)),
                (None, None) => denied(&request.action),
            })
        }
    };
    let found = if role.is_some() { RoleFound::Yes } else { RoleFound::No };
    call.decided.replace(Some(Decided { request, decision, role: found }));
    answer
}

fn beyond_limits(refusal: &Refusal) -> Option<ApiError> {
    let text = match refusal {
        Refusal::ChainingTooLong(_) => {
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        }
        Refusal::DurationTooLong { .. } => {
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        }
        _ => return None,
    };
    Some(ApiError::validation(text))
}

/// Makes the session of a role that may be assumed. `carried` are condition keys that later calls of the session have.
pub(super) fn issue(
    call: &Call<'_>,
    role: &Role,
    wanted: Wanted<'_>,
    source_identity: Option<String>,
    carried: Vec<(String, Vec<String>)>,
) -> Result<Vec<Element>, ApiError> {
    // `world.role` found the role by this ARN: it has an account and a name.
    let refused = || ApiError::validation(format!("{} is invalid", wanted.role_arn));
    let arn = Arn::parse(wanted.role_arn).ok_or_else(refused)?;
    let account = arn.account_id().ok_or_else(refused)?;
    let (_, path, role_name) = arn.kind_path_name().ok_or_else(refused)?;
    wanted.policies.check(call, Some(account))?;
    let packed = wanted.policies.packed_size(&wanted.tags)?;
    let (name, id, issued) = (wanted.session_name, &role.entity.id, call.now.seconds());
    let expires = issued.saturating_add(i64::from(wanted.duration_seconds.unwrap_or(DEFAULT_SECONDS)));
    let session = Session {
        access_key_id: call.mint.temporary_key_id(account),
        principal: SessionPrincipal::Role {
            partition: arn.partition.to_owned(),
            account: arn.account.to_owned(),
            path: path.to_owned(),
            name: role_name.to_owned(),
            id: id.clone(),
            session_name: name.to_owned(),
        },
        issued,
        expires: wanted.ends_by.map_or(expires, |end| end.min(expires)),
        tags: wanted.tags,
        source_identity,
        policy: wanted.policies.inline.map(str::to_owned),
        policy_arns: wanted.policies.arns.iter().map(|arn| (*arn).to_owned()).collect(),
        carried,
        ..Session::default()
    };
    let session_arn = format!("arn:{}:sts::{account}:assumed-role/{role_name}/{name}", arn.partition);
    let user = vec![Element::leaf("AssumedRoleId", format!("{id}:{name}")), Element::leaf("Arn", session_arn)];
    let mut result = credentials::issue(call, account, &session, wanted.token_size)?;
    result.push(Element::parent("AssumedRoleUser", user));
    result.extend(packed.map(|percent| Element::number("PackedPolicySize", percent)));
    result.extend(session.source_identity.map(|identity| Element::leaf("SourceIdentity", identity)));
    Ok(result)
}
