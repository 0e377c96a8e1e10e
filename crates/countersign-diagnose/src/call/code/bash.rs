//! The shell: words, and the variables in them.

use std::borrow::Cow;

use super::form::{Form, Language, Piece, Scoping, Separator, grammar, together, unescape};
use super::tree::{Id, Tree};
use crate::call::Quoting;

pub(in crate::call) static LANGUAGE: Language = Language {
    grammar: grammar!(tree_sitter_bash::LANGUAGE),
    form,
    entry_points: &[],
    strings: &[],
    double: Quoting::Shell,
    single: Quoting::Shell,
    separator: Separator::Comma,
    scoping: Scoping::Function,
    wrap: ["", ""],
    number: ["", ""],
};

/// How far up a branch is looked for.
const HEIGHT: usize = 64;

fn form<'t>(tree: &Tree<'t>, id: Id) -> Form<'t> {
    let read = || match tree.kind(id) {
        "variable_assignment" => {
            let parent = tree.parent(id).map_or("", |parent| tree.kind(parent));
            // `X=1 command`: for that command alone.
            if parent == "command" {
                return None;
            }
            let (target, value) = (tree.field(id, "name")?, tree.field(id, "value"));
            let is_sure = tree.child(id, "+=").is_none() && !in_branch(tree, id);
            Some(Form::Bind { target, value: value.filter(|_| is_sure) })
        }
        "for_statement" => Some(Form::Bind { target: tree.field(id, "variable")?, value: None }),
        "variable_name" => Some(Form::Name(Cow::Borrowed(tree.text(id)))),
        "word" if reads_into(tree, id) => Some(Form::Bind { target: id, value: None }),
        "word" => Some(Form::Text(unquoted(tree.text(id)))),
        "number" => Some(Form::Text(Cow::Borrowed(tree.text(id)))),
        "raw_string" => Some(Form::Text(Cow::Borrowed(tree.text(id).strip_prefix('\'')?.strip_suffix('\'')?))),
        "ansi_c_string" => {
            Some(Form::Text(Cow::Owned(escaped(tree.text(id).strip_prefix("$'")?.strip_suffix('\'')?)?)))
        }
        "string" => string(tree, id),
        "concatenation" => Some(together(tree.named(id).map(Piece::Value).collect())),
        "simple_expansion" => Some(Form::Name(Cow::Borrowed(tree.text(tree.child(id, "variable_name")?)))),
        "expansion" => {
            let name = tree.text(id).strip_prefix("${")?.strip_suffix('}')?;
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            is_name.then_some(Form::Name(Cow::Borrowed(name)))
        }
        "command_name" => Some(Form::Same(tree.named(id).next()?)),
        _ => None,
    };
    read().unwrap_or(Form::Other)
}

/// Whether a statement is run on a condition: without it the variable may come from outside of the script.
fn in_branch(tree: &Tree<'_>, id: Id) -> bool {
    let mut above = std::iter::successors(tree.parent(id), |id| tree.parent(*id)).take(HEIGHT);
    above.any(|id| {
        let kind = tree.kind(id);
        matches!(
            kind,
            "if_statement" | "case_item" | "while_statement" | "for_statement" | "list" | "function_definition"
        )
    })
}

/// Whether the word names a variable that its command fills: `read X`.
fn reads_into(tree: &Tree<'_>, id: Id) -> bool {
    let Some(command) = tree.parent(id).filter(|command| tree.kind(*command) == "command") else { return false };
    let fills = ["read", "mapfile", "readarray", "getopts", "unset"];
    let name = tree.field(command, "name").filter(|name| *name < id);
    name.is_some_and(|name| fills.contains(&tree.text(name))) && !tree.text(id).starts_with('-')
}

/// A word without its backslashes.
fn unquoted(word: &str) -> Cow<'_, str> {
    if !word.contains('\\') {
        return Cow::Borrowed(word);
    }
    let mut out = String::new();
    let mut letters = word.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next().filter(|next| *next != '\n')),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// The text in `$'…'`.
fn escaped(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at)?);
        let length = match rest.as_bytes().get(at + 1)? {
            b'x' => 4,
            b'u' => 6,
            _ => 2,
        };
        out.push_str(&unescape(rest.get(at..at + length)?)?);
        rest = rest.get(at + length..)?;
    }
    out.push_str(rest);
    Some(out)
}

/// `"…"`, in which some of the blanks are in no node.
fn string<'t>(tree: &Tree<'t>, id: Id) -> Option<Form<'t>> {
    let text = tree.text(id);
    text.strip_prefix('"')?.strip_suffix('"')?;
    let span = tree.span(id);
    let between = |from: u32, to: u32| tree.source().get(from as usize..to as usize).map(double_quoted);
    let mut all = Vec::new();
    let mut at = span.start + 1;
    for child in tree.named(id).filter(|child| tree.kind(*child) != "string_content") {
        let inner = tree.span(child);
        all.push(Piece::Text(Cow::Owned(between(at, inner.start)?)));
        all.push(Piece::Value(child));
        at = inner.end;
    }
    all.push(Piece::Text(Cow::Owned(between(at, span.end.checked_sub(1)?)?)));
    Some(together(all))
}

/// Text in double quotes: only some characters are escaped.
fn double_quoted(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some('\n') if letter == '\\' => {
                letters.next();
            }
            Some('"' | '\\' | '$' | '`') if letter == '\\' => out.extend(letters.next()),
            _ => out.push(letter),
        }
    }
    out
}
