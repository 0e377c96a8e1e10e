//! What a node means, in words that all languages share, and what is special to one language.

use std::borrow::Cow;

use super::entry::EntryPoint;
use super::tree::{Id, Tree};
use crate::call::Quoting;

/// What a node means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::call) enum Form<'t> {
    /// Something is called or made: `f(a)`, `x.f(a)`, `new C(a) { … }`, `C{…}`, a block of HCL.
    Call {
        /// The last name of what is called.
        name: &'t str,
        /// What it is called on.
        receiver: Option<Id>,
        /// What stands in parentheses.
        arguments: Option<Id>,
        /// What stands in braces behind it.
        record: Option<Id>,
    },
    /// `key: value`, in a record or among arguments.
    Pair {
        /// The key without its quotes.
        key: Cow<'t, str>,
        /// Where the key stands.
        name: Id,
        /// Its value.
        value: Id,
    },
    /// What holds pairs.
    Record,
    /// `**other`, `...other`.
    Splat(Id),
    /// A name gets a value; without one, a value that is not in the text.
    Bind {
        /// A name, a member, or a pattern of them.
        target: Id,
        /// What it is bound to.
        value: Option<Id>,
    },
    /// A name that is written otherwise where it is used gets a value: `local.role`.
    Define {
        /// As it is used.
        name: String,
        /// What it is bound to.
        value: Id,
    },
    /// `object.name`, `object["name"]`
    Member {
        /// What it is a member of.
        object: Id,
        /// Its name.
        name: Cow<'t, str>,
        /// Where the name stands.
        at: Id,
    },
    /// A name, whose value stands elsewhere.
    Name(Cow<'t, str>),
    /// A literal.
    Text(Cow<'t, str>),
    /// A string of several pieces.
    Template(Vec<Piece<'t>>),
    /// It has the value of another node: parentheses, a cast, `aws.String(…)`.
    Same(Id),
    /// `None`, `null`, `nil`: not sent.
    Nothing,
    /// A function: names bound in it mean nothing outside.
    Function,
    /// Anything else.
    Other,
}

/// A piece of a [`Form::Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::call) enum Piece<'t> {
    /// It stands there.
    Text(Cow<'t, str>),
    /// It is the value of an expression.
    Value(Id),
}

/// A function that returns a grammar, which is made once.
macro_rules! grammar {
    ($grammar:expr) => {
        || {
            static GRAMMAR: std::sync::LazyLock<tree_sitter::Language> = std::sync::LazyLock::new(|| $grammar.into());
            &GRAMMAR
        }
    };
}
pub(super) use grammar;

/// A language.
pub(in crate::call) struct Language {
    /// Its grammar.
    pub(in crate::call) grammar: fn() -> &'static tree_sitter::Language,
    /// What a node means.
    pub(in crate::call) form: for<'t> fn(&Tree<'t>, Id) -> Form<'t>,
    /// What makes a call to STS.
    pub(in crate::call) entry_points: &'static [EntryPoint],
    /// Kinds of nodes that are string literals, to see which quotes the text prefers.
    pub(in crate::call) strings: &'static [&'static str],
    /// How a string in double quotes is written.
    pub(in crate::call) double: Quoting,
    /// How a string is written where the text prefers single quotes.
    pub(in crate::call) single: Quoting,
    /// What stands between the elements of a record.
    pub(in crate::call) separator: Separator,
    /// How far an assignment reaches.
    pub(in crate::call) scoping: Scoping,
    /// What a text is wrapped in where the language wants a pointer.
    pub(in crate::call) wrap: [&'static str; 2],
    /// What a number is wrapped in.
    pub(in crate::call) number: [&'static str; 2],
}

/// How far an assignment reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::call) enum Scoping {
    /// It stays in its function.
    Function,
    /// It may change a name of a function around.
    Lexical,
}

impl Form<'_> {
    /// A text that needs nothing of where it was read from.
    pub(super) fn into_owned(self) -> Form<'static> {
        match self {
            Form::Text(text) => Form::Text(Cow::Owned(text.into_owned())),
            _ => Form::Other,
        }
    }
}

/// What stands between the elements of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::call) enum Separator {
    /// A comma.
    Comma,
    /// A line break, unless there are commas.
    Line,
}

/// The last name of `a.b.c`, `a::b::c`, `a\b\c`.
pub(super) fn last_name(path: &str) -> &str {
    path.rsplit(['.', ':', '\\']).next().unwrap_or(path).trim()
}

