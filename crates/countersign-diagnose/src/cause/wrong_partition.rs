//! `wrong-partition`

use super::{Cause, Finding, Side};
use countersign_policy::account::PARTITIONS;

use crate::repair::Repair;
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
    let caller = situation.caller_text.as_deref()?.strip_prefix("arn:")?.split(':').next()?;
    let role = situation.role_text.as_deref()?.strip_prefix("arn:")?.split(':').next()?;
    if caller == role || !PARTITIONS.contains(&caller) || !PARTITIONS.contains(&role) {
        return None;
    }
    let advice = format!(
        "name the role with the caller's partition (`arn:{caller}:iam::…`); a role of another partition cannot be assumed, \
         and a bare role name is completed with `aws` by many tools"
    );
    let message = format!("the caller is in the partition {caller}, the role's ARN is in {role}", caller = quoted(&caller), role = quoted(&role));
    Some(Finding::told(message, Repair::advice(advice)).ranked(89).about("RoleArn.partition").asking([caller], Some(role)))
}
