//! What every statement did, in columns.

use std::fmt::Write as _;

use countersign_policy::document::Span;
use countersign_policy::evaluate::{Decision, ElementTrace, Evaluation, StatementTrace};

use crate::output::{self, quoted_list};
use crate::reason;

/// The widest a column is padded to.
const WIDEST_COLUMN: usize = 44;

/// The statements of a policy, each with its elements and conditions; `place` says where a statement stands.
pub(crate) fn statements(evaluation: &Evaluation, place: impl Fn(Span) -> Option<String>) -> String {
    let mut text = String::new();
    for statement in &evaluation.statements {
        let place = place(statement.span).map(|place| format!("  {}", output::inert(&place))).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {} {:?} {}{place}",
            reason::label(statement),
            statement.effect,
            if statement.applies { "applies" } else { "does not apply" },
        );
        elements(&mut text, statement);
        conditions(&mut text, statement);
    }
    text
}

/// The decision in its colour.
pub(crate) fn decision(decision: Decision) -> String {
    let style = match decision {
        Decision::Allowed => output::GOOD,
        Decision::ExplicitDeny | Decision::ImplicitDeny => output::BAD,
    };
    format!("{style}{decision:?}{style:#}")
}

fn mark(matched: bool) -> String {
    // The escapes take no width, so the padding is written out.
    if matched {
        format!("{}matched{:#}", output::GOOD, output::GOOD)
    } else {
        format!("{}FAILED {:#}", output::BAD, output::BAD)
    }
}

fn elements(text: &mut String, statement: &StatementTrace) {
    if let Some(what) = &statement.unreadable {
        let _ = writeln!(text, "    {} cannot be read: {}", mark(false), output::inert(what));
    }
    let elements = [("Principal", statement.principal), ("Action", statement.action), ("Resource", statement.resource)];
    for (name, trace) in elements {
        let matched = trace == ElementTrace::Matched;
        // A trust policy has no Resource; it is worth a line only when it failed.
        if name != "Resource" || !matched {
            let _ = writeln!(text, "    {} {name}", mark(matched));
        }
    }
}

fn conditions(text: &mut String, statement: &StatementTrace) {
    let rows: Vec<[String; 4]> = statement
        .conditions
        .iter()
        .map(|condition| {
            let required = format!("required {}", quoted_list(&condition.required));
            let sent = format!("sent {}", reason::sent(condition));
            [
                output::inert(&condition.operator).into_owned(),
                output::inert(&condition.key).into_owned(),
                required,
                sent,
            ]
        })
        .collect();
    let width = |column: usize| {
        let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        widths.max().unwrap_or(0).min(WIDEST_COLUMN)
    };
    let (operator_width, key_width, required_width) = (width(0), width(1), width(2));
    for ([operator, key, required, sent], condition) in rows.iter().zip(&statement.conditions) {
        let _ = writeln!(
            text,
            "    {} {operator:operator_width$}  {key:key_width$}  {required:required_width$}  {sent}",
            mark(condition.matched),
        );
    }
}
