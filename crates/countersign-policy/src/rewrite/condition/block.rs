//! In `statement` blocks of `aws_iam_policy_document`: a block of its own.

use crate::document::{Span, Statement};
use crate::rewrite::TextEdit;
use crate::rewrite::layout::{before_blanks, indent};

pub(super) fn add(text: &str, statement: &Statement, operator: &str, key: &str, value: &str) -> Option<TextEdit> {
    let end = (statement.span.end as usize).checked_sub(1)?;
    if !text.get(end..)?.starts_with('}') {
        return None;
    }
    let margin = indent(text, statement.span.start as usize);
    let last = before_blanks(text, end);
    let is_empty = text.get(..last)?.ends_with('{');
    let gap = if is_empty { "\n" } else { "\n\n" };
    let new = format!(
        "{gap}{margin}  condition {{\n{margin}    test     = \"{operator}\"\n{margin}    variable = \"{key}\"\n{margin}    values   = [{value}]\n{margin}  }}"
    );
    // A block on one line has no room for another in it.
    text.get(last..end)?.contains('\n').then(|| (Span::new(last, last), new))
}
