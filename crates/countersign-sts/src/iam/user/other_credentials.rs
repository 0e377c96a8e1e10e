//! ListSigningCertificates, ListSSHPublicKeys and ListServiceSpecificCredentials: no user here has any of them, and
//! programs that delete users ask.

use super::{ask_on_owner, found, meant};
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation};
use crate::world::KeyOwner;

pub(in crate::iam) static SIGNING_CERTIFICATES: Operation = reading("ListSigningCertificates", |call| {
    none(call, "iam:ListSigningCertificates", "Certificates", Constraint::NAME_128)
});
pub(in crate::iam) static SSH_PUBLIC_KEYS: Operation =
    reading("ListSSHPublicKeys", |call| none(call, "iam:ListSSHPublicKeys", "SSHPublicKeys", Constraint::NAME_64));
pub(in crate::iam) static SERVICE_SPECIFIC_CREDENTIALS: Operation = reading("ListServiceSpecificCredentials", |call| {
    none(call, "iam:ListServiceSpecificCredentials", "ServiceSpecificCredentials", Constraint::NAME_64)
});

fn none(
    call: &Call<'_>,
    action: &'static str,
    list: &'static str,
    constraint: Constraint,
) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.optional("UserName", constraint);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    let owner = meant(call, name)?;
    ask_on_owner(call, action, &owner).allowed()?;
    if let KeyOwner::User(_, name) = owner {
        found(call, &name)?;
    }
    let nothing: [(String, Value); 0] = [];
    Ok(page.cut(nothing).elements(list, |member| member))
}
