//! What a denial means for the security of the role: `risk.md` is the scale.
//!
//! The words are those of the audit. Exploitability is read off the role's exposure, which the prover of
//! `countersign-policy` finds in the trust policy; without one it is not known. Severity is the worst of what is true of the
//! role and of the change that is proposed.

use std::fmt;

use countersign_policy::condition::date::Moment;
use countersign_policy::document::{Effect, PrincipalKind};
use countersign_policy::prove::{Exposure, Setting, exposure};
pub use countersign_policy::severity::Severity;
use serde::Serialize;

use crate::cause::Finding;
use crate::external_id::{may_be_two, nearest};
use crate::repair::Change;
use crate::situation::Situation;

/// The scale, for people.
pub const PAGE: &str = include_str!("risk.md");

/// What it takes for somebody else to get into the role as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Exploitability {
    /// Nobody gets in.
    None,
    /// A guess, a foothold in a trusted account, or a service that can be made to call.
    Low,
    /// Something that is not in the evidence, or an identity that anybody can make.
    Medium,
    /// The role's ARN.
    High,
}

impl fmt::Display for Exploitability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// What a cause and its change mean for the security of the role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// The worst of what is true.
    pub severity: Severity,
    /// What it takes to get in; null without the trust policy.
    pub exploitability: Option<Exploitability>,
    /// What the severity rests on; empty when it is informational.
    pub reasons: Vec<&'static str>,
}

/// Whom a change lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grants {
    /// Nobody besides whom it is for.
    Intended,
    /// That could not be shown; with whom it lets in besides, where that was found.
    Others(Option<&'static str>),
}

/// What is true of the role, whatever the cause.
pub(crate) struct RoleRisk {
    exposure: Option<Exposure>,
    names_account: bool,
}

impl RoleRisk {
    /// Reads it off the trust policy.
    pub(crate) fn of(situation: &Situation<'_>) -> Self {
        let given = situation.evidence.trust.as_ref().filter(|trust| !trust.document.statements.is_empty());
        let exposure = given.map(|_| {
            let Some(trust) = situation.provable_trust() else { return Exposure::Unknown };
            let role = situation.role_text.as_deref().unwrap_or("arn:aws:iam::000000000000:role/role");
            let now = situation.evidence.now.unwrap_or(Moment::from_seconds(0));
            exposure(trust, &Setting::for_role(role, now)).exposure
        });
        Self { exposure, names_account: names_account(situation) }
    }

    /// Rates a cause of the denial.
    pub(crate) fn rate(&self, finding: &Finding, grants: Grants) -> Risk {
        let exploitability = self.exposure.map(|exposure| match exposure {
            Exposure::Public | Exposure::Open => Exploitability::High,
            Exposure::Unknown | Exposure::Federated => Exploitability::Medium,
            Exposure::Guarded | Exposure::Service | Exposure::Owned => Exploitability::Low,
            Exposure::Unassumable => Exploitability::None,
        });
        let changes_trust = matches!(finding.repair.change, Change::Trust { .. });
        let rules = [
            (
                self.exposure == Some(Exposure::Public),
                Severity::Critical,
                "any AWS account gets into the role as it is",
            ),
            (
                self.exposure == Some(Exposure::Open),
                Severity::High,
                "a third party gets into the role as it is without an ExternalId of a finite list",
            ),
            (
                sends_another(finding),
                Severity::Medium,
                "the value that is sent may be another customer's: the denial may be right",
            ),
            (
                changes_trust && grants != Grants::Intended,
                Severity::Medium,
                "the change to the trust policy cannot be shown to let in nobody but the caller it is for",
            ),
            (
                changes_trust && finding.repair.needs_decision,
                Severity::Medium,
                "the change lets in a caller whom the trust policy keeps out today: the role's owner has to want that",
            ),
            (
                self.names_account,
                Severity::Low,
                "the trust policy names a whole account: each of its identities that may call sts:AssumeRole gets in",
            ),
        ];
        let holding: Vec<_> = rules.into_iter().filter(|(holds, ..)| *holds).collect();
        let severity = holding.iter().map(|(_, severity, _)| *severity).max().unwrap_or(Severity::Informational);
        Risk { severity, exploitability, reasons: holding.into_iter().map(|(.., reason)| reason).collect() }
    }
}

/// Whether the ExternalId that is sent is not a damaged copy of the one that is asked for, but another value.
fn sends_another(finding: &Finding) -> bool {
    let is_id = finding.key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case("sts:ExternalId"));
    // Without a statement it is not a value that is asked for, but what STS takes.
    let is_id = is_id && finding.statement.is_some();
    let Some(sent) = finding.sent.as_deref().filter(|_| is_id) else { return false };
    nearest(finding.required.iter().map(String::as_str), sent)
        .is_some_and(|(required, class)| !class.is_damage() || may_be_two(required, sent))
}

/// Whether an Allow statement names an account as a whole and asks for nothing besides.
fn names_account(situation: &Situation<'_>) -> bool {
    let Some(trust) = &situation.evidence.trust else { return false };
    let bare = trust.document.statements.iter().filter(|statement| {
        statement.conditions.is_empty() && statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow)
    });
    let entries = bare.flat_map(|statement| &statement.principals).flat_map(|element| &element.entries);
    let mut named = entries.filter(|entry| entry.kind == PrincipalKind::Aws).filter_map(|entry| entry.value.known());
    named.any(|text| text.ends_with(":root") || text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
}
