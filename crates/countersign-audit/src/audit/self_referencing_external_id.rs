//! A required ExternalId that is computed from the request itself.

use super::leak::{Kind, leaks};
use super::{Audit, Check, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;

pub(super) static AUDIT: Audit = Audit {
    id: "self-referencing-external-id",
    summary: "the required ExternalId is a policy variable",
    page: include_str!("self_referencing_external_id.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for leak in leaks(examined).into_iter().filter(|leak| leak.kind == Kind::SelfReferencing) {
        let one = leak.condition.clone().map(|entry| Remedy::OneExternalId { statement: leak.statement, entry });
        let message = format!(
            "{} can assume `{}` for any customer: the required ExternalId is computed from the call itself",
            leak.who(examined),
            examined.role.name
        );
        let help = "write the id the third party chose for you as text; a variable has the same value for every customer, or any value at all";
        reporter.report(leak.report(examined, message, help).remedy(one));
    }
}
