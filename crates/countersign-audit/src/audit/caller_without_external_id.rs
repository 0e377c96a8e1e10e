//! A call to a third party's role that sends no ExternalId.

use super::{Audit, Check};
use crate::caller::{ExaminedCaller, Owner};
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "caller-without-external-id",
    summary: "a third party's role is assumed without an ExternalId",
    page: include_str!("caller_without_external_id.md"),
    severity: Severity::Informational,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Caller(check),
};

/// What is wrong, and how sure that is.
fn check(examined: &ExaminedCaller) -> Option<(String, Confidence)> {
    let caller = &examined.caller;
    if caller.external_id.is_some() {
        return None;
    }
    let (whose, confidence) = match &examined.owner {
        Owner::Own => return None,
        Owner::ThirdParty { account, name } => (format!("account {account}{name}"), Confidence::High),
        Owner::NotInInput => ("an account that is not in the input".to_owned(), Confidence::Low),
    };
    Some((format!("{} assumes `{}` of {whose} without an ExternalId", caller.name, caller.role.display()), confidence))
}
