//! The answer for a terminal: the cause in one line, the values that show it, the change, and what proved it.

use std::fmt::Write as _;

use countersign_audit::report::{Excerpt, marked};
use countersign_diagnose::Evidence;
use countersign_diagnose::cause::{self, Status};
use countersign_diagnose::diagnosis::{Diagnosed, Diagnosis, Verdict};
use countersign_diagnose::place::{Place, Shows, Source};
use countersign_diagnose::risk::Severity;
use countersign_policy::document::Effect;
use countersign_policy::evaluate::Decision;

use super::values;
use super::words::{clipped, decision, provided, side, wrapped};
use crate::output::{BAD, BOLD, GOOD, NOTE, WARN, inert};
use crate::read::Input;

/// How many causes are shown besides the first.
const OTHERS: usize = 4;

/// What could not be asked, on a line of its own.
pub(in super::super) fn can_still_deny(not_given: &[&str]) -> String {
    const TITLE: &str = "not given, and can still deny:";
    match not_given {
        [] => String::new(),
        names => format!("{NOTE}{TITLE}{NOTE:#} {}\n", wrapped(&names.join(", "), TITLE.len() + 1, 1)),
    }
}

fn notes(out: &mut String, diagnosis: &Diagnosis) {
    for note in &diagnosis.notes {
        let _ = writeln!(out, "{NOTE}note:{NOTE:#} {}", wrapped(&inert(note), 6, 6));
    }
}

/// That there is nothing to go on, and what to give to `command`.
pub(in super::super) fn nothing(diagnosis: &Diagnosis, command: &str) -> String {
    let why = match diagnosis.before {
        Some(_) => "what was given shows no cause",
        None => "no error of STS or IAM, and no policy to ask",
    };
    let mut out = format!("{BAD}nothing to go on{BAD:#}: {why}\n");
    let help = "give the error as it was printed, in a file or piped in, and the role's policy:";
    let _ = writeln!(out, " {NOTE}help:{NOTE:#} {help}");
    let _ = writeln!(out, "       aws sts assume-role … 2>&1 | countersign {command} --trust role.json");
    notes(&mut out, diagnosis);
    out
}

/// The answer for a terminal. `error_name` is what the error's text is called.
pub(in super::super) fn text(evidence: &Evidence, diagnosis: &Diagnosis, error_name: &str) -> String {
    let mut out = String::new();
    let Some(first) = diagnosis.causes.first() else {
        if diagnosis.is_allowed() {
            let _ = writeln!(out, "{GOOD}what was given allows the call{GOOD:#}");
            out.push_str(&can_still_deny(&diagnosis.not_given));
            return out;
        }
        return nothing(diagnosis, "diagnose");
    };
    out.push_str(&headline(diagnosis, first));
    for place in &first.places {
        let is_open = first.key.as_ref().is_some_and(|key| diagnosis.open.contains(key));
        let label = if is_open { "asked for; sent: not known" } else { "asked for" };
        out.push_str(&shown(evidence, error_name, place, label));
    }
    out.push_str(&values::compared(first));
    out.push_str(&call(diagnosis));
    out.push_str(&repair(first));
    out.push_str(&checks(diagnosis));
    out.push_str(&checked(evidence, diagnosis, first));
    out.push_str(&risk(first));
    for other in diagnosis.causes.iter().skip(1).take(OTHERS) {
        let (how, style) = match other.status {
            Status::Proved => ("and", BAD),
            Status::Consistent => ("or", WARN),
            Status::Contradicted => ("not", BOLD),
        };
        let label = format!("{how}[{}]", other.id);
        let message = wrapped(&inert(&clipped(&other.message)), label.len() + 2, 4);
        let _ = writeln!(out, "\n{style}{label}{style:#}: {message}");
        if other.status == Status::Proved {
            out.push_str(&values::compared(other));
            out.push_str(&repair(other));
        }
        if let (Status::Consistent, Some(command)) = (other.status, &other.separate_by)
            && Some(command) != first.separate_by.as_ref()
        {
            let _ = writeln!(out, " {NOTE}tells:{NOTE:#} {}", inert(command));
        }
    }
    let more = diagnosis.causes.len().saturating_sub(OTHERS + 1);
    if more > 0 {
        let _ = writeln!(out, "\nand {more} less likely; --format json has them all");
    }
    if diagnosis.status != Verdict::Proved && !diagnosis.not_given.is_empty() {
        let list = wrapped(&diagnosis.not_given.join(", "), 11, 1);
        let _ = writeln!(out, "\n{NOTE}not given:{NOTE:#} {list}");
    }
    notes(&mut out, diagnosis);
    for claim in &diagnosis.claims {
        let text = format!("`{}` is {}", inert(&claim.text), claim.verdict);
        let _ = writeln!(out, "{NOTE}note:{NOTE:#} {}", wrapped(&clipped(&text), 6, 6));
    }
    out
}

