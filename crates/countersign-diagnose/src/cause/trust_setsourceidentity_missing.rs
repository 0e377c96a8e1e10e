//! `trust-setsourceidentity-missing`

use super::{Cause, Finding, Side, companion_action};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-setsourceidentity-missing",
    summary: "the call sets a source identity, and the trust policy does not allow sts:SetSourceIdentity",
    page: include_str!("trust_setsourceidentity_missing.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

const ADVICE: &str =
    "allow sts:SetSourceIdentity in the statement that lets the caller in, in every role of the chain, and in the caller's policies; a source identity cannot be taken off";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    companion_action::in_trust(situation, "sts:SetSourceIdentity", ADVICE)
}
