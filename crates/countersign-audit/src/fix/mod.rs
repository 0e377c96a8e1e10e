//! Repairs: a finding's remedy as edits of the text it was found in, which leave everything else as it is.
//!
//! An audit names a `Remedy` in the words of policies; `countersign_policy::rewrite` writes it in the language the policy stands
//! in, and this module says what the file has to declare for it. Reports of what is deployed (account dumps, plans, synthesized templates) are not
//! for editing, and get none.

mod declare;
mod remedy;
mod surroundings;

pub(crate) use remedy::{Remedy, propose};
pub(crate) use surroundings::Surroundings;

use countersign_policy::document::Span;
use serde::Serialize;

use crate::source::Location;

/// Whether a fix can be applied without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// It grants nothing new, and what was found is gone.
    Safe,
    /// It holds a placeholder, or may cut off somebody who should get in: the user must decide.
    Unsafe,
}

/// What a role was written in, as far as edits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Nothing to edit: it was printed by a tool.
    #[default]
    Printed,
    /// A policy on its own.
    Json,
    /// Terraform's language.
    Hcl,
    /// A `CloudFormation` template.
    CloudFormation,
}

/// A stretch of text to replace. An empty stretch is an insertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// Where, as bytes of the file.
    #[serde(skip)]
    pub span: Span,
    /// What to put there.
    pub text: String,
}

/// A repair. All of it is in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does, as a command: `ask for var.external_id in statement 2`.
    pub title: String,
    /// Whether it can be applied without asking.
    pub safety: Safety,
    /// The edits with their places, in order, none overlapping another.
    pub edits: Vec<Located>,
}

/// An edit and its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Located {
    /// Where, as people count.
    pub location: Location,
    /// What to do there.
    #[serde(flatten)]
    pub edit: Edit,
}

/// The text with the edits made, or `None` when they overlap or lie outside of it. `edits` are about this text alone.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    sorted.dedup();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Edit { span, text: new } in sorted {
        let (start, end) = (span.start as usize, span.end as usize);
        out.push_str(text.get(at..start)?);
        out.push_str(new);
        text.get(start..end)?;
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_are_made_in_any_order_and_never_over_each_other() {
        assert_eq!(apply("abcd", &[edit(3, 3, "+"), edit(0, 1, "A")]).as_deref(), Some("Abc+d"));
        assert_eq!(apply("abcd", &[edit(0, 2, "x"), edit(1, 3, "y")]), None);
        assert_eq!(apply("abcd", &[edit(3, 9, "x")]), None);
        assert_eq!(apply("é", &[edit(1, 1, "x")]), None);
    }
}
