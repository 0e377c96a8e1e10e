//! `wrong-partition`

use super::{Cause, Finding, Side};
use countersign_policy::account::PARTITIONS;

use crate::call::Name;
use crate::repair::{Change, Repair};
use crate::situation::Situation;
use crate::quoted::quoted;

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
    let message = format!("the caller is in the partition {}, the role's ARN is in {}", quoted(&caller), quoted(&role));
    Some(Finding::told(message, repair(situation, &caller, &role, &advice)).ranked(89).about("RoleArn.partition").asking([caller], Some(role.as_str())))
}

/// The partition of a region that is in none but its own.
fn partition_of(region: &str) -> Option<&'static str> {
    [("us-gov-", "aws-us-gov"), ("cn-", "aws-cn")]
        .into_iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map(|(_, partition)| partition)
}

/// The role's ARN in the caller's partition. An account is in one partition only: for that of another account somebody has to
/// know that there is such a role.
fn repair(situation: &Situation<'_>, caller: &str, role: &str, advice: &str) -> Repair {
    let Some(arn) = situation.shown_role() else { return Repair::advice(advice) };
    let moved = arn.replacen(&format!("arn:{role}:"), &format!("arn:{caller}:"), 1);
    let repair = Repair::new(advice, Change::send(Name::RoleArn, Some(moved)));
    let account = |arn: Option<crate::situation::ArnText<'_>>| arn.and_then(|arn| arn.account).map(str::to_owned);
    let is_own = account(situation.caller_arn()).is_some() && account(situation.caller_arn()) == account(situation.role_arn());
    if is_own { repair } else { repair.decided_by_owner() }
}
