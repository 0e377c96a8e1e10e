//! `countersign.audit/1`: the stable JSON shape, documented in the README.

use std::borrow::Cow;
use std::fmt::Write as _;

use countersign_policy::prove::{Exposure, ExternalIdVerdict};
use serde::Serialize;

use super::excerpt::is_active;
use super::{Judged, Report, Standing};
use crate::examine::Examined;
use crate::finding::{Finding, Witness};
use crate::source::InputProblem;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    roles: Vec<Role<'a>>,
    findings: Vec<&'a Finding>,
    suppressed: Vec<Suppressed<'a>>,
    problems: &'a [InputProblem],
}

#[derive(Serialize)]
struct Role<'a> {
    name: &'a str,
    arn: Option<&'a str>,
    account: Option<String>,
    source: Source<'a>,
    exposure: Exposure,
    depends_on: &'a [String],
    deputies: Vec<Deputy>,
    witness: Option<Witness>,
}

#[derive(Serialize)]
struct Source<'a> {
    path: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Deputy {
    principal: String,
    account: Option<String>,
    /// The name of the vendor or partner, if it is known.
    vendor: Option<String>,
    external_id: ExternalId,
}

/// `required`: a call without ExternalId is refused. `accepted`: the ids, or patterns in `StringLike` notation (`*` is
/// anything). Both are null when the proof cannot say.
#[derive(Serialize)]
struct ExternalId {
    required: Option<bool>,
    accepted: Option<Vec<String>>,
}

/// A finding that does not count, and why.
#[derive(Serialize)]
struct Suppressed<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    suppressed_by: &'static str,
    reason: Option<&'a str>,
}

fn suppressed(judged: &Judged) -> Option<Suppressed<'_>> {
    let (suppressed_by, reason) = match &judged.standing {
        Standing::Live => return None,
        Standing::Ignored { reason } => ("ignore", reason.as_deref()),
        Standing::Disabled { reason } => ("disabled", Some(reason.as_str())),
        Standing::Baselined => ("baseline", None),
        Standing::BelowSeverity => ("min-severity", None),
        Standing::BelowConfidence => ("min-confidence", None),
        Standing::ForPersona(_) => ("persona", None),
    };
    Some(Suppressed { finding: &judged.finding, suppressed_by, reason })
}

/// The report as JSON text.
///
/// # Errors
/// Never: every part of a report has a JSON form.
pub fn json(report: &Report) -> serde_json::Result<String> {
    json_text(&Document {
        schema: "countersign.audit/1",
        roles: report.roles.iter().map(role).collect(),
        findings: report.live().map(|judged| &judged.finding).collect(),
        suppressed: report.findings.iter().filter_map(suppressed).collect(),
        problems: &report.problems,
    })
}

/// A value as JSON text over lines, with a line break at its end. Characters that could steer a terminal are written as
/// `\u` escapes.
///
/// # Errors
/// When a part of the value has no JSON form, such as a map whose keys are no strings.
pub fn json_text(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(inert_json(&(serde_json::to_string_pretty(value)? + "\n")).into_owned())
}

/// A value as JSON on one line, with a line feed after it; otherwise as [`json_text`].
///
/// # Errors
/// As [`json_text`].
pub fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(inert_json(&(serde_json::to_string(value)? + "\n")).into_owned())
}

fn inert_json(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c != '\n' && is_active(c);
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    // They stand inside of strings: outside, JSON has nothing but ASCII.
    let mut inert = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            let _ = c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(inert, "\\u{unit:04x}"));
        } else {
            inert.push(c);
        }
    }
    Cow::Owned(inert)
}

fn role(examined: &Examined) -> Role<'_> {
    let role = &examined.role;
    let (file, span) = role.sources.place(role.span);
    let position = file.position(span.start);
    Role {
        name: &role.name,
        arn: role.arn.as_deref(),
        account: examined.account.map(|account| account.to_string()),
        source: Source { path: file.path(), line: position.line, column: position.column },
        exposure: examined.exposed.exposure,
        depends_on: &examined.exposed.depends_on,
        deputies: examined
            .exposed
            .deputies
            .iter()
            .filter_map(|(deputy, verdict)| {
                let external_id = external_id(verdict)?;
                Some(Deputy {
                    principal: deputy.name(),
                    account: deputy.account().map(|account| account.to_string()),
                    vendor: examined.third_parties.name(deputy),
                    external_id,
                })
            })
            .collect(),
        witness: examined.exposed.witness.as_deref().map(Witness::from),
    }
}

/// Parties that cannot get in are no deputies.
fn external_id(verdict: &ExternalIdVerdict) -> Option<ExternalId> {
    match verdict {
        ExternalIdVerdict::Bound { ids, .. } => Some(ExternalId { required: Some(true), accepted: Some(ids.clone()) }),
        ExternalIdVerdict::Open { accepted, .. } => {
            let all = accepted.ids.iter().chain(&accepted.patterns).cloned().collect();
            Some(ExternalId { required: Some(!accepted.omitted), accepted: Some(all) })
        }
        ExternalIdVerdict::Unknown { .. } => Some(ExternalId { required: None, accepted: None }),
        ExternalIdVerdict::Unassumable => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn json_steers_no_terminal_and_says_the_same() {
        let value = "a\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{e0041}é\"\n";
        let text = super::json_text(&[value]).unwrap();
        assert!(text.chars().all(|c| c == '\n' || !super::is_active(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&text).unwrap(), [value]);
    }
}
