//! `trust-action-mismatch`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use countersign_policy::document::Effect;

use crate::repair::{Change, Repair};
use crate::situation::{Situation, State};
use crate::quoted::quoted_list;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-action-mismatch",
    summary: "the statement for the caller allows another operation",
    page: include_str!("trust_action_mismatch.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if !situation.is_plain_denial() || situation.meant().is_some() {
        return None;
    }
    let statement = situation.statements.iter().find(|statement| {
        statement.effect == Effect::Allow && statement.principal == State::Holds && !statement.main_action
    })?;
    let trust = situation.evidence.trust.as_ref()?;
    let actions: Vec<_> = trust.document.statements.get(statement.index)?.actions.iter().flat_map(|element| &element.patterns).collect();
    let written: Vec<String> = actions.iter().map(|action| action.value.display()).collect();
    let needed = situation.actions.first()?;
    let main = |text: &str| text.to_ascii_lowercase().starts_with("sts:assumerole");
    let wrong = actions.iter().find(|action| main(&action.value.display()));
    let amendment = match wrong {
        Some(wrong) => Amendment::write(wrong.span, wrong.value.lossy(), needed),
        None => Amendment::AddAction { statement: statement.index, action: needed.clone() },
    };
    let message = format!("statement {} covers the caller and allows {}, but the call is {needed}", statement.index + 1, quoted_list(&written));
    let advice = format!("allow {needed} in that statement: users, roles and services call sts:AssumeRole, web identities \
                          sts:AssumeRoleWithWebIdentity, SAML sts:AssumeRoleWithSAML");
    let change = Change::Trust { amendments: vec![amendment], intended: situation.intended() };
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(78).about("Action");
    let finding = finding.asking([needed.clone()], Some(&written.join(", ")));
    Some(Finding { statement: Some(statement.index), span: actions.first().map(|action| action.span), ..finding })
}
