//! `opt-in-region-caller`

use super::{Cause, Finding, Side};
use crate::call::Name;
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, is_opt_in_region};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "opt-in-region-caller",
    summary: "the endpoint is in a region that the caller has not enabled",
    page: include_str!("opt_in_region_caller.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let is_hidden = matches!(situation.says(), Some(Says::WrapperOnly));
    (is_hidden || matches!(situation.says(), Some(Says::InvalidClientToken))).then_some(())?;
    let region = situation.region().filter(|region| is_opt_in_region(region))?;
    let advice = "call STS in a region that the caller's account has (AWS_REGION, sts_region or endpoint, for example \
                  us-east-1), or enable the region; sources differ on whose account needs it, so look at both";
    let (rank, message) = if is_hidden {
        (64, format!("the tool hides what STS said, and {} is a region that accounts have to enable before its STS knows them", quoted(&region)))
    } else {
        (90, format!("{} is a region that accounts have to enable, and its STS does not know the caller's key", quoted(&region)))
    };
    // No account is without it.
    let repair = Repair::new(advice, Change::send(Name::Region, Some("us-east-1".to_owned())));
    let finding = Finding::consistent(rank, message, repair).about("region");
    let command = format!("aws account get-region-opt-status --region-name {region} (in the caller's account, then in the role's)");
    Some(finding.asking(["a region that is enabled for the caller"], Some(&region)).separated_by(command))
}
