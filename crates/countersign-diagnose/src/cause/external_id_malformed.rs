//! `external-id-malformed`

use super::{Cause, Finding, Side};
use crate::call::Name;
use crate::external_id::{is_sendable, nearest};
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "external-id-malformed",
    summary: "the ExternalId is none that STS takes",
    page: include_str!("external_id_malformed.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let told = match situation.says() {
        Some(Says::Constraint { parameter, value }) if parameter.eq_ignore_ascii_case("ExternalId") => Some(value.clone()),
        _ => None,
    };
    let sent = situation.external_id.value().map(str::to_owned);
    let refused = sent.clone().filter(|value| !is_sendable(value) && situation.is_plain_denial());
    let value = match (told, refused) {
        (Some(told), _) => told.or(sent),
        (None, Some(refused)) => Some(refused),
        (None, None) => return None,
    };
    let (what, advice) = match value.as_deref() {
        Some("") => ("the ExternalId that is sent is empty", "leave the parameter out where there is no value, and find out why there is none"),
        Some(text) if text.trim() != text => {
            ("the ExternalId that is sent has white space at an end", "trim what a shell, a file or a secret store put around it")
        }
        _ => (
            "the ExternalId that is sent is outside of what STS takes: 2 to 1224 of A-Z, a-z, 0-9 and _+=,.@:/-",
            "send the value that the role asks for, without what was put around it",
        ),
    };
    let meant = value.as_deref().and_then(|value| meant(situation, value));
    let is_asked = !asked(situation).is_empty();
    let is_known = meant.is_some() || situation.evidence.trust.is_some();
    let repair = match (meant, value.as_deref()) {
        // What nobody asks for, or is nothing, need not be sent.
        (None, Some("")) => Repair::new(advice, Change::send(Name::ExternalId, None)),
        (None, _) if situation.evidence.trust.is_some() && !is_asked => Repair::new(advice, Change::send(Name::ExternalId, None)),
        (None, _) => Repair::advice(advice),
        (meant, _) => Repair::new(advice, Change::send(Name::ExternalId, meant)),
    };
    let repair = if is_known { repair } else { repair.decided_by_owner() };
    let finding = Finding::told(what, repair).ranked(94).about("sts:ExternalId");
    Some(finding.asking(["2 to 1224 of A-Za-z0-9_+=,.@:/-"], value.as_deref()))
}

/// The value that the role asks for, if what is sent is that one with damage; else what is sent without blanks around it.
fn meant(situation: &Situation<'_>, sent: &str) -> Option<String> {
    let asked = asked(situation);
    let only = || asked.first().copied().filter(|value| asked.len() == 1 && is_sendable(value) && !value.contains(['*', '?']));
    let damaged = nearest(asked.iter().copied(), sent).filter(|(value, class)| class.is_damage() && is_sendable(value));
    let trimmed = || Some(sent.trim()).filter(|value| is_sendable(value));
    damaged.map(|(value, _)| value).or_else(trimmed).or_else(only).map(str::to_owned)
}

/// The ExternalIds that the role asks for.
fn asked<'s>(situation: &'s Situation<'_>) -> Vec<&'s str> {
    let tests = situation.nearest().into_iter().flat_map(|statement| &statement.tests);
    let tests = tests.filter(|test| test.key.eq_ignore_ascii_case("sts:ExternalId"));
    tests.flat_map(|test| &test.required).map(String::as_str).collect()
}
