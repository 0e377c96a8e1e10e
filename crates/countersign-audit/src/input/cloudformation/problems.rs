//! What is wrong with a template, each thing once: a role is evaluated as often as it has ways to be.

use std::collections::HashSet;

use countersign_policy::document::{Problem, Span};

use crate::source::{InputProblem, ProblemSeverity, SourceFile};

/// Problems at their places.
#[derive(Default)]
pub(super) struct Problems {
    told: HashSet<(Span, String)>,
    pub(super) list: Vec<InputProblem>,
}

impl Problems {
    pub(super) fn error(&mut self, file: &SourceFile, span: Span, message: String, help: &str) {
        self.add(file, span, ProblemSeverity::Error, message, Some(help.to_owned()));
    }

    pub(super) fn warning(&mut self, file: &SourceFile, span: Span, message: String, help: &str) {
        self.add(file, span, ProblemSeverity::Warning, message, Some(help.to_owned()));
    }

    pub(super) fn of_text(&mut self, file: &SourceFile, problem: Problem) {
        self.add(file, problem.span, problem.severity.into(), problem.message, problem.help);
    }

    pub(super) fn add(
        &mut self,
        file: &SourceFile,
        span: Span,
        severity: ProblemSeverity,
        message: String,
        help: Option<String>,
    ) {
        if self.list.len() < super::MAX_PROBLEMS && self.told.insert((span, message.clone())) {
            self.list.push(InputProblem::at(file, span, severity, message, help));
        }
    }
}
