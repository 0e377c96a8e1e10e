//! `trust-condition-not-met`

use super::{Cause, Finding, Side};
use countersign_policy::condition::ConditionOperator;
use crate::cause::finding::listed;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, State, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-condition-not-met",
    summary: "another condition of the trust policy does not hold",
    page: include_str!("trust_condition_not_met.md"),
    side: Side::Trust,
    time: "hours",
    situation: None,
    condition: Some(recognise),
};

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let sent = test.sent.as_ref().map(|sent| sent.join(", "));
    let has = match &sent {
        Some(sent) => format!("the call has {sent}", sent = quoted(&sent)),
        None if test.state == State::Open => "it is not known what the call has".to_owned(),
        None => "the call has no such key".to_owned(),
    };
    let message = format!("statement {} tests {} with {} {}, and {has}", statement.index + 1, quoted(&test.key), quoted(&test.operator), listed(&test.required));
    if ConditionOperator::parse_folded(&test.operator).is_none() && ConditionOperator::parse(&test.operator).is_err() {
        let message = format!("statement {} tests {} with {}, which is no operator of IAM's: it holds for nobody", statement.index + 1, quoted(&test.key), quoted(&test.operator));
        let advice = "look at what the role has: IAM takes no policy with such an operator; in the one that was given write the operator \
                      that was meant";
        let finding = Finding::proved(message, Repair::advice(advice)).ranked(62).at(statement, test);
        return Some(finding.separated_by(situation.get_role()));
    }
    let advice = "make the call meet the condition, or have the role's owner narrow it to what was meant; do not take it away";
    let values = situation.satisfying(statement.index, test).unwrap_or_default();
    let change = Change::HaveKey { key: test.key.clone(), values };
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(62).at(statement, test);
    Some(finding.separated_by(format!("what the call has as {}", quoted(&test.key))))
}
