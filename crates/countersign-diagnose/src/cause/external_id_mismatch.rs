//! `external-id-mismatch`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use crate::call::{Name, Operation};
use crate::external_id::{first_difference, is_sendable, may_be_two, nearest};
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "external-id-mismatch",
    summary: "the ExternalId that is sent is not the one the role asks for",
    page: include_str!("external_id_mismatch.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: Some(recognise),
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let can_send = situation.operation == Operation::AssumeRole;
    if let Some((deny, test)) = situation.denied_without("sts:ExternalId").filter(|_| can_send && !situation.asks_too("sts:ExternalId")) {
        return recognise(situation, deny, test);
    }
    let sent = situation.external_id.value().filter(|_| situation.guesses_at_trust())?;
    let advice = "compare the two byte by byte; the party that issued the id knows which is right";
    let message = format!("the role may ask for another ExternalId than {sent}", sent = quoted(&sent));
    let finding = Finding::consistent(52, message, Repair::advice(advice)).about("sts:ExternalId");
    Some(finding.asking(None::<String>, Some(sent)).separated_by(situation.get_role()))
}

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    // `Null` asks for the key, and for no value of it.
    let asked = test.key.eq_ignore_ascii_case("sts:ExternalId") && !test.operator.starts_with("Null");
    let sent = test.sent.as_ref().and_then(|sent| sent.first()).filter(|_| asked)?;
    let (required, class) = nearest(test.required.iter().map(String::as_str), sent)?;
    let unsendable = !is_sendable(required) && !required.contains(['*', '?', '$']);
    let at = first_difference(required, sent);
    let mut message = format!("statement {} asks for the ExternalId {required}, and {sent} is sent: {}, from byte {} on", statement.index + 1, class.describe(), at + 1, required = quoted(&required), sent = quoted(&sent));
    if unsendable {
        message.push_str("; no call can send what the policy asks for");
    }
    // What was damaged on the way to the call is wrong in the call; otherwise the vendor issues, and the policy is the copy.
    let in_policy = unsendable || !class.is_damage() && is_sendable(sent);
    let trust = situation.evidence.trust.as_ref()?;
    let entry = trust.document.statements.get(statement.index)?.conditions.get(test.index)?;
    let value = entry.values.iter().find(|value| value.value.known() == Some(required))?;
    let (side, change, advice) = if in_policy {
        let intended = situation.intended_with_id(statement.index, sent);
        let changed = |amendment| Change::Trust { amendments: vec![amendment], intended: intended.clone() };
        let instead = changed(Amendment::write(value.span, required, sent));
        let beside = changed(Amendment::AddValue { statement: statement.index, condition: test.index, value: sent.clone() });
        let is_referred = trust.referred.iter().any(|referred| referred.place == value.span);
        // What no call can send lets in nobody, and a variable holds one value; any other may be one that is sent today.
        let change = if unsendable || is_referred || beside.diff(situation).is_none() { instead } else { beside };
        let advice = "ask the party that issues the id which one is right: usually the policy holds an old copy. During a change \
                      list both values, and take the old one out when nobody sends it any more";
        (Side::Trust, change, advice)
    } else {
        let value = Some(required.to_owned());
        let change = Change::Send { parameter: Name::ExternalId, key: "sts:ExternalId", value };
        (Side::Request, change, "send the value byte for byte as it was issued")
    };
    // Whoever is tricked into using another tenant's role looks just like this: the policy must not follow unasked.
    let needs_decision = in_policy && !class.is_damage() || may_be_two(required, sent);
    let repair = Repair { needs_decision, ..Repair::new(advice, change) };
    let finding = Finding::proved(message, repair).ranked(74).at(statement, test).on(side);
    Some(Finding { span: Some(value.span), ..finding })
}
