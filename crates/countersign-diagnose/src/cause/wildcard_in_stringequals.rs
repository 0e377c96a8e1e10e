//! `wildcard-in-stringequals`

use countersign_policy::document::{Amendment, Rewording};
use super::{Cause, Finding, Side};
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::condition::{Comparison, ConditionOperator, Sense};

use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "wildcard-in-stringequals",
    summary: "a wildcard stands under an operator that takes it literally",
    page: include_str!("wildcard_in_stringequals.md"),
    side: Side::Trust,
    time: "minutes",
    situation: None,
    condition: Some(recognise),
};

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let operator = ConditionOperator::parse(&test.operator).ok()?;
    let literal = matches!(operator.comparison, Comparison::StringEquals | Comparison::StringEqualsIgnoreCase);
    let sent = test.sent.as_ref()?.first()?;
    let pattern = test.required.iter().find(|value| value.contains(['*', '?']) && would_match(value, sent))?;
    if !literal || operator.sense == Sense::Negated {
        return None;
    }
    let trust = situation.evidence.trust.as_ref()?;
    let written = trust.document.statements.get(statement.index)?;
    let entry = written.conditions.get(test.index)?;
    let like = test.operator.replace("StringEqualsIgnoreCase", "StringLike").replace("StringEquals", "StringLike");
    let narrow = narrowed(pattern, sent);
    let value = entry.values.iter().find(|value| value.value.known() == Some(pattern))?;
    let narrower = (narrow != *pattern).then(|| Rewording { place: value.span, was: pattern.clone(), text: narrow.clone() });
    let (at, condition) = (statement.index, test.index);
    let amendments = vec![Amendment::UseOperator { statement: at, condition, operator: like.clone(), value: narrower }];
    if test.key.eq_ignore_ascii_case("sts:ExternalId") {
        // A pattern would let in other tenants.
        let advice = "write the one ExternalId that was issued; a pattern lets in whoever can have an id that fits";
        let intended = situation.intended_with(&test.key, sent);
        let change = Change::Trust { amendments: vec![Amendment::write(value.span, pattern.as_str(), sent)], intended };
        let message = format!("{} compares {pattern} character by character, the wildcard too", quoted(&test.operator), pattern = quoted(&pattern));
        return Some(Finding::proved(message, Repair::new(advice, change).decided_by_owner()).ranked(75).at(statement, test));
    }
    let message = format!("{} compares {pattern} character by character, the wildcard too", quoted(&test.operator), pattern = quoted(&pattern));
    let advice = format!("use {like} there, and narrow the pattern to what is meant");
    let change = Change::Trust { amendments, intended: situation.intended_with(&test.key, &narrow) };
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(75).at(statement, test);
    Some(finding)
}

/// Whether the pattern would match with its wildcards.
fn would_match(pattern: &str, sent: &str) -> bool {
    Template::compile(pattern, Wildcards::Match, Variables::Literal).matches(sent, Case::Sensitive, &NoVariables)
}

/// A pattern for every repository of an owner, narrowed to the one that was sent: `repo:owner/*` to `repo:owner/name:*`.
fn narrowed(pattern: &str, sent: &str) -> String {
    let repository = |subject: &str| subject.split(':').nth(1).map(str::to_owned);
    let broad = pattern.starts_with("repo:") && repository(pattern).is_some_and(|name| name.contains(['*', '?']));
    match repository(sent).filter(|_| broad) {
        Some(name) => format!("repo:{name}:*"),
        None => pattern.to_owned(),
    }
}
