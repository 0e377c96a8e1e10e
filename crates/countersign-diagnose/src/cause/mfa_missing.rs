//! `mfa-missing`

use super::{Cause, Finding, Side};
use countersign_policy::document::Effect;
use countersign_policy::evaluate::Decision;
use countersign_policy::request::CallerKind;

use crate::call::{Name, Parameter, Style};
use crate::cause::finding::listed;
use crate::message::Says;
use crate::repair::{Change, Repair};
use crate::situation::{Situation, StatementView, Test};
use crate::quoted::quoted;

pub(super) static CAUSE: Cause = Cause {
    id: "mfa-missing",
    summary: "the role asks for MFA, and the call was made without",
    page: include_str!("mfa_missing.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: Some(recognise),
};

const ADVICE: &str = "send --serial-number and --token-code, or put mfa_serial into the profile that holds role_arn; do not \
                      loosen the condition to BoolIfExists, which lets long-term keys in";

/// What tells the values of the placeholders.
const FIND: &str = "aws iam list-mfa-devices (with the keys that call); the code is what the device shows: ask for it when the call is made, \
                    and keep it in no file";

const SEPARATE: &str = "the same call with --serial-number and --token-code";

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    if matches!(situation.says(), Some(Says::MfaIncomplete)) {
        let message = "the call has only one of the MFA device's serial number and its code";
        return Some(Finding::told(message, Repair::advice(ADVICE)).about("SerialNumber"));
    }
    if let Some(finding) = denied_by_own_policy(situation) {
        return Some(finding);
    }
    if let Some((deny, test)) = situation.denied_without("aws:MultiFactorAuthPresent").filter(|_| !situation.is_machine()) {
        let message = format!("statement {} denies calls without MFA, and the call was made without it{}", deny.index + 1, assumed(situation));
        let change = Change::HaveKey { key: test.key.clone(), values: vec!["true".to_owned()] };
        let finding = Finding::proved(message, Repair::new(ADVICE, change)).ranked(75).at(deny, test);
        return Some(finding.separated_by(SEPARATE));
    }
    let user = situation.caller.as_ref().is_some_and(|caller| matches!(caller.kind(), CallerKind::User(_)));
    let sends = situation.call().is_some_and(|call| *call.parameter(Name::SerialNumber) != Parameter::Absent);
    if !user || sends || !situation.guesses_at_trust() {
        return None;
    }
    let message = "the role may ask for MFA, and a user's long-term keys have none";
    let finding = Finding::consistent(36, message, Repair::advice(ADVICE)).about("aws:MultiFactorAuthPresent");
    Some(finding.separated_by(situation.get_role()))
}

/// Whether the caller's own policies deny the action no more once the call is made with MFA.
pub(super) fn is_lifted_by_mfa(situation: &Situation<'_>, action: &str) -> bool {
    let with_mfa = situation.say_of_with(&situation.identity(), action, "aws:MultiFactorAuthPresent", "true");
    with_mfa.is_some_and(|decision| decision != Decision::ExplicitDeny)
}

/// A Deny of the caller's own policy that asks for MFA.
fn denied_by_own_policy(situation: &Situation<'_>) -> Option<Finding> {
    let action = situation.actions.first()?;
    let policies = situation.identity();
    let denies = situation.say_of(&policies, action)? == Decision::ExplicitDeny;
    if situation.is_machine() || !situation.is_plain_denial() || !denies || !is_lifted_by_mfa(situation, action) {
        return None;
    }
    let mut statements = policies.iter().flat_map(|policy| &policy.document.statements);
    let asks = statements.any(|statement| {
        let deny = statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Deny);
        deny && statement.conditions.iter().any(|entry| entry.key.value.to_ascii_lowercase().starts_with("aws:multifactorauth"))
    });
    asks.then(|| {
        let repair = repair(situation, "aws:MultiFactorAuthPresent", vec!["true".to_owned()]);
        let message = "the caller's own policy denies everything that is done without MFA";
        let finding = Finding::proved(message, repair).ranked(75);
        finding.about("aws:MultiFactorAuthPresent").asking(["true"], None)
    })
}

