//! The aws CLI started by a program with the whole command in one string, for a shell to read or a function to split.

use countersign_policy::document::Span;

use super::command::OPERATION;
use super::form::{Form, Piece, pieces, unescape};
use super::letters::{Letters, is_raw};
use super::program::Program;
use super::tree::{Id, Patience, Tree};
use crate::call::{Call, Style};

/// Functions that run the text they are given, in any of the languages.
const RUNNERS: &[&str] = &[
    "$",
    "Command",
    "CommandContext",
    "Popen",
    "ProcessBuilder",
    "ProcessStartInfo",
    "Start",
    "arg",
    "args",
    "call",
    "capture2",
    "capture2e",
    "capture3",
    "check_call",
    "check_output",
    "command",
    "create_subprocess_shell",
    "exec",
    "execSync",
    "execa",
    "execaCommand",
    "execaCommandSync",
    "getoutput",
    "getstatusoutput",
    "passthru",
    "popen",
    "proc_open",
    "run",
    "sh",
    "shell_exec",
    "spawn",
    "spawnSync",
    "system",
];
/// Keys under which they are given it.
const KEYS: &[&str] = &["Arguments", "args", "cmd", "command", "script"];
/// Functions that return the words, or the text, of their text.
const SAME: &[&str] =
    &["cleandoc", "dedent", "encode", "lstrip", "quote", "rstrip", "split", "squish", "strip", "trim"];
/// Functions that fill places of a text with values.
const FILLED: &[&str] = &["Format", "Sprintf", "format", "formatted", "sprintf"];
/// String literals, in any of the languages.
const LITERALS: &[&str] = &[
    "string",
    "string_literal",
    "interpreted_string_literal",
    "raw_string_literal",
    "verbatim_string_literal",
    "template_string",
    "encapsed_string",
    "interpolated_string_expression",
    "subshell",
    "raw_string",
];

/// More calls than this are not looked for in one text.
const CALLS: usize = 64;
/// How many steps may lead from an expression to its strings.
const STEPS: usize = 200;
/// How deep expressions may stand in each other.
const DEPTH: usize = 12;
/// How many nodes may lie between a value and its string.
const HEIGHT: usize = 8;

/// The calls whose command is one string.
pub(super) fn calls(program: &Program<'_>, style: Style, patience: Patience<'_>) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut seen: Vec<Id> = Vec::new();
    for id in program.tree.all() {
        for candidate in candidates(program, id) {
            let (expression, _) = program.expression(candidate);
            if seen.contains(&expression) || calls.len() >= CALLS {
                continue;
            }
            let mut reader = Reader { program, letters: Letters::default(), steps: STEPS };
            if reader.read(expression, true, DEPTH).is_none() || !reader.letters.text().contains(OPERATION) {
                continue;
            }
            seen.push(expression);
            // `Process.Start("aws", "sts …")`
            if reader.letters.text().trim_start().starts_with("sts ") {
                reader.letters.start_with("aws ");
            }
            calls.extend(reader.letters.calls(program.tree, expression, style, patience));
        }
    }
    calls
}

/// The expressions that a node runs as commands.
fn candidates(program: &Program<'_>, id: Id) -> Vec<Id> {
    let tree = program.tree;
    match program.form(id) {
        Form::Call { name, arguments: Some(list), .. } if RUNNERS.contains(&name) => {
            if LITERALS.contains(&tree.kind(list)) {
                return vec![list];
            }
            let given = tree.named(list).filter(|given| !matches!(program.form(*given), Form::Pair { .. }));
            given.flat_map(|given| elements(program, given)).collect()
        }
        Form::Pair { key, value, .. } if KEYS.contains(&&*key) => elements(program, value),
        // `` `aws …` ``
        _ if tree.kind(id) == "subshell" => vec![id],
        _ => Vec::new(),
    }
}

/// An expression, or the elements of the list that it is.
fn elements(program: &Program<'_>, id: Id) -> Vec<Id> {
    let tree = program.tree;
    let (list, _) = program.expression(id);
    let is_list =
        matches!(tree.kind(list), "list" | "array" | "array_creation_expression" | "tuple" | "array_expression");
    if is_list { tree.named(list).collect() } else { vec![id] }
}

