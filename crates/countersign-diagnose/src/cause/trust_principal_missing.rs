//! `trust-principal-missing`

use super::{Cause, Finding, Side};
use countersign_policy::document::PrincipalKind;

use crate::call::Operation;
use crate::message::{PolicyLayer, is_masked};
use crate::repair::policy_edit::name_in_trust;
use crate::repair::{Change, Repair};
use crate::situation::{ArnText, Situation};
use crate::quoted::quoted_list;

pub(super) static CAUSE: Cause = Cause {
    id: "trust-principal-missing",
    summary: "the trust policy names somebody else",
    page: include_str!("trust_principal_missing.md"),
    side: Side::Trust,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let federated = situation.operation != Operation::AssumeRole && situation.operation != Operation::SwitchRole;
    if !situation.may_be(PolicyLayer::Trust) || situation.is_service() || federated || situation.is_self() || situation.other_identity().is_some() {
        return None;
    }
    let advice = "let the trust policy name the caller's role (or its account with a condition that tells the caller); never `*`";
    if situation.guesses_at_trust() && !situation.may_lack_allow() {
        return None;
    }
    if situation.guesses_at_trust() {
        let message = "the trust policy may not name the caller";
        // A role is trusted by name more often than a user, and its session's ARN, which the message shows, is the wrong name.
        let by_role = situation.shown_caller().is_some_and(|caller| caller.contains("assumed-role/"));
        let rank = if by_role { 56 } else { 45 };
        let finding = Finding::consistent(rank, message, Repair::advice(advice)).about("Principal.AWS");
        let finding = finding.asking(situation.caller_principal(), None).separated_by(situation.get_role());
        let blamed = situation.blames() == Some(PolicyLayer::Trust);
        return Some(if blamed { finding.ranked(70) } else { finding });
    }
    let principals = situation.principals();
    if situation.caller.is_none() && !principals.is_empty() && principals.iter().all(|principal| principal.text != "*") {
        let named: Vec<&str> = principals.iter().map(|principal| principal.text).collect();
        let only_services = principals.iter().all(|principal| principal.kind == PrincipalKind::Service);
        if only_services && situation.shown_caller().is_none() {
            return None;
        }
        let (rank, message) = match only_services {
            // Whatever account stands behind the ink: it is none of those.
            true if situation.is_identity() => (72, format!("a role or user called, and the trust policy names only {}", quoted_list(&named))),
            _ => (30, format!("the trust policy names {}, and nobody says who called", quoted_list(&named))),
        };
        let finding = Finding::consistent(rank, message, Repair::advice(advice)).about("Principal.AWS");
        return Some(finding.separated_by("aws sts get-caller-identity (in the environment of the call)"));
    }
    if !situation.is_uncovered_principal() {
        return None;
    }
    let told_apart = principals.iter().any(|principal| {
        let own_session = ArnText::parse(principal.text).is_some_and(|arn| {
            arn.resource.starts_with("assumed-role/") && situation.caller_arn().is_some_and(|caller| {
                caller.account == arn.account && caller.role_name() == arn.role_name()
            })
        });
        own_session || principal.text.starts_with("AROA") || principal.text.starts_with("AIDA")
    });
    let only_federated = principals.iter().all(|principal| principal.kind == PrincipalKind::Federated);
    if told_apart || only_federated && !principals.is_empty() {
        return None;
    }
    let caller = situation.caller_principal()?;
    let mut named: Vec<&str> = principals.iter().map(|principal| principal.text).collect();
    named.dedup();
    let message = match named.is_empty() {
        true => "no Allow statement covers the caller".to_owned(),
        false => format!("no Allow statement names the caller; they name {}", quoted_list(&named)),
    };
    let change = match name_in_trust(situation, &caller) {
        Some(amendments) => Change::Trust { amendments, intended: situation.intended() },
        None => Change::Nothing,
    };
    let repair = Repair::new(advice, change).decided_by_owner();
    // Behind ink may stand the caller.
    let finding = match principals.iter().any(|principal| is_masked(principal.text)) {
        true => Finding::consistent(50, message, repair),
        false => Finding::proved(message, repair).ranked(74),
    };
    let finding = finding.about("Principal.AWS");
    let finding = finding.asking([caller], Some(&named.join(", "))).separated_by(situation.get_role());
    let nearest = situation.nearest().map(|view| view.index);
    let first = principals.iter().find(|principal| Some(principal.statement) == nearest).or(principals.first());
    Some(Finding { statement: first.map(|first| first.statement), span: first.map(|first| first.span), ..finding })
}
