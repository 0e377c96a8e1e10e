//! `trust-action-mismatch`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use countersign_policy::document::{Effect, Polarity};

use crate::repair::{Change, Repair};
use crate::situation::{Situation, State, spoken, spoken_in_words};

pub(super) static CAUSE: Cause = Cause {
    id: "trust-action-mismatch",
    summary: "the statement for the caller allows another operation",
    page: include_str!("trust_action_mismatch.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

/// What to do about a statement that says what it does not allow.
pub(super) const NOT_ACTION: &str = "write as `Action` the operations that are meant, with this one; `NotAction` allows every one that it does not name, \
                                     those too that AWS adds later";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.is_plain_denial() || situation.meant().is_some() {
        return None;
    }
    let statement = situation.statements.iter().find(|statement| {
        statement.effect == Effect::Allow && statement.principal == State::Holds && !statement.main_action
    })?;
    let trust = situation.evidence.trust.as_ref()?;
    let written = trust.document.statements.get(statement.index)?;
    let actions: Vec<_> = written.actions.iter().flat_map(|element| &element.patterns).collect();
    let needed = situation.actions.first()?;
    let span = actions.first().map(|action| action.span);
    let (polarity, names) = spoken(written);
    let (number, speaks_of) = (statement.index + 1, spoken_in_words(written));
    if polarity == Polarity::Excepted {
        let message = format!("statement {number} covers the caller and allows {speaks_of}, and the call is {needed}");
        let repair = Repair::new(NOT_ACTION, Change::SpeaksOfCall(statement.index));
        let finding = Finding::proved(message, repair).ranked(78).about("NotAction");
        let finding = finding.asking([needed.clone()], Some(&format!("all but {}", names.join(", "))));
        return Some(Finding { statement: Some(statement.index), span, ..finding });
    }
    let main = |text: &str| text.to_ascii_lowercase().starts_with("sts:assumerole");
    let wrong = actions.iter().find(|action| main(&action.value.display()));
    let amendment = match wrong {
        Some(wrong) => Amendment::write(wrong.span, wrong.value.lossy(), needed),
        None => Amendment::AddAction { statement: statement.index, action: needed.clone() },
    };
    let message = format!("statement {number} covers the caller and allows {speaks_of}, but the call is {needed}");
    let advice = format!("allow {needed} in that statement: users, roles and services call sts:AssumeRole, web identities \
                          sts:AssumeRoleWithWebIdentity, SAML sts:AssumeRoleWithSAML");
    let change = Change::Trust { amendments: vec![amendment], intended: situation.intended() };
    // What others are asked for who may call so (an ExternalId), the statement does not ask for: it was written for something else.
    let asks = |key: &str| statement.tests.iter().any(|test| test.key.eq_ignore_ascii_case(key));
    let mut others = situation.statements.iter().filter(|other| other.effect == Effect::Allow && other.main_action);
    let asks_less = others.any(|other| other.tests.iter().any(|test| !asks(&test.key)));
    // So is what lets in from another account without the ExternalId that its sibling asks for.
    let needs_decision = asks_less || situation.is_unguarded(statement.index);
    let repair = Repair { needs_decision, ..Repair::new(advice, change) };
    let finding = Finding::proved(message, repair).ranked(78).about("Action");
    let finding = finding.asking([needed.clone()], Some(&names.join(", ")));
    Some(Finding { statement: Some(statement.index), span, ..finding })
}
