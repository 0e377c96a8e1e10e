//! What a person answered, as evidence.

use countersign_policy::request::Caller;
use serde_json::Value;

use super::Topic;
use super::suppose::{JUST_NOW, LONG_AGO, put_guard};
use crate::evidence::{Evidence, Guard, PolicyText, Sent};

/// An answer.
#[derive(Debug, Clone)]
pub enum Answer {
    /// There is none, or none was sent.
    Nothing,
    /// These words.
    Text(String),
    /// This policy.
    Policy(PolicyText),
}

/// Why something is no answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoAnswer {
    /// It names nobody.
    #[error("`{0}` is no ARN of a user, a role or a session")]
    Caller(String),
    /// It is no policy.
    #[error("this is no policy: a policy is JSON with a Statement")]
    Policy,
    /// It is neither.
    #[error("answer yes or no")]
    YesNo,
    /// There has to be one.
    #[error("there has to be one")]
    Nothing,
}

impl Topic {
    /// Puts an answer into the evidence.
    ///
    /// # Errors
    /// [`NoAnswer`] when it does not answer this question; the evidence is as it was.
    pub fn put(&self, evidence: &mut Evidence, answer: Answer) -> Result<(), NoAnswer> {
        match (self, answer) {
            (Self::ExternalId, Answer::Nothing) => evidence.facts.external_id = Sent::Nothing,
            (Self::ExternalId, Answer::Text(value)) => evidence.facts.external_id = Sent::Value(value),
            (Self::Key(key), Answer::Nothing) => evidence.facts.absent_keys.push(key.clone()),
            (Self::Key(key), Answer::Text(value)) => evidence.facts.keys.push((key.clone(), vec![value])),
            (Self::Caller, Answer::Text(text)) => evidence.caller = Some(caller(&text)?),
            (Self::RoleAge, Answer::Text(text)) => {
                evidence.facts.role_age_seconds = Some(match text.trim().to_ascii_lowercase().as_str() {
                    "y" | "yes" => JUST_NOW,
                    "n" | "no" => LONG_AGO,
                    _ => return Err(NoAnswer::YesNo),
                });
            }
            (Self::TrustPolicy, Answer::Nothing) => evidence.facts.role_exists = Some(false),
            // What IAM says when it is asked for a role that is not there.
            (Self::TrustPolicy, Answer::Text(text)) if text.contains("NoSuchEntity") => {
                evidence.facts.role_exists = Some(false);
            }
            (Self::TrustPolicy, Answer::Policy(policy)) => evidence.trust = Some(a_policy(policy)?),
            (Self::IdentityPolicy, Answer::Policy(policy)) => evidence.identity.push(a_policy(policy)?),
            (Self::IdentityPolicy, Answer::Nothing) => {
                let empty = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}\n";
                evidence.identity.push(PolicyText::new("identity-policy.json", empty));
            }
            (Self::Limit(layer), Answer::Policy(policy)) => {
                put_guard(evidence, *layer, Guard::Policy(Box::new(a_policy(policy)?)));
            }
            (Self::Limit(layer), Answer::Nothing) => {
                let all = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
                put_guard(evidence, *layer, Guard::Policy(Box::new(PolicyText::new("none", all))));
            }
            (Self::TrustPolicy | Self::IdentityPolicy | Self::Limit(_), Answer::Text(_)) => {
                return Err(NoAnswer::Policy);
            }
            (Self::ExternalId | Self::Key(_) | Self::Caller | Self::RoleAge, Answer::Policy(_))
            | (Self::Caller | Self::RoleAge, Answer::Nothing) => return Err(NoAnswer::Nothing),
        }
        Ok(())
    }
}

fn a_policy(policy: PolicyText) -> Result<PolicyText, NoAnswer> {
    if policy.document.statements.is_empty() { Err(NoAnswer::Policy) } else { Ok(policy) }
}

/// An ARN, or the one in what `aws sts get-caller-identity` prints.
fn caller(text: &str) -> Result<String, NoAnswer> {
    let printed: Option<Value> = serde_json::from_str(text).ok();
    let arn = printed.as_ref().and_then(|printed| printed.get("Arn")?.as_str()).unwrap_or(text).trim();
    match Caller::parse(arn) {
        Ok(_) => Ok(arn.to_owned()),
        Err(_) => Err(NoAnswer::Caller(arn.to_owned())),
    }
}
