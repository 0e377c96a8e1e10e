//! `oidc-audience`

use countersign_policy::document::Amendment;
use super::condition_key_wrong::swapped;
use super::{Cause, Finding, Side};
use crate::call::Operation;
use crate::cause::finding::listed;
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, State, StatementView, Test};
use countersign_policy::request::context_key::oidc_claim;
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "oidc-audience",
    summary: "the token is made out to another audience",
    page: include_str!("oidc_audience.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: Some(recognise),
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    matches!(situation.says(), Some(Says::TokenAudience)).then_some(())?;
    let audience = situation.evidence.facts.claim("aud").and_then(<[String]>::first);
    let advice = "ask for a token with the audience that the provider lists (often sts.amazonaws.com), or add the token's \
                  audience to the provider's client ids";
    let message = "the token's `aud` is not among the client ids of the provider";
    let finding = Finding::told(message, Repair::advice(advice)).about("aud").on(Side::Account);
    let command = "aws iam get-open-id-connect-provider --open-id-connect-provider-arn ARN --query ClientIDList";
    Some(finding.asking(None::<String>, audience.map(String::as_str)).separated_by(command))
}

const MEND: &str = "ask for a token with the audience the policy names, or let the policy name the token's audience, whichever is wrong";

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    let (_, claim) = oidc_claim(&test.key)?;
    let oidc = situation.operation == Operation::AssumeRoleWithWebIdentity && claim.eq_ignore_ascii_case("aud");
    // Under the name of `aud` may stand what is asked of `sub`.
    if !oidc || test.operator.contains("Not") || swapped(situation, test).is_some() {
        return None;
    }
    let sent = test.sent.as_ref().and_then(|sent| sent.first());
    if test.state == State::Open {
        // What nearly every tool asks for.
        let usual = test.required.iter().any(|audience| audience == "sts.amazonaws.com");
        let message = format!("the policy asks for the audience {}, and which one the token has is not known", listed(&test.required));
        let finding = Finding::consistent(if usual { 28 } else { 50 }, message, Repair::advice(MEND)).at(statement, test);
        return Some(finding.separated_by("the token's `aud`: decode the part between its dots as base64"));
    }
    let message = match sent {
        Some(sent) => format!("the policy asks for the audience {}, and the token is made out to {sent}", listed(&test.required), sent = quoted(&sent)),
        None => format!("the policy asks for the audience {}", listed(&test.required)),
    };
    let trust = situation.evidence.trust.as_ref()?;
    let entry = trust.document.statements.get(statement.index)?.conditions.get(test.index)?;
    let change = match (sent, entry.values.as_slice()) {
        (Some(sent), [value]) => {
            Change::Trust { amendments: vec![Amendment::write(value.span, value.value.lossy(), sent)], intended: situation.intended() }
        }
        _ => Change::HaveKey { key: test.key.clone(), values: situation.satisfying(statement.index, test)? },
    };
    let repair = Repair { needs_decision: !situation.binds_subject(statement.index), ..Repair::new(MEND, change) };
    Some(Finding::proved(message, repair).ranked(72).at(statement, test))
}
