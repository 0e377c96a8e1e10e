//! One ExternalId for several third parties.

use std::collections::{BTreeMap, BTreeSet};

use countersign_policy::account::AccountId;
use countersign_policy::document::Span;
use countersign_policy::prove::ExternalIdVerdict;

use super::leak::external_id_condition;
use super::{Audit, Check, Report};
use crate::examine::Examined;
use crate::finding::{Confidence, Persona, Severity};

pub(super) static AUDIT: Audit = Audit {
    id: "shared-external-id",
    summary: "roles for different third parties require the same ExternalId",
    page: include_str!("shared_external_id.md"),
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    check: Check::Roles(check),
};

fn check(roles: &[Examined], reports: &mut Vec<(usize, Report)>) {
    let mut users: BTreeMap<&str, Vec<(usize, AccountId)>> = BTreeMap::new();
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    for (at, examined) in roles.iter().enumerate() {
        for (deputy, verdict) in &examined.exposed.deputies {
            let (ExternalIdVerdict::Bound { ids, .. }, Some(account)) = (verdict, deputy.account()) else { continue };
            names.entry(account).or_insert_with(|| examined.third_parties.name_in_brackets(deputy));
            // Of values that are not in the input nobody knows whether they are the same.
            for id in ids.iter().filter(|id| !id.contains('⟨')) {
                users.entry(id).or_default().push((at, account));
            }
        }
    }
    let mut told: BTreeSet<(usize, Span)> = BTreeSet::new();
    for (id, users) in users {
        let mut parties: BTreeMap<usize, BTreeSet<AccountId>> = BTreeMap::new();
        for (at, account) in users {
            parties.entry(at).or_default().insert(account);
        }
        // Many roles for the same parties are the rule: look at each set of parties once.
        let mut sets: Vec<(&BTreeSet<AccountId>, usize)> = Vec::new();
        let mut seen = BTreeSet::new();
        for (at, accounts) in &parties {
            if seen.insert(accounts) {
                sets.push((accounts, *at));
            }
        }
        for (at, own) in &parties {
            let Some(examined) = roles.get(*at) else { continue };
            // Different parties: each role has one that the other has not.
            let other = sets.iter().find(|(theirs, _)| !own.is_subset(theirs) && !theirs.is_subset(own));
            let Some((other_role, other_account)) =
                other.and_then(|(theirs, at)| Some((roles.get(*at)?, theirs.difference(own).next()?)))
            else {
                continue;
            };
            let Some(account) = own.iter().find(|account| *account != other_account) else { continue };
            let conditions = examined.exposed.document.statements.iter().filter_map(external_id_condition);
            let Some(value) = conditions.flat_map(|entry| &entry.values).find(|value| value.value.known() == Some(id))
            else {
                continue;
            };
            let party =
                |account: &AccountId| format!("account {account}{}", names.get(account).map_or("", String::as_str));
            let message = format!(
                "`{}` for {} and `{}` for {} require the same ExternalId `{id}`",
                examined.role.name,
                party(account),
                other_role.role.name,
                party(other_account)
            );
            let help = "each third party chooses its own id for you; an id both know binds neither";
            if told.insert((*at, value.span)) {
                reports.push((*at, Report::new(value.span, message, help)));
            }
        }
    }
}
