//! Results as they come in, and the two ways to print them.

use std::fmt::Write as _;

use countersign_policy::document::Problem;
use serde::Serialize;

use super::case::{Case, Expectation, Outcome, place, word};
use crate::cli::Format;
use crate::command::Exit;
use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};
use crate::read::Input;

/// Everything that came of a run.
pub(super) struct Report {
    format: Format,
    passed: usize,
    failed: usize,
    /// Files and cases that could not be read.
    unanswered: usize,
    failures: String,
    results: Vec<CaseResult>,
    problems: Vec<Diagnostic>,
}

impl Report {
    /// Nothing yet.
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            passed: 0,
            failed: 0,
            unanswered: 0,
            failures: String::new(),
            results: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Runs a case and keeps what came of it.
    pub(super) fn case(&mut self, input: &Input, case: &Case) {
        let outcome = case.run(input);
        match outcome.passes() {
            true => self.passed += 1,
            false => self.failed += 1,
        }
        match self.format {
            Format::Json => self.results.push(result(case, &outcome)),
            Format::Text if !outcome.passes() => self.failures += &failure(input, case, &outcome),
            Format::Text => {}
        }
    }

    /// Keeps a problem that does not stop anything.
    pub(super) fn aside(&mut self, problems: impl IntoIterator<Item = Diagnostic>) {
        self.problems.extend(problems);
    }

    /// Keeps why something could not be read.
    pub(super) fn unanswered(&mut self, problem: Diagnostic) {
        self.unanswered += 1;
        self.problems.push(problem);
    }

    /// Keeps what is wrong with one case.
    pub(super) fn malformed(&mut self, input: &Input, problems: &[Problem]) {
        self.unanswered += 1;
        self.problems.extend(problems.iter().map(|problem| Diagnostic::at(input, problem)));
    }

    /// Prints the results.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(super) fn print(&self) -> std::io::Result<()> {
        match self.format {
            Format::Json => output::answer_json(&Results {
                schema: "countersign.test/1",
                results: &self.results,
                problems: &self.problems,
            }),
            Format::Text => {
                let problems: String = self.problems.iter().map(|problem| problem.render() + "\n").collect();
                output::talk(&problems);
                let unread = match self.unanswered {
                    0 => String::new(),
                    1 => ", 1 could not be read".to_owned(),
                    count => format!(", {count} could not be read"),
                };
                output::answer(&format!("{}{} passed, {} failed{unread}\n", self.failures, self.passed, self.failed))
            }
        }
    }

    /// How the run ended.
    pub(super) fn exit(&self) -> Exit {
        match (self.unanswered, self.failed) {
            (0, 0) => Exit::Clean,
            (0, _) => Exit::Findings,
            _ => Exit::Unanswered,
        }
    }
}

/// The results for programs, `countersign.test/1`.
#[derive(Serialize)]
struct Results<'r> {
    schema: &'static str,
    results: &'r [CaseResult],
    problems: &'r [Diagnostic],
}

#[derive(Serialize)]
struct CaseResult {
    id: String,
    expected: Option<&'static str>,
    actual: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    final_expected: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    final_actual: Option<&'static str>,
    pass: bool,
}

fn result(case: &Case, outcome: &Outcome) -> CaseResult {
    CaseResult {
        id: case.id.clone(),
        expected: outcome.main.expected.map(Expectation::word),
        actual: word(outcome.main.actual),
        final_expected: outcome.call.and_then(|call| call.expected).map(Expectation::word),
        final_actual: outcome.call.map(|call| word(call.actual)),
        pass: outcome.passes(),
    }
}

fn failure(input: &Input, case: &Case, outcome: &Outcome) -> String {
    let (answer, of) = match outcome.call {
        Some(call) if outcome.main.passes() => (call, " of the call as a whole"),
        _ => (outcome.main, ""),
    };
    let expected = answer.expected.map_or("nothing", Expectation::word);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{bad}FAIL{bad:#} {} {bold}{}{bold:#}: expected {expected}{of}, got {}",
        inert(&place(input, case.span)),
        inert(&case.id),
        word(answer.actual),
        bad = output::BAD,
        bold = output::BOLD,
    );
    text + &outcome.trace + "\n"
}
