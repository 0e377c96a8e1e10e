//! Session policies: the inline one, the managed ones, and how much room they take with the tags.

use countersign_policy::document::{PolicyDocument, Severity};
use serde::de::IgnoredAny;

use crate::protocol::{ApiError, Checks, Constraint, ErrorCode, Pattern};
use crate::service::Call;
use crate::signature::SessionTag;

/// AssumeRole's model has no maximum; the packed size is what limits it.
const INLINE: Constraint = Constraint { pattern: Some(&Pattern::POLICY), least: 1, most: usize::MAX };
const SHORT_INLINE: Constraint = Constraint { most: POLICY_ROOM, ..INLINE };
const MOST_MANAGED: usize = 10;
/// Plain text of all session policies, in characters.
const POLICY_ROOM: usize = 2048;
/// Plain text of fifty tags of the largest size, in characters.
const TAG_ROOM: usize = 50 * (128 + 256);

/// The session policies of a call.
pub(super) struct SessionPolicies<'p> {
    pub(super) inline: Option<&'p str>,
    pub(super) arns: Vec<&'p str>,
}

impl<'p> SessionPolicies<'p> {
    /// Those of AssumeRole.
    pub(super) fn read(checks: &mut Checks<'p>) -> Result<Self, ApiError> {
        Self::read_within(checks, INLINE)
    }

    /// Those of every other operation, where the inline policy has a largest size.
    pub(super) fn read_short(checks: &mut Checks<'p>) -> Result<Self, ApiError> {
        Self::read_within(checks, SHORT_INLINE)
    }

    fn read_within(checks: &mut Checks<'p>, inline: Constraint) -> Result<Self, ApiError> {
        let mut arns = Vec::new();
        for member in checks.list("PolicyArns", 0, MOST_MANAGED)? {
            arns.push(checks.required(&format!("{member}.arn"), Constraint::ARN));
        }
        Ok(Self { inline: checks.optional("Policy", inline), arns })
    }

    /// Refuses what IAM would refuse, and managed policies that are not there: left out, they would not limit.
    pub(super) fn check(
        &self,
        call: &Call<'_>,
        account: Option<countersign_policy::account::AccountId>,
    ) -> Result<(), ApiError> {
        let malformed = |text: &str| Err(ApiError::new(ErrorCode::MalformedPolicyDocument, text));
        if let Some(text) = self.inline {
            if serde_json::from_str::<IgnoredAny>(text).is_err() {
                return malformed("The policy is not in the valid JSON format.");
            }
            let document = PolicyDocument::parse(text);
            if document.statements.iter().any(|statement| !statement.principals.is_empty()) {
                return malformed("Policy document should not specify a principal.");
            }
            let has_error = document.problems.iter().any(|problem| problem.severity == Severity::Error);
            if has_error || document.statements.is_empty() {
                return malformed("Syntax errors in policy.");
            }
        }
        let exists = |arn: &&str| account.is_some_and(|account| call.world.managed_policy(account, arn).is_some());
        match self.arns.iter().find(|arn| !exists(arn)) {
            Some(arn) => Err(ApiError::validation(format!("{arn} is invalid"))),
            None => Ok(()),
        }
    }

    /// `PackedPolicySize`, when there is anything to pack. AWS does not publish its packing; this is the share of the
    /// documented room for plain text, policies and tags together.
    pub(super) fn packed_size(&self, tags: &[SessionTag]) -> Result<Option<usize>, ApiError> {
        if self.inline.is_none() && self.arns.is_empty() && tags.is_empty() {
            return Ok(None);
        }
        let characters = |text: &str| text.chars().count();
        let policies = self.inline.iter().chain(&self.arns).map(|text| characters(text)).sum::<usize>();
        let tagged = tags.iter().map(|tag| characters(&tag.key) + characters(&tag.value)).sum::<usize>();
        let (policies, tagged) = ((policies * 100).div_ceil(POLICY_ROOM), (tagged * 100).div_ceil(TAG_ROOM));
        let percent = policies + tagged;
        let too_large = |text: String| Err(ApiError::new(ErrorCode::PackedPolicyTooLarge, text));
        if percent <= 100 {
            Ok(Some(percent))
        } else if policies >= tagged {
            too_large(format!("Packed policy consumes {percent}% of allotted space, please use smaller policy."))
        } else {
            too_large(format!("Packed size of session tags consumes {percent}% of allotted space."))
        }
    }
}
