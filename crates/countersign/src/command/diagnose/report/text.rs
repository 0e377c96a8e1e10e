//! The answer for people: the cause in one line, the value that fails, the change, and what proved it.

use std::fmt::Write as _;

use countersign_audit::report::Excerpt;
use countersign_audit::report::{Level, Message};
use countersign_diagnose::Evidence;
use countersign_diagnose::cause::Status;
use countersign_diagnose::diagnosis::{Diagnosed, Diagnosis, Verdict};
use countersign_policy::evaluate::Decision;

use crate::output::{BAD, BOLD, GOOD, NOTE, inert};
use crate::read::Input;

/// The answer for a terminal.
pub(in super::super) fn text(evidence: &Evidence, diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    let Some(first) = diagnosis.causes.first() else {
        let _ = writeln!(out, "{BAD}nothing to go on{BAD:#}: no error of STS or IAM, and no policy to ask");
        let _ = writeln!(out, " {NOTE}help:{NOTE:#} give the error as it was printed, --trust and --call");
        return out;
    };
    out.push_str(&headline(diagnosis.status, first));
    out.push_str(&place(evidence, first));
    let _ = writeln!(out, "{}", call(diagnosis));
    out.push_str(&repair(first));
    if diagnosis.before.is_some_and(|decision| decision != Decision::Allowed)
        && diagnosis.after == Some(Decision::Allowed)
    {
        let _ = writeln!(
            out,
            "\n{GOOD}checked:{GOOD:#} the evaluator denies the call as given, and allows it with the change"
        );
    }
    for other in diagnosis.causes.iter().skip(1).take(4) {
        let how = match other.status {
            Status::Proved => "and",
            Status::Consistent => "or",
            Status::Contradicted => "not",
        };
        let _ = writeln!(out, "\n{BOLD}{how} {}{BOLD:#}: {}", other.id, inert(&other.message));
        if other.status == Status::Proved {
            out.push_str(&repair(other));
        }
        if let (Status::Consistent, Some(command)) = (other.status, &other.separate_by) {
            let _ = writeln!(out, " {NOTE}tells:{NOTE:#} {}", inert(command));
        }
    }
    if diagnosis.status != Verdict::Proved && !diagnosis.not_given.is_empty() {
        let _ = writeln!(out, "\n{NOTE}not given:{NOTE:#} {}", diagnosis.not_given.join(", "));
    }
    for note in &diagnosis.notes {
        let _ = writeln!(out, "{NOTE}note:{NOTE:#} {}", inert(note));
    }
    for claim in &diagnosis.claims {
        let _ = writeln!(out, "{NOTE}note:{NOTE:#} `{}` is {}", inert(&claim.text), claim.verdict);
    }
    out
}

fn headline(status: Verdict, first: &Diagnosed) -> String {
    let how = match status {
        Verdict::Proved => "",
        Verdict::Consistent => "probably ",
        Verdict::Contradicted => "what was given allows the call; perhaps ",
        Verdict::None => "",
    };
    format!("{BOLD}{how}{}{BOLD:#}: {}\n", first.id, inert(&first.message))
}

/// The line of the trust policy that fails, with what fails in it underlined.
fn place(evidence: &Evidence, first: &Diagnosed) -> String {
    let (Some(trust), Some(span)) = (&evidence.trust, first.span) else { return String::new() };
    if trust.text.is_empty() {
        return String::new();
    }
    let input = Input::new(trust.name.clone(), trust.text.clone());
    let excerpt = Excerpt::new(&trust.text, span);
    let text = match (&first.sent, first.status) {
        (Some(sent), _) => format!("sent: `{sent}`"),
        (None, Status::Consistent) => "nobody says what was sent".to_owned(),
        (None, _) => "not sent".to_owned(),
    };
    Message {
        level: Level::Error,
        id: None,
        text: &text,
        place: Some((&trust.name, Some(input.position(span.start)))),
        excerpt: Some(&excerpt),
        notes: &[],
    }
    .render()
}

fn call(diagnosis: &Diagnosis) -> String {
    let facts = &diagnosis.call;
    let unknown =
        |value: &Option<String>| value.as_deref().map_or_else(|| "unknown".to_owned(), |text| inert(text).into_owned());
    format!(
        "  caller {}\n  role   {}\n  needs  {}",
        unknown(&facts.caller),
        unknown(&facts.role),
        facts.actions.join(", ")
    )
}

fn repair(cause: &Diagnosed) -> String {
    let mut out = String::new();
    let side =
        serde_json::to_value(cause.side).ok().and_then(|side| side.as_str().map(str::to_owned)).unwrap_or_default();
    let _ = writeln!(out, "\n{BOLD}change{BOLD:#} ({side}, {}): {}", cause.time, inert(&cause.fix.text));
    if let Some(diff) = &cause.fix.diff {
        for line in diff.lines() {
            let shown = inert(line);
            let _ = match line.chars().next() {
                Some('+') => writeln!(out, "{GOOD}{shown}{GOOD:#}"),
                Some('-') => writeln!(out, "{BAD}{shown}{BAD:#}"),
                _ => writeln!(out, "{shown}"),
            };
        }
        let _ = match cause.fix.safe {
            true => writeln!(out, "{NOTE}safe:{NOTE:#} it lets in nobody but this caller"),
            false => {
                writeln!(out, "{NOTE}decide first:{NOTE:#} it lets in somebody new, or holds a value to be confirmed")
            }
        };
    }
    if let (Status::Consistent, Some(command)) = (cause.status, &cause.separate_by) {
        let _ = writeln!(out, "{NOTE}to be sure:{NOTE:#} {}", inert(command));
    }
    out
}
