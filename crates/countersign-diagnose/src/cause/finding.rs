//! What a cause says of a case.

use countersign_policy::document::Span;
use serde::Serialize;

use crate::quoted::quoted;
use crate::repair::Repair;
use crate::situation::{StatementView, Test};

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The evidence shows the denial, and shows it gone with the change.
    Proved,
    /// It fits; so do others.
    Consistent,
    /// It looks like it, and the evidence rules it out.
    Contradicted,
}

/// Who has to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What makes the call: code, a profile, a tool's configuration.
    Request,
    /// The identity that calls.
    Caller,
    /// The caller's policies, in the caller's account.
    Identity,
    /// The role's trust policy, in the role's account.
    Trust,
    /// Something else in the role's account.
    Account,
    /// Whoever keeps the guard rails of an organization.
    Organization,
    /// Nobody: it passes.
    Time,
}

/// What a claim to be proved rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// AWS's own text says it, or the ARNs do: no policy is needed.
    Text,
    /// The evaluator has to confirm it.
    Evaluator,
}

/// A cause that fits.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) status: Status,
    pub(crate) proof: Proof,
    /// Which of several comes first: from 0 to 100.
    pub(crate) rank: u8,
    /// The side, where it is not the cause's usual one.
    pub(crate) side: Option<Side>,
    /// The statement of the trust policy, from 0.
    pub(crate) statement: Option<usize>,
    /// The condition key or element that fails.
    pub(crate) key: Option<String>,
    pub(crate) required: Vec<String>,
    pub(crate) sent: Option<String>,
    /// What is wrong here, in a sentence.
    pub(crate) message: String,
    pub(crate) repair: Repair,
    /// The one command or fact that tells this cause from the next.
    pub(crate) separate_by: Option<String>,
    /// What tells why the evidence does not go together, in the order to find out.
    pub(crate) checks: Vec<String>,
    /// Where in the trust policy.
    pub(crate) span: Option<Span>,
}

impl Finding {
    /// A cause that the evaluator will have to confirm.
    pub(crate) fn proved(message: impl Into<String>, repair: Repair) -> Self {
        Self::new(Status::Proved, 60, message, repair)
    }

    /// A cause that AWS's text or the ARNs show.
    pub(crate) fn told(message: impl Into<String>, repair: Repair) -> Self {
        Self { proof: Proof::Text, ..Self::new(Status::Proved, 90, message, repair) }
    }

    /// A cause that fits, with its rank among those that do.
    pub(crate) fn consistent(rank: u8, message: impl Into<String>, repair: Repair) -> Self {
        Self::new(Status::Consistent, rank, message, repair)
    }

    /// A cause that the text suggests and the evidence rules out.
    pub(crate) fn contradicted(message: impl Into<String>) -> Self {
        Self::new(Status::Contradicted, 0, message, Repair::advice("leave it as it is: it is not what fails"))
    }

    fn new(status: Status, rank: u8, message: impl Into<String>, repair: Repair) -> Self {
        Self {
            status,
            proof: Proof::Evaluator,
            rank,
            side: None,
            statement: None,
            key: None,
            required: Vec::new(),
            sent: None,
            message: message.into(),
            repair,
            separate_by: None,
            checks: Vec::new(),
            span: None,
        }
    }

    /// At a condition: proved if it fails, consistent if nobody can say.
    pub(crate) fn at(self, statement: &StatementView, test: &Test) -> Self {
        let is_open = test.state == crate::situation::State::Open;
        Self {
            status: if is_open { Status::Consistent } else { self.status },
            rank: if is_open { self.rank.min(66) } else { self.rank },
            statement: Some(statement.index),
            key: Some(test.key.clone()),
            required: test.required.clone(),
            sent: test.sent.as_ref().map(|sent| sent.join(", ")),
            span: Some(test.span),
            ..self
        }
    }

    pub(crate) fn separated_by(self, command: impl Into<String>) -> Self {
        Self { separate_by: Some(command.into()), ..self }
    }

    pub(crate) fn on(self, side: Side) -> Self {
        Self { side: Some(side), ..self }
    }

    pub(crate) fn about(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    pub(crate) fn asking(self, required: impl IntoIterator<Item = impl Into<String>>, sent: Option<&str>) -> Self {
        Self { required: required.into_iter().map(Into::into).collect(), sent: sent.map(str::to_owned), ..self }
    }

    pub(crate) fn ranked(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

/// Values in backticks.
pub(crate) fn listed(values: &[String]) -> String {
    let shown: Vec<String> = values.iter().map(quoted).collect();
    match shown.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        many => format!("one of {}", many.join(", ")),
    }
}
