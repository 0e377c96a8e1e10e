//! `external-id-missing`

use super::{Cause, Finding, Side};
use countersign_policy::document::Effect;

use crate::call::{Name, Operation};
use crate::capability;
use crate::cause::finding::listed;
use crate::evidence::Sent;
use crate::external_id::is_sendable;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, State, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "external-id-missing",
    summary: "the call sends no ExternalId, and the role asks for one",
    page: include_str!("external_id_missing.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: Some(recognise),
};

const ADVICE: &str = "send the ExternalId where the call is made; whoever the role is for was given it. Leave the condition as it is";

const PLACEHOLDER: &str = "<EXTERNAL-ID>";

/// Who knows the id where the policy takes a pattern.
const FIND: &str = "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRole  # with credentials of \
                    account ROLE-ACCOUNT; a call that worked has requestParameters.externalId. Or ask the party that issued the id";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let can_send = situation.operation == Operation::AssumeRole;
    if let Some((deny, test)) = situation.denied_without("sts:ExternalId").filter(|_| can_send && !situation.asks_too("sts:ExternalId")) {
        return recognise(situation, deny, test);
    }
    let person = situation.is_person();
    let service = situation.is_service() || situation.operation != Operation::AssumeRole;
    if !situation.guesses_at_trust() || !situation.may_lack_allow() || service || situation.external_id.value().is_some() {
        return None;
    }
    let third_party = situation.is_cross_account() != Some(false);
    let rank = match (&situation.external_id, &situation.evidence.request) {
        (_, Some(_)) if person => 38,
        (Sent::Nothing, Some(_)) if third_party => 58,
        (Sent::Nothing, None) => 57,
        _ if third_party => 40,
        _ => 25,
    };
    let message = "the role may ask for an ExternalId, and the call sends none that can be seen";
    let repair = match situation.evidence.external_id_to_send.clone() {
        Some(value) => Repair::new(ADVICE, send(value)),
        None => Repair { find: Some(situation.get_role()), ..Repair::new(ADVICE, send(PLACEHOLDER.to_owned())) },
    };
    let finding = Finding::consistent(rank, message, repair).about("sts:ExternalId");
    Some(finding.separated_by(situation.get_role()))
}

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let asked = test.key.eq_ignore_ascii_case("sts:ExternalId");
    if !asked || test.sent.is_some() || situation.is_service() {
        return None;
    }
    let told = situation.evidence.external_id_to_send.clone();
    let allows = statement.effect == Effect::Allow;
    // A statement may ask for any id at all.
    let is_any = test.operator.starts_with("Null");
    let asked_for = || test.required.iter().filter(|_| !is_any).find(|value| is_sendable(value) && !value.contains(['*', '?'])).cloned();
    let value = told.or_else(asked_for);
    let satisfying = situation.satisfying(statement.index, test).filter(|_| value.is_none() && allows);
    // What a Deny by `Null` wants is any value.
    let satisfying = satisfying.or_else(|| (is_any && !allows).then(|| vec!["some-id".to_owned()]));
    // What STS does not take is sent by nobody, whatever the policy would say to it.
    let satisfying = satisfying.or_else(|| value.is_none().then(Vec::new)).map(|values| sendable(test, values));
    if satisfying.as_ref().is_some_and(Vec::is_empty) {
        return Some(unsendable(situation, statement, test));
    }
    // A value that fits a pattern is made up; whoever issued the id knows it.
    let is_pattern = is_any || test.required.iter().any(|value| value.contains(['*', '?']));
    // Of several ids only one is the caller's own.
    let one_of_many = situation.evidence.external_id_to_send.is_none() && has_others(situation, statement, test, value.as_deref());
    let needs_decision = value.is_none() && !is_pattern || one_of_many;
    let (value, tried) = match (value, satisfying) {
        (Some(value), _) => (value, None),
        (None, Some(values)) if !is_pattern => (values.into_iter().next()?, None),
        (None, values) => (PLACEHOLDER.to_owned(), Some(values?)),
    };
    let find = tried.as_ref().map(|_| FIND.to_owned());
    let with = tried.map(|values| Change::HaveKey { key: "sts:ExternalId".to_owned(), values });
    let how = if allows { "asks for" } else { "denies calls without" };
    let which = if is_any { String::new() } else { format!(" {}", listed(&test.required)) };
    let mut message = format!("statement {} {how} `sts:ExternalId`{which}, and the call sends none", statement.index + 1);
    let is_allowed = |action: &str| !statement.uncovered.iter().any(|uncovered| uncovered.eq_ignore_ascii_case(action));
    if situation.named_action().is_some_and(|action| !action.to_ascii_lowercase().starts_with("sts:assumerole") && is_allowed(action)) {
        message.push_str("; the action in the message is allowed already, and is not what fails");
    }
    if test.state == State::Open {
        message = format!("statement {} {how} `sts:ExternalId`{which}, and it is not known whether the call sends it", statement.index + 1);
    }
    let tool = capability::of(situation);
    let advice = match tool {
        None => ADVICE.to_owned(),
        Some(row) if row.field.is_none() => format!("{}. Leave the condition as it is", row.say()),
        Some(row) => format!("{ADVICE}; {}", row.say()),
    };
    let repair = Repair { with: with.into_iter().collect(), find, needs_decision, ..Repair::new(advice, send(value.clone())) };
    let finding = Finding::proved(message, repair).ranked(74).at(statement, test);
    Some(finding.separated_by(format!("the same call with the ExternalId {value}", value = quoted(&value))))
}

/// Those of `values` that a call can send; where there are none, what fits a pattern of the condition.
fn sendable(test: &Test, mut values: Vec<String>) -> Vec<String> {
    values.retain(|value| is_sendable(value));
    let patterns = test.required.iter().filter(|value| value.contains(['*', '?']) && test.operator.contains("Like"));
    if values.is_empty() && !test.operator.contains("Not") {
        values.extend(patterns.map(|value| value.replace('*', "xx").replace('?', "x")).find(|value| is_sendable(value)));
    }
    values
}

/// The policy asks for what no call can send.
fn unsendable(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Finding {
    let which = listed(&test.required);
    let message = format!("statement {} asks for `sts:ExternalId` {which}; no call can send what the policy asks for", statement.index + 1);
    let advice = "ask the party that issues the id for it, and let the policy name that: STS takes 2 to 1224 of A-Z, a-z, 0-9 and _+=,.@:/-";
    let finding = Finding::consistent(74, message, Repair::advice(advice)).at(statement, test).on(Side::Trust);
    finding.separated_by(situation.get_role())
}

fn send(value: String) -> Change {
    Change::Send { parameter: Name::ExternalId, key: "sts:ExternalId", value: Some(value) }
}

/// Whether other ids than `value` are asked of the caller, or of whom it may be: in the same list, or by another statement.
fn has_others(situation: &Situation<'_>, statement: &StatementView, test: &Test, value: Option<&str>) -> bool {
    let is_other = |other: &String| Some(other.as_str()) != value && is_sendable(other);
    // A Deny asks the same of everybody, and an Allow beside it of one.
    let others = situation.statements.iter().filter(|view| {
        view.index != statement.index && view.effect == Effect::Allow && view.main_action && view.principal != State::Fails
    });
    let tests = others.flat_map(|view| &view.tests).filter(|test| test.key.eq_ignore_ascii_case("sts:ExternalId"));
    tests.chain([test]).any(|test| !test.operator.starts_with("Null") && test.required.iter().any(is_other))
}
