//! How severe a finding is: the exposure of the door it is about, times the reach of the role behind it. `severity.md` has
//! the rubric, and is its test.

use std::fmt;

use countersign_policy::prove::Exposure;
use serde::Serialize;

use crate::finding::Severity;
use crate::reach::{Cause, Level, Reach};

/// The rubric, for people.
pub const PAGE: &str = include_str!("severity.md");

/// What a finding is worth, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rating {
    /// How bad it is.
    pub severity: Severity,
    /// What a caller that gets in can do, in a sentence without its full stop.
    pub blast_radius: String,
    /// The class of attack.
    pub attack: &'static str,
    /// How likely it is.
    pub likelihood: Likelihood,
}

/// How likely it is that somebody gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    /// It takes a guess, a foothold, or a service that can be made to call.
    Low,
    /// It takes something that is not in the input, or an identity that anybody can make.
    Medium,
    /// It takes the role's ARN.
    High,
}

impl fmt::Display for Likelihood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// What an audit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// A way in, which is at worst this exposed.
    Door(Exposure),
    /// Somebody is let in on purpose whom the configuration does not allow.
    Guest,
    /// The policy's hygiene: nobody gets in through it.
    Hygiene,
}

/// What the audit with this id is about.
#[must_use]
pub fn concern(audit: &str) -> Concern {
    Concern::Door(match audit {
        "missing-external-id"
        | "external-id-if-exists"
        | "wildcard-external-id"
        | "self-referencing-external-id"
        | "unguarded-sibling-statement"
        | "optional-external-id" => Exposure::Open,
        "weak-external-id" | "shared-external-id" => Exposure::Guarded,
        "federated-without-subject" => Exposure::Federated,
        "unscoped-service-principal" | "source-arn-over-match" => Exposure::Service,
        "whole-account-trust" => Exposure::Owned,
        "unexpected-third-party" => return Concern::Guest,
        "caller-without-external-id"
        | "orphaned-principal"
        | "unassumable-role"
        | "misspelt-condition-key"
        | "malformed-trust-policy"
        | "widening-plan" => {
            return Concern::Hygiene;
        }
        // An audit that is not listed is rated by how exposed the role is.
        _ => Exposure::Public,
    })
}

/// Rates a finding: `base` is the severity its audit gives it, `exposure` the role's.
#[must_use]
pub fn rate(concern: Concern, base: Severity, exposure: Exposure, reach: &Reach) -> Rating {
    let (severity, (attack, likelihood)) = match concern {
        Concern::Hygiene => (base, ("misconfiguration", Likelihood::Low)),
        Concern::Guest => (severity(base, Exposure::Guarded, reach), ("access without a mandate", Likelihood::Medium)),
        Concern::Door(worst) => {
            // Worse exposures come first.
            let door = exposure.max(worst);
            (severity(base, door, reach), attack(door))
        }
    };
    Rating { severity, blast_radius: blast_radius(reach), attack, likelihood }
}

/// A cell of the rubric's table.
enum Cell {
    To(Severity),
    Same,
    Up,
    Down(u8),
}

fn severity(base: Severity, door: Exposure, reach: &Reach) -> Severity {
    let severity = match cell(door, reach.level) {
        Cell::To(severity) => severity,
        Cell::Same => base,
        Cell::Up => above(base),
        Cell::Down(steps) => (0..steps).fold(base, |severity, _| below(severity)),
    };
    if reach.unknown.is_empty() { severity } else { severity.max(base) }
}

