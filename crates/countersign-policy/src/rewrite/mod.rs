//! Changes of a policy as edits of the text it stands in, whichever language that is: JSON, HCL (objects and blocks) or YAML.
//! Everything else stays as it is, byte for byte.
//!
//! Nothing here evaluates a template. Who writes to one reads the result again, and compares what it says with
//! [`PolicyDocument::amended`].

mod condition;
mod form;
mod layout;
mod list;
mod operator;
mod principal;

pub use condition::add_condition;
pub use form::Form;
pub use layout::{indent, line_break};
pub use list::add_to_list;
pub use operator::change_operator;

use crate::document::{Amendment, Polarity, PolicyDocument, PrincipalKind, Rewording, Span};

/// What takes the place of a stretch of text. An empty stretch is an insertion.
pub type TextEdit = (Span, String);

/// The edits with which `text` says what the amended document does; `None` where the text gives no hold for them. The places
/// of `document` are places in `text`.
#[must_use]
pub fn rewrite(text: &str, document: &PolicyDocument, amendments: &[Amendment]) -> Option<Vec<TextEdit>> {
    let mut edits: Vec<TextEdit> = Vec::new();
    for (at, amendment) in amendments.iter().enumerate() {
        let earlier = amendments.get(..at)?;
        match amendment {
            Amendment::Write(rewording) => edits.push(reword(text, rewording)?),
            Amendment::AddPrincipal { statement, kind, .. } => {
                let same = |other: &Amendment| match other {
                    Amendment::AddPrincipal { statement: s, kind: k, name } if (s, k) == (statement, kind) => {
                        Some(name.clone())
                    }
                    _ => None,
                };
                if earlier.iter().any(|other| same(other).is_some()) {
                    continue;
                }
                let names: Vec<String> = amendments.iter().filter_map(same).collect();
                let written = document.statements.get(*statement)?;
                let form = Form::of(text, written.span)?;
                let element = written.principals.iter().find(|element| element.polarity == Polarity::Listed)?;
                let of_kind: Vec<Span> =
                    element.entries.iter().filter(|entry| entry.kind == *kind).map(|entry| entry.span).collect();
                let all = element.entries.iter().map(|entry| entry.span);
                let new = if !all.clone().all(|span| holds(written.span, span)) {
                    return None;
                } else if of_kind.is_empty() {
                    principal::add_kind(text, form, written.span, element, word(*kind)?, &names)?
                } else {
                    list::add_to_list(text, form, &of_kind, &names)?
                };
                edits.extend(new);
            }
            Amendment::AddAction { statement, .. } => {
                let same = |other: &Amendment| match other {
                    Amendment::AddAction { statement: s, action } if s == statement => Some(action.clone()),
                    _ => None,
                };
                if earlier.iter().any(|other| same(other).is_some()) {
                    continue;
                }
                let names: Vec<String> = amendments.iter().filter_map(same).collect();
                let written = document.statements.get(*statement)?;
                let element = written.actions.iter().find(|element| element.polarity == Polarity::Listed)?;
                let spans: Vec<Span> = element.patterns.iter().map(|pattern| pattern.span).collect();
                if !spans.iter().all(|span| holds(written.span, *span)) {
                    return None;
                }
                edits.extend(list::add_to_list(text, Form::of(text, written.span)?, &spans, &names)?);
            }
            Amendment::AddValue { statement, condition, .. } => {
                let same = |other: &Amendment| match other {
                    Amendment::AddValue { statement: s, condition: c, value } if (s, c) == (statement, condition) => {
                        Some(value.clone())
                    }
                    _ => None,
                };
                if earlier.iter().any(|other| same(other).is_some()) {
                    continue;
                }
                let values: Vec<String> = amendments.iter().filter_map(same).collect();
                let written = document.statements.get(*statement)?;
                let entry = written.conditions.get(*condition)?;
                let spans: Vec<Span> = entry.values.iter().map(|value| value.span).collect();
                if !spans.iter().all(|span| holds(written.span, *span)) {
                    return None;
                }
                edits.extend(list::add_to_list(text, Form::of(text, written.span)?, &spans, &values)?);
            }
            Amendment::UseOperator { statement, condition, operator, value } => {
                let written = document.statements.get(*statement)?;
                let entry = written.conditions.get(*condition)?;
                let form = Form::of(text, written.span)?;
                let value = match value {
                    Some(value) => Some(reword(text, value)?),
                    None => None,
                };
                edits.extend(change_operator(text, form, written, entry, operator, value)?);
            }
        }
    }
    // One place is written once, however often it counts.
    edits.sort();
    edits.dedup();
    Some(edits)
}

/// Whether a list stands in the statement: one that is written elsewhere may be used elsewhere, and one value is no list there.
fn holds(statement: Span, span: Span) -> bool {
    statement.start <= span.start && span.end <= statement.end
}

/// The edit that writes another value where one stands as a literal.
fn reword(text: &str, Rewording { place, was, text: new }: &Rewording) -> Option<TextEdit> {
    Some((*place, form::reworded(text, *place, was, new)?))
}

/// The key of a principal map.
fn word(kind: PrincipalKind) -> Option<&'static str> {
    match kind {
        PrincipalKind::Aws => Some("AWS"),
        PrincipalKind::Service => Some("Service"),
        PrincipalKind::Federated => Some("Federated"),
        PrincipalKind::CanonicalUser => Some("CanonicalUser"),
        PrincipalKind::Everyone => None,
    }
}
