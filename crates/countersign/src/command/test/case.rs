//! One case, whatever form it was written in, and what came of it.

use std::rc::Rc;

use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::{PolicyDocument, Span};
use countersign_policy::evaluate::assume_role::{AssumeRoleDecision, CallerSide, Layer, SessionRequest, assume_role};
use countersign_policy::evaluate::{AttachedTo, Decision, Evaluation, evaluate};
use countersign_policy::request::Request;

use crate::output::inert;
use crate::policy_file::PolicyFile;
use crate::read::Input;
use crate::{reason, trace};

/// A call, and what is expected of it.
pub(super) struct Case {
    /// The id or name.
    pub(super) id: String,
    /// Where the case stands in its file.
    pub(super) span: Span,
    /// The trust policy.
    pub(super) trust: Rc<TrustPolicy>,
    /// The call.
    pub(super) request: Request,
    /// What is asked of it.
    pub(super) asks: Asks,
}

/// What a case asks.
pub(super) enum Asks {
    /// What the trust policy says, and for some cases what comes of the call as a whole.
    TrustPolicy { expected: Expectation, call: Option<(CallerSide, Option<Expectation>)> },
    /// What comes of the call as a whole.
    Call { expected: Expectation, side: CallerSide },
}

/// A trust policy and where it stands.
pub(super) enum TrustPolicy {
    /// In the test file.
    Inline(PolicyDocument),
    /// In a file of its own.
    File(PolicyFile),
}

impl TrustPolicy {
    /// The policy.
    pub(super) fn document(&self) -> &PolicyDocument {
        match self {
            Self::Inline(document) => document,
            Self::File(file) => &file.document,
        }
    }

    fn place(&self, input: &Input, span: Span) -> String {
        match self {
            Self::File(file) => file.place(span),
            Self::Inline(_) => place(input, span),
        }
    }
}

/// `file:line:column`
pub(super) fn place(input: &Input, span: Span) -> String {
    let start = input.position(span.start);
    format!("{}:{}:{}", input.name, start.line, start.column)
}

/// An expected decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expectation {
    /// This one.
    Exactly(Decision),
    /// A denial of either kind.
    Deny,
}

impl Expectation {
    /// Whether `decision` is what was expected.
    fn is_met_by(self, decision: Decision) -> bool {
        match self {
            Self::Exactly(expected) => expected == decision,
            Self::Deny => decision != Decision::Allowed,
        }
    }

    /// The word of the case format.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Exactly(decision) => word(decision),
            Self::Deny => "Deny",
        }
    }
}

/// The word of the case format for a decision.
pub(super) fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "Allow",
        Decision::ExplicitDeny => "ExplicitDeny",
        Decision::ImplicitDeny => "ImplicitDeny",
    }
}

/// Expected and actual decision of one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    /// What was expected; `None` when the case does not say.
    pub(super) expected: Option<Expectation>,
    /// What came out.
    pub(super) actual: Decision,
}

impl Answer {
    /// Whether the answer is as expected.
    pub(super) fn passes(self) -> bool {
        self.expected.is_none_or(|expected| expected.is_met_by(self.actual))
    }
}

/// What came of a case.
pub(super) struct Outcome {
    /// The main question.
    pub(super) main: Answer,
    /// The call as a whole, for cases that ask about both.
    pub(super) call: Option<Answer>,
    /// Why, as text; empty for a case that passes.
    pub(super) trace: String,
}

impl Outcome {
    /// Whether everything is as expected.
    pub(super) fn passes(&self) -> bool {
        self.main.passes() && self.call.is_none_or(Answer::passes)
    }
}

impl Case {
    /// Decides the case. `input` is its file.
    pub(super) fn run(&self, input: &Input) -> Outcome {
        match &self.asks {
            Asks::Call { expected, side } => {
                let decided = self.decide(side);
                let main = Answer { expected: Some(*expected), actual: decided.decision };
                let trace = if main.passes() { String::new() } else { self.call_trace(input, &decided) };
                Outcome { main, call: None, trace }
            }
            Asks::TrustPolicy { expected, call } => {
                let evaluation =
                    evaluate(self.trust.document(), &self.request, AttachedTo::Role, Assumptions::default());
                let main = Answer { expected: Some(*expected), actual: evaluation.decision };
                let mut trace = if main.passes() { String::new() } else { self.trust_trace(input, &evaluation) };
                let call = call.as_ref().map(|(side, expected)| {
                    let decided = self.decide(side);
                    let answer = Answer { expected: *expected, actual: decided.decision };
                    if main.passes() && !answer.passes() {
                        trace = self.call_trace(input, &decided);
                    }
                    answer
                });
                Outcome { main, call, trace }
            }
        }
    }

    fn decide(&self, side: &CallerSide) -> AssumeRoleDecision {
        let session = SessionRequest::default();
        assume_role(self.trust.document(), &self.request, side, &session, Assumptions::default())
    }

    fn trust_trace(&self, input: &Input, evaluation: &Evaluation) -> String {
        let reason = reason::of_policy(evaluation, "trust policy", &self.request.action, &self.request);
        let statements = trace::statements(evaluation, |span| Some(self.trust.place(input, span)));
        indented(&format!("{}\n{statements}", inert(&reason.text)))
    }

    /// The trust policy's part, and those of the others that stood in the way.
    fn call_trace(&self, input: &Input, decided: &AssumeRoleDecision) -> String {
        let mut text = format!("{}\n", inert(&reason::of_call(decided, &self.request).text));
        for layer in &decided.layers {
            let trust = layer.layer == Layer::Trust;
            if trust || layer.evaluation.decision != Decision::Allowed {
                text += &trace::layer(layer, |span| trust.then(|| self.trust.place(input, span)));
            }
        }
        indented(&text)
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
