//! `eventual-consistency`

use super::{Cause, Finding, Side};
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "eventual-consistency",
    summary: "the role or its policy is too young",
    page: include_str!("eventual_consistency.md"),
    side: Side::Time,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let plain = situation.is_plain_denial() && situation.blames().is_none() && situation.may_lack_allow();
    if !plain || situation.trust_allows() == Some(false) || situation.evidence.error_text.is_none() {
        return None;
    }
    let age = situation.evidence.facts.role_age_seconds;
    if age.is_some_and(|age| age > 300) {
        return None;
    }
    let message = match age {
        Some(age) => format!("the role or its policy was written {age} seconds before the call; IAM takes 10 to 30 seconds, sometimes more"),
        None => "a role or policy that was just written takes 10 to 30 seconds to count".to_owned(),
    };
    let advice = "retry with growing pauses in the caller until it works several times in a row; every edit starts the wait again";
    let rank = match (age, situation.evidence.trust.is_some()) {
        (Some(_), _) => 82,
        (None, true) => 24,
        (None, false) => 8,
    };
    let finding = Finding::consistent(rank, message, Repair::advice(advice)).about("time");
    Some(finding.separated_by("the same call again in a minute, with nothing changed"))
}