struct Reader<'p, 't> {
    program: &'p Program<'t>,
    letters: Letters,
    steps: usize,
}

impl Reader<'_, '_> {
    /// Reads the text of an expression; `None` when it is none. `is_own` is false for the value of a name.
    fn read(&mut self, id: Id, is_own: bool, depth: usize) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        let depth = depth.checked_sub(1)?;
        let (program, tree) = (self.program, self.program.tree);
        if LITERALS.contains(&tree.kind(id)) {
            return self.read_literal(id, is_own, Filling::None, depth);
        }
        match program.form(id) {
            Form::Same(inner) => self.read(inner, is_own, depth),
            Form::Template(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Value(part) if is_literal(program, part) => self.read(part, is_own, depth)?,
                        Piece::Value(part) if matches!(program.form(part), Form::Template(_)) => {
                            self.read(part, is_own, depth)?;
                        }
                        Piece::Value(part) => self.read_value(part, id, false, depth)?,
                        Piece::Text(_) => return None,
                    }
                }
                Some(())
            }
            Form::Call { name, receiver, arguments, .. } if SAME.contains(&name) => {
                let first = || tree.named(arguments?).next();
                let text = receiver.filter(|receiver| is_text(program, *receiver)).or_else(first)?;
                self.read(program.expression(text).0, is_own, depth)
            }
            Form::Call { name, receiver, arguments, .. } if FILLED.contains(&name) => {
                let first = || tree.named(arguments?).next();
                let text = receiver.filter(|receiver| is_text(program, *receiver)).or_else(first)?;
                self.read_literal(program.expression(text).0, is_own, Filling::Places, depth)
            }
            // Python's `"…" % values`.
            _ if tree.kind(id) == "binary_operator"
                && tree.field(id, "operator").map(|sign| tree.text(sign)) == Some("%") =>
            {
                let text = program.expression(tree.field(id, "left")?).0;
                self.read_literal(text, is_own, Filling::Places, depth)
            }
            _ => None,
        }
    }

    /// A value in a command: its text where that is known.
    fn read_value(&mut self, value: Id, holder: Id, is_own: bool, depth: usize) -> Option<()> {
        let (expression, bound) = self.program.expression(value);
        let before = self.letters.text().len();
        if (bound.is_some() || LITERALS.contains(&self.program.tree.kind(expression)))
            && self.read(expression, false, depth).is_some()
        {
            return Some(());
        }
        // Half a value is none.
        (self.letters.text().len() == before).then_some(())?;
        let place = self.place_of(value, holder);
        self.letters.push_unknown(place, holder, is_own)
    }

    /// The place of a value in a string: with the braces around it.
    fn place_of(&self, value: Id, holder: Id) -> Span {
        let tree = self.program.tree;
        let mut above = std::iter::successors(Some(value), |id| tree.parent(*id)).take(HEIGHT);
        let part = above.find(|id| tree.parent(*id) == Some(holder)).unwrap_or(value);
        tree.span(part)
    }

    fn read_literal(&mut self, id: Id, is_own: bool, filling: Filling, depth: usize) -> Option<()> {
        let tree = self.program.tree;
        let form = match tree.kind(id) {
            "subshell" => pieces(tree, id, &["string_content"], &["interpolation"], unescape),
            kind if LITERALS.contains(&kind) => self.program.form(id),
            _ => return None,
        };
        let parts = match form {
            Form::Text(text) => vec![Piece::Text(text)],
            Form::Template(parts) => parts,
            Form::Same(value) => vec![Piece::Value(value)],
            _ => return None,
        };
        let (mut at, end) = inside(tree, id)?;
        for part in parts {
            match part {
                Piece::Text(text) => at = self.align(&text, at, id, is_own, filling)?,
                Piece::Value(value) => {
                    let place = self.place_of(value, id);
                    self.read_value(value, id, is_own, depth)?;
                    at = place.end as usize;
                }
            }
        }
        let rest = tree.source().get(at..end)?;
        matches!(rest, "" | "\\\n" | "\\\r\n").then_some(())
    }

    /// Adds a text that stands at `at` with its escapes; where it ends.
    fn align(&mut self, text: &str, start: usize, literal: Id, is_own: bool, filling: Filling) -> Option<usize> {
        let tree = self.program.tree;
        let raw = is_raw(tree, literal);
        let mut at = start;
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let source = tree.source().get(at..)?;
            let behind = match filling.place(rest) {
                Some(length) => {
                    // A place has no escapes in it.
                    let place = rest.get(..length).filter(|place| source.starts_with(place))?;
                    self.letters.push_unknown(Span::new(at, at + place.len()), literal, is_own)?;
                    at += length;
                    length
                }
                None => {
                    at += line_ends(source, letter);
                    let length = written(tree.source().get(at..)?, rest, raw)?;
                    self.letters.push(letter, Span::new(at, at + length), literal, is_own)?;
                    at += length;
                    letter.len_utf8()
                }
            };
            rest = rest.get(behind..)?;
        }
        Some(at)
    }
}

