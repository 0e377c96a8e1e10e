//! The answer for an issue or a chat. What others wrote stands in code spans and fences: no link, mention or tag of it counts.

use std::fmt::Write as _;

use countersign_diagnose::cause::{self, Status};
use countersign_diagnose::diagnosis::{Diagnosed, Diagnosis, Verdict};
use countersign_policy::evaluate::Decision;

use super::values;
use super::words::{clipped, decision, provided, side};
use crate::output::inert;

/// The answer for an issue or a chat.
pub(in super::super) fn markdown(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    let Some(first) = diagnosis.causes.first() else {
        if diagnosis.is_allowed() {
            return format!("What was given allows the call. Not given, and can still deny: {}.\n", list(diagnosis));
        }
        let notes: String = diagnosis.notes.iter().map(|note| format!("\n> {}\n", prose(note))).collect();
        return format!("Nothing to go on.\n{notes}");
    };
    let how = match diagnosis.status {
        Verdict::Proved => "",
        Verdict::Consistent => ", probably",
        Verdict::Contradicted | Verdict::None if diagnosis.is_allowed() => ", perhaps: what was given allows the call",
        Verdict::Contradicted | Verdict::None => ", perhaps",
    };
    let found = cause::find(first.id);
    let summary = found.map_or("", |cause| cause.summary);
    let _ = match first.status {
        Status::Contradicted => {
            writeln!(out, "## Not `{}`: the message and what was given contradict each other\n", first.id)
        }
        Status::Proved | Status::Consistent => writeln!(out, "## `{}`{how}: {}\n", first.id, prose(summary)),
    };
    let _ = writeln!(out, "{}\n", prose(&clipped(&first.message)));
    let compared = anstream::adapter::strip_str(&values::compared(first)).to_string();
    if !compared.is_empty() {
        out.push_str(&fenced("text", &compared));
    }
    out.push_str(&facts(diagnosis, first));
    let _ = writeln!(out, "**Change** ({}, {}): {}\n", side(first.side), first.time, prose(&first.fix.text));
    if let Some(diff) = &first.fix.diff {
        out.push_str(&fenced("diff", diff));
    }
    for (number, check) in (1..).zip(&diagnosis.checks) {
        let _ = writeln!(out, "{number}. {}", prose(check));
    }
    if !diagnosis.checks.is_empty() {
        out.push('\n');
    }
    if let Some(separate_by) = first.separate_by.as_ref().filter(|_| diagnosis.checks.is_empty()) {
        let _ = writeln!(out, "**To be sure**: {}\n", command(separate_by));
    }
    for other in diagnosis.causes.iter().skip(1) {
        let how = match other.status {
            Status::Proved => "and",
            Status::Consistent => "or",
            Status::Contradicted => "not",
        };
        let _ = writeln!(out, "* {how} `{}`: {}", other.id, prose(&clipped(&other.message)));
    }
    if diagnosis.causes.len() > 1 {
        out.push('\n');
    }
    if diagnosis.status != Verdict::Proved && !diagnosis.not_given.is_empty() {
        let _ = writeln!(out, "Not given: {}\n", list(diagnosis));
    }
    for note in &diagnosis.notes {
        let _ = writeln!(out, "> {}\n", prose(note));
    }
    if let Some(found) = found {
        // The page is ours; its headings are below ours.
        let page = found.page.trim().split_once('\n').map_or("", |(_, rest)| rest).replace("\n## ", "\n#### ");
        let _ = writeln!(out, "<details><summary>About {}</summary>\n{page}\n\n</details>", found.id);
    }
    out
}

fn facts(diagnosis: &Diagnosis, first: &Diagnosed) -> String {
    let mut out = String::new();
    let facts = &diagnosis.call;
    for (name, value) in [("caller", &facts.caller), ("role", &facts.role)] {
        let value = value.as_deref().map_or_else(|| "unknown".to_owned(), code);
        let _ = writeln!(out, "* {name}: {value}");
    }
    let actions: Vec<String> = facts.actions.iter().map(|action| code(action)).collect();
    let _ = writeln!(out, "* needs: {}", actions.join(", "));
    if let (Some(before), Some(Decision::Allowed)) = diagnosis.if_open
        && before != Decision::Allowed
    {
        let reason = decision(before);
        let _ = writeln!(
            out,
            "* checked: the evaluator denies the call as it is ({reason}), and allows it with the change{}",
            provided(diagnosis)
        );
    }
    let exploitability = first.risk.exploitability.map(|how| format!(", exploitability {how}")).unwrap_or_default();
    let _ = writeln!(out, "* severity: {}{exploitability}", first.risk.severity);
    for reason in &first.risk.reasons {
        let _ = writeln!(out, "  * {reason}");
    }
    out + "\n"
}

