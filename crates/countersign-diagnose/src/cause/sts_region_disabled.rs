//! `sts-region-disabled`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "sts-region-disabled",
    summary: "STS is switched off in the region of the endpoint",
    page: include_str!("sts_region_disabled.md"),
    side: Side::Account,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    matches!(situation.says(), Some(Says::RegionDisabled)).then_some(())?;
    let account = situation.role_account();
    let advice = format!("call the endpoint of a region that is active, or activate STS for the region in the settings of {account}");
    let message = format!("STS is switched off in the region that was called for {account}, which is to issue the credentials");
    Some(Finding::told(message, Repair::advice(advice)).about("region").asking(None::<String>, situation.region().as_deref()))
}
