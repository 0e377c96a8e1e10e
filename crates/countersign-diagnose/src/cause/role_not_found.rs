//! `role-not-found`

use super::{Cause, Finding, Side};
use crate::call::Name;
use crate::message::{Says, is_masked};
use crate::repair::{Change, Repair};
use crate::situation::{ArnText, Situation};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "role-not-found",
    summary: "there is no such role",
    page: include_str!("role_not_found.md"),
    side: Side::Account,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let advice = "look whether the role exists, by account, path, name and letter case, before any policy is changed; name the \
                  one that exists, or create it";
    let facts = &situation.evidence.facts;
    let role = situation.role_text.as_deref();
    if facts.role_exists == Some(false) || matches!(situation.says(), Some(Says::NoSuchRole)) {
        let message = "the role does not exist: STS answers as if it were not trusted";
        return Some(Finding::told(message, Repair::advice(advice)).ranked(92).about("RoleArn").asking(None::<String>, role));
    }
    if let (Some(meant), Some(asked)) = (situation.evidence.role.as_deref(), role)
        && meant != asked
        && !is_masked(meant)
        && ArnText::parse(meant).is_some()
    {
        let message = format!("the message names {asked}, and the role that is meant is {meant}", asked = quoted(&asked), meant = quoted(&meant));
        let change = Change::send(Name::RoleArn, Some(meant.to_owned()));
        return Some(Finding::told(message, Repair::new(advice, change)).ranked(86).about("RoleArn").asking([meant], Some(asked)));
    }
    if situation.evidence.trust.is_some() || !situation.is_plain_denial() || situation.blames().is_some() || !situation.may_lack_allow()
        || facts.role_exists == Some(true) {
        return None;
    }
    let plain = situation.named_action().is_none_or(|action| action.to_ascii_lowercase().starts_with("sts:assumerole"));
    let message = match role {
        Some(role) => format!("STS answers the same when {role} does not exist, and nobody has looked", role = quoted(&role)),
        None => "STS answers the same when the role does not exist, and nobody has looked".to_owned(),
    };
    let rank = if plain { 55 } else { 20 };
    let finding = Finding::consistent(rank, message, Repair::advice(advice)).about("RoleArn").asking(None::<String>, role);
    Some(finding.separated_by(situation.get_role()))
}
