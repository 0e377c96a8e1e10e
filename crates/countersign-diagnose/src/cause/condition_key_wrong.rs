//! `condition-key-wrong`

use super::{Cause, Finding, Side};
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::document::Amendment;
use countersign_policy::request::{CallerKind, context_key};
use countersign_policy::similar;

use crate::repair::{Change, Repair};
use crate::situation::{Situation, State, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "condition-key-wrong",
    summary: "the condition key is misspelt, so that no call has it",
    page: include_str!("condition_key_wrong.md"),
    side: Side::Trust,
    time: "minutes",
    situation: None,
    condition: Some(recognise),
};

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let trust = situation.evidence.trust.as_ref()?;
    let written = trust.document.statements.get(statement.index)?;
    if swapped(situation, test).is_some() {
        return exchanged(situation, statement);
    }
    let right = right_key(situation, test)?;
    let entry = written.conditions.get(test.index)?;
    let change = Change::Trust { amendments: vec![Amendment::write(entry.key.span, &*entry.key.value, &right)], intended: situation.intended() };
    let message = format!("no call has the condition key {}; it is {right}", quoted(&test.key), right = quoted(&right));
    let advice = format!("write the key as {right}", right = quoted(&right));
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(77).at(statement, test);
    let finding = finding.separated_by("the claims of the token: its `iss` is the key's beginning");
    Some(Finding { required: vec![right], sent: Some(test.key.clone()), span: Some(entry.key.span), ..finding })
}

/// Every key of the statement that stands where the other should, changed at once: one alone would help nobody.
fn exchanged(situation: &Situation<'_>, statement: &StatementView) -> Option<Finding> {
    let trust = situation.evidence.trust.as_ref()?;
    let written = trust.document.statements.get(statement.index)?;
    let wrong: Vec<(&Test, String)> =
        statement.tests.iter().filter_map(|test| Some((test, swapped(situation, test)?))).collect();
    let amendment = |(test, right): &(&Test, String)| {
        let key = &written.conditions.get(test.index)?.key;
        Some(Amendment::write(key.span, &*key.value, right))
    };
    let amendments = wrong.iter().filter_map(amendment).collect();
    let (test, right) = wrong.first()?;
    let change = Change::Trust { amendments, intended: situation.intended() };
    let message =
        format!("the condition on {} asks for what the token has in {}: the two are swapped", quoted(&test.key), quoted(&right));
    let keys: Vec<String> = wrong.iter().map(|(test, right)| format!("{} as {}", quoted(&test.key), quoted(right))).collect();
    let advice = format!("write {}", keys.join(", "));
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(77).at(statement, test);
    let span = written.conditions.get(test.index)?.key.span;
    Some(Finding { required: vec![right.clone()], sent: Some(test.key.clone()), span: Some(span), ..finding })
}

/// The key as it should be: without an ARN or a scheme before the provider, or in AWS's spelling.
fn right_key(situation: &Situation<'_>, test: &Test) -> Option<String> {
    if test.state == State::Open || test.sent.is_some() {
        return None;
    }
    let key = test.key.as_str();
    if let Some((_, rest)) = key.split_once(":oidc-provider/") {
        return Some(rest.to_owned());
    }
    if let Some(rest) = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")) {
        return Some(rest.to_owned());
    }
    let caller = situation.caller.as_ref().filter(|caller| matches!(caller.kind(), CallerKind::Federated));
    let host = caller.map(|caller| caller.name().split_once(":oidc-provider/").map_or(caller.name(), |(_, host)| host));
    if let (Some((provider, claim)), Some(host)) = (context_key::oidc_claim(key), host)
        && provider != host
    {
        let slash = provider.trim_end_matches('/') == host;
        let slip = similar::distance(provider, host) <= 4;
        return (slash || slip).then(|| format!("{host}:{claim}"));
    }
    if context_key::lookup(key).is_some() {
        return None;
    }
    context_key::nearest(key).map(str::to_owned)
}

/// The other of `aud` and `sub`, when what the condition asks for is what the token has there.
pub(super) fn swapped(situation: &Situation<'_>, test: &Test) -> Option<String> {
    let (host, claim) = context_key::oidc_claim(&test.key)?;
    let other = match claim.to_ascii_lowercase().as_str() {
        "aud" => "sub",
        "sub" => "aud",
        _ => return None,
    };
    let has = situation.evidence.facts.claim(other)?;
    let fits = |value: &String| {
        let template = Template::compile(value, Wildcards::Match, Variables::Literal);
        has.iter().any(|claimed| template.matches(claimed, Case::Sensitive, &NoVariables))
    };
    let meant_other = test.state == State::Fails && !test.operator.contains("Not") && test.required.iter().any(fits);
    // A value that any claim meets tells nothing.
    (meant_other && !test.required.iter().all(|value| value == "*")).then(|| format!("{host}:{other}"))
}