/// Whether places of a text are filled with values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filling {
    None,
    /// `%s`, `{}`, `{name}`
    Places,
}

impl Filling {
    /// The length of the place that a text starts with.
    fn place(self, text: &str) -> Option<usize> {
        if self == Self::None {
            return None;
        }
        if text.starts_with(['{']) {
            let inside = text.get(1..)?.split('}').next()?;
            let is_place =
                inside.len() < 64 && inside.chars().all(|c| c.is_ascii_alphanumeric() || "_.[]!:".contains(c));
            return is_place.then_some(inside.len() + 2).filter(|length| *length <= text.len());
        }
        let named = text.strip_prefix("%(").and_then(|rest| rest.find(')')).map(|at| at + 3);
        let at = named.or_else(|| text.starts_with('%').then_some(1))?;
        text.get(at..)?.starts_with(['s', 'd', 'v', 'q']).then_some(at + 1)
    }
}

/// How many bytes of a literal's rest are ends of lines that the string leaves out.
fn line_ends(source: &str, next: char) -> usize {
    let mut rest = source;
    while let Some(behind) = rest.strip_prefix("\\\n").or_else(|| rest.strip_prefix("\\\r\n")).filter(|_| next != '\\')
    {
        rest = behind;
    }
    source.len() - rest.len()
}

/// How many bytes at the start of a literal's rest stand for the first letter of a text; `None` when they stand for another.
fn written(source: &str, text: &str, raw: bool) -> Option<usize> {
    let letter = text.chars().next()?;
    let mut rest = source.chars();
    let (first, second) = (rest.next()?, rest.next());
    let escaped = match second {
        Some('n') => Some('\n'),
        Some('t') => Some('\t'),
        Some('r') => Some('\r'),
        other => other,
    };
    if first == '\\' && !raw && escaped == Some(letter) {
        return Some(1 + second?.len_utf8());
    }
    if first != letter {
        return None;
    }
    // `{{` in a string with places, `""` in a verbatim one.
    let may_double = matches!(letter, '{' | '}') || (raw && letter == '"');
    let is_doubled = may_double && second == Some(letter) && !text.chars().skip(1).take(1).eq([letter]);
    Some(first.len_utf8() + usize::from(is_doubled))
}

/// Where the text of a literal starts and ends, without its quotes.
fn inside(tree: &Tree<'_>, literal: Id) -> Option<(usize, usize)> {
    let (text, span) = (tree.text(literal), tree.span(literal));
    let open = text.find(['"', '\'', '`'])?;
    let quote = text.get(open..)?.chars().next()?;
    let run = text.get(open..)?.chars().take_while(|c| *c == quote).count();
    // `""` is an empty text, and three open a long one.
    let width = if run >= 3 { 3 } else { 1 };
    let hashes = text.get(..open)?.matches('#').count();
    let (start, end) = (span.start as usize + open + width, (span.end as usize).checked_sub(width + hashes)?);
    (start <= end).then_some((start, end))
}

fn is_literal(program: &Program<'_>, id: Id) -> bool {
    LITERALS.contains(&program.tree.kind(id))
}

/// Whether an expression is a text, or the name of one.
fn is_text(program: &Program<'_>, id: Id) -> bool {
    let (expression, _) = program.expression(id);
    is_literal(program, expression) || matches!(program.form(expression), Form::Template(_))
}
