//! Error texts as people paste them, in; what they say, out.
//!
//! STS's own sentence is looked for first (`sentence`, `fixed`), whatever stands around it; then what the layers
//! around it add (`wrapper`): the operation, the code, the status, the request id, and guesses of their own, which are
//! kept apart as [`Claim`]s. Nothing is read from a text that it does not say: a part that is missing or masked is unknown.

mod clean;
mod fixed;
mod printer;
mod sentence;
mod value;
mod wrapper;

#[cfg(test)]
mod tests;

use countersign_policy::document::Span;

use clean::Clean;
pub use fixed::{Says, TokenFault};
pub use printer::Printer;
pub(crate) use sentence::Elsewhere;
pub use sentence::{PolicyLayer, Reason};
pub use value::Found;
pub(crate) use value::{is_blacked_out, is_hidden, is_masked};
pub use wrapper::Claim;
pub(crate) use wrapper::KNOWN_CODES;

/// One refusal as a text tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Denial {
    /// What it says, in its own sentence.
    pub says: Says,
    /// That sentence in the text.
    pub span: Span,
    /// The operation that was called: `AssumeRole`.
    pub operation: Option<Found>,
    /// The error code: `AccessDenied`.
    pub code: Option<Found>,
    /// The HTTP status.
    pub status: Option<Found>,
    /// The request id.
    pub request_id: Option<Found>,
    /// Who called: an ARN, or a service principal.
    pub caller: Option<Found>,
    /// The action that was not allowed: `sts:TagSession`. Not always what failed.
    pub action: Option<Found>,
    /// The role.
    pub resource: Option<Found>,
    /// The kind of policy that the sentence blames.
    pub reason: Option<Reason>,
    /// It says that a Deny applies, and not of which kind of policy.
    pub denies: bool,
    /// What the tools around the sentence make of it.
    pub claims: Vec<Claim>,
    /// The outermost of those tools.
    pub printer: Printer,
}

impl Denial {
    fn new(says: Says, span: Span) -> Self {
        Self {
            says,
            span,
            operation: None,
            code: None,
            status: None,
            request_id: None,
            caller: None,
            action: None,
            resource: None,
            reason: None,
            denies: false,
            claims: Vec::new(),
            printer: Printer::Nothing,
        }
    }
}

/// The most denials that are read from one text: its last ones, since what a tool tries last is what failed.
const MOST: usize = 64;

/// Every refusal in a text, in order. Takes time linear in the text.
#[must_use]
pub fn read(text: &str) -> Vec<Denial> {
    let clean = Clean::new(text);
    let mut found = sentence::find(&clean);
    found.extend(fixed::find(&clean));
    found.sort_by_key(|sentence| (sentence.start, std::cmp::Reverse(sentence.end)));
    // A shorter sentence inside a longer one says nothing new.
    let mut sentences: Vec<Sentence> = Vec::with_capacity(found.len());
    for sentence in found {
        if sentences.last().is_none_or(|last| last.end <= sentence.start) {
            sentences.push(sentence);
        }
    }
    sentences.drain(..sentences.len().saturating_sub(MOST));
    if sentences.is_empty() {
        sentences.extend(wrapper::bare(&clean));
    }
    let mut denials = Vec::with_capacity(sentences.len());
    let mut from = 0;
    let mut rest = sentences.into_iter().peekable();
    while let Some(sentence) = rest.next() {
        let until = rest.peek().map_or(clean.text.len(), |next| next.start);
        let (start, end) = (sentence.start, sentence.end);
        let mut denial = sentence.denial;
        denial.span = clean.span(start, end);
        wrapper::add(&clean, from, start, end, until, &mut denial);
        from = end;
        denials.push(denial);
    }
    denials
}

/// The caller and the role of the first refusal in a text: a part of [`read`] that costs a tenth of it.
pub(crate) fn parties(text: &str) -> (Option<Found>, Option<Found>) {
    let first = sentence::find(&Clean::new(text)).into_iter().next().map(|sentence| sentence.denial);
    let first = first.or_else(|| read(text).into_iter().next());
    first.map_or((None, None), |denial| (denial.caller, denial.resource))
}

/// What a text denies in which no denial of STS's stands.
pub(crate) fn elsewhere(text: &str) -> Option<Elsewhere> {
    sentence::elsewhere(&Clean::new(text).text)
}

/// A sentence at its place in the plain text.
struct Sentence {
    start: usize,
    end: usize,
    denial: Denial,
}
