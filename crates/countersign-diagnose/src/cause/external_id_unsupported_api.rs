//! `external-id-unsupported-api`

use super::{Cause, Finding, Side};
use crate::call::{Name, Operation};
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};

pub(super) static CAUSE: Cause = Cause {
    id: "external-id-unsupported-api",
    summary: "an ExternalId is asked for where none can be sent",
    page: include_str!("external_id_unsupported_api.md"),
    side: Side::Request,
    time: "hours",
    situation: Some(examine),
    condition: Some(recognise),
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let unknown = match situation.says() {
        Some(Says::UnknownParameter { parameter }) => parameter.eq_ignore_ascii_case("ExternalId"),
        _ => false,
    };
    let in_vain = situation.evidence.facts.external_id.value().or(call_sends(situation));
    let cannot = !matches!(situation.operation, Operation::AssumeRole);
    let guess = cannot && in_vain.is_some() && situation.evidence.trust.is_none() && situation.is_plain_denial();
    if !(unknown || guess) {
        return None;
    }
    let message = format!("{} takes no ExternalId", name(situation));
    let repair = Repair::new(advice(situation), Change::send(Name::ExternalId, None));
    let finding = Finding::told(message, repair).ranked(if unknown { 93 } else { 62 });
    Some(finding.about("sts:ExternalId").asking(None::<String>, in_vain))
}

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let cannot = !matches!(situation.operation, Operation::AssumeRole);
    if !cannot || !test.key.eq_ignore_ascii_case("sts:ExternalId") {
        return None;
    }
    let message = format!("the statement asks for an ExternalId, and {} takes none", name(situation));
    let values = situation.satisfying(statement.index, test)?;
    let change = Change::HaveKey { key: "sts:ExternalId".to_owned(), values };
    let finding = Finding::proved(message, Repair::new(advice(situation), change)).ranked(80).at(statement, test);
    Some(Finding { sent: None, ..finding })
}

fn call_sends<'s>(situation: &'s Situation<'_>) -> Option<&'s str> {
    situation.call().and_then(|call| call.known(Name::ExternalId))
}

fn name(situation: &Situation<'_>) -> &'static str {
    match situation.operation {
        Operation::SwitchRole => "the console's Switch Role",
        Operation::AssumeRoleWithWebIdentity => "AssumeRoleWithWebIdentity",
        Operation::AssumeRoleWithSaml => "AssumeRoleWithSAML",
        Operation::AssumeRole => "this call",
    }
}

fn advice(situation: &Situation<'_>) -> &'static str {
    match situation.operation {
        Operation::SwitchRole => {
            "use the CLI or an SDK with the ExternalId; one's own people get a statement of their own, for their principals, \
             without it"
        }
        _ => {
            "bind the token's `sub` and `aud` in the trust policy instead, or assume a second role with AssumeRole, which \
             takes the ExternalId"
        }
    }
}
