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
        if let Some(command) = &cause.separate_by {
            let _ = writeln!(out, "To be sure: {}\n", escaped(command));
        }
        if let Some(found) = cause::find(cause.id) {
            let _ =
                writeln!(out, "<details><summary>{}</summary>\n\n{}\n</details>\n", found.summary, found.page.trim());
        }
    }
    out
}

/// Text that Markdown takes as it is.
fn escaped(text: &str) -> String {
    inert(text).replace(['<', '>'], "").replace(['[', ']'], "|")
}

fn inert_lines(text: &str) -> String {
    text.lines().map(|line| inert(line).into_owned() + "\n").collect()
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
