//! What somebody has in hand about a denial, any of it missing.

mod case;
mod event;
mod facts;
mod request_text;

pub use crate::trail::read_events;
pub use case::CaseError;
pub use event::{Event, RequestParameters, UserIdentity};
pub use facts::{Facts, Sent};
pub use request_text::RequestText;

use core::ops::ControlFlow;

use countersign_policy::condition::date::Moment;
use countersign_policy::document::{PolicyDocument, Span};

/// Everything given.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The error as it was pasted.
    pub error_text: Option<String>,
    /// The operation, where somebody says it.
    pub operation: Option<String>,
    /// The role's trust policy.
    pub trust: Option<PolicyText>,
    /// The caller's identity policies. None given says nothing about what there is.
    pub identity: Vec<PolicyText>,
    /// The caller's permissions boundary.
    pub boundary: Option<Guard>,
    /// The policy of the calling session.
    pub session: Option<Guard>,
    /// Service control policies over the caller's account, one entry per level.
    pub scps: Vec<Guard>,
    /// Resource control policies over the role's account, one entry per level.
    pub rcps: Vec<Guard>,
    /// The policy of the VPC endpoint the call goes through.
    pub vpc_endpoint: Option<Guard>,
    /// What made the call.
    pub request: Option<RequestText>,
    /// Who is said to call.
    pub caller: Option<String>,
    /// The role that is meant.
    pub role: Option<String>,
    /// What else is known about the call.
    pub facts: Facts,
    /// What the evidence cannot show, in words for whoever reads the answer.
    pub notes: Vec<String>,
    /// The ExternalId that the call should send, where somebody says.
    pub external_id_to_send: Option<String>,
    /// The earliest time the call can be made again.
    pub now: Option<Moment>,
}

impl Evidence {
    /// Every policy that is here.
    pub fn policies(&self) -> impl Iterator<Item = &PolicyText> {
        let guards = [&self.boundary, &self.session, &self.vpc_endpoint].into_iter().flatten();
        let guards = guards.chain(&self.scps).chain(&self.rcps);
        self.trust.iter().chain(&self.identity).chain(guards.filter_map(Guard::policy))
    }
}

/// A policy and the text it was read from.
#[derive(Debug, Clone)]
pub struct PolicyText {
    /// What a diff calls it.
    pub name: String,
    /// The text.
    pub text: String,
    /// What it says.
    pub document: PolicyDocument,
    /// The files of a template, laid end to end in the text; of a policy on its own there are none.
    pub pieces: Vec<Piece>,
}

/// A file of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What a diff calls it.
    pub name: String,
    /// Its place in the text.
    pub span: Span,
}

impl PolicyText {
    /// Reads a policy.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let document = PolicyDocument::parse(&text);
        Self { name: name.into(), text, document, pieces: Vec::new() }
    }
}

/// A policy that limits the call.
#[derive(Debug, Clone)]
pub enum Guard {
    /// It is here.
    Policy(Box<PolicyText>),
    /// Somebody says that there is one, in words.
    Mentioned(String),
}

impl PolicyText {
    /// The file that a place of the text is in: what it is called, its text, and the place there.
    #[must_use]
    pub fn place(&self, span: Span) -> (&str, &str, Span) {
        let here = |piece: &&Piece| piece.span.start <= span.start && span.start <= piece.span.end;
        let Some(piece) = self.pieces.iter().find(here) else { return (&self.name, &self.text, span) };
        let text = self.text.get(piece.span.start as usize..piece.span.end as usize).unwrap_or_default();
        let local = |at: u32| at.saturating_sub(piece.span.start);
        (&piece.name, text, Span { start: local(span.start), end: local(span.end) })
    }
}

impl Guard {
    /// The policy, when it is here.
    #[must_use]
    pub fn policy(&self) -> Option<&PolicyText> {
        match self {
            Self::Policy(policy) => Some(policy),
            Self::Mentioned(_) => None,
        }
    }
}

impl Evidence {
    /// Reads an evidence bundle: a JSON object with any of `operation, error_text, trust_policy, identity_policy, request
    /// {kind, text}, caller, target_role, context {…}`.
    ///
    /// # Errors
    /// [`CaseError`] when the text is no JSON object.
    pub fn from_case(text: &str) -> Result<Self, CaseError> {
        Self::from_case_while(text, &mut || ControlFlow::Continue(()))
    }

    /// The same, reading the call's text as long as `patience` lasts ([`RequestText::read_while`]).
    ///
    /// # Errors
    /// [`CaseError`] when the text is no JSON object.
    pub fn from_case_while(text: &str, patience: &mut dyn FnMut() -> ControlFlow<()>) -> Result<Self, CaseError> {
        case::read(text, patience)
    }

    /// Whether there is something besides the error's text that a denial can be looked for in.
    pub(crate) fn has_more_than_text(&self) -> bool {
        self.trust.is_some() || self.role.is_some() && (self.caller.is_some() || self.request.is_some())
    }

    /// Whether there is anything to go on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.error_text.as_deref().is_none_or(|text| text.trim().is_empty())
            && self.trust.is_none()
            && self.identity.is_empty()
            && self.request.is_none()
            && self.caller.is_none()
            && self.role.is_none()
    }
}
