//! What an audit says: one thing that is wrong, at one place, with the call that shows it.

use countersign_policy::document::Span;
use countersign_policy::evaluate::assume_role::needed_actions;
use countersign_policy::request::Request;
pub use countersign_policy::severity::Severity;
use serde::Serialize;

use crate::fix::Fix;
use crate::severity::Likelihood;
use crate::source::Location;

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It rests on a contested reading, or on what the input does not say.
    Low,
    /// It rests on a rule of thumb.
    Medium,
    /// It is proved.
    High,
}

/// Who wants to hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Persona {
    /// Everybody: it is wrong, or nobody can say that it is not.
    Regular,
    /// Who wants good habits too: it rests on what the input takes from elsewhere, or on a rule of thumb.
    Pedantic,
    /// Who reviews every role by hand: it is seldom a risk.
    Auditor,
}

impl Confidence {
    /// Every confidence and the word for it.
    pub const WORDS: &[(&str, Self)] = &[("low", Self::Low), ("medium", Self::Medium), ("high", Self::High)];
}

/// One thing that is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The audit.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The role's name, or the ARN of a role that was not read.
    pub role: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where.
    pub location: Location,
    /// The class of attack it allows.
    pub attack: &'static str,
    /// How likely it is that somebody tries and gets in.
    pub likelihood: Likelihood,
    /// What a caller that gets in can do, where the input says what the role may do.
    pub blast_radius: Option<String>,
    /// A call that is allowed and should not be.
    pub witness: Option<Witness>,
    /// A repair, where one can be written.
    pub fix: Option<Fix>,
    /// The location as bytes of its file.
    #[serde(skip)]
    pub span: Span,
    /// The place in the policy's own text.
    #[serde(skip)]
    pub policy_span: Span,
    /// Which of the roles it is about, if it is about one that was read.
    #[serde(skip)]
    pub role_index: Option<usize>,
    /// Who wants to hear of it.
    #[serde(skip)]
    pub persona: Persona,
}

/// A call, as reports show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The caller's ARN, service name or provider.
    pub principal: String,
    /// The STS action.
    pub action: String,
    /// The role's ARN (its account is left empty when the input does not say it).
    pub role: String,
    /// The ExternalId sent; null when it is omitted.
    pub external_id: Option<String>,
    /// Further actions the call needs, because of what it passes.
    pub also_needs: Vec<String>,
    /// Every condition key of the request.
    pub context: std::collections::BTreeMap<String, Vec<String>>,
    /// The call itself, to be asked again.
    #[serde(skip)]
    pub request: Box<Request>,
}

impl From<&Request> for Witness {
    fn from(request: &Request) -> Self {
        let external_id = match request.context.get("sts:ExternalId") {
            Some([id]) => Some(id.clone()),
            _ => None,
        };
        Self {
            principal: request.caller.name().to_owned(),
            action: request.action.clone(),
            role: request.role.clone(),
            external_id,
            also_needs: needed_actions(request).into_iter().skip(1).map(str::to_owned).collect(),
            context: request.context.iter().map(|(key, values)| (key.to_owned(), values.to_vec())).collect(),
            request: Box::new(request.clone()),
        }
    }
}
