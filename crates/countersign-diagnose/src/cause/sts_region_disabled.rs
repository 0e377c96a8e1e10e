//! `sts-region-disabled`

use super::{Cause, Finding, Side};
use crate::call::Name;
use crate::message::Says;
use crate::repair::{Change, Repair};
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
    let repair = Repair::new(advice.as_str(), Change::send(Name::Region, Some("us-east-1".to_owned()))).decided_by_owner();
    let is_usual = situation.region().is_some_and(|region| !["us-gov-", "cn-"].iter().any(|prefix| region.starts_with(prefix)));
    let repair = if is_usual { repair } else { Repair::advice(advice) };
    Some(Finding::told(message, repair).about("region").asking(None::<String>, situation.region().as_deref()))
}
