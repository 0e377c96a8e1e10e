//! `trust-tagsession-missing`

use super::{Cause, Finding, Side, companion_action};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-tagsession-missing",
    summary: "the call passes session tags, and the trust policy does not allow sts:TagSession",
    page: include_str!("trust_tagsession_missing.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

const ADVICE: &str =
    "allow sts:TagSession in the statement that lets the caller in (not in a second one without its conditions), or send no tags";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    companion_action::in_trust(situation, "sts:TagSession", ADVICE)
}
