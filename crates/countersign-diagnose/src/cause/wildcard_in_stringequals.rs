//! `wildcard-in-stringequals`

use countersign_policy::document::{Amendment, Rewording};
use super::{Cause, Finding, Side};
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::condition::{Comparison, ConditionOperator, Sense};

use crate::repair::{Change, Repair};
use crate::quoted::quoted;
use crate::situation::{Situation, State, StatementView, Test};
use countersign_policy::request::context_key;

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
    if !literal || operator.sense == Sense::Negated {
        return None;
    }
    if test.state == State::Open {
        return unseen(situation, statement, test);
    }
    let sent = test.sent.as_ref()?.first()?;
    let pattern = test.required.iter().find(|value| value.contains(['*', '?']) && would_match(value, sent))?;
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
        let intended = situation.intended_with_id(statement.index, sent);
        let change = Change::Trust { amendments: vec![Amendment::write(value.span, pattern.as_str(), sent)], intended };
        let message = format!("{} compares {pattern} character by character, the wildcard too", quoted(&test.operator), pattern = quoted(&pattern));
        return Some(Finding::proved(message, Repair::new(advice, change).decided_by_owner()).ranked(75).at(statement, test));
    }
    let message = format!("{} compares {pattern} character by character, the wildcard too", quoted(&test.operator), pattern = quoted(&pattern));
    let advice = format!("use {like} there, and narrow the pattern to what is meant");
    let change = Change::Trust { amendments, intended: situation.intended() };
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(75).at(statement, test);
    Some(finding)
}

/// Nobody says what the call has there; but what a service account, a repository or a branch is called holds no wildcard.
fn unseen(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let claim = context_key::oidc_claim(&test.key).is_some_and(|(_, claim)| claim.eq_ignore_ascii_case("sub"));
    let all = test.required.iter().all(|value| value.contains(['*', '?']));
    let pattern = test.required.first().filter(|_| claim && all)?;
    let like = test.operator.replace("StringEqualsIgnoreCase", "StringLike").replace("StringEquals", "StringLike");
    let (at, condition) = (statement.index, test.index);
    let amendments = vec![Amendment::UseOperator { statement: at, condition, operator: like.clone(), value: None }];
    let change = Change::Trust { amendments, intended: situation.intended() };
    let message = format!("{} compares {} character by character, the wildcard too, and no subject has one", quoted(&test.operator), quoted(&pattern));
    let advice = format!("use {like} there, and narrow the pattern to what is meant");
    let finding = Finding::consistent(78, message, Repair::new(advice, change).decided_by_owner()).at(statement, test);
    Some(finding.ranked(78).separated_by("the token's `sub`: decode the part between its dots as base64"))
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
