//! `trust-explicit-deny`

use super::{Cause, Finding, Side};
use crate::call::Operation;
use crate::message::PolicyLayer;
use crate::repair::{Change, Repair};
use crate::quoted::quoted;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-explicit-deny",
    summary: "a Deny of the trust policy applies",
    page: include_str!("trust_explicit_deny.md"),
    side: Side::Trust,
    time: "hours",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    // A Deny that only wants what the call could send is kept, and the call sends it.
    let can_send = situation.operation == Operation::AssumeRole && !situation.is_service();
    let wants = |key| situation.denied_without(key).is_some();
    if can_send && wants("sts:ExternalId") || !situation.is_machine() && wants("aws:MultiFactorAuthPresent") {
        return None;
    }
    let deny = situation.denying();
    let advice = "narrow the Deny so that it leaves this caller out; no Allow helps against it. A negated or `…IfExists` \
                  condition is also true when the key is absent";
    if situation.is_ruled_out() {
        return None;
    }
    let blamed = situation.denial.as_ref()?.reason.as_ref().is_some_and(|reason| {
        reason.layer == PolicyLayer::Trust && reason.explicit
    });
    let Some(deny) = deny.filter(|_| situation.is_plain_denial()) else {
        let message = "AWS says that a Deny of the role's trust policy applies";
        let finding = Finding::told(message, Repair::advice(advice)).about("Effect").separated_by(situation.get_role());
        if blamed {
            return Some(finding);
        }
        let guess = situation.denial.as_ref().is_some_and(|denial| denial.denies) && situation.guesses_at_trust();
        let message = "AWS says that a Deny applies, and not of which policy: it may be the role's trust policy";
        let finding = Finding::consistent(72, message, Repair::advice(advice)).about("Effect");
        return guess.then(|| finding.separated_by(situation.get_role()));
    };
    let open = deny.open().count();
    let key = deny.tests.first().map(|test| test.key.clone());
    let absent = deny.tests.iter().find(|test| test.sent.is_none() && (test.operator.contains("Not") || test.operator.ends_with("IfExists")));
    let message = match absent {
        Some(test) => format!(
            "statement {} denies: {} is true of a call that has no {}",
            deny.index + 1, quoted(&test.operator), quoted(&test.key)),
        None => format!("statement {} denies the call, whatever else allows it", deny.index + 1),
    };
    let repair = Repair::new(advice, Change::WithoutStatement(deny.index));
    let finding = if open > 0 { Finding::consistent(64, message, repair) } else { Finding::proved(message, repair).ranked(84) };
    let required: Vec<String> = deny.tests.first().map(|test| test.required.clone()).unwrap_or_default();
    let sent = deny.tests.first().and_then(|test| test.sent.as_ref()).map(|sent| sent.join(", "));
    let finding = finding.about(key.unwrap_or_else(|| "Effect".to_owned())).asking(required, sent.as_deref());
    Some(Finding { statement: Some(deny.index), span: situation.statement_span(deny.index), ..finding })
}
