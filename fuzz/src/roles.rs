//! What every target about inputs asks of the roles it gets.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_audit::audit::run;
use countersign_audit::examine::{Examined, Options, examine};
use countersign_audit::finding::Finding;
use countersign_audit::input::{InMemory, Reading};
use countersign_audit::role::Role;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::Span;

/// The owner of every role.
pub const OWN_ACCOUNT: &str = "111111111111";

/// The time of every proof.
pub const NOW: i64 = 1_790_000_000;

/// What the user says.
pub fn options() -> Options {
    let mut options = Options::at(Moment::from_seconds(NOW));
    options.account = OWN_ACCOUNT.parse().ok();
    options
}

/// Proves and audits every role, and panics when a place is not a piece of its file.
pub fn audit(reading: Reading, options: &Options) -> (Vec<Examined>, Vec<Finding>) {
    for role in &reading.roles {
        check_places(role);
    }
    for problem in &reading.problems {
        assert!(problem.line > 0 && problem.column > 0, "{problem:?}");
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
    }
    let examined: Vec<Examined> = reading.roles.into_iter().map(|role| examine(role, options)).collect();
    let findings = run(&examined);
    (examined, findings)
}

fn check_places(role: &Role) {
    let mut spans = vec![role.span];
    for trust in std::iter::once(&role.trust).chain(role.alternatives.iter().map(|other| &other.trust)) {
        for statement in &trust.statements {
            spans.push(role.locate(statement.span));
            let entries = statement.principals.iter().flat_map(|element| &element.entries);
            spans.extend(entries.map(|entry| role.locate(entry.span)));
            for entry in &statement.conditions {
                spans.extend([entry.operator.span, entry.key.span, entry.span].map(|span| role.locate(span)));
                spans.extend(entry.values.iter().map(|value| role.locate(value.span)));
            }
        }
    }
    for span in spans {
        let (file, local) = role.sources.place(span);
        let Span { start, end } = local;
        let is_piece = file.text().get(start as usize..end as usize).is_some();
        assert!(is_piece, "{}: {local:?} is not a piece of {}\n{}", role.name, file.path(), file.text());
    }
}

/// Files by name.
pub fn in_memory<'a>(files: impl IntoIterator<Item = (&'a str, String)>) -> InMemory {
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), Arc::from(text)));
    InMemory(files.collect::<BTreeMap<_, _>>())
}
