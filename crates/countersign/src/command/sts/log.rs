//! Calls as the log has them: text for people, or a line of JSON for each.

use std::fmt::Write as _;

use countersign_audit::report::json_line;
use countersign_policy::evaluate::Decision;
use countersign_sts::decisions::Shown;
use countersign_sts::{Decided, Record, RoleFound};

use crate::output::inert;
use crate::{reason, trace};

/// What an operator wants to know of a refusal; nothing of an answer.
pub(super) fn text(record: &Record) -> String {
    let Some((code, message)) = record.error() else { return String::new() };
    let mut text = format!("{code}: {}\n", inert(&message));
    if let Some(decided) = &record.decided {
        explain(&mut text, decided);
    }
    text
}

fn explain(text: &mut String, decided: &Decided) {
    let Decided { request, decision, role } = decided;
    if *role == RoleFound::No {
        let _ = writeln!(text, "  there is no role {}", inert(&request.role));
        return;
    }
    let _ = writeln!(text, "  {}", inert(&reason::of_call(decision, request).text));
    for layer in decision.layers.iter().filter(|layer| layer.evaluation.decision != Decision::Allowed) {
        for line in trace::layer(layer, |_| None).lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
}

/// One line of JSON, in which a terminal finds nothing to act on.
pub(super) fn json(record: &Record) -> String {
    // Texts, numbers and lists of them always have a JSON form.
    json_line(&Shown::brief(record)).unwrap_or_default()
}