/// The proved causes, a line each.
pub(in super::super) fn causes(diagnosis: &Diagnosis) -> String {
    let proved = diagnosis.causes.iter().filter(|cause| cause.status == Status::Proved);
    let lines: String = proved.map(|cause| headline(diagnosis, cause)).collect();
    match diagnosis.causes.first() {
        Some(first) if lines.is_empty() && !diagnosis.is_allowed() => headline(diagnosis, first),
        _ => lines,
    }
}

/// The cause in one line.
pub(in super::super) fn in_a_line(status: Verdict, first: &Diagnosed) -> String {
    let (word, style) = match status {
        Verdict::Proved | Verdict::None => ("error", BAD),
        Verdict::Consistent => ("probably", WARN),
        Verdict::Contradicted => ("perhaps", WARN),
    };
    // The cause that the message speaks of is the one that is ruled out.
    if first.status == Status::Contradicted {
        let what = "the message and what was given contradict each other";
        return format!("{WARN}not[{}]{WARN:#}{BOLD}: {what}{BOLD:#}", first.id);
    }
    let summary = cause::find(first.id).map_or("", |cause| cause.summary);
    format!("{style}{word}[{}]{style:#}{BOLD}: {summary}{BOLD:#}", first.id)
}

/// The cause in one line, and below what is wrong here.
fn headline(diagnosis: &Diagnosis, first: &Diagnosed) -> String {
    let mut out = in_a_line(diagnosis.status, first) + "\n";
    if diagnosis.is_allowed() {
        out.push_str("  what was given allows the call\n");
    }
    let _ = writeln!(out, "  {}", wrapped(&inert(&clipped(&first.message)), 2, 2));
    out
}

/// A place with its line, the failing value underlined.
fn shown(evidence: &Evidence, error_name: &str, place: &Place, asked_for: &str) -> String {
    let (name, text, span) = match place.source {
        Source::TrustPolicy => match &evidence.trust {
            Some(trust) => trust.place(place.span),
            None => return String::new(),
        },
        Source::Call => match &evidence.request {
            Some(request) => (request.name.as_str(), request.text.as_str(), place.span),
            None => return String::new(),
        },
        Source::Error => (error_name, evidence.error_text.as_deref().unwrap_or_default(), place.span),
    };
    if text.is_empty() {
        return String::new();
    }
    let label = match place.shows {
        Shows::Required => asked_for,
        Shows::Sent => "sent",
        Shows::NotSent => "does not send it",
        Shows::SentUnread => "sent from here; the value is not in this text",
        Shows::Said => "",
    };
    let position = Input::new(name, text).position(span.start);
    marked(name, position, Some(&Excerpt::new(text, span)), label)
}

fn call(diagnosis: &Diagnosis) -> String {
    let facts = &diagnosis.call;
    let unknown = |value: &Option<String>| value.as_deref().map_or_else(|| "unknown".into(), inert).into_owned();
    format!(
        "  caller {}\n  role   {}\n  needs  {}\n",
        unknown(&facts.caller),
        unknown(&facts.role),
        facts.actions.join(", ")
    )
}

