//! SARIF 2.1.0, as code-scanning platforms take it.
//!
//! Rule ids are the audits' ids. What a comment in the source accepts is listed as suppressed, what the baseline accepts as
//! unchanged; what was not asked for is left out.

use serde_json::{Map, Value, json};

use super::message::Level;
use super::statements::{Involved, involved};
use super::{Judged, Report, Standing, json_text, words};
use crate::audit::{AUDITS, Audit};
use crate::baseline::Entry;
use crate::finding::{Confidence, Finding, Severity};
use crate::fingerprint::VERSION;
use crate::fix::{Fix, Located, Safety};
use crate::source::{InputProblem, Location};
use crate::source_root::SourceRoot;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// The report as a SARIF log of one run.
///
/// # Errors
/// Never: every part of a report has a JSON form.
pub fn sarif(report: &Report) -> serde_json::Result<String> {
    let results = report.findings.iter().filter_map(|judged| result(report, judged));
    let absent = report.absent.iter().filter_map(gone);
    let problems: Vec<Value> = report.problems.iter().map(|problem| notification(problem, &report.root)).collect();
    json_text(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "countersign",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": AUDITS.iter().map(|audit| rule(audit)).collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": !report.is_incomplete(),
                "toolExecutionNotifications": problems,
            }],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the repository" } } },
            "results": results.chain(absent).collect::<Vec<_>>(),
        }],
    }))
}

fn rule(audit: &Audit) -> Value {
    let page = readable_page(audit.page);
    json!({
        "id": audit.id,
        "name": pascal_case(audit.id),
        "shortDescription": { "text": audit.summary },
        "fullDescription": { "text": first_paragraph(&page).unwrap_or(audit.summary) },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(words::level(audit.severity)) },
        "properties": {
            "tags": ["security"],
            "precision": precision(audit.confidence),
            "problem.severity": problem_severity(audit.severity),
            "security-severity": security_severity(audit.severity),
            "countersign/severity": audit.severity,
            "countersign/confidence": audit.confidence,
            "countersign/persona": audit.persona,
        },
    })
}

fn result(report: &Report, judged: &Judged) -> Option<Value> {
    let Judged { finding, fingerprint, standing } = judged;
    let suppressions = match standing {
        Standing::Live | Standing::Baselined => Vec::new(),
        Standing::Ignored { reason: Some(reason) } => vec![json!({ "kind": "inSource", "justification": reason })],
        Standing::Disabled { reason } => vec![json!({ "kind": "external", "justification": reason })],
        Standing::Ignored { reason: None } => vec![json!({ "kind": "inSource" })],
        Standing::BelowSeverity | Standing::BelowConfidence | Standing::ForPersona(_) => return None,
    };
    let examined = finding.role_index.and_then(|at| report.roles.get(at));
    let related: Vec<Value> = examined
        .map_or_else(Vec::new, |examined| involved(finding, examined))
        .iter()
        .enumerate()
        .map(|(at, involved)| related(at, involved, &report.root))
        .collect();
    let mut logical = Map::new();
    logical.insert("name".to_owned(), finding.role.clone().into());
    logical.insert("kind".to_owned(), "resource".into());
    if let Some(arn) = examined.and_then(|examined| examined.role.arn.as_ref()) {
        logical.insert("fullyQualifiedName".to_owned(), arn.clone().into());
    }
    let mut result = json!({
        "ruleId": finding.id,
        "ruleIndex": rule_index(finding.id)?,
        "kind": "fail",
        "level": level(words::level(finding.severity)),
        "message": { "text": words::lines(finding) },
        "locations": [{ "physicalLocation": physical(&finding.location, &report.root), "logicalLocations": [logical] }],
        "relatedLocations": related,
        "partialFingerprints": { VERSION: fingerprint },
        "suppressions": suppressions,
        "properties": properties(finding, examined.map(|examined| examined.exposed.exposure)),
    });
    if let Some(fix) = &finding.fix {
        result.as_object_mut()?.insert("fixes".to_owned(), json!([repair(fix, &report.root)]));
    }
    if report.has_baseline {
        let state = if *standing == Standing::Baselined { "unchanged" } else { "new" };
        result.as_object_mut()?.insert("baselineState".to_owned(), state.into());
    }
    Some(result)
}

