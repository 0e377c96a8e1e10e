//! `condition-key-wrong`

use super::{Cause, Finding, Side};
use countersign_policy::condition::string::{Case, NoVariables, Template, Variables, Wildcards};
use countersign_policy::document::Amendment;
use countersign_policy::request::context_key;
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
    let right = swapped(situation, test).or_else(|| right_key(situation, test))?;
    let trust = situation.evidence.trust.as_ref()?;
    let entry = trust.document.statements.get(statement.index)?.conditions.get(test.index)?;
    let change = Change::Trust { amendments: vec![Amendment::write(entry.key.span, &*entry.key.value, &right)], intended: situation.intended() };
    let message = match &test.sent {
        Some(_) => format!("the condition on {} asks for what the token has in {right}: the two are swapped", quoted(&test.key), right = quoted(&right)),
        None => format!("no call has the condition key {}; it is {right}", quoted(&test.key), right = quoted(&right)),
    };
    let advice = format!("write the key as {right}", right = quoted(&right));
    let finding = Finding::proved(message, Repair::new(advice, change)).ranked(77).at(statement, test);
    Some(Finding { required: vec![right], sent: Some(test.key.clone()), span: Some(entry.key.span), ..finding })
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
    let host = situation.caller.as_ref().and_then(|caller| caller.name().split_once(":oidc-provider/")).map(|(_, host)| host);
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
