//! `wrong-caller-identity`

use super::{Cause, Finding, Side};
use countersign_policy::document::PrincipalKind;

use crate::call::Operation;
use crate::repair::Repair;
use crate::situation::Situation;
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "wrong-caller-identity",
    summary: "somebody else called than was meant",
    page: include_str!("wrong_caller_identity.md"),
    side: Side::Caller,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let called = situation.shown_caller()?;
    let advice = "look which credentials the call found first (environment, profile, instance or container role) and give it \
                  those that were meant; in a workflow that signs in with OIDC: permissions id-token: write";
    let command = "aws sts get-caller-identity (in the environment of the call)";
    let told = |message: String, required: String| {
        let finding = Finding::told(message, Repair::advice(advice)).ranked(87).about("caller");
        Some(finding.asking([required], Some(called)).separated_by(command))
    };
    if let Some(meant) = situation.other_identity() {
        return told(format!("{called} called, and {meant} was meant to", called = quoted(&called), meant = quoted(&meant)), meant);
    }
    if let Some(provider) = only_federated(situation) {
        let message = format!("{called} called AssumeRole, and the role trusts nobody but the identity provider {provider}", called = quoted(&called), provider = quoted(&provider));
        return told(message, provider);
    }
    // A session of an instance, where the caller should bring credentials of its own.
    let instance = situation.caller_arn().and_then(|arn| arn.session_name()).is_some_and(|name| name.starts_with("i-"));
    let guess = instance && situation.guesses_at_trust() && situation.call().is_some_and(|call| call.source.is_none());
    guess.then(|| {
        let message = format!("{called} is the role of an instance: if a user or another role was meant to call, its credentials were not found", called = quoted(&called));
        Finding::consistent(44, message, Repair::advice(advice)).about("caller").separated_by(command)
    })
}

/// The identity provider, when no other kind of principal is trusted, although a user or a role called.
fn only_federated(situation: &Situation<'_>) -> Option<String> {
    // That a user or a session of a role called shows even where the account is blacked out.
    let of_iam = |arn: &str| arn.contains(":assumed-role/") || arn.contains(":user/");
    let home = situation.shown_caller().is_some_and(of_iam);
    let principals = situation.principals();
    let federated = principals.iter().all(|principal| principal.kind == PrincipalKind::Federated);
    let action = situation.statements.iter().all(|statement| !statement.main_action);
    let first = principals.first()?;
    (situation.operation == Operation::AssumeRole && home && federated && action).then(|| first.text.to_owned())
}
