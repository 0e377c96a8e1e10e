//! A guard on the ExternalId that accepts endlessly many.

use super::leak::{Kind, leaks};
use super::{Audit, Check, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;

pub(super) static AUDIT: Audit = Audit {
    id: "wildcard-external-id",
    summary: "the condition on sts:ExternalId accepts ids the policy does not list",
    page: include_str!("wildcard_external_id.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for leak in leaks(examined).into_iter().filter(|leak| leak.kind == Kind::Unbounded) {
        let sent = leak.request.context.get("sts:ExternalId").and_then(<[String]>::first).cloned().unwrap_or_default();
        let one = leak.condition.clone().map(|entry| Remedy::OneExternalId { statement: leak.statement, entry });
        let operator = leak.operator.clone().unwrap_or_default();
        let message = format!(
            "{} can assume `{}` with an ExternalId that is not yours, such as `{sent}`: `{operator}` does not bind one id",
            leak.who(examined),
            examined.role.name
        );
        let help =
            "list the exact id with StringEquals; a pattern also fits the ids of the third party's other customers";
        reporter.report(leak.report(examined, message, help).remedy(one));
    }
}
