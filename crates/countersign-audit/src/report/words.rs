//! The words that every format shares: text, JSON, SARIF, annotations and pages say the same.

use countersign_policy::prove::{Exposure, ExternalIdVerdict};
use countersign_policy::request::Request;

use super::{Level, Report, Standing};
use crate::examine::Examined;
use crate::finding::{Finding, Severity, Witness};
use crate::fix::Safety;
use crate::source::ProblemSeverity;

/// The word JSON uses, so that text and JSON agree.
pub(super) fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// How loud a finding is.
pub(super) fn level(severity: Severity) -> Level {
    match severity {
        Severity::Critical | Severity::High => Level::Error,
        Severity::Medium | Severity::Low => Level::Warning,
        Severity::Informational => Level::Note,
    }
}

/// How loud a problem is.
pub(super) fn problem_level(severity: ProblemSeverity) -> Level {
    match severity {
        ProblemSeverity::Note => Level::Note,
        ProblemSeverity::Warning => Level::Warning,
        ProblemSeverity::Error => Level::Error,
    }
}

/// What is said below a finding's message, each with its label.
pub(super) fn notes(finding: &Finding) -> Vec<(&'static str, String)> {
    let grade = format!("severity {}, confidence {}", word(finding.severity), word(finding.confidence));
    let mut notes = vec![("note", grade)];
    notes.extend(finding.witness.as_ref().map(|witness| ("note", format!("allowed: {}", call(witness)))));
    notes.extend(
        finding.blast_radius.as_ref().map(|radius| {
            ("note", format!("at stake: {radius} ({}, likelihood {})", finding.attack, finding.likelihood))
        }),
    );
    notes.push(("help", finding.help.clone()));
    notes.extend(finding.fix.as_ref().map(|fix| {
        let flag = match fix.safety {
            Safety::Safe => "--fix",
            Safety::Unsafe => "--fix=all",
        };
        ("fix", format!("{} ({flag})", fix.title))
    }));
    notes
}

/// A finding's message with its notes, a line each.
pub(super) fn lines(finding: &Finding) -> String {
    let notes = notes(finding).into_iter().map(|(label, text)| format!("\n{label}: {text}"));
    std::iter::once(finding.message.clone()).chain(notes).collect()
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

/// Somebody who gets in, or might.
pub(super) struct Party<'r> {
    pub(super) name: String,
    /// What it must send, where that is the question.
    pub(super) must_send: Option<String>,
    /// What the role would be if only this party got in.
    pub(super) exposure: Exposure,
    /// A call of its that is allowed.
    pub(super) request: Option<&'r Request>,
}

/// Everybody outside of the owner's accounts who can assume the role, or might.
pub(super) fn parties(examined: &Examined) -> Vec<Party<'_>> {
    let exposed = &examined.exposed;
    let deputies = exposed.deputies.iter().filter(|(_, verdict)| *verdict != ExternalIdVerdict::Unassumable);
    let deputies = deputies.map(|(deputy, verdict)| {
        let everybody = matches!(deputy, countersign_policy::prove::Deputy::Public);
        let exposure = match verdict {
            ExternalIdVerdict::Open { .. } | ExternalIdVerdict::Bound { .. } if everybody => Exposure::Public,
            ExternalIdVerdict::Open { .. } => Exposure::Open,
            ExternalIdVerdict::Bound { .. } => Exposure::Guarded,
            ExternalIdVerdict::Unknown { .. } => Exposure::Unknown,
            ExternalIdVerdict::Unassumable => Exposure::Unassumable,
        };
        // Under a contested reading, or with another value, the party may get in otherwise.
        let exposure = if exposed.exposure == Exposure::Unknown { Exposure::Unknown } else { exposure };
        let name = deputy.name() + &examined.third_parties.name_in_brackets(deputy);
        Party { name, must_send: Some(accepted(verdict)), exposure, request: verdict.request() }
    });
    let federated = exposed.federated.iter().map(|(name, verdict)| (name, verdict.request(), Exposure::Federated));
    let services = exposed.services.iter().map(|(name, verdict)| (name, verdict.request(), Exposure::Service));
    let others = federated.chain(services).filter(|(_, request, _)| request.is_some());
    let others =
        others.map(|(name, request, exposure)| Party { name: name.clone(), must_send: None, exposure, request });
    deputies.chain(others).collect()
}

