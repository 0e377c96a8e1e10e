//! GetSessionToken: temporary credentials of the same user. Policies have no say.

use super::credentials::{self, TokenSize};
use super::mfa::{Mfa, MfaProof};
use crate::protocol::{ApiError, Checks, Element, ErrorCode};
use crate::service::{Auth, Call, Operation, Run};
use crate::signature::{Session, SessionPrincipal};
use countersign_policy::request::CallerKind;

pub(super) static OPERATION: Operation =
    Operation { name: "GetSessionToken", auth: Auth::Signed, run: Run::Read(respond) };

const DEFAULT_SECONDS: u32 = 43_200;
/// Root users get an hour at most, silently.
const ROOT_SECONDS: u32 = 3600;

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::new(call.parameters);
    let asked = checks.integer("DurationSeconds", 900, 129_600)?;
    let mfa = Mfa::read(&mut checks);
    let size = TokenSize::read(&mut checks)?;
    checks.finish()?;
    let refused = || ApiError::new(ErrorCode::AccessDenied, "Cannot call GetSessionToken with session credentials");
    if call.principal.session.is_some() {
        return Err(refused());
    }
    let proof = mfa.authenticate(call)?;
    let caller = &call.principal.caller;
    let (principal, seconds) = match caller.kind() {
        CallerKind::Root(home) => {
            let (partition, account) = (home.partition.clone(), home.account.to_string());
            (SessionPrincipal::Root { partition, account }, asked.unwrap_or(ROOT_SECONDS).min(ROOT_SECONDS))
        }
        CallerKind::User(_) => {
            let id = caller.unique_id().unwrap_or_default().to_owned();
            (SessionPrincipal::User { id }, asked.unwrap_or(DEFAULT_SECONDS))
        }
        CallerKind::RoleSession(_)
        | CallerKind::FederatedUser(_)
        | CallerKind::Service
        | CallerKind::Federated
        | CallerKind::Anonymous => return Err(refused()),
    };
    let issued = call.now.seconds();
    let session = Session {
        access_key_id: call.mint.temporary_key_id(call.principal.account),
        principal,
        issued,
        expires: issued.saturating_add(i64::from(seconds)),
        mfa_at: proof.map(|MfaProof| issued),
        ..Session::default()
    };
    credentials::issue(call, call.principal.account, &session, size)
}
