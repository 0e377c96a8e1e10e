//! A message that blames a kind of policy, beside a policy of that kind that cannot have said so.

use countersign_policy::evaluate::Decision;

use super::limit::Limit;
use super::{Finding, permissions_boundary, rcp_deny, scp_deny, session_policy, vpce_policy};
use crate::call::Operation;
use crate::message::{PolicyLayer, Reason};
use crate::repair::Repair;
use crate::situation::{Blame, Situation};

const ADVICE: &str =
    "change nothing yet: find out which policy was asked, and about which call, and diagnose with that";

const AGAIN: &str =
    "the same call again in a minute, with nothing changed: what was just written takes a while to count";

/// The cause that the message speaks of, and why what was given rules it out.
pub(crate) fn ruled_out(situation: &Situation<'_>) -> Option<(&'static str, Finding)> {
    let (reason, Blame::RuledOut(says)) = situation.blame()? else { return None };
    let (id, key) = blamed(situation, reason);
    let message = format!("AWS says that {}, and {}", claim(reason), given(situation, reason, says));
    let mut finding = Finding::contradicted(message).about(key);
    finding.repair = Repair::advice(ADVICE);
    finding.checks = checks(situation, reason);
    finding.separate_by = finding.checks.first().cloned();
    Some((id, finding))
}

/// The kind of limit, with its words.
fn limit_of(layer: PolicyLayer) -> Option<(&'static str, &'static Limit)> {
    match layer {
        PolicyLayer::Trust | PolicyLayer::Identity => None,
        PolicyLayer::PermissionsBoundary => Some((permissions_boundary::CAUSE.id, &permissions_boundary::LIMIT)),
        PolicyLayer::Session => Some((session_policy::CAUSE.id, &session_policy::LIMIT)),
        PolicyLayer::Scp => Some((scp_deny::CAUSE.id, &scp_deny::LIMIT)),
        PolicyLayer::Rcp => Some((rcp_deny::CAUSE.id, &rcp_deny::LIMIT)),
        PolicyLayer::VpcEndpoint => Some((vpce_policy::CAUSE.id, &vpce_policy::LIMIT)),
    }
}

/// The cause that fits the message on its own, and the element it is about.
fn blamed(situation: &Situation<'_>, reason: &Reason) -> (&'static str, &'static str) {
    let federated = matches!(situation.operation, Operation::AssumeRoleWithWebIdentity | Operation::AssumeRoleWithSaml);
    match (reason.layer, reason.explicit) {
        (PolicyLayer::Trust, true) => ("trust-explicit-deny", "Effect"),
        (PolicyLayer::Trust, false) if situation.is_service() => ("trust-service-principal", "Principal.Service"),
        (PolicyLayer::Trust, false) if federated => ("trust-federated-provider", "Principal.Federated"),
        (PolicyLayer::Trust, false) => ("trust-principal-missing", "Principal.AWS"),
        (PolicyLayer::Identity, true) => ("identity-explicit-deny", "Effect"),
        (layer, _) => (limit_of(layer).map_or("identity-allow-missing", |(id, _)| id), "Action"),
    }
}

fn claim(reason: &Reason) -> String {
    match (reason.layer, reason.explicit) {
        (PolicyLayer::Trust, true) => "a Deny of the role's trust policy applies".to_owned(),
        (PolicyLayer::Trust, false) => "the role's trust policy does not allow the call".to_owned(),
        (PolicyLayer::Identity, true) => "a Deny of the caller's policies applies".to_owned(),
        (layer, explicit) => match limit_of(layer) {
            Some((_, limit)) if explicit => format!("a Deny of {} applies", limit.what),
            Some((_, limit)) => format!("{} does not allow the call", limit.what),
            None => "no policy of the caller allows the call".to_owned(),
        },
    }
}

fn given(situation: &Situation<'_>, reason: &Reason, says: Decision) -> &'static str {
    let by_name = reason.layer == PolicyLayer::Identity && situation.evidence.identity.is_empty();
    match says {
        _ if by_name => {
            "the trust policy that was given lets this caller in by name, so that it needs no Allow of its own: that is not the one \
             that was asked"
        }
        Decision::ExplicitDeny => {
            "a Deny of what was given of it applies, which AWS would have named: it is not what was asked"
        }
        Decision::Allowed => {
            "what was given of it allows this call: it is not what was asked, or the call was another one"
        }
        // What merely does not allow stands beside a policy of AWS's that allows everything.
        Decision::ImplicitDeny if reason.layer == PolicyLayer::Rcp => {
            "what was given of it denies nothing here: it is not what was asked, or not all of it"
        }
        Decision::ImplicitDeny => {
            "what was given of it has no Deny that applies: it is not what was asked, or not all of it"
        }
    }
}

/// What would tell which policy was asked about which call, what is found out most easily first.
fn checks(situation: &Situation<'_>, reason: &Reason) -> Vec<String> {
    let mut checks = Vec::new();
    if let Some(arn) = &reason.policy_arn {
        checks.push(format!("the text of the policy that the message names, {}: is it what was given?", arn.text));
    }
    match (reason.layer, limit_of(reason.layer)) {
        (_, Some((_, limit))) => {
            checks.push(format!("{}: is it what was given, and all of it?", limit.command));
            checks.push(AGAIN.to_owned());
        }
        (PolicyLayer::Trust, None) => checks.extend(of_trust(situation)),
        (_, None) if situation.evidence.identity.is_empty() => checks.extend(of_trust(situation)),
        (_, None) => {
            let action = situation.named_action().or(situation.actions.first().map(String::as_str)).unwrap_or_default();
            checks.push(format!(
                "aws iam simulate-principal-policy --policy-source-arn CALLER --action-names {action} --resource-arns ROLE  # with \
                 credentials of the caller's account: it asks all the caller's policies, also those that were not given"
            ));
            checks.push(AGAIN.to_owned());
        }
    }
    checks
}

fn of_trust(situation: &Situation<'_>) -> Vec<String> {
    let region = match situation.role_arn().map(|arn| arn.partition) {
        Some("aws-us-gov") => "us-gov-west-1",
        Some("aws-cn") => "cn-north-1",
        _ => "us-east-1",
    };
    let mut checks = vec![
        format!("{}: is it what was given, and of the role that the message names?", situation.get_role()),
        AGAIN.to_owned(),
        format!(
            "aws cloudtrail lookup-events --region {region} --lookup-attributes \
             AttributeKey=EventName,AttributeValue=UpdateAssumeRolePolicy  # with credentials of {}: was the policy changed \
             after the denial, or just before?",
            situation.role_account()
        ),
    ];
    if situation.nearest().is_some_and(|statement| !statement.tests.is_empty()) {
        checks.push("what the call really sent (`--debug` of the AWS CLI, the request log of an SDK) beside what was given of it".to_owned());
    }
    checks
}