fn recognise(situation: &Situation<'_>, statement: &StatementView, test: &Test) -> Option<Finding> {
    if !test.key.to_ascii_lowercase().starts_with("aws:multifactorauth") {
        return None;
    }
    let message = match test.sent.as_ref().and_then(|sent| sent.first()) {
        Some(sent) => format!("statement {} asks for {} {}, and the call has {sent}", statement.index + 1, quoted(&test.key), listed(&test.required), sent = quoted(&sent)),
        None => format!("statement {} asks for MFA, and the call was made without it{}", statement.index + 1, assumed(situation)),
    };
    let values = situation.satisfying(statement.index, test)?;
    let finding = Finding::proved(message, repair(situation, &test.key, values)).ranked(72).at(statement, test);
    Some(finding.separated_by(SEPARATE))
}

/// What was assumed of a user's keys. Long-term keys have no MFA key at all, those of `GetSessionToken` have one, and
/// the ARN is the same: AWS's own answer to `get-caller-identity` does not tell them apart either.
fn assumed(situation: &Situation<'_>) -> &'static str {
    let user = situation.caller.as_ref().is_some_and(|caller| matches!(caller.kind(), CallerKind::User(_)));
    if user && !situation.is_chained() {
        ", if the user's keys are long-term keys and no session that GetSessionToken made with MFA (assumed: the call shows no device)"
    } else {
        ""
    }
}

/// The call made with MFA: the device is written into its profile, whose tools then ask for a code, or into the call with a
/// placeholder for the code.
fn repair(situation: &Situation<'_>, key: &str, values: Vec<String>) -> Repair {
    let has_key = Change::HaveKey { key: key.to_owned(), values };
    let advice = advice(situation);
    let Some((device, find)) = device(situation) else { return Repair::new(advice, has_key) };
    Repair { with: vec![has_key], find, ..Repair::new(advice, Change::send(Name::SerialNumber, Some(device))) }
}

/// What to do where the call is made.
fn advice(situation: &Situation<'_>) -> String {
    let how = match situation.call().map(|call| (call.tool, call.slots.contains_key(&Name::TokenCode))) {
        Some(("aws-sdk-js-v3", false)) => "here: SerialNumber in `params`, and an `mfaCodeProvider` that asks for the code",
        Some(("aws-sdk-js-v2", false)) => "here: SerialNumber in `params`, and a `tokenCodeFn` that asks for the code",
        Some(("aws-sdk-go-v1" | "aws-sdk-go-v2", false)) => "here: SerialNumber, and `TokenProvider = stscreds.StdinTokenProvider`",
        Some(("botocore", false)) => "here: SerialNumber in `extra_args`, and an `mfa_prompter` that asks for the code",
        Some(("aws-sdk-net", false)) => "here: MfaSerialNumber, and an `MfaTokenCodeCallback` that asks for the code",
        Some(("terraform" | "terraform-backend" | "terragrunt" | "pulumi" | "packer", _)) => {
            "this tool asks for no code: run it with the keys of a session that `aws sts get-session-token --serial-number … \
             --token-code …` made"
        }
        _ => return ADVICE.to_owned(),
    };
    format!("{ADVICE}; {how}")
}

/// The device that the text names beside the call, or a placeholder for that of the user who calls, with what tells it.
fn device(situation: &Situation<'_>) -> Option<(String, Option<String>)> {
    let call = situation.call()?;
    if let Some(device) = &call.device {
        return Some((device.to_string(), None));
    }
    let is_profile = call.style == Style::Profile;
    let takes_both = [Name::SerialNumber, Name::TokenCode].iter().all(|name| call.slots.contains_key(name));
    let caller = situation.caller_arn().filter(|caller| caller.resource.starts_with("user/") && (is_profile || takes_both))?;
    let is_absent = |name: Name| *call.parameter(name) == Parameter::Absent;
    let device = format!("arn:{}:iam::{}:mfa/<DEVICE>", caller.partition, caller.account?);
    let find = if is_profile { "aws iam list-mfa-devices (with the keys that call)" } else { FIND };
    (is_absent(Name::SerialNumber) && is_absent(Name::TokenCode)).then(|| (device, Some(find.to_owned())))
}
