//! AssumeRoot: a session of a member account's root user, for one task.
//!
//! The caller is in the organization's management account or one that administers IAM for it, the organization has root
//! sessions on, and the caller's policies allow `sts:AssumeRoot` on the root user. The text of every refusal is that of
//! the policies, as AWS documents none. The session is limited to the task's managed policy, as far as the member account
//! knows it: one that is not declared allows nothing. AWS's global endpoint has no AssumeRoot; this endpoint has no region.

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::request::CallerKind;

use super::credentials::{self, TokenSize};
use super::permission;
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run};
use crate::signature::{Session, SessionPrincipal};
use crate::world::Switch;

pub(super) static OPERATION: Operation = Operation { name: "AssumeRoot", auth: Auth::Signed, run: Run::Read(respond) };

const TARGET_PRINCIPAL: Constraint = Constraint { pattern: None, least: 12, most: 2048 };
const MOST_SECONDS: u32 = 900;
const TASK_POLICIES: [&str; 5] = [
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
];

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::new(call.parameters);
    let target = checks.required("TargetPrincipal", TARGET_PRINCIPAL);
    let task_policy = checks.required("TaskPolicyArn.arn", Constraint::ARN);
    let seconds = checks.integer("DurationSeconds", 0, MOST_SECONDS)?.unwrap_or(MOST_SECONDS);
    let size = TokenSize::read(&mut checks)?;
    checks.finish()?;
    let member = member(target).ok_or_else(|| ApiError::validation(format!("{target} is invalid")))?;
    let partition = call.world.partition(member);
    if !TASK_POLICIES.iter().any(|name| task_policy == format!("arn:{partition}:iam::aws:policy/root-task/{name}")) {
        return Err(ApiError::validation(format!("{task_policy} is invalid")));
    }
    let root = format!("arn:{partition}:iam::{member}:root");
    let caller = &call.principal.caller;
    let denied = || {
        let text = format!("User: {caller} is not authorized to perform: sts:AssumeRoot on resource: {root}");
        ApiError::new(ErrorCode::AccessDenied, text)
    };
    match caller.kind() {
        CallerKind::User(_) | CallerKind::RoleSession(_) => {}
        CallerKind::Root(_)
        | CallerKind::FederatedUser(_)
        | CallerKind::Service
        | CallerKind::Federated
        | CallerKind::Anonymous => return Err(denied()),
    }
    let membership = call.world.membership(member).ok_or_else(denied)?;
    let organization = membership.organization;
    let administers = organization.administers_iam(call.principal.account);
    let is_member = organization.management_account != member;
    if !administers || !is_member || organization.root_sessions == Switch::Off {
        return Err(denied());
    }
    permission::require_on(call, "sts:AssumeRoot", &root, |context| {
        context.set("sts:TaskPolicyArn", [task_policy]);
    })?;
    let issued = call.now.seconds();
    let source_identity = call.principal.session.as_ref().and_then(|session| session.source_identity.clone());
    let session = Session {
        access_key_id: call.mint.temporary_key_id(member),
        principal: SessionPrincipal::AssumedRoot { partition: partition.to_owned(), account: member.to_string() },
        issued,
        expires: issued.saturating_add(i64::from(seconds)),
        source_identity,
        policy_arns: vec![task_policy.to_owned()],
        carried: vec![("aws:AssumedRoot".to_owned(), vec!["true".to_owned()])],
        ..Session::default()
    };
    let mut result = credentials::issue(call, member, &session, size)?;
    result.extend(session.source_identity.map(|identity| Element::leaf("SourceIdentity", identity)));
    Ok(result)
}

/// The account whose root user is meant: by its id, or by the root user's ARN.
fn member(target: &str) -> Option<AccountId> {
    let by_arn = || {
        let arn = Arn::parse(target).filter(|arn| arn.service == "iam" && arn.resource == "root")?;
        arn.account_id()
    };
    target.parse().ok().or_else(by_arn)
}
