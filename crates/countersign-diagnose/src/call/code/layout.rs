//! How a text is laid out: lines, margins, columns and quotes, which what is written follows.

use super::form::Separator;
use super::program::Program;
use super::tree::Id;
use crate::call::Quoting;

/// How a string is quoted at a node: as it is, if it is a string, or else as the first of the text.
pub(super) fn quoting(program: &Program<'_>, at: Id) -> Quoting {
    let language = program.language;
    let quote = |id: Id| {
        let is_string = language.strings.contains(&program.tree.kind(id));
        is_string.then(|| program.tree.text(id).chars().find(|c| matches!(c, '"' | '\''))).flatten()
    };
    let found = match language.separator {
        Separator::Comma => quote(at).or_else(|| program.tree.all().find_map(quote)).or(Some('"')),
        // Where strings need no quotes, those of others are no model.
        Separator::Line => quote(at),
    };
    if found == Some('"') { language.double } else { language.single }
}

/// Whether the elements of a container stand on lines without commas: blocks of HCL, mappings of YAML.
pub(super) fn separated_by_lines(program: &Program<'_>, container: Id) -> bool {
    matches!(program.tree.kind(container), "body" | "object" | "block_mapping")
        && program.language.separator == Separator::Line
        && !program.tree.children(container).any(|child| program.tree.text(child) == ",")
}

/// The elements of a container, without what opens and closes it and without a callback behind them.
pub(super) fn elements(program: &Program<'_>, container: Id) -> impl Iterator<Item = Id> {
    let tree = program.tree;
    let is_element = |child: &Id| {
        let kind = tree.kind(*child);
        !matches!(kind, "block" | "ellipsis") && !kind.ends_with("_start") && !kind.ends_with("_end")
    };
    tree.named(container).filter(is_element)
}

/// What stands between key and value, for a key of another length: where keys are padded, values stay in their column.
pub(super) fn aligned(between: &str, before: usize, after: usize) -> String {
    let blanks = |text: &str| text.len() >= 2 && text.chars().all(|c| c == ' ');
    let width = |padding: usize| " ".repeat((padding + before).saturating_sub(after).max(1));
    let Some(sign) = between.find(['=', ':']) else { return between.to_owned() };
    let (head, tail) = between.split_at(sign);
    match tail.strip_prefix(':') {
        Some(padding) if blanks(padding) => format!("{head}:{}", width(padding.len())),
        _ if blanks(head) => format!("{}{tail}", width(head.len())),
        _ => between.to_owned(),
    }
}

/// What an element's line starts with, when it has one of its own; in a list of YAML the first stands behind a dash.
pub(super) fn margin(program: &Program<'_>, container: Id, element: Id) -> Option<String> {
    let (source, start) = (program.tree.source(), program.tree.span(element).start);
    if program.tree.kind(container) != "block_mapping" {
        return line_of_its_own(source, start).map(str::to_owned);
    }
    let before = source.get(..start as usize)?;
    let line = before.get(before.rfind('\n').map_or(0, |newline| newline + 1)..)?;
    line.chars().all(|c| c == ' ' || c == '-').then(|| " ".repeat(line.len()))
}

/// The blanks before `at`, when nothing else stands before it on its line.
pub(super) fn line_of_its_own(source: &str, at: u32) -> Option<&str> {
    let before = source.get(..at as usize)?;
    let line = before.get(before.rfind('\n')? + 1..)?;
    line.chars().all(|c| c == ' ' || c == '\t').then_some(line)
}

/// The blanks that the line of `at` starts with.
pub(super) fn indent(source: &str, at: u32) -> &str {
    let before = source.get(..at as usize).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = source.get(start..).unwrap_or_default();
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}

/// What one level of indentation is.
pub(super) fn unit(source: &str) -> &'static str {
    if source.contains("\n\t") || !source.contains("\n  ") { "\t" } else { "    " }
}

/// How lines end.
pub(super) fn newline(source: &str) -> &'static str {
    if source.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The end of the line of `end`, when only a comment stands between; `end` otherwise.
pub(super) fn before_line_end(program: &Program<'_>, end: u32) -> u32 {
    let rest = program.tree.source().get(end as usize..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let blanks = line.len() - line.trim_start().len();
    let tail = line.trim();
    let is_comment =
        ["#", "//"].iter().any(|mark| tail.starts_with(mark)) || (tail.starts_with("/*") && tail.ends_with("*/"));
    let length = u32::try_from(blanks + tail.len()).unwrap_or(0);
    if is_comment { end + length } else { end }
}
