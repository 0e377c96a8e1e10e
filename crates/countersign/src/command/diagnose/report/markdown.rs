//! The answer for an issue or a chat.

use std::fmt::Write as _;

use countersign_diagnose::cause;
use countersign_diagnose::diagnosis::Diagnosis;

use crate::output::inert;

/// The answer for an issue or a chat.
pub(in super::super) fn markdown(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    let Some(first) = diagnosis.causes.first() else { return "Nothing to go on.\n".to_owned() };
    let status = serde_json::to_value(diagnosis.status).ok().and_then(|status| status.as_str().map(str::to_owned));
    let _ = writeln!(out, "## `{}` ({})\n\n{}\n", first.id, status.unwrap_or_default(), escaped(&first.message));
    for cause in &diagnosis.causes {
        if cause.id != first.id {
            let _ = writeln!(out, "* `{}`: {}", cause.id, escaped(&cause.message));
            continue;
        }
        let _ = writeln!(out, "{}\n", escaped(&cause.fix.text));
        if let Some(diff) = &cause.fix.diff {
            let fence = "`".repeat(longest_run(diff).max(2) + 1);
            let _ = writeln!(out, "{fence}diff\n{}{fence}\n", inert_lines(diff));
        }
        if let Some(separate_by) = &cause.separate_by {
            let _ = writeln!(out, "To be sure: {}\n", command(separate_by));
        }
        if let Some(found) = cause::find(cause.id) {
            let _ =
                writeln!(out, "<details><summary>{}</summary>\n\n{}\n</details>\n", found.summary, found.page.trim());
        }
    }
    for note in &diagnosis.notes {
        let _ = writeln!(out, "_{}_\n", escaped(note));
    }
    out
}

/// A sentence: values in backticks are code, and nothing else in it means anything to Markdown.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { plain(part) }).collect()
}

/// What tells causes apart: a command, or a sentence.
fn command(text: &str) -> String {
    if text.starts_with("aws ") { code(text) } else { escaped(text) }
}

/// A value as code, whatever is in it.
fn code(text: &str) -> String {
    let text = inert(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.is_empty() { String::new() } else { format!("{fence}{room}{text}{room}{fence}") }
}

/// Words without a meaning to Markdown; a mention of somebody is one to those who show it.
fn plain(text: &str) -> String {
    let escape = |c: char| match c {
        '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '&' | '!' => format!("\\{c}"),
        '@' => "&#64;".to_owned(),
        c => c.to_string(),
    };
    inert(text).chars().map(escape).collect()
}

fn inert_lines(text: &str) -> String {
    text.lines().map(|line| inert(line).into_owned() + "\n").collect()
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