fn list(diagnosis: &Diagnosis) -> String {
    diagnosis.not_given.join(", ")
}

/// A block of what somebody wrote, with a fence that it cannot end.
pub(in super::super) fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let lines: String = text.lines().map(|line| inert(line).into_owned() + "\n").collect();
    format!("{fence}{language}\n{lines}{fence}\n\n")
}

/// A value as code.
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    // A blank at both ends is taken off, so that a backtick can stand at one.
    if text.contains('`') { format!("{fence} {} {fence}", inert(text)) } else { format!("`{}`", inert(text)) }
}

/// A sentence of ours with values in backticks. Where a value has backticks of its own, no more than the wrong parts of the
/// sentence become code: what is outside is escaped all the same.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = String::with_capacity(text.len());
    for (at, part) in parts.iter().enumerate() {
        let closed = at + 1 < parts.len();
        match at % 2 == 1 {
            true if part.trim().is_empty() => out.push_str(&escaped(part)),
            true if closed => out.push_str(&code(part)),
            true => out.push_str(&format!("\\`{}", escaped(part))),
            false => out.push_str(&escaped(part)),
        }
    }
    out
}

/// What tells causes apart: a command, or a sentence.
fn command(text: &str) -> String {
    if text.starts_with("aws ") { code(text) } else { prose(text) }
}

/// Text that is nothing but text in Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in inert(text).chars() {
        match c {
            // An account's name behind it would be told.
            '@' => out.push_str("`@`"),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use countersign_diagnose::{Evidence, diagnose};
    use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

    use super::*;

    fn of(caller: &str, sent: &str) -> Diagnosis {
        let case = serde_json::json!({
            "caller": caller,
            "target_role": "arn:aws:iam::444455556666:role/VendorAccess",
            "trust_policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}]},
            "context": {"external_id_sent": sent},
        });
        diagnose(&Evidence::from_case(&case.to_string()).unwrap())
    }

    fn events(text: &str) -> Vec<Event<'_>> {
        Parser::new_ext(text, Options::all()).collect()
    }

    #[test]
    fn it_is_markdown_with_the_diff_as_it_is() {
        let diagnosis = of("arn:aws:iam::111122223333:role/Collector", "Tenant-9c4");
        let text = markdown(&diagnosis);
        let mut diff = String::new();
        let mut in_diff = false;
        let mut headings = 0;
        for event in events(&text) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => in_diff = &*language == "diff",
                Event::Text(part) if in_diff => diff.push_str(&part),
                Event::End(_) if in_diff => in_diff = false,
                Event::Start(Tag::Heading { level, .. }) if level as usize == 2 => headings += 1,
                _ => {}
            }
        }
        assert_eq!(Some(diff), diagnosis.causes[0].fix.diff, "{text}");
        assert_eq!(headings, 1, "{text}");
    }

    #[test]
    fn what_others_wrote_is_text() {
        let hostile = [
            "`` [a](https://example.com) ![b](https://example.com/b.png) <img src=x> @somebody",
            "``` \n# heading\n* item",
            "</details><script>alert(1)</script>",
            "\u{202e}`<b>`",
        ];
        for text in hostile {
            let diagnosis = of(&format!("arn:aws:iam::111122223333:role/{text}"), text);
            let shown = markdown(&diagnosis);
            // Below is the page, which is ours.
            let (ours, _) = shown.split_once("<details>").unwrap();
            for event in events(ours) {
                let strange = matches!(
                    event,
                    Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. })
                );
                assert!(!strange, "{event:?}\n{shown}");
                if let Event::Text(text) = &event {
                    assert!(!text.contains("@somebody") && !text.contains('\u{202e}'), "{text}");
                }
            }
            let headings = events(ours);
            let headings = headings.iter().filter(|event| matches!(event, Event::Start(Tag::Heading { .. }))).count();
            assert_eq!(headings, 1, "{shown}");
        }
    }
}