fn cell(door: Exposure, level: Level) -> Cell {
    use Exposure::{Federated, Guarded, Open, Owned, Public, Service, Unassumable, Unknown};
    use Level::{Administrator, Escalation, Metadata, None, ReadsData, Writes};
    match (door, level) {
        (Owned | Unassumable, _) | (_, Level::Unknown) => Cell::Same,
        (Public, Administrator | Escalation | Writes | ReadsData) => Cell::To(Severity::Critical),
        (Public, Metadata) => Cell::To(Severity::High),
        (Public, None) => Cell::To(Severity::Medium),
        (Open, Administrator | Escalation) => Cell::To(Severity::Critical),
        (Open, Writes | ReadsData) => Cell::To(Severity::High),
        (Open, Metadata) => Cell::To(Severity::Medium),
        (Open, None) => Cell::To(Severity::Low),
        (Unknown | Guarded | Federated | Service, Administrator | Escalation) => Cell::Up,
        (Unknown | Guarded | Federated | Service, Writes | ReadsData) => Cell::Same,
        (Unknown | Guarded | Federated | Service, Metadata) => Cell::Down(1),
        (Unknown | Federated, None) => Cell::Down(2),
        (Guarded | Service, None) => Cell::Down(1),
    }
}

const fn above(severity: Severity) -> Severity {
    match severity {
        Severity::Informational => Severity::Low,
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

const fn below(severity: Severity) -> Severity {
    match severity {
        Severity::Informational => Severity::Informational,
        Severity::Low | Severity::Medium => Severity::Low,
        Severity::High => Severity::Medium,
        Severity::Critical => Severity::High,
    }
}

const fn attack(door: Exposure) -> (&'static str, Likelihood) {
    match door {
        Exposure::Public => ("takeover by anybody", Likelihood::High),
        Exposure::Open => ("confused deputy", Likelihood::High),
        Exposure::Unknown => ("confused deputy", Likelihood::Medium),
        Exposure::Guarded => ("guessed or reused ExternalId", Likelihood::Low),
        Exposure::Federated => ("token of another tenant", Likelihood::Medium),
        Exposure::Service => ("cross-service confused deputy", Likelihood::Low),
        Exposure::Owned => ("lateral movement", Likelihood::Low),
        Exposure::Unassumable => ("denial of access", Likelihood::Low),
    }
}

/// The most ways or unknown values that a sentence names.
const NAMED: usize = 3;

fn blast_radius(reach: &Reach) -> String {
    let by = |separator| some(&reach.by, separator, ToString::to_string);
    let stores = some(&reach.stores, ", ", ToString::to_string);
    let mut sentence = match reach.level {
        Level::Administrator => {
            format!("whoever gets in can do everything in the account ({}){}", by(", "), policies(reach))
        }
        Level::Escalation => {
            let gain = reach.by.iter().filter_map(|cause| cause.gain).min().map(|gain| gain.to_string());
            format!("whoever gets in can {} ({})", gain.unwrap_or_default(), by(", or "))
        }
        Level::Writes if reach.stores.is_empty() => {
            format!("whoever gets in can create, change or delete ({}) and reads no data store", by(", "))
        }
        Level::Writes => format!("whoever gets in can create, change or delete ({}) and read {stores}", by(", ")),
        Level::ReadsData => format!("whoever gets in can read {stores} ({})", by(", ")),
        Level::Metadata => format!("whoever gets in sees what there is ({}) and no content", by(", ")),
        Level::None => "whoever gets in can do nothing: the role has no permissions".to_owned(),
        Level::Unknown => {
            let unknown = some(&reach.unknown, "; ", ToString::to_string);
            return format!("what whoever gets in can do is not known: it depends on {unknown}");
        }
    };
    if !reach.unknown.is_empty() {
        sentence += &format!("; more may come of {}", some(&reach.unknown, "; ", ToString::to_string));
    }
    sentence
}

/// The policies behind an administrator: there its name says more than its `*`.
fn policies(reach: &Reach) -> String {
    let names: Vec<&str> = reach.by.iter().flat_map(|Cause { policies, .. }| policies).map(String::as_str).collect();
    if names.is_empty() { String::new() } else { format!(" by the policy `{}`", names.join("`, `")) }
}

/// The first few, and how many there are besides.
fn some<'r, T: 'r>(all: impl IntoIterator<Item = &'r T>, separator: &str, text: fn(&T) -> String) -> String {
    let all: Vec<String> = all.into_iter().map(text).collect();
    let named = all.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(separator);
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
