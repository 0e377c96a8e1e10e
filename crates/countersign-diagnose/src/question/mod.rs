//! What to ask when several causes fit: the one question whose answer tells most of them apart.
//!
//! Nothing is laid down about which question follows which denial. What is missing makes [`Topic`]s; each is tried with the
//! answers it can get (`suppose`): the evidence with the answer put in is diagnosed, and the causes that are left are
//! noted. The topic that leaves the least doubt is asked. Doubt is the entropy of the causes, weighted by their ranks, and is
//! set against what an answer costs a person.

mod answer;
mod suppose;

pub use answer::{Answer, NoAnswer};

use serde::Serialize;

use crate::cause::{Finding, Status};
use crate::diagnosis::{Verdict, filled_in};
use crate::evidence::Evidence;
use crate::message::PolicyLayer;
use crate::situation::Situation;
use crate::verdict::{Found, judge};

/// What can be asked about. In JSON a word: those of [`Diagnosis::not_given`](crate::Diagnosis::not_given), `external-id`,
/// `caller`, or the condition key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The ExternalId that was sent.
    ExternalId,
    /// The role's trust policy.
    TrustPolicy,
    /// Who called.
    Caller,
    /// The caller's identity policy.
    IdentityPolicy,
    /// A policy that limits the call.
    Limit(PolicyLayer),
    /// Whether the role or a policy was written just before the call.
    RoleAge,
    /// A condition key of the call.
    Key(String),
}

/// What an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A value, or that there is none.
    Value,
    /// An ARN, or what `aws sts get-caller-identity` prints.
    Identity,
    /// A policy's text.
    Policy,
    /// Yes or no.
    YesNo,
}

/// One question.
#[derive(Debug, Clone, Serialize)]
pub struct Question {
    /// What it is about.
    pub topic: Topic,
    /// The question, as a person is asked.
    pub text: String,
    /// The command or fact that answers it.
    pub command: Option<String>,
    /// Which causes are left after which answer, most likely first.
    pub answers: Vec<Outlook>,
}

/// What an answer would leave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlook {
    /// The answer, in words.
    pub answer: String,
    /// The causes that would be left.
    pub causes: Vec<&'static str>,
    /// Whether the first of them would be proved.
    pub proved: bool,
    /// How much speaks for the first of them then.
    #[serde(skip)]
    weight: f64,
}

impl Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::ExternalId => "external-id",
            Self::TrustPolicy => "trust-policy",
            Self::Caller => "caller",
            Self::IdentityPolicy => "identity-policy",
            Self::Limit(layer) => suppose::name(*layer),
            Self::RoleAge => "propagation-delay",
            Self::Key(key) => key,
        })
    }
}

/// The question to ask after those that were asked in vain; none when no answer would change anything.
#[must_use]
pub fn next(evidence: &Evidence, asked: &[Topic]) -> Option<Question> {
    let situation = Situation::new(evidence);
    let judged = judge(&situation);
    match judged.status {
        Verdict::Consistent | Verdict::Contradicted => choose(&situation, &judged.found, asked),
        Verdict::Proved | Verdict::None => None,
    }
}

/// Longer texts are not diagnosed again and again.
const LONGEST: usize = 1 << 20;
/// How many bytes of policies are gone through for the answers of all questions together. What cannot be tried within this is
/// not asked about: a trust policy of the 8,192 characters that IAM takes leaves room for 128 answers.
const PATIENCE: usize = 1 << 20;
/// The least doubt, in bits, that a question has to take away.
const WORTH: f64 = 0.02;

