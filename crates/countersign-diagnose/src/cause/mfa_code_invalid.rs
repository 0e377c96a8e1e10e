//! `mfa-code-invalid`

use super::{Cause, Finding, Side};
use crate::call::Name;
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::Situation;

pub(super) static CAUSE: Cause = Cause {
    id: "mfa-code-invalid",
    summary: "the MFA device or its code is refused",
    page: include_str!("mfa_code_invalid.md"),
    side: Side::Request,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let (message, advice) = match situation.says()? {
        Says::MfaCode => (
            "the one-time code is wrong or was used before",
            "wait for the next code, and send it once; check the device's clock",
        ),
        Says::MfaSerial => (
            "the serial number is not that of an MFA device of the calling user",
            "take the ARN from `aws iam list-mfa-devices`, made with the keys that call; mind blanks inside it",
        ),
        _ => return None,
    };
    let finding = Finding::told(message, Repair::advice(advice)).about("SerialNumber");
    let sent = situation.of_call(Name::SerialNumber);
    Some(finding.asking(None::<String>, sent.value()).separated_by("aws iam list-mfa-devices"))
}