/// Who gets into a role and what its verdict hangs on, on one line.
pub(super) fn who(examined: &Examined) -> String {
    let mut said: Vec<String> = parties(examined)
        .into_iter()
        .map(|party| match party.must_send {
            Some(accepted) => format!("{}: {accepted}", party.name),
            None => party.name,
        })
        .collect();
    let depends_on = &examined.exposed.depends_on;
    if !depends_on.is_empty() {
        said.push(format!("depends on {}", depends_on.join(", ")));
    }
    said.join("; ")
}

/// What a deputy may send as ExternalId, for people.
pub(super) fn accepted(verdict: &ExternalIdVerdict) -> String {
    let quoted = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    match verdict {
        ExternalIdVerdict::Bound { ids, .. } => format!("ExternalId {}", quoted(ids)),
        ExternalIdVerdict::Open { accepted, .. } => {
            let all: Vec<String> = accepted.ids.iter().chain(&accepted.patterns).cloned().collect();
            match (accepted.omitted, all.is_empty()) {
                (true, true) => "no ExternalId".to_owned(),
                (true, false) => format!("no ExternalId, or {}", quoted(&all)),
                (false, _) => format!("ExternalId {}", quoted(&all)),
            }
        }
        ExternalIdVerdict::Unassumable => "cannot assume it".to_owned(),
        ExternalIdVerdict::Unknown { why } => format!("not known: {why}"),
    }
}

/// How many of what, in a line.
pub(super) fn summary(report: &Report) -> String {
    let counts: Vec<String> = report.counts().iter().map(|(exposure, count)| format!("{count} {exposure}")).collect();
    let by: Vec<String> =
        severities(report).into_iter().map(|(severity, count)| format!("{count} {}", word(severity))).collect();
    let mut summary = format!(
        "{}{}, {}{}",
        plural(report.roles.len(), "role"),
        of(&counts),
        plural(report.live().count(), "finding"),
        of(&by)
    );
    let mut reasons: Vec<&'static str> = Vec::new();
    for judged in &report.findings {
        reasons.extend(why_held_back(&judged.standing));
    }
    reasons.sort_unstable();
    let held: Vec<String> = reasons
        .chunk_by(|a, b| a == b)
        .filter_map(|chunk| Some(format!("{} {}", chunk.len(), chunk.first()?)))
        .collect();
    if !held.is_empty() {
        summary.push_str(&format!(", {} suppressed{}", reasons.len(), of(&held)));
    }
    if !report.absent.is_empty() {
        summary.push_str(&format!(", {} of the baseline gone", report.absent.len()));
    }
    let errors = report.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error).count();
    if errors > 0 {
        summary.push_str(&format!(", {}: not everything could be read", plural(errors, "error")));
    }
    summary
}

/// How many findings of each severity there are, worst first.
pub(super) fn severities(report: &Report) -> Vec<(Severity, usize)> {
    let mut severities: Vec<Severity> = report.live().map(|judged| judged.finding.severity).collect();
    severities.sort_unstable();
    severities.reverse();
    severities.chunk_by(|a, b| a == b).filter_map(|chunk| Some((*chunk.first()?, chunk.len()))).collect()
}

fn why_held_back(standing: &Standing) -> Option<&'static str> {
    match standing {
        Standing::Live => None,
        Standing::Ignored { .. } => Some("ignored"),
        Standing::Disabled { .. } => Some("disabled"),
        Standing::Baselined => Some("in the baseline"),
        Standing::BelowSeverity => Some("below --min-severity"),
        Standing::BelowConfidence => Some("below --min-confidence"),
        Standing::ForPersona(crate::finding::Persona::Auditor) => Some("for --persona auditor"),
        Standing::ForPersona(_) => Some("for --persona pedantic"),
    }
}

pub(super) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn of(parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}
