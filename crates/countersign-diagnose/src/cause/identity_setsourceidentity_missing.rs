//! `identity-setsourceidentity-missing`

use super::{Cause, Finding, Side, companion_action};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "identity-setsourceidentity-missing",
    summary: "the caller's policies do not allow sts:SetSourceIdentity",
    page: include_str!("identity_setsourceidentity_missing.md"),
    side: Side::Identity,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    companion_action::in_identity(situation, "sts:SetSourceIdentity")
}
