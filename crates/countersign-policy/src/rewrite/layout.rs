//! How a text is laid out: lines, margins and columns, which what is written follows.

/// Where the line that `at` is on starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Where the line that `at` is on ends, before what ends it.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

/// What ends the lines of a text.
#[must_use]
pub fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The blanks before `at`, when nothing else stands before it on its line.
pub(super) fn margin(text: &str, at: usize) -> Option<&str> {
    let start = line_start(text, at);
    let before = text.get(start..at)?;
    (start > 0 && before.trim().is_empty()).then_some(before)
}

/// The blanks that the line of `at` starts with.
#[must_use]
pub fn indent(text: &str, at: usize) -> &str {
    let line = line_start(text, at);
    let rest = text.get(line..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest.get(..blanks).unwrap_or_default()
}

/// As many blanks as there are characters before `at` on its line: where YAML puts what belongs beside it.
pub(super) fn column(text: &str, at: usize) -> String {
    let before = text.get(line_start(text, at)..at).unwrap_or_default();
    " ".repeat(before.chars().count())
}

/// Where what stands before `at` ends, blanks and line breaks left out.
pub(super) fn before_blanks(text: &str, at: usize) -> usize {
    text.get(..at).map_or(at, |before| before.trim_end().len())
}

/// Whether a comment to the end of the line stands on the line that ends at `end`: what is inserted there would be lost in it.
pub(super) fn ends_in_comment(text: &str, end: usize, marks: &[&str]) -> bool {
    let line = text.get(line_start(text, end)..end).unwrap_or_default();
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            _ if marks.iter().any(|mark| line.get(at..).is_some_and(|rest| rest.starts_with(mark))) => return true,
            _ => {}
        }
    }
    false
}
