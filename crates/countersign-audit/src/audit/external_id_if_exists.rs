//! A guard on the ExternalId that a call without one passes.

use super::leak::{Kind, leaks};
use super::{Audit, Check, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};
use crate::fix::Remedy;

pub(super) static AUDIT: Audit = Audit {
    id: "external-id-if-exists",
    summary: "the condition on sts:ExternalId holds when no ExternalId is sent",
    page: include_str!("external_id_if_exists.md"),
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for leak in leaks(examined).into_iter().filter(|leak| leak.kind == Kind::Omittable) {
        let strict = leak.condition.clone().map(|entry| Remedy::Strict { statement: leak.statement, entry });
        let operator = leak.operator.clone().unwrap_or_default();
        let message = format!(
            "{} can assume `{}` by sending no ExternalId: `{operator}` does not stop a call that omits it",
            leak.who(examined),
            examined.role.name
        );
        let help = "use plain StringEquals with the id, or add \"Null\": {\"sts:ExternalId\": \"false\"} beside this condition";
        reporter.report(leak.report(examined, message, help).remedy(strict));
    }
}
