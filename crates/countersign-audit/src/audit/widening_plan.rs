//! A plan that lets in callers who were kept out.

use countersign_policy::prove::Exposure;

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "widening-plan",
    summary: "a plan lets in callers that the policy it replaces keeps out",
    page: include_str!("widening_plan.md"),
    severity: Severity::Informational,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    let Some(widened) = &examined.widened else { return };
    let (name, is, was) = (&examined.role.name, examined.exposed.exposure, widened.before);
    let who = widened.request.caller.name();
    let opens = is <= Exposure::Open && was > is;
    let message = if opens {
        format!("the plan makes `{name}` {is}: it was {was}, and `{who}` was kept out")
    } else {
        format!("the plan newly lets `{who}` assume `{name}`")
    };
    let help = "make sure that this is what the change is for";
    let report = Report::new(examined.role.trust.span, message, help).witness(Some(&widened.request));
    reporter.report(if opens { report.severity(Severity::Medium) } else { report });
}
