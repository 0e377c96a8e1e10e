//! Edits of `statement` blocks of `aws_iam_policy_document`.

use countersign_policy::document::{ConditionEntry, Span, Statement};

use super::Edit;
use super::layout::{before_blanks, indent};

/// The `condition` block that asks about the key, if the operator stands in it once. Blocks of one operator are one in the
/// policy, with the place of the first.
pub(super) fn around(text: &str, entry: &ConditionEntry) -> Option<Span> {
    let key = entry.key.span;
    let start = text.get(..key.start as usize)?.rfind('{')?;
    let end = key.end as usize + text.get(key.end as usize..)?.find('}')?;
    let quoted = format!("\"{}\"", entry.operator.value);
    let times = text.get(start..end)?.matches(&quoted).count();
    (times == 1).then(|| Span::new(start, end))
}

/// Adds a `condition` block to a statement. `value` is an expression.
pub(super) fn add_condition(text: &str, statement: &Statement, operator: &str, key: &str, value: &str) -> Option<Edit> {
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
    text.get(last..end)?.contains('\n').then(|| Edit { span: Span::new(last, last), text: new })
}
