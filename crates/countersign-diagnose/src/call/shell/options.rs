//! The options of a command line.

use countersign_policy::document::Span;

use crate::call::Parameter;
use crate::call::code::program::{Program, Worth};
use crate::call::code::tree::Id;

/// A word of a command.
#[derive(Debug, Clone)]
pub(in crate::call) struct Word {
    /// Its value, if the text says it.
    pub(in crate::call) value: Option<String>,
    /// As it stands there.
    pub(in crate::call) written: String,
    /// Where it stands.
    pub(in crate::call) span: Span,
    /// Where its value stands: with a variable, that is elsewhere.
    pub(in crate::call) source: Span,
    /// It stands for as many words as its variables hold, whatever they are.
    pub(in crate::call) is_several: bool,
}

impl Word {
    /// The word at a node.
    pub(in crate::call) fn of(program: &Program<'_>, node: Id) -> Self {
        let span = program.tree.span(node);
        let (value, source) = match program.worth(node) {
            Worth::Text(value, at) => (Some(value), program.tree.span(at)),
            Worth::Nothing(_) | Worth::Unknown => (None, span),
        };
        let word = Self { value, written: program.tree.text(node).to_owned(), span, source, is_several: false };
        word.with_blanks(program.tree.source())
    }

    /// The word at a node of a shell's: what stands for a variable without quotes is split.
    pub(super) fn of_shell(program: &Program<'_>, node: Id) -> Self {
        let word = Self::of(program, node);
        let tree = program.tree;
        let is_bare = |id: Id| matches!(tree.kind(id), "simple_expansion" | "expansion");
        let is_split = |id: Id| match program.worth(id) {
            Worth::Text(value, _) => value.starts_with('-') || value.contains([' ', '\t', '\n']),
            Worth::Nothing(_) | Worth::Unknown => false,
        };
        let parts = std::iter::once(node).chain(tree.named(node).filter(|_| tree.kind(node) == "concatenation"));
        match parts.into_iter().any(|id| is_bare(id) && is_split(id)) {
            true => word.unknown(),
            false => word,
        }
    }

    /// The same word, that may be any words.
    pub(super) fn unknown(self) -> Self {
        Self { value: None, source: self.span, is_several: true, ..self }
    }

    /// With the blanks that it starts with: the grammar skips `\ ` between words.
    fn with_blanks(mut self, text: &str) -> Self {
        loop {
            let before = text.get(..self.span.start as usize).unwrap_or_default();
            let Some(blank @ (' ' | '\t')) = before.chars().last() else { return self };
            let head = before.get(..before.len() - 1).unwrap_or_default();
            // Two backslashes are one that stands for itself.
            let marks = head.len() - head.trim_end_matches('\\').len();
            if marks % 2 == 0 {
                return self;
            }
            let whole = self.source == self.span;
            self.span.start = self.span.start.saturating_sub(2);
            self.source = if whole { self.span } else { self.source };
            self.value = self.value.map(|value| format!("{blank}{value}"));
            self.written.insert_str(0, &format!("\\{blank}"));
        }
    }

    /// Whether it is this word.
    pub(in crate::call) fn is(&self, text: &str) -> bool {
        self.value.as_deref() == Some(text)
    }

    /// The name of the option that it is, and how many of its bytes stand before the value: `--name` or `--name=value`.
    fn option(&self) -> Option<(&str, Option<usize>)> {
        let text = self.value.as_deref().or_else(|| self.written.split('$').next())?;
        let name = text.strip_prefix("--").filter(|name| !name.is_empty())?;
        match name.split_once('=') {
            Some((name, _)) => Some((name, Some(name.len() + 3))),
            // With a variable behind it, `--na$ME` is anything.
            None => self.value.is_some().then_some((name, None)),
        }
    }
}

/// An option and its values.
#[derive(Debug, Clone)]
pub(in crate::call) struct Given {
    /// Without the dashes.
    pub(in crate::call) name: String,
    /// The word it stands in.
    pub(in crate::call) word: Word,
    /// Its values.
    pub(in crate::call) values: Vec<Word>,
    /// It is written `--name=value`.
    pub(in crate::call) joined: Option<usize>,
}

impl Given {
    /// Where the option ends.
    pub(in crate::call) fn end(&self) -> u32 {
        self.values.last().map_or(self.word.span.end, |last| last.span.end)
    }

    /// What it sets its parameter to.
    pub(in crate::call) fn parameter(&self) -> Parameter {
        let unknown =
            |word: &Word, expression: &str| Parameter::Unknown { expression: expression.to_owned(), span: word.span };
        match (self.joined, self.values.as_slice()) {
            (Some(head), _) => match self.word.value.as_deref().and_then(|value| value.get(head..)) {
                Some(value) => Parameter::Known { value: value.to_owned(), span: self.joined_span(head) },
                None => unknown(&self.word, self.word.written.get(head..).unwrap_or_default()),
            },
            (None, []) => unknown(&self.word, ""),
            (None, words) => {
                let values: Option<Vec<&str>> = words.iter().map(|word| word.value.as_deref()).collect();
                match (values, words) {
                    (Some(values), [only]) => Parameter::Known { value: values.concat(), span: only.source },
                    (Some(values), [first, ..]) => {
                        let span = Span { start: first.span.start, end: self.end() };
                        Parameter::Known { value: values.join("\n"), span }
                    }
                    (None, [first, ..]) => {
                        let written: Vec<&str> = words.iter().map(|word| word.written.as_str()).collect();
                        unknown(first, &written.join(" "))
                    }
                    (_, []) => Parameter::Absent,
                }
            }
        }
    }

    /// Where the value of `--name=value` stands, when the name is written as it is.
    fn joined_span(&self, head: usize) -> Span {
        let Span { start, end } = self.word.span;
        let plain = format!("--{}=", self.name);
        let at = if self.word.written.starts_with(&plain) { start + u32::try_from(head).unwrap_or(0) } else { start };
        Span { start: at, end }
    }
}

/// The options among words, and the words that may stand for any option: `$ARGS`, `"$@"`.
pub(in crate::call) fn options(words: &[Word]) -> (Vec<Given>, Vec<&Word>) {
    let (mut options, mut open): (Vec<Given>, Vec<&Word>) = (Vec::new(), Vec::new());
    for word in words {
        let last = options.last_mut();
        match (word.option(), last) {
            (Some((name, joined)), _) => {
                options.push(Given { name: name.to_owned(), word: word.clone(), values: Vec::new(), joined });
            }
            (None, Some(option)) if option.joined.is_none() && takes_more(option) => {
                option.values.push(word.clone());
                open.extend(Some(word).filter(|word| word.is_several));
            }
            (None, _) if word.value.is_none() => open.push(word),
            (None, _) => {}
        }
    }
    (options, open)
}

/// Whether another word is one more value: lists go on to the next option.
fn takes_more(option: &Given) -> bool {
    let is_switch = ["debug", "no-verify-ssl", "no-paginate", "no-sign-request", "no-cli-pager", "no-cli-auto-prompt"];
    let is_list = ["tags", "transitive-tag-keys", "policy-arns", "provided-contexts"].contains(&option.name.as_str());
    !is_switch.contains(&option.name.as_str()) && (option.values.is_empty() || is_list)
}