/// The question that takes away most doubt for what it costs.
pub(crate) fn choose(situation: &Situation<'_>, found: &[Found], asked: &[Topic]) -> Option<Question> {
    let evidence = situation.evidence;
    let length = |text: Option<&String>| text.map_or(0, String::len);
    let policies: usize = evidence.policies().map(|policy| policy.text.len()).sum();
    let texts = length(evidence.error_text.as_ref()) + length(evidence.request.as_ref().map(|request| &request.text));
    if texts + policies > LONGEST {
        return None;
    }
    let mut trials = PATIENCE / policies.max(1);
    let consistent = found.iter().filter(|(_, _, finding)| finding.status == Status::Consistent);
    let causes: Vec<(&str, f64)> = consistent.map(|(_, cause, finding)| (cause.id, weight(finding))).collect();
    let mut best: Option<(f64, Topic, Vec<Outlook>)> = None;
    for topic in suppose::topics(situation) {
        let suppositions = if asked.contains(&topic) { Vec::new() } else { suppose::answers(situation, &topic) };
        if suppositions.len() < 2 || suppositions.len() > trials {
            continue;
        }
        trials -= suppositions.len();
        let outlooks: Vec<Outlook> = suppositions.into_iter().map(|supposed| outlook(situation, supposed)).collect();
        let worth = gain(&causes, &outlooks);
        let value = worth / topic.cost();
        if worth >= WORTH && best.as_ref().is_none_or(|(most, ..)| value > *most + 1e-9) {
            best = Some((value, topic, outlooks));
        }
    }
    let (_, topic, answers) = best?;
    let command = topic.command(situation, found).map(|command| filled_in(situation, &command));
    Some(Question { text: topic.ask(situation), command, topic, answers })
}

fn outlook(situation: &Situation<'_>, supposed: suppose::Supposition) -> Outlook {
    let again = Situation::with_denials(&supposed.evidence, situation.denial.clone().into_iter().collect());
    let judged = judge(&again);
    let left = judged.found.iter().filter(|(_, _, finding)| match judged.status {
        Verdict::Proved => finding.status == Status::Proved,
        Verdict::Consistent | Verdict::Contradicted | Verdict::None => finding.status == Status::Consistent,
    });
    let (causes, weights): (Vec<_>, Vec<f64>) = left.map(|(_, cause, finding)| (cause.id, weight(finding))).unzip();
    let weight = weights.first().copied().unwrap_or_default();
    Outlook { answer: supposed.answer, causes, proved: judged.status == Verdict::Proved, weight }
}

/// How much speaks for a cause.
fn weight(finding: &Finding) -> f64 {
    f64::from(finding.rank + 1).powi(2)
}

/// A cause that only an answer brings up has this part of its weight while there is no answer.
const UNSEEN: f64 = 0.1;

