//! `external-id-malformed`

use super::{Cause, Finding, Side, Status};
use countersign_policy::document::Effect;

use crate::call::Name;
use crate::external_id::{difference, fault, is_sendable, undamaged};
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::quoted::quoted;
use crate::situation::{Situation, State, StatementView, Test};

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
    let is_asked = asked(situation).next().is_some();
    let advice = match value.as_deref() {
        Some("") if is_asked => "send the value that the role asks for, and find out why there is none",
        Some("") => "leave the parameter out where there is no value, and find out why there is none",
        Some(text) if undamaged(text).is_some() => {
            "send the value as it was issued: take off what a shell, a file, a secret store or an editor did to it"
        }
        _ => "send the value that the role asks for",
    };
    let meant = value.as_deref().and_then(|value| meant(situation, value));
    let is_known = meant.is_some() || situation.evidence.trust.is_some();
    let repair = match (meant, value.as_deref()) {
        // What nobody asks for, or is nothing, need not be sent.
        (None, Some("")) if !is_asked => Repair::new(advice, Change::send(Name::ExternalId, None)),
        (None, _) if situation.evidence.trust.is_some() && !is_asked => Repair::new(advice, Change::send(Name::ExternalId, None)),
        (None, _) => Repair::advice(advice),
        (meant, _) => Repair::new(advice, Change::send(Name::ExternalId, meant)),
    };
    let repair = if is_known { repair } else { repair.decided_by_owner() };
    let finding = Finding::told(message(situation, value.as_deref()), repair).ranked(94);
    match value.as_deref().and_then(|value| issued(situation, value)) {
        Some((statement, test, required)) => {
            let finding = finding.at(statement, test).asking([required], value.as_deref());
            Some(Finding { status: Status::Proved, rank: 94, ..finding })
        }
        None => Some(finding.about("sts:ExternalId").asking(["2 to 1224 of A-Za-z0-9_+=,.@:/-"], value.as_deref())),
    }
}

fn message(situation: &Situation<'_>, sent: Option<&str>) -> String {
    let fault = sent.and_then(fault).unwrap_or("is none that STS takes");
    let mut message = format!("the ExternalId that is sent {fault}");
    if sent.is_none_or(|sent| undamaged(sent).is_none() && !sent.is_empty()) {
        message.push_str("; STS takes 2 to 1224 of A-Z, a-z, 0-9 and _+=,.@:/-");
    }
    if let Some((statement, _, required)) = sent.and_then(|sent| issued(situation, sent)) {
        let is_whole = sent.and_then(undamaged).as_deref() == Some(required);
        let relation = if is_whole { "without that it is what" } else { "it is nearly what" };
        message.push_str(&format!("; {relation} statement {} asks for, {}", statement.index + 1, quoted(&required)));
    }
    if situation.sent_another_id() {
        message.push_str("; STS answers ValidationError to such a value, so look at what was really sent");
    }
    message
}

/// The one value that the role asks for and that is this one with damage; else this one without it. Next to nothing, or a
/// variable that was not filled in, resembles every value: somebody else's must not be sent.
fn meant(situation: &Situation<'_>, sent: &str) -> Option<String> {
    match resembling(situation, sent).as_slice() {
        [(_, _, value)] => Some((*value).to_owned()),
        [] => undamaged(sent),
        _ => None,
    }
}

/// The one value that the role asks for and that is this one with damage.
fn issued<'s>(situation: &'s Situation<'_>, sent: &str) -> Option<(&'s StatementView, &'s Test, &'s str)> {
    match resembling(situation, sent).as_slice() {
        [one] if undamaged(sent).is_some() => Some(*one),
        _ => None,
    }
}

fn resembling<'s>(situation: &'s Situation<'_>, sent: &str) -> Vec<(&'s StatementView, &'s Test, &'s str)> {
    let resembles = |value: &str| is_sendable(value) && difference(value, sent).is_some_and(|class| class.is_damage());
    let mut resembling: Vec<_> = asked(situation).filter(|(_, _, value)| resembles(value)).collect();
    resembling.sort_by_key(|(_, _, value)| *value);
    resembling.dedup_by_key(|(_, _, value)| *value);
    resembling
}

/// The ExternalIds that the role asks for, of whoever may be the caller.
fn asked<'s>(situation: &'s Situation<'_>) -> impl Iterator<Item = (&'s StatementView, &'s Test, &'s str)> {
    let allows = situation.statements.iter().filter(|view| view.effect == Effect::Allow && view.principal != State::Fails);
    let tests = allows.flat_map(|statement| statement.tests.iter().map(move |test| (statement, test)));
    let tests = tests.filter(|(_, test)| test.key.eq_ignore_ascii_case("sts:ExternalId"));
    tests.flat_map(|(statement, test)| test.required.iter().map(move |value| (statement, test, value.as_str())))
}
