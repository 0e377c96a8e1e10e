//! The report for people, in the manner of rustc: what, where, the line with the place marked, and what to do.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use countersign_policy::document::Span;
use countersign_policy::prove::{Exposure, ExternalIdVerdict};

use super::{Report, accepted};
use crate::examine::Examined;
use crate::finding::{Finding, Severity, Witness};
use crate::source::{InputProblem, ProblemSeverity, SourceFile};

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// For a terminal.
    Ansi,
    /// For everything else.
    Plain,
}

/// How much to say about roles without findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Only roles that third parties can assume, or might.
    Normal,
    /// Every role.
    Verbose,
}

/// Longest excerpt of a line that is shown, in characters.
const EXCERPT: usize = 160;

/// The findings, the roles and a summary as text.
#[must_use]
pub fn text(report: &Report, colour: Colour, verbosity: Verbosity) -> String {
    let renderer = match colour {
        Colour::Ansi => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    let mut out = String::new();
    let files: std::collections::HashMap<&str, &SourceFile> =
        report.roles.iter().map(|role| (role.role.file.path(), &role.role.file)).collect();
    for found in &report.findings {
        let file = files.get(found.location.path.as_str()).copied();
        finding(&mut out, &renderer, found, file);
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

/// One problem, as the reports and the command line print it.
#[must_use]
pub fn problem(problem: &InputProblem) -> String {
    let word = match problem.severity {
        ProblemSeverity::Note => "note",
        ProblemSeverity::Warning => "warning",
        ProblemSeverity::Error => "error",
    };
    let mut out = format!(
        "{word}: {}\n  --> {}:{}:{}\n",
        inert(&problem.message),
        inert(&problem.path),
        problem.line,
        problem.column
    );
    if let Some(help) = &problem.help {
        let _ = writeln!(out, " help: {}", inert(help));
    }
    out
}

fn finding(out: &mut String, renderer: &Renderer, finding: &Finding, file: Option<&SourceFile>) {
    let level = match finding.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium | Severity::Low => Level::WARNING,
        Severity::Informational => Level::NOTE,
    };
    let message = inert(&finding.message);
    let location = &finding.location;
    let (excerpt, marked) = excerpt(file.map_or("", SourceFile::text), finding.span);
    let path = inert(&location.path);
    let title = level.primary_title(&message).id(finding.id);
    let snippet = Snippet::source(excerpt.as_str())
        .line_start(location.line)
        .path(path.as_str())
        .annotation(AnnotationKind::Primary.span(marked));
    let grade = format!("severity {}, confidence {}", word(finding.severity), word(finding.confidence));
    let witness = finding.witness.as_ref().map(|witness| format!("allowed: {}", inert(&call(witness))));
    let help = inert(&finding.help);
    let mut group = title.element(snippet).element(Level::NOTE.message(grade.as_str()));
    if let Some(witness) = &witness {
        group = group.element(Level::NOTE.message(witness.as_str()));
    }
    let group = group.element(Level::HELP.message(help.as_str()));
    let _ = writeln!(out, "{}\n", renderer.render(&[group]));
}

/// The stretch of a line around the marked characters, and the marks as bytes of it. Looks at no more than it shows, so a
/// place in a large minified file costs no more than one in a small one.
fn excerpt(text: &str, span: Span) -> (String, std::ops::Range<usize>) {
    let (head, tail) = text.split_at_checked(span.start as usize).unwrap_or((text, ""));
    let on_line = |c: &char| !matches!(c, '\n' | '\r');
    let mut before: Vec<char> = head.chars().rev().take_while(on_line).take(EXCERPT).collect();
    let mut after: Vec<char> = tail.chars().take_while(on_line).take(EXCERPT).collect();
    if before.len() + after.len() > EXCERPT {
        before.truncate(EXCERPT / 4);
        after.truncate(EXCERPT - before.len());
    }
    let marked = tail.get(..span.end.saturating_sub(span.start) as usize).unwrap_or(tail);
    let marked = marked.chars().take_while(on_line).take(after.len()).count();
    let before = inert(&before.iter().rev().collect::<String>());
    let after = inert(&after.iter().collect::<String>());
    let end = after.char_indices().nth(marked).map_or(after.len(), |(at, _)| at);
    (format!("{before}{after}"), before.len()..before.len() + end)
}

/// The word JSON uses, so that text and JSON agree.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A call on one line: who, what is sent, and the keys a caller has a say in.
#[must_use]
pub fn call(witness: &Witness) -> String {
    let id = match &witness.external_id {
        Some(id) => format!("ExternalId `{id}`"),
        None => "no ExternalId".to_owned(),
    };
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
    let sent: Vec<String> = sent.map(|(key, values)| format!("{key}={}", values.join(","))).collect();
    let with = if sent.is_empty() { String::new() } else { format!(", {}", sent.join(", ")) };
    let id = if witness.action.eq_ignore_ascii_case("sts:AssumeRole") { format!(", {id}") } else { String::new() };
    format!("{} by {}{id}{with}", witness.action, witness.principal)
}

fn role_line(out: &mut String, examined: &Examined) {
    let exposed = &examined.exposed;
    let role = &examined.role;
    let position = role.file.position(role.span.start);
    let place = format!("{}:{}", role.file.path(), position.line);
    let _ = write!(out, "{:<12} {:<28}", exposed.exposure.to_string(), inert(&role.name));
    let parties = exposed.deputies.iter().filter(|(_, verdict)| *verdict != ExternalIdVerdict::Unassumable);
    let mut said: Vec<String> =
        parties.map(|(deputy, verdict)| format!("{}: {}", deputy.name(), accepted(verdict))).collect();
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
        let _ = write!(out, ", {} could not be read", plural(errors, "input"));
    }
    out.push('\n');
}

/// The text with control and direction characters made visible, so that no input can steer a terminal.
#[must_use]
pub fn inert(text: &str) -> String {
    let is_plain = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    // One character for one, so that columns stay where they are.
    text.chars()
        .map(|c| {
            if is_plain(c) {
                c
            } else if c == '\t' {
                ' '
            } else {
                '\u{fffd}'
            }
        })
        .collect()
}
