//! Reports: the same words as text for people and as JSON for programs.

mod excerpt;
mod json;
mod message;
mod text;

pub use excerpt::{Excerpt, inert};
pub use json::{json, json_text};
pub use message::{BAD, BOLD, Level, Message, NOTE, WARN};
pub use text::{Verbosity, call, problem, sent, text};

use countersign_policy::prove::{Exposure, ExternalIdVerdict};

use crate::examine::Examined;
use crate::finding::Finding;
use crate::source::{InputProblem, ProblemSeverity};

/// Everything an audit has to say.
#[derive(Debug, Default)]
pub struct Report {
    /// The roles, in the order they were read.
    pub roles: Vec<Examined>,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub problems: Vec<InputProblem>,
}

impl Report {
    /// Runs every audit over the roles.
    #[must_use]
    pub fn new(roles: Vec<Examined>, mut problems: Vec<InputProblem>) -> Self {
        let findings = crate::audit::run(&roles);
        problems.sort_by(|a, b| (&a.path, a.line, a.column, &a.message).cmp(&(&b.path, b.line, b.column, &b.message)));
        problems.dedup();
        Self { roles, findings, problems }
    }

    /// Whether something could not be read.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == ProblemSeverity::Error)
    }

    /// How many roles have each exposure, worst first.
    #[must_use]
    pub fn counts(&self) -> Vec<(Exposure, usize)> {
        let mut exposures: Vec<Exposure> = self.roles.iter().map(|role| role.exposed.exposure).collect();
        exposures.sort_unstable();
        exposures.chunk_by(|a, b| a == b).filter_map(|chunk| Some((*chunk.first()?, chunk.len()))).collect()
    }
}

/// What a deputy may send as ExternalId, for people.
fn accepted(verdict: &ExternalIdVerdict) -> String {
    let quoted = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    match verdict {
        ExternalIdVerdict::Bound { ids, .. } => format!("ExternalId {}", quoted(ids)),
        ExternalIdVerdict::Open { accepted, .. } => {
            let all: Vec<String> = accepted.ids.iter().chain(&accepted.patterns).cloned().collect();
            match (accepted.omitted, all.is_empty()) {
                (true, true) => "no ExternalId".to_owned(),
                (true, false) => format!("no ExternalId, or {}", quoted(&all)),
                (false, _) => format!("ExternalId {}", quoted(&all)),
            }
        }
        ExternalIdVerdict::Unassumable => "cannot assume it".to_owned(),
        ExternalIdVerdict::Unknown { why } => format!("not known: {why}"),
    }
}