/// The text of a string literal's children: what stands there, escapes undone, and the values in between.
///
/// `unescape` gets the text of an escape sequence; a sequence it does not know makes the string unknown.
pub(super) fn pieces<'t>(
    tree: &Tree<'t>,
    string: Id,
    contents: &[&str],
    values: &[&str],
    unescape: fn(&str) -> Option<String>,
) -> Form<'t> {
    let mut pieces = Vec::new();
    for child in tree.named(string) {
        let kind = tree.kind(child);
        if contents.contains(&kind) && tree.named(child).next().is_none() {
            pieces.push(Piece::Text(Cow::Borrowed(tree.text(child))));
        } else if contents.contains(&kind) {
            // Some grammars put escapes below the content, with the plain text between them unnamed.
            let mut at = tree.span(child).start;
            for escape in tree.named(child) {
                let span = tree.span(escape);
                pieces.push(Piece::Text(Cow::Borrowed(between(tree, at, span.start))));
                let Some(text) = unescape(tree.text(escape)) else { return Form::Other };
                pieces.push(Piece::Text(Cow::Owned(text)));
                at = span.end;
            }
            pieces.push(Piece::Text(Cow::Borrowed(between(tree, at, tree.span(child).end))));
        } else if kind == "escape_sequence" {
            let Some(text) = unescape(tree.text(child)) else { return Form::Other };
            pieces.push(Piece::Text(Cow::Owned(text)));
        } else if values.contains(&kind) {
            // With a second child it is formatted.
            let mut inside = tree.named(child);
            let (Some(value), None) = (inside.next(), inside.next()) else { return Form::Other };
            pieces.push(Piece::Value(value));
        } else if !matches!(kind, "string_start" | "string_end" | "interpolation_start") {
            return Form::Other;
        }
    }
    together(pieces)
}

/// Pieces as one text when all of them are texts.
pub(super) fn together(pieces: Vec<Piece<'_>>) -> Form<'_> {
    let is_empty = |piece: &Piece<'_>| matches!(piece, Piece::Text(text) if text.is_empty());
    let mut told = pieces.iter().filter(|piece| !is_empty(piece));
    // `"${X}"` is `X`.
    if let (Some(Piece::Value(only)), None) = (told.next(), told.next()) {
        return Form::Same(*only);
    }
    if pieces.iter().any(|piece| matches!(piece, Piece::Value(_))) {
        return Form::Template(pieces);
    }
    let texts = pieces.into_iter().map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Value(_) => Cow::Borrowed(""),
    });
    Form::Text(texts.reduce(|all, text| all + text).unwrap_or_default())
}

fn between<'t>(tree: &Tree<'t>, start: u32, end: u32) -> &'t str {
    tree.source().get(start as usize..end as usize).unwrap_or_default()
}

/// An escape sequence as most languages know it.
pub(super) fn unescape(sequence: &str) -> Option<String> {
    if let "{{" | "}}" = sequence {
        return sequence.get(1..).map(str::to_owned);
    }
    let rest = sequence.strip_prefix('\\')?;
    let code = |digits: &str| Some(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?.to_string());
    Some(match rest.chars().next()? {
        'n' => "\n".into(),
        't' => "\t".into(),
        'r' => "\r".into(),
        '0' if rest.len() == 1 => "\0".into(),
        '\n' => String::new(),
        'x' | 'u' | 'U' => return code(rest.get(1..)?.trim_start_matches('{').trim_end_matches('}')),
        c @ ('"' | '\'' | '\\' | '`' | '$' | '/' | '#' | '@' | '{' | ' ') if rest.len() == 1 => c.to_string(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_that_is_not_known_is_not_guessed() {
        assert_eq!(unescape("\\n").as_deref(), Some("\n"));
        assert_eq!(unescape("\\u{41}").as_deref(), Some("A"));
        assert_eq!(unescape("\\u0041").as_deref(), Some("A"));
        assert_eq!(unescape("\\q"), None);
        assert_eq!(unescape("\\xZZ"), None);
    }

    #[test]
    fn last_names_are_what_stands_behind_the_last_separator() {
        assert_eq!(last_name("Aws\\Sts\\StsClient"), "StsClient");
        assert_eq!(last_name("a::b.c"), "c");
    }
}