/// A fix as changes of files.
fn repair(fix: &Fix, root: &SourceRoot) -> Value {
    let mut files: Vec<(&str, Vec<Value>)> = Vec::new();
    for Located { location, edit } in &fix.edits {
        let replacement = json!({ "deletedRegion": region(location), "insertedContent": { "text": edit.text } });
        match files.iter_mut().find(|(path, _)| *path == location.path) {
            Some((_, replacements)) => replacements.push(replacement),
            None => files.push((&location.path, vec![replacement])),
        }
    }
    let changes = files.into_iter().map(|(path, replacements)| {
        json!({ "artifactLocation": artifact(&root.relative(path)), "replacements": replacements })
    });
    let note = match fix.safety {
        Safety::Safe => "",
        Safety::Unsafe => " (needs a decision of yours)",
    };
    json!({
        "description": { "text": format!("{}{note}", fix.title) },
        "artifactChanges": changes.collect::<Vec<_>>(),
    })
}

/// A finding of the baseline that is no longer there.
fn gone(entry: &Entry) -> Option<Value> {
    Some(json!({
        "ruleId": entry.id,
        "ruleIndex": rule_index(&entry.id)?,
        "kind": "fail",
        "level": AUDITS.iter().find(|audit| audit.id == entry.id).map(|audit| level(words::level(audit.severity))),
        "message": { "text": format!("gone since the baseline: `{}` of `{}`", entry.id, entry.role) },
        "locations": [{ "physicalLocation": { "artifactLocation": artifact(&entry.path) } }],
        "partialFingerprints": { VERSION: entry.fingerprint },
        "suppressions": [],
        "baselineState": "absent",
    }))
}

fn related(at: usize, involved: &Involved, root: &SourceRoot) -> Value {
    json!({
        "id": at,
        "message": { "text": involved.label },
        "physicalLocation": physical(&involved.location, root),
    })
}

fn properties(finding: &Finding, exposure: Option<countersign_policy::prove::Exposure>) -> Value {
    json!({
        "countersign/severity": finding.severity,
        "countersign/confidence": finding.confidence,
        "countersign/exposure": exposure,
        "countersign/witness": finding.witness,
    })
}

fn notification(problem: &InputProblem, root: &SourceRoot) -> Value {
    let help = problem.help.iter().map(|help| format!("\nhelp: {help}"));
    let text: String = std::iter::once(problem.message.clone()).chain(help).collect();
    let place = json!({
        "artifactLocation": artifact(&root.relative(&problem.path)),
        "region": { "startLine": problem.line, "startColumn": problem.column },
    });
    json!({
        "level": level(words::problem_level(problem.severity)),
        "message": { "text": text },
        "locations": [{ "physicalLocation": place }],
    })
}

fn physical(location: &Location, root: &SourceRoot) -> Value {
    json!({ "artifactLocation": artifact(&root.relative(&location.path)), "region": region(location) })
}

fn region(location: &Location) -> Value {
    json!({
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    })
}

/// A file as a URI: relative to the root, or absolute when it lies outside.
fn artifact(path: &str) -> Value {
    match path.strip_prefix('/') {
        Some(_) => json!({ "uri": format!("file://{}", encoded(path)) }),
        None => json!({ "uri": encoded(path), "uriBaseId": ROOT }),
    }
}

fn encoded(path: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let encode = |byte: u8| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(encode).collect()
}

fn rule_index(id: &str) -> Option<usize> {
    AUDITS.iter().position(|audit| audit.id == id)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// GitHub's bands: above 9 critical, from 7 high, from 4 medium, else low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Informational => "0.5",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match words::level(severity) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

fn pascal_case(id: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    id.split('-').map(capitalized).collect()
}

/// The first paragraph below the title.
fn first_paragraph(page: &str) -> Option<&str> {
    page.split("\n\n").map(str::trim).find(|paragraph| !paragraph.is_empty() && !paragraph.starts_with('#'))
}

/// An audit's page without the words that make its examples tests.
#[must_use]
pub fn readable_page(page: &str) -> String {
    let mut text = String::new();
    for line in page.lines() {
        let words: Vec<&str> = line.strip_prefix("```").unwrap_or_default().split_whitespace().collect();
        match words.as_slice() {
            [language @ ("json" | "hcl" | "yaml" | "ini"), verdict @ ("bad" | "good"), ..] => {
                text.push_str(&format!("```{language} ({verdict})\n"));
            }
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}
