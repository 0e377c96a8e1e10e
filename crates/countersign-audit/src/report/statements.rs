//! The statements a finding or a verdict rests on, with their places.

use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::Statement;
use countersign_policy::evaluate::{AttachedTo, evaluate};

use crate::examine::Examined;
use crate::finding::Finding;
use crate::fingerprint::statement_at;
use crate::source::Location;

/// A statement that has a part in a finding.
pub(super) struct Involved {
    /// How messages name it.
    pub(super) label: String,
    pub(super) location: Location,
}

/// The statement the finding points into, and those that apply to the call that shows it.
pub(super) fn involved(finding: &Finding, examined: &Examined) -> Vec<Involved> {
    let document = &examined.exposed.document;
    let pointed_at = statement_at(examined, finding.policy_span).map(|statement| statement.span);
    let applying: Vec<usize> = match &finding.witness {
        Some(witness) => {
            let evaluation = evaluate(document, &witness.request, AttachedTo::Role, Assumptions::default());
            evaluation.statements.iter().filter(|trace| trace.applies).map(|trace| trace.index).collect()
        }
        None => Vec::new(),
    };
    let statements = document.statements.iter().enumerate();
    let involved = statements.filter(|(at, statement)| Some(statement.span) == pointed_at || applying.contains(at));
    involved
        .map(|(at, statement)| Involved { label: statement.label(at), location: place(examined, statement) })
        .collect()
}

/// Where a statement stands.
pub(super) fn place(examined: &Examined, statement: &Statement) -> Location {
    let role = &examined.role;
    role.sources.location(role.locate(statement.span))
}
