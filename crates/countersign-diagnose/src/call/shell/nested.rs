//! Commands in quotes that another shell is given: `bash -c '…'`, `eval "…"`, `ssh host '…'`, a pipeline's `sh '…'`.

use countersign_policy::document::Span;

use crate::call::code::command::OPERATION;
use crate::call::code::letters::Letters;
use crate::call::code::tree::{Id, Patience, Tree};
use crate::call::{Call, Style};

/// Words behind which a command stands in quotes.
const INTRODUCTIONS: &[&str] = &["-c", "-lc", "-ec", "bash", "eval", "powershell", "pwsh", "script:", "sh", "withEnv"];
/// Commands that run what stands among their words.
const REMOTE: &[&str] = &["ssh", "su", "watch"];
/// More calls than this are not looked for in one text.
const CALLS: usize = 64;

/// The calls of commands in quotes, but for those that were found: `"$(aws …)"` has them too.
pub(super) fn calls(tree: &Tree<'_>, source: &str, found: &[Call], patience: Patience<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    let is_quoted = |id: &Id| matches!(tree.kind(*id), "string" | "raw_string") && tree.text(*id).contains(OPERATION);
    for id in tree.all().filter(is_quoted) {
        if calls.len() >= CALLS {
            break;
        }
        let span = tree.span(id);
        let is_new = !found.iter().any(|call| span.start <= call.span.start && call.span.end <= span.end);
        if is_new
            && is_run(tree, source, id)
            && let Some(letters) = letters(tree, source, id)
        {
            calls.extend(letters.calls(tree, id, Style::Shell, patience));
        }
    }
    calls
}

/// Whether a text in quotes is run.
fn is_run(tree: &Tree<'_>, source: &str, quoted: Id) -> bool {
    let before = source.get(..tree.span(quoted).start as usize).unwrap_or_default();
    let last =
        before.trim_end_matches([' ', '\t', '(', '"', '\'', '=']).rsplit([' ', '\t', '\n', '(', ',', ';', '|', '&']);
    if last.take(1).any(|word| INTRODUCTIONS.contains(&word.rsplit('/').next().unwrap_or(word))) {
        return true;
    }
    let above = std::iter::successors(tree.parent(quoted), |id| tree.parent(*id)).take(4);
    let name = above.filter(|id| tree.kind(*id) == "command").find_map(|command| tree.field(command, "name"));
    name.is_some_and(|name| REMOTE.contains(&tree.text(name)))
}

/// The command: what stands in the quotes, variables as they are.
fn letters(tree: &Tree<'_>, source: &str, quoted: Id) -> Option<Letters> {
    let Span { start, end } = tree.span(quoted);
    let inside = source.get(start as usize + 1..(end as usize).checked_sub(1)?)?;
    let is_raw = tree.kind(quoted) == "raw_string";
    let mut letters = Letters::default();
    let mut rest = inside.char_indices().peekable();
    while let Some((at, letter)) = rest.next() {
        // What a shell's variable cannot be is an expression of a pipeline's own language.
        let expression = inside.get(at..).and_then(expression).filter(|_| !is_raw);
        if let Some(length) = expression {
            let from = start as usize + 1 + at;
            letters.push_unknown(Span::new(from, from + length), quoted, true)?;
            while rest.next_if(|(next, _)| *next < at + length).is_some() {}
            continue;
        }
        let escaped = rest.peek().map(|(_, next)| *next).filter(|next| "\"\\$`".contains(*next));
        let (letter, length) = match escaped {
            Some(next) if letter == '\\' && !is_raw => {
                rest.next();
                (next, 2)
            }
            _ => (letter, letter.len_utf8()),
        };
        let at = start as usize + 1 + at;
        letters.push(letter, Span::new(at, at + length), quoted, true)?;
    }
    Some(letters)
}

/// The length of the `${…}` that a text starts with, when it is more than a name.
fn expression(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("${")?.split('}').next()?;
    let is_name = inside.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!is_name && inside.contains(['.', '(', '['])).then_some(inside.len() + 3).filter(|length| *length <= text.len())
}
