//! The report for people: every finding as a [`Message`], a line for each role, and a summary.

use std::collections::HashMap;
use std::fmt::Write as _;

use countersign_policy::document::Position;
use countersign_policy::prove::{Exposure, ExternalIdVerdict};

use super::excerpt::{Excerpt, inert};
use super::message::{Level, Message};
use super::{Report, accepted};
use crate::examine::Examined;
use crate::finding::{Finding, Severity, Witness};
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

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
    let files = report.roles.iter().flat_map(|role| role.role.sources.files());
    let files: HashMap<&str, &SourceFile> = files.map(|file| (file.path(), file)).collect();
    let mut out = String::new();
    for found in &report.findings {
        let file = files.get(found.location.path.as_str()).copied();
        out.push_str(&finding(found, file));
        out.push('\n');
    }
    let mut roles: Vec<&Examined> = report.roles.iter().collect();
    roles.sort_by_key(|role| role.exposed.exposure);
    roles.retain(|role| verbosity == Verbosity::Verbose || role.exposed.exposure <= Exposure::Guarded);
    for role in &roles {
        role_line(&mut out, role);
    }
    if !roles.is_empty() {
        out.push('\n');
    }
    summary(&mut out, report);
    out
}

/// One problem as styled text.
#[must_use]
pub fn problem(problem: &InputProblem) -> String {
    let level = match problem.severity {
        ProblemSeverity::Note => Level::Note,
        ProblemSeverity::Warning => Level::Warning,
        ProblemSeverity::Error => Level::Error,
    };
    let help = problem.help.as_deref().map(|help| ("help", help));
    let position = Position { line: problem.line, column: problem.column };
    Message {
        level,
        id: None,
        text: &problem.message,
        place: Some((&problem.path, Some(position))),
        excerpt: problem.excerpt.as_ref(),
        notes: help.as_slice(),
    }
    .render()
}

fn finding(finding: &Finding, file: Option<&SourceFile>) -> String {
    let level = match finding.severity {
        Severity::Critical | Severity::High => Level::Error,
        Severity::Medium | Severity::Low => Level::Warning,
        Severity::Informational => Level::Note,
    };
    let location = &finding.location;
    let excerpt = file.map(|file| Excerpt::new(file.text(), finding.span));
    let grade = format!("severity {}, confidence {}", word(finding.severity), word(finding.confidence));
    let witness = finding.witness.as_ref().map(|witness| format!("allowed: {}", call(witness)));
    let mut notes = vec![("note", grade.as_str())];
    notes.extend(witness.as_deref().map(|witness| ("note", witness)));
    notes.push(("help", &finding.help));
    Message {
        level,
        id: Some(finding.id),
        text: &finding.message,
        place: Some((&location.path, Some(Position { line: location.line, column: location.column }))),
        excerpt: excerpt.as_ref(),
        notes: &notes,
    }
    .render()
}

/// The word JSON uses, so that text and JSON agree.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A call on one line: who, what is sent, and the keys a caller has a say in.
#[must_use]
pub fn call(witness: &Witness) -> String {
    let mut call = format!("{} by {}", witness.action, witness.principal);
    match &witness.external_id {
        Some(id) => call.push_str(&format!(", ExternalId `{id}`")),
        None if witness.action.eq_ignore_ascii_case("sts:AssumeRole") => call.push_str(", no ExternalId"),
        None => {}
    }
    for sent in sent(witness) {
        call.push_str(&format!(", {sent}"));
    }
    call
}

/// What a call sends that follows neither from who makes it nor from its being a call.
#[must_use]
pub fn sent(witness: &Witness) -> Vec<String> {
    let derived = [
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:PrincipalType",
        "aws:PrincipalIsAWSService",
        "aws:PrincipalServiceName",
        "aws:username",
        "sts:ExternalId",
    ];
    let sent = witness.context.iter().filter(|(key, _)| !derived.iter().any(|name| name.eq_ignore_ascii_case(key)));
    let sent = sent.filter(|(key, values)| !(*key == "sts:RoleSessionName" && **values == ["session"]));
    sent.map(|(key, values)| format!("{key}={}", values.join(","))).collect()
}

fn role_line(out: &mut String, examined: &Examined) {
    let exposed = &examined.exposed;
    let role = &examined.role;
    let (file, span) = role.sources.place(role.span);
    let place = format!("{}:{}", file.path(), file.position(span.start).line);
    let _ = write!(out, "{:<12} {:<28}", exposed.exposure.to_string(), inert(&role.name));
    let parties = exposed.deputies.iter().filter(|(_, verdict)| *verdict != ExternalIdVerdict::Unassumable);
    let mut said: Vec<String> = parties
        .map(|(deputy, verdict)| {
            let name = examined.third_parties.name_in_brackets(deputy);
            format!("{}{name}: {}", deputy.name(), accepted(verdict))
        })
        .collect();
    said.extend(
        exposed
            .federated
            .iter()
            .filter(|(_, verdict)| verdict.request().is_some())
            .map(|(provider, _)| provider.clone()),
    );
    said.extend(
        exposed.services.iter().filter(|(_, verdict)| verdict.request().is_some()).map(|(service, _)| service.clone()),
    );
    if !exposed.depends_on.is_empty() {
        said.push(format!("depends on {}", exposed.depends_on.join(", ")));
    }
    let _ = writeln!(out, " {}  {}", inert(&said.join("; ")), inert(&place));
}

fn summary(out: &mut String, report: &Report) {
    let counts: Vec<String> = report.counts().iter().map(|(exposure, count)| format!("{count} {exposure}")).collect();
    let roles = report.roles.len();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let of = if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) };
    let mut severities: Vec<Severity> = report.findings.iter().map(|finding| finding.severity).collect();
    severities.sort_unstable();
    severities.reverse();
    let by: Vec<String> = severities
        .chunk_by(|a, b| a == b)
        .filter_map(|chunk| Some(format!("{} {}", chunk.len(), word(chunk.first()?))))
        .collect();
    let by = if by.is_empty() { String::new() } else { format!(" ({})", by.join(", ")) };
    let _ = write!(out, "{}{of}, {}{by}", plural(roles, "role"), plural(report.findings.len(), "finding"));
    let errors = report.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error).count();
    if errors > 0 {
        let _ = write!(out, ", {}: not everything could be read", plural(errors, "error"));
    }
    out.push('\n');
}
