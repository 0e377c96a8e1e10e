//! How a parameter is taken out of a program: with its comma, its line, its statement.

use countersign_policy::document::Span;

use super::layout::{before_line_end, elements, line_of_its_own};
use super::program::Program;
use super::site::{Entry, Site, Way};
use super::tree::Id;
use crate::call::Name;
use crate::edit::Edit;

/// The edits that take parameters out of a site; `None` when one of them is not there, is not always sent, or cannot be left
/// out where it stands.
pub(super) fn removal(program: &Program<'_>, site: &Site, name: Name) -> Option<Vec<Edit>> {
    // Tags that are handed on have to be there.
    let names: &[Name] = if name == Name::Tags { &[Name::Tags, Name::TransitiveTagKeys] } else { &[name] };
    let entries: Vec<&Entry> = site.entries.iter().filter(|entry| names.contains(&entry.name)).collect();
    let times = |name: Name| entries.iter().filter(|entry| entry.name == name).count();
    if site.is_changed || times(name) != 1 || names.iter().any(|name| times(*name) > 1) {
        return None;
    }
    let mut edits = Vec::new();
    let mut pairs: Vec<(Id, Id)> = Vec::new();
    for entry in entries {
        match &entry.way {
            Way::Position | Way::Perhaps(_) => return None,
            Way::Pair { container, pair, .. } => pairs.push((*container, *pair)),
            Way::Link => edits.push(link(program, entry)?),
            Way::Setter(setter) => edits.push(statement(program, setter.at)?),
        }
    }
    pairs.sort();
    while let Some((container, _)) = pairs.first().copied() {
        let (own, others) = pairs.into_iter().partition(|(other, _)| *other == container);
        pairs = others;
        edits.extend(elements_out(program, container, &own.iter().map(|(_, pair)| *pair).collect::<Vec<_>>())?);
    }
    Some(edits)
}

/// Takes elements out of a container. Those that stand side by side go as one.
fn elements_out(program: &Program<'_>, container: Id, gone: &[Id]) -> Option<Vec<Edit>> {
    let tree = program.tree;
    let all: Vec<Id> = elements(program, container).collect();
    let last = all.iter().rposition(|id| !gone.contains(id))?;
    let mut edits = Vec::new();
    for run in all
        .chunk_by(|a, b| gone.contains(a) == gone.contains(b))
        .filter(|run| run.first().is_some_and(|id| gone.contains(id)))
    {
        let span = Span { start: tree.span(*run.first()?).start, end: tree.span(*run.last()?).end };
        let comma = tree.children(container).find(|child| tree.span(*child).start >= span.end);
        let comma = comma.filter(|comma| matches!(tree.text(*comma), "," | ";")).map(|comma| tree.span(comma));
        let is_last = all.iter().position(|id| Some(id) == run.first())? > last;
        // What stands before the end loses its comma with it.
        let kept_end = tree.span(*all.get(last)?).end;
        let before =
            tree.children(container).find(|child| tree.span(*child).start >= kept_end && tree.text(*child) == ",");
        let separator = before.map(|comma| tree.span(comma)).filter(|_| is_last && comma.is_none());
        edits.extend(match (whole_lines(program, span, comma), separator) {
            (Some(lines), separator) => {
                let comma = separator.map(|comma| Edit::replace(comma, ""));
                comma.into_iter().chain([Edit::replace(lines, "")]).collect::<Vec<_>>()
            }
            (None, _) if is_last => vec![Edit::replace(Span { start: kept_end, end: span.end }, "")],
            (None, _) => {
                let next = all.iter().map(|id| tree.span(*id).start).find(|start| *start >= span.end)?;
                vec![Edit::replace(Span { start: span.start, end: next }, "")]
            }
        });
    }
    Some(edits)
}

/// The lines of an element, when they are its own: with the comma and a comment behind it, and the line break.
fn whole_lines(program: &Program<'_>, span: Span, comma: Option<Span>) -> Option<Span> {
    let source = program.tree.source();
    let margin = line_of_its_own(source, span.start)?;
    let end = before_line_end(program, comma.map_or(span.end, |comma| comma.end));
    let rest = source.get(end as usize..)?;
    let line_break = rest.find('\n').filter(|at| rest.get(..*at).is_some_and(|blanks| blanks.trim().is_empty()))?;
    let start = span.start as usize - margin.len();
    Some(Span::new(start, end as usize + line_break + 1))
}

/// A call in a chain, from its dot to its parenthesis.
fn link(program: &Program<'_>, entry: &Entry) -> Option<Edit> {
    let tree = program.tree;
    let mut above = std::iter::successors(tree.parent(entry.value), |id| tree.parent(*id)).take(8);
    let call = above.find(|id| matches!(program.form(*id), super::form::Form::Call { receiver: Some(_), .. }))?;
    let super::form::Form::Call { receiver: Some(receiver), .. } = program.form(call) else { return None };
    // From the end of what it is called on: the blanks before a dot on a line of its own go with it.
    Some(Edit::replace(Span { start: tree.span(receiver).end, end: tree.span(call).end }, ""))
}

/// A statement with its line, when it has one of its own.
fn statement(program: &Program<'_>, at: Id) -> Option<Edit> {
    let tree = program.tree;
    let span = tree.span(at);
    let rest = tree.source().get(span.end as usize..)?;
    let semicolon = rest.starts_with(';').then_some(Span { start: span.end, end: span.end + 1 });
    whole_lines(program, span, semicolon).map(|lines| Edit::replace(lines, ""))
}
