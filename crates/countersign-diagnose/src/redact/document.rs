//! A policy that was read from another language than JSON, with its texts hidden and its places moved.

use countersign_policy::document::{PatternElement, PolicyDocument, Span, Spanned, Statement, Text};

/// The document with every text passed through `hide` and every place through `moved`.
pub(super) fn veiled(
    document: &PolicyDocument,
    hide: &dyn Fn(&str) -> String,
    moved: &dyn Fn(Span) -> Span,
) -> PolicyDocument {
    let mut document = document.clone();
    document.span = moved(document.span);
    for problem in &mut document.problems {
        problem.span = moved(problem.span);
        problem.message = hide(&problem.message);
        problem.help = problem.help.as_deref().map(hide);
    }
    document.statements.iter_mut().for_each(|statement| veil(statement, hide, moved));
    document
}

fn veil(statement: &mut Statement, hide: &dyn Fn(&str) -> String, moved: &dyn Fn(Span) -> Span) {
    let text = |text: &mut Text| {
        if let Some(known) = text.known() {
            *text = Text::literal(hide(known));
        }
    };
    let spanned = |value: &mut Spanned<Text>| {
        text(&mut value.value);
        value.span = moved(value.span);
    };
    let named = |value: &mut Spanned<Box<str>>| {
        value.value = hide(&value.value).into();
        value.span = moved(value.span);
    };
    let patterns = |elements: &mut Vec<PatternElement>| {
        for element in elements {
            element.key_span = moved(element.key_span);
            element.patterns.iter_mut().for_each(spanned);
        }
    };
    statement.span = moved(statement.span);
    statement.sid.iter_mut().for_each(spanned);
    if let Some(effect) = &mut statement.effect {
        effect.span = moved(effect.span);
    }
    for element in &mut statement.principals {
        element.key_span = moved(element.key_span);
        for entry in &mut element.entries {
            text(&mut entry.value);
            entry.span = moved(entry.span);
        }
    }
    patterns(&mut statement.actions);
    patterns(&mut statement.resources);
    for condition in &mut statement.conditions {
        named(&mut condition.operator);
        named(&mut condition.key);
        condition.values.iter_mut().for_each(spanned);
        condition.span = moved(condition.span);
    }
    statement.keyless_operators.iter_mut().for_each(named);
    statement.undecided.iter_mut().for_each(named);
    if let Some(unreadable) = &mut statement.unreadable {
        unreadable.span = moved(unreadable.span);
        unreadable.what = hide(&unreadable.what);
        unreadable.hole = unreadable.hole.as_deref().map(|hole| hide(hole).into());
    }
}