fn repair(cause: &Diagnosed) -> String {
    let mut out = String::new();
    let label = format!("change ({}, {})", side(cause.side), cause.time);
    let advice = wrapped(&inert(&clipped(&cause.fix.text)), label.len() + 2, 2);
    let _ = writeln!(out, "\n{BOLD}{label}{BOLD:#}: {advice}");
    if let Some(diff) = &cause.fix.diff {
        for line in diff.lines() {
            let shown = inert(line);
            let _ = match line.chars().next() {
                Some('+') => writeln!(out, "{GOOD}{shown}{GOOD:#}"),
                Some('-') => writeln!(out, "{BAD}{shown}{BAD:#}"),
                _ => writeln!(out, "{shown}"),
            };
        }
        let _ = match (cause.fix.safe, &cause.fix.find) {
            (true, _) => writeln!(out, "{NOTE}safe:{NOTE:#} it lets in nobody but this caller"),
            (false, Some(command)) => writeln!(out, "{NOTE}find the value first:{NOTE:#} {}", inert(command)),
            (false, None) => {
                let decide =
                    cause.fix.decide.as_deref().unwrap_or("whether it is meant: what was given does not prove it");
                writeln!(out, "{NOTE}decide first:{NOTE:#} {}", inert(decide))
            }
        };
    }
    if let (Status::Consistent, Some(command)) = (cause.status, &cause.separate_by) {
        let _ = writeln!(out, "{NOTE}to be sure:{NOTE:#} {}", inert(command));
    }
    out
}

/// What tells why the message and what was given contradict each other.
fn checks(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    for (number, check) in (1..).zip(&diagnosis.checks) {
        let _ = writeln!(out, "  {number}. {}", inert(check));
    }
    out
}

/// What the evaluator said before and after, and of which statement.
fn checked(evidence: &Evidence, diagnosis: &Diagnosis, first: &Diagnosed) -> String {
    let (Some(before), Some(Decision::Allowed)) = diagnosis.if_open else { return String::new() };
    if before == Decision::Allowed {
        return String::new();
    }
    let change = if diagnosis.plan.as_ref().is_some_and(|plan| plan.causes.len() > 1) { "changes" } else { "change" };
    // A Deny allows nothing.
    let allow = first.statement.zip(evidence.trust.as_ref()).filter(|(statement, trust)| {
        let effect = trust.document.statements.get(*statement).and_then(|statement| statement.effect.as_ref());
        effect.is_some_and(|effect| effect.value == Effect::Allow)
    });
    let with = match allow {
        Some((statement, trust)) => {
            format!("with the {change} statement {} of {} allows it", statement + 1, inert(&trust.name))
        }
        None => format!("with the {change} what was given allows it"),
    };
    let text = format!("the evaluator denies the call as it is ({}); {with}{}", decision(before), provided(diagnosis));
    let mut out = format!("{GOOD}checked:{GOOD:#} {}\n", wrapped(&text, 9, 2));
    if diagnosis.status == Verdict::Proved && !diagnosis.not_given.is_empty() {
        let label = "not given, and can still deny:";
        let list = wrapped(&diagnosis.not_given.join(", "), label.len() + 1, 2);
        let _ = writeln!(out, "{NOTE}{label}{NOTE:#} {list}");
    }
    out
}

/// How severe it is, where it is more than a nuisance.
fn risk(first: &Diagnosed) -> String {
    let risk = &first.risk;
    let exploitability = risk.exploitability.map(|how| format!(", exploitability {how}")).unwrap_or_default();
    let mut out = format!("{NOTE}severity:{NOTE:#} {}{exploitability}\n", risk.severity);
    if risk.severity > Severity::Informational {
        for reason in &risk.reasons {
            let _ = writeln!(out, "  {}", wrapped(reason, 2, 2));
        }
    }
    out
}