/// How much doubt about the causes goes, in bits, on average over the answers. A cause that several answers leave makes
/// each of them as likely as the others.
fn gain(causes: &[(&'static str, f64)], outlooks: &[Outlook]) -> f64 {
    let mut possible: Vec<(&str, f64)> =
        causes.iter().filter(|(id, _)| outlooks.iter().any(|outlook| outlook.causes.contains(id))).copied().collect();
    for outlook in outlooks.iter().filter(|outlook| outlook.proved) {
        let Some(id) = outlook.causes.first() else { continue };
        if !possible.iter().any(|(other, _)| other == id) {
            possible.push((id, outlook.weight * UNSEEN));
        }
    }
    let total: f64 = possible.iter().map(|(_, weight)| weight).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let answers = |id: &str| outlooks.iter().filter(|outlook| outlook.causes.contains(&id)).count();
    let left = outlooks.iter().map(|outlook| {
        let shares = || {
            let here = possible.iter().filter(|(id, _)| outlook.causes.contains(id));
            here.map(|(id, weight)| weight / u32::try_from(answers(id)).map_or(1.0, f64::from))
        };
        // What is proved is no longer in doubt, however many parts it has.
        if outlook.proved { 0.0 } else { shares().sum::<f64>() / total * entropy(shares()) }
    });
    entropy(possible.iter().map(|(_, weight)| *weight)) - left.sum::<f64>()
}

/// The entropy of weights, in bits.
fn entropy(weights: impl Iterator<Item = f64> + Clone) -> f64 {
    let total: f64 = weights.clone().sum();
    weights.filter(|weight| *weight > 0.0).map(|weight| -(weight / total) * (weight / total).log2()).sum()
}

impl Topic {
    /// What an answer costs a person. An assumption: something one remembers or reads off a screen is cheap, a policy of
    /// one's own dearer, one that another team keeps dearest.
    fn cost(&self) -> f64 {
        match self {
            Self::ExternalId | Self::Key(_) | Self::RoleAge => 1.0,
            Self::Caller => 1.2,
            Self::TrustPolicy => 1.3,
            Self::IdentityPolicy => 1.5,
            Self::Limit(PolicyLayer::Scp | PolicyLayer::Rcp) => 3.0,
            Self::Limit(_) => 2.0,
        }
    }

    /// What an answer looks like.
    #[must_use]
    pub fn form(&self) -> Form {
        match self {
            Self::ExternalId | Self::Key(_) => Form::Value,
            Self::Caller => Form::Identity,
            Self::TrustPolicy | Self::IdentityPolicy | Self::Limit(_) => Form::Policy,
            Self::RoleAge => Form::YesNo,
        }
    }

    fn ask(&self, situation: &Situation<'_>) -> String {
        match self {
            Self::ExternalId => "which ExternalId did the call send?".to_owned(),
            Self::TrustPolicy => match &situation.role_text {
                Some(role) => format!("what is the trust policy of `{role}`?"),
                None => "what is the role's trust policy?".to_owned(),
            },
            Self::Caller => "who made the call?".to_owned(),
            Self::IdentityPolicy => match situation.caller_principal() {
                Some(caller) => format!("what does the identity policy of `{caller}` say?"),
                None => "what does the caller's identity policy say?".to_owned(),
            },
            Self::Limit(layer) => format!("is there {}, and what does it say?", suppose::what(*layer)),
            Self::RoleAge => {
                "was the role or one of the policies written less than a minute before the call?".to_owned()
            }
            Self::Key(key) => format!("what was `{key}` in the call?"),
        }
    }

    /// What answers it: what the causes that are about it say tells them apart.
    fn command(&self, situation: &Situation<'_>, found: &[Found]) -> Option<String> {
        let of_cause = |id: &str| {
            let (_, _, finding) = found.iter().find(|(_, cause, _)| cause.id == id)?;
            finding.separate_by.clone()
        };
        let of_key = |wanted: &str| {
            let about = found.iter().map(|(_, _, finding)| finding).find(|finding| {
                finding.statement.is_some() && finding.key.as_ref().is_some_and(|key| key.eq_ignore_ascii_case(wanted))
            });
            about.and_then(|finding| finding.separate_by.clone())
        };
        match self {
            Self::ExternalId => of_key("sts:ExternalId"),
            Self::TrustPolicy => Some(situation.get_role()),
            Self::Caller => Some("aws sts get-caller-identity (in the environment of the call)".to_owned()),
            Self::IdentityPolicy => of_cause("identity-allow-missing"),
            Self::Limit(layer) => of_cause(suppose::cause_of(*layer)?),
            Self::RoleAge => of_cause("eventual-consistency"),
            Self::Key(key) => of_key(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A denial with a trust policy that asks for an organization nobody said, and `space` in it.
    fn asked(space: usize) -> Option<Topic> {
        let trust = format!(
            r#"{{"Version": "2012-10-17",{} "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{"AWS": "arn:aws:iam::111122223333:root"}},
            "Condition": {{"StringEquals": {{"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}}}]}}"#,
            " ".repeat(space)
        );
        let error = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: sts:AssumeRole on resource: \
            arn:aws:iam::444455556666:role/V";
        let trust = crate::evidence::PolicyText::new("trust.json", trust);
        let evidence = Evidence { error_text: Some(error.to_owned()), trust: Some(trust), ..Evidence::default() };
        crate::diagnose(&evidence).question.map(|question| question.topic)
    }

    #[test]
    fn answers_are_tried_only_while_there_is_patience() {
        let key = Topic::Key("aws:PrincipalOrgID".to_owned());
        assert_eq!(asked(0), Some(key.clone()));
        // As long as IAM takes, and white space besides.
        assert_eq!(asked(PATIENCE / 50), Some(key));
        // Three answers are more than there is patience for.
        assert_eq!(asked(PATIENCE / 2), None);
        const { assert!(PATIENCE / 2 < LONGEST / 10 * 9, "it is patience that ends it") };
    }
}
