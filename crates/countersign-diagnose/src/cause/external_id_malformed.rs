//! `external-id-malformed`

use super::{Cause, Finding, Side};
use countersign_policy::document::Effect;

use crate::call::Name;
use crate::external_id::{difference, is_sendable};
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, State};

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
        (None, Some("")) if !is_asked => Repair::new(advice, Change::send(Name::ExternalId, None)),
        (None, _) if situation.evidence.trust.is_some() && !is_asked => Repair::new(advice, Change::send(Name::ExternalId, None)),
        (None, _) => Repair::advice(advice),
        (meant, _) => Repair::new(advice, Change::send(Name::ExternalId, meant)),
    };
    let repair = if is_known { repair } else { repair.decided_by_owner() };
    let finding = Finding::told(what, repair).ranked(94).about("sts:ExternalId");
    Some(finding.asking(["2 to 1224 of A-Za-z0-9_+=,.@:/-"], value.as_deref()))
}

/// The one value that the role asks for and that is this one with damage; else what is sent without blanks around it. Next to
/// nothing, or a variable that was not filled in, resembles every value: somebody else's must not be sent.
fn meant(situation: &Situation<'_>, sent: &str) -> Option<String> {
    let resembles = |value: &&str| is_sendable(value) && difference(value, sent).is_some_and(|class| class.is_damage());
    let mut resembling: Vec<&str> = asked(situation).into_iter().filter(resembles).collect();
    resembling.sort_unstable();
    resembling.dedup();
    match resembling.as_slice() {
        [value] => Some((*value).to_owned()),
        [] => Some(sent.trim()).filter(|value| is_sendable(value)).map(str::to_owned),
        _ => None,
    }
}

/// The ExternalIds that the role asks for, of whoever may be the caller.
fn asked<'s>(situation: &'s Situation<'_>) -> Vec<&'s str> {
    let allows = situation.statements.iter().filter(|view| view.effect == Effect::Allow && view.principal != State::Fails);
    let tests = allows.flat_map(|statement| &statement.tests);
    let tests = tests.filter(|test| test.key.eq_ignore_ascii_case("sts:ExternalId"));
    tests.flat_map(|test| &test.required).map(String::as_str).collect()
}
