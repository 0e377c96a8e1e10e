//! `credentials-invalid`

use super::{Cause, Finding, Side};
use crate::message::Says;
use crate::repair::Repair;
use crate::situation::{Situation, is_opt_in_region};

pub(super) static CAUSE: Cause = Cause {
    id: "credentials-invalid",
    summary: "the credentials themselves are refused",
    page: include_str!("credentials_invalid.md"),
    side: Side::Caller,
    time: "minutes",
    situation: Some(examine),
    condition: None,
};

fn examine(situation: &Situation<'_>) -> Option<Finding> {
    let (message, advice) = match situation.says()? {
        Says::InvalidClientToken => (
            "STS does not know the access key, or the session token that came with it",
            "get new credentials; check that key, secret and session token are of one set, and that no stale AWS_SESSION_TOKEN is set",
        ),
        Says::ExpiredToken => ("the session token is over", "sign in again, or let the tool refresh its credentials"),
        Says::Signature => (
            "the signature does not fit: a wrong secret key, a clock that is off, or another region in the signature's scope",
            "check the clock first, then the secret key, then the region",
        ),
        Says::TokenExpired => ("the web identity token is over", "get a new token right before the call"),
        Says::TokenInvalid => (
            "the web identity token is refused before any policy is asked: its form, its signature, its time or a claim that lacks",
            "send the ID token as its issuer signed it (no access token), and look that the issuer's keys can be read",
        ),
        Says::Unsigned => (
            "the call has no signature: no credentials were found where it is made",
            "give the call credentials; `aws sts get-caller-identity` in the same environment shows which it finds",
        ),
        _ => return None,
    };
    // In a region that has to be enabled, STS says the same of good keys.
    let elsewhere = situation.region().is_some_and(|region| is_opt_in_region(&region));
    let finding = match situation.says()? {
        Says::InvalidClientToken if elsewhere => Finding::consistent(70, message, Repair::advice(advice)),
        _ => Finding::told(message, Repair::advice(advice)).ranked(80),
    };
    Some(finding.about("credentials").separated_by("aws sts get-caller-identity (with the same environment, in us-east-1)"))
}
