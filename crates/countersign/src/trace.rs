//! What every statement did, in columns.

use std::fmt::Write as _;

use countersign_policy::document::{Effect, Span};
use countersign_policy::evaluate::assume_role::LayerTrace;
use countersign_policy::evaluate::{Decision, ElementTrace, Evaluation, StatementTrace};

use crate::output::{self, quoted_list};
use crate::reason;

/// The widest a column is padded to.
const WIDEST_COLUMN: usize = 44;

/// One policy that was asked: what it says of the action, and its statements.
pub(crate) fn layer(layer: &LayerTrace, place: impl Fn(Span) -> Option<String>) -> String {
    let (name, action) = (reason::layer_name(layer.layer), output::inert(&layer.action));
    let decision = decision(layer.evaluation.decision);
    format!("{name}, {action}: {decision}\n{}", statements(&layer.evaluation, place))
}

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

/// Whether a part matched, in green where that helps the call: a Deny had better not match.
fn mark(matched: bool, effect: Effect) -> String {
    let helps = matched == (effect == Effect::Allow);
    let style = if helps { output::GOOD } else { output::BAD };
    // The escapes take no width, so the padding is written out.
    let word = if matched { "matched" } else { "failed " };
    format!("{style}{word}{style:#}")
}

fn elements(text: &mut String, statement: &StatementTrace) {
    if let Some(what) = &statement.unreadable {
        let _ = writeln!(text, "    {} cannot be read: {}", mark(false, statement.effect), output::inert(what));
    }
    let elements = [("Principal", statement.principal), ("Action", statement.action), ("Resource", statement.resource)];
    for (name, trace) in elements {
        let matched = trace == ElementTrace::Matched;
        // A trust policy has no Resource; it is worth a line only when it failed.
        if name != "Resource" || !matched {
            let _ = writeln!(text, "    {} {name}", mark(matched, statement.effect));
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
            mark(condition.matched, statement.effect),
        );
    }
}
