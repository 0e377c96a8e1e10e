//! A policy IAM would refuse.

use countersign_policy::document::Severity as ProblemSeverity;

use super::{Audit, Check, Report, Reporter};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "malformed-trust-policy",
    summary: "IAM refuses this document as a trust policy",
    page: include_str!("malformed_trust_policy.md"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Role(check),
};

fn check(examined: &Examined, reporter: &mut Reporter<'_>) {
    for problem in examined.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error) {
        let help = problem.help.clone().unwrap_or_else(|| "IAM refuses the policy until this is mended".to_owned());
        reporter.report(Report::new(problem.span, format!("IAM refuses this: {}", problem.message), help));
    }
}
