//! `condition-key-never-present`

use countersign_policy::document::Amendment;
use super::{Cause, Finding, Side};
use countersign_policy::request::context_key::{self, SetBy};

use crate::call::Operation;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, State, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "condition-key-never-present",
    summary: "the condition asks for a key that this operation never has",
    page: include_str!("condition_key_never_present.md"),
    side: Side::Trust,
    time: "hours",
    situation: None,
    condition: Some(recognise),
};

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let source = context_key::lookup(&test.key).is_some_and(|row| row.set_by == SetBy::ServiceSource);
    if test.state == State::Open && source && situation.is_service() {
        let message = format!("the condition asks for {}, which not every service sends when it assumes a role", quoted(&test.key));
        let advice = "look up whether this service sends it; ask for aws:SourceAccount where it sends only that";
        let finding = Finding::consistent(66, message, Repair::advice(advice)).at(statement, test);
        return Some(finding.separated_by("the service's page on confused deputies in the IAM documentation"));
    }
    if test.state == State::Open || test.sent.is_some() || test.operator.starts_with("Null") {
        return None;
    }
    let row = context_key::lookup(&test.key);
    let why = match row.map(|row| row.set_by) {
        Some(SetBy::ExternalId) if situation.is_service() => "a service sends no ExternalId",
        Some(SetBy::ServiceSource) if !situation.is_service() => "only services have it, about the resource they act for",
        Some(SetBy::NotHere) => "no call that assumes a role has it",
        Some(SetBy::Oidc | SetBy::Saml) if situation.operation == Operation::AssumeRole => "only tokens bring it",
        Some(SetBy::Organization | SetBy::CallerAttribute) if situation.is_service() => "services belong to no organization and have no tags",
        None => "AWS documents no such key for assuming roles",
        _ => return None,
    };
    let message = format!("the condition asks for {}, and {why}", quoted(&test.key));
    let trust = situation.evidence.trust.as_ref()?;
    let entry = trust.document.statements.get(statement.index)?.conditions.get(test.index)?;
    let account = |text: &String| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let account_source = situation.is_service() && test.required.iter().all(account) && !test.required.is_empty();
    let repair = if account_source {
        let values = Change::HaveKey { key: "aws:SourceAccount".to_owned(), values: test.required.iter().take(1).cloned().collect() };
        let change = Change::Trust { amendments: vec![Amendment::write(entry.key.span, &*entry.key.value, "aws:SourceAccount")], intended: situation.intended() };
        let advice = "ask for aws:SourceAccount instead, which services send for the account they act for, and aws:SourceArn where \
                      one resource is meant";
        Repair { with: vec![values], ..Repair::new(advice, change) }
    } else {
        let values = situation.satisfying(statement.index, test).unwrap_or_default();
        let advice = "ask for a key that this operation has; adding IfExists would let everybody of the principal in";
        Repair::new(advice, Change::HaveKey { key: test.key.clone(), values })
    };
    let finding = Finding::proved(message, repair).ranked(76).at(statement, test);
    Some(Finding { span: Some(entry.key.span), ..finding })
}
