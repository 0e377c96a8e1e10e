//! The report for people: every finding as a [`Message`], a line for each role, and a summary.

use std::collections::HashMap;
use std::fmt::Write as _;

use countersign_policy::document::Position;
use countersign_policy::prove::Exposure;

use super::excerpt::{Excerpt, inert};
use super::message::Message;
use super::{Judged, Report, words};
use crate::examine::Examined;
use crate::finding::Finding;
use crate::source::{InputProblem, SourceFile};
use crate::suppress::files;

/// How much to say about roles without findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Only roles that third parties can assume, or might.
    Normal,
    /// Every role.
    Verbose,
}

/// The findings, the roles and a summary as styled text.
#[must_use]
pub fn text(report: &Report, verbosity: Verbosity) -> String {
    let mut out = findings(report);
    let mut roles: Vec<&Examined> = report.roles.iter().collect();
    roles.sort_by_key(|role| role.exposed.exposure);
    roles.retain(|role| verbosity == Verbosity::Verbose || role.exposed.exposure <= Exposure::Guarded);
    for role in &roles {
        role_line(&mut out, role);
    }
    if !roles.is_empty() {
        out.push('\n');
    }
    out.push_str(&summary(report));
    out
}

/// The findings that count, a blank line below each.
pub(super) fn findings(report: &Report) -> String {
    let of_callers = report.callers.iter().flat_map(|examined| examined.caller.sources.files());
    let files: HashMap<&str, &SourceFile> =
        files(&report.roles).chain(of_callers).map(|file| (file.path(), file)).collect();
    let mut out = String::new();
    for Judged { finding: found, .. } in report.live() {
        let file = files.get(found.location.path.as_str()).copied();
        out.push_str(&finding(found, file));
        out.push('\n');
    }
    out
}

/// One problem as styled text.
#[must_use]
pub fn problem(problem: &InputProblem) -> String {
    let help = problem.help.as_deref().map(|help| ("help", help));
    let position = Position { line: problem.line, column: problem.column };
    Message {
        level: words::problem_level(problem.severity),
        id: None,
        text: &problem.message,
        place: Some((&problem.path, Some(position))),
        excerpt: problem.excerpt.as_ref(),
        notes: help.as_slice(),
    }
    .render()
}

fn finding(finding: &Finding, file: Option<&SourceFile>) -> String {
    let location = &finding.location;
    let excerpt = file.map(|file| Excerpt::new(file.text(), finding.span));
    let notes = words::notes(finding);
    let notes: Vec<(&'static str, &str)> = notes.iter().map(|(label, text)| (*label, text.as_str())).collect();
    Message {
        level: words::level(finding.severity),
        id: Some(finding.id),
        text: &finding.message,
        place: Some((&location.path, Some(Position { line: location.line, column: location.column }))),
        excerpt: excerpt.as_ref(),
        notes: &notes,
    }
    .render()
}

fn role_line(out: &mut String, examined: &Examined) {
    let role = &examined.role;
    let (file, span) = role.sources.place(role.span);
    let place = format!("{}:{}", file.path(), file.position(span.start).line);
    let _ = write!(out, "{:<12} {:<28}", examined.exposed.exposure.to_string(), inert(&role.name));
    let _ = writeln!(out, " {}  {}", inert(&words::who(examined)), inert(&place));
}

/// The last line: how many roles and findings of which kinds.
#[must_use]
pub fn summary(report: &Report) -> String {
    words::summary(report) + "\n"
}
