//! GetFederationToken: temporary credentials of a federated user, who may do what both the calling user and the session
//! policies allow. Without session policies that is nothing but what other policies grant to the federated user by name.

use countersign_policy::request::{CallerKind, RequestContext};

use super::credentials::{self, TokenSize};
use super::permission;
use super::session_policy::SessionPolicies;
use super::session_tags::{self, SentTags};
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Pattern};
use crate::service::{Auth, Call, Operation, Run};
use crate::signature::{FederatingUser, Session, SessionPrincipal};

pub(super) static OPERATION: Operation =
    Operation { name: "GetFederationToken", auth: Auth::Signed, run: Run::Read(respond) };

const NAME: Constraint = Constraint { pattern: Some(&Pattern::NAME), least: 2, most: 32 };
const DEFAULT_SECONDS: u32 = 43_200;
/// Root users get an hour at most, silently.
const ROOT_SECONDS: u32 = 3600;

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::new(call.parameters);
    let name = checks.required("Name", NAME);
    let policies = SessionPolicies::read_short(&mut checks)?;
    let asked = checks.integer("DurationSeconds", 900, 129_600)?;
    let tags = SentTags::read_without_transitive(&mut checks)?;
    let size = TokenSize::read(&mut checks)?;
    checks.finish()?;
    let tags = tags.combine(None)?;
    let account = call.principal.account;
    let partition = call.principal.caller.home().map_or("aws", |home| &home.partition);
    let arn = format!("arn:{partition}:sts::{account}:federated-user/{name}");
    let user = federating_user(call)?;
    let add_tags = |context: &mut RequestContext| session_tags::add_to_context(&tags, context);
    permission::require_on(call, "sts:GetFederationToken", &arn, add_tags)?;
    if !tags.is_empty() {
        permission::require_on(call, "sts:TagSession", &arn, add_tags)?;
    }
    if call.principal.session.is_some() {
        return Err(refused());
    }
    policies.check(call, Some(account))?;
    let packed = policies.packed_size(&tags)?.unwrap_or(0);
    let seconds = match user {
        Some(_) => asked.unwrap_or(DEFAULT_SECONDS),
        None => asked.unwrap_or(ROOT_SECONDS).min(ROOT_SECONDS),
    };
    let issued = call.now.seconds();
    let session = Session {
        access_key_id: call.mint.temporary_key_id(account),
        principal: SessionPrincipal::FederatedUser {
            partition: partition.to_owned(),
            account: account.to_string(),
            name: name.to_owned(),
            user,
        },
        issued,
        expires: issued.saturating_add(i64::from(seconds)),
        tags,
        policy: policies.inline.map(str::to_owned),
        policy_arns: policies.arns.iter().map(|arn| (*arn).to_owned()).collect(),
        ..Session::default()
    };
    let federated_user = vec![Element::leaf("FederatedUserId", format!("{account}:{name}")), Element::leaf("Arn", arn)];
    let mut result = credentials::issue(call, account, &session, size)?;
    result.push(Element::parent("FederatedUser", federated_user));
    result.push(Element::number("PackedPolicySize", packed));
    Ok(result)
}

/// The user whose permissions the federated user shares; `None` for the root user. A role session goes on to be told
/// what it may not do, as AWS tells it; sessions of users and federated users cannot call this at all.
fn federating_user(call: &Call<'_>) -> Result<Option<FederatingUser>, ApiError> {
    let caller = &call.principal.caller;
    match (caller.kind(), &call.principal.session) {
        (CallerKind::Root(_), None) => Ok(None),
        (CallerKind::User(_), None) | (CallerKind::RoleSession(_), Some(_)) => Ok(Some(FederatingUser {
            arn: caller.name().to_owned(),
            id: caller.unique_id().unwrap_or_default().to_owned(),
        })),
        (CallerKind::Root(_) | CallerKind::User(_), Some(_))
        | (CallerKind::RoleSession(_), None)
        | (CallerKind::FederatedUser(_) | CallerKind::Service | CallerKind::Federated | CallerKind::Anonymous, _) => {
            Err(refused())
        }
    }
}

fn refused() -> ApiError {
    ApiError::new(ErrorCode::AccessDenied, "Cannot call GetFederationToken with session credentials")
}
