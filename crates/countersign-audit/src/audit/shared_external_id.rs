//! One ExternalId for several third parties.

use std::collections::{BTreeMap, BTreeSet};

use countersign_policy::account::AccountId;
use countersign_policy::prove::ExternalIdVerdict;

use super::leak::external_id_condition;
use super::{Audit, Check, Report};
use crate::examine::Examined;
use crate::finding::{Confidence, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "shared-external-id",
    summary: "roles for different third parties require the same ExternalId",
    page: include_str!("shared_external_id.md"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    check: Check::Roles(check),
};

fn check(roles: &[Examined], reports: &mut Vec<(usize, Report)>) {
    let mut users: BTreeMap<&str, Vec<(usize, AccountId)>> = BTreeMap::new();
    for (at, examined) in roles.iter().enumerate() {
        for (deputy, verdict) in &examined.exposed.deputies {
            let (ExternalIdVerdict::Bound { ids, .. }, Some(account)) = (verdict, deputy.account()) else { continue };
            for id in ids {
                users.entry(id).or_default().push((at, account));
            }
        }
    }
    for (id, users) in users {
        let parties =
            |at: usize| users.iter().filter(|(of, _)| *of == at).map(|(_, account)| *account).collect::<BTreeSet<_>>();
        for (at, account) in &users {
            let Some(examined) = roles.get(*at) else { continue };
            // Different parties: each role has one that the other has not.
            let own = parties(*at);
            let other = users.iter().find(|(other, _)| {
                let theirs = parties(*other);
                other != at && !own.is_subset(&theirs) && !theirs.is_subset(&own)
            });
            let Some((other_role, other_account)) = other.and_then(|(at, account)| Some((roles.get(*at)?, account)))
            else {
                continue;
            };
            let conditions = examined.exposed.document.statements.iter().filter_map(external_id_condition);
            let Some(value) = conditions.flat_map(|entry| &entry.values).find(|value| value.value.known() == Some(id))
            else {
                continue;
            };
            let message = format!(
                "`{}` (account {account}) and `{}` (account {other_account}) require the same ExternalId `{id}`",
                examined.role.name, other_role.role.name
            );
            let help = "each third party chooses its own id for you; an id both know binds neither";
            if !reports.iter().any(|(reported, report)| reported == at && report.span == value.span) {
                reports.push((*at, Report::new(value.span, message, help)));
            }
        }
    }
}
