//! `wrong-partition`

use super::{Cause, Finding, Side};
use countersign_policy::account::PARTITIONS;

use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "wrong-partition",
    summary: "caller and role are in different partitions",
    page: include_str!("wrong_partition.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let partition = |arn: &str| arn.strip_prefix("arn:")?.split(':').next().map(str::to_owned);
    let region = situation.region();
    let caller = situation.shown_caller().and_then(partition);
    // Each partition has an STS of its own, which knows only callers of that partition.
    let caller = caller.or_else(|| region.as_deref().and_then(partition_of).map(str::to_owned))?;
    let role = situation.shown_role().and_then(partition)?;
    if caller == role || !PARTITIONS.contains(&caller.as_str()) || !PARTITIONS.contains(&role.as_str()) {
        return None;
    }
    let advice = format!(
        "name the role with the caller's partition (`arn:{caller}:iam::…`); a role of another partition cannot be assumed, \
         and a bare role name is completed with `aws` by many tools"
    );
    let message = format!("the caller is in the partition `{caller}`, the role's ARN is in `{role}`");
    Some(Finding::told(message, Repair::advice(advice)).ranked(89).about("RoleArn.partition").asking([caller], Some(role.as_str())))
}

/// The partition of a region that is in none but its own.
fn partition_of(region: &str) -> Option<&'static str> {
    [("us-gov-", "aws-us-gov"), ("cn-", "aws-cn")]
        .into_iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map(|(_, partition)| partition)
}
