//! `malformed-policy-at-write`

use super::{Cause, Finding, Side};
use countersign_policy::document::{Limits, Severity, validate};

use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "malformed-policy-at-write",
    summary: "IAM refuses the policy that is written",
    page: include_str!("malformed_policy_at_write.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    (situation.is_write && matches!(situation.says(), Some(Says::MalformedPolicy))).then_some(())?;
    let advice = "mend what is named here; `countersign audit` shows every place with a caret";
    let Some(trust) = &situation.evidence.trust else {
        let message = "IAM could not take the policy; which part of it the message says, or the policy would show";
        let finding = Finding::consistent(50, message, Repair::advice("give the policy with --trust"));
        return Some(finding.separated_by("countersign diagnose --trust FILE with the policy that was written"));
    };
    let problems = validate(&trust.document, &trust.text, Limits::default());
    let first = problems.iter().find(|problem| problem.severity == Severity::Error)?;
    let finding = Finding::told(format!("IAM refuses the policy: {}", first.message), Repair::advice(first.help.as_deref().unwrap_or(advice)));
    Some(Finding { span: Some(first.span), ..finding })
}
