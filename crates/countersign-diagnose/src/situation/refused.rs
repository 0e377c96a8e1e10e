//! A trust policy that IAM refuses when it is written: whatever was given, it is not what the role has.
//!
//! Of what the write-time rules refuse, only that counts here which can be no trace of how the policy got into somebody's
//! hands: neither what was blacked out, shortened or lost on the way, nor what roles may have from the time before a rule.

use std::collections::BTreeSet;

use countersign_policy::account::PARTITIONS;
use countersign_policy::document::{
    Amendment, Limits, PolicyDocument, PrincipalEntry, PrincipalKind, Problem, Severity, Span, validate,
};

use super::{ArnText, Situation};
use crate::message::is_masked;
use crate::quoted::quoted;

impl Situation<'_> {
    /// Why IAM refuses the trust policy that was given; `None` where it takes it, where that cannot be told, and where the
    /// policy is one that is being written.
    pub(crate) fn refused(&self) -> Option<String> {
        let trust = self.evidence.trust.as_ref().filter(|_| !self.is_write)?;
        self.refusal(&trust.document, &trust.text)
    }

    /// What to say of a trust policy that IAM refuses.
    pub(crate) fn refused_note(&self) -> Option<String> {
        let why = self.refused()?;
        Some(format!(
            "IAM refuses the trust policy that was given ({why}), so that no role has it: it is not what AWS asked. Look at what \
             the role has: {}",
            self.get_role()
        ))
    }

    /// Whether IAM takes the trust policy with these changes.
    pub(crate) fn mends_refused(&self, amendments: &[Amendment]) -> bool {
        let Some(trust) = &self.evidence.trust else { return false };
        let Some(text) = trust.document.amended(amendments).and_then(|amended| amended.to_json()) else { return false };
        // What stands twice is gone once a policy is written anew.
        let repeats = trust.document.problems.iter().any(is_repetition);
        !repeats && self.refusal(&PolicyDocument::parse(&text), &text).is_none()
    }

    fn refusal(&self, document: &PolicyDocument, text: &str) -> Option<String> {
        // The quota is the account's own.
        let limits = Limits { max_characters: usize::MAX, quota: usize::MAX };
        let certain = certain_places(document);
        // What makes a policy of a template keeps one of two.
        let is_policy = self.evidence.trust.as_ref().is_some_and(|trust| trust.pieces.is_empty());
        let repeats = |problem: &Problem| is_policy && is_repetition(problem);
        let refused = validate(document, text, limits)
            .into_iter()
            .find(|problem| {
                problem.severity == Severity::Error && (certain.contains(&problem.span) || repeats(problem))
            })
            .map(|problem| problem.message);
        refused.or_else(|| self.of_another_partition(document))
    }

    /// Partitions know nothing of each other's accounts.
    fn of_another_partition(&self, document: &PolicyDocument) -> Option<String> {
        let role = self.role_arn().filter(|role| PARTITIONS.contains(&role.partition))?;
        entries(document).find_map(|entry| {
            let text = entry.value.known().filter(|text| entry.kind == PrincipalKind::Aws && is_whole(text))?;
            let other = ArnText::parse(text)?.partition;
            (other != role.partition && PARTITIONS.contains(&other)).then(|| {
                let (text, own, other) = (quoted(&text), quoted(&role.partition), quoted(&other));
                format!("principal {text}: it is in the partition {other}, and the role in {own}")
            })
        })
    }
}

/// An element or a key that stands twice in one object.
fn is_repetition(problem: &Problem) -> bool {
    problem.severity == Severity::Error && problem.message.starts_with("duplicate key")
}

fn entries(document: &PolicyDocument) -> impl Iterator<Item = &PrincipalEntry> {
    document.statements.iter().flat_map(|statement| &statement.principals).flat_map(|element| &element.entries)
}

/// A name of IAM's with nothing left out: what is short of digits may be a stand-in for an account.
fn is_whole(text: &str) -> bool {
    !is_masked(text) && ArnText::parse(text).is_some_and(|arn| arn.service == "iam" && arn.account.is_some())
}

/// Where the words stand that cannot be there for another reason than that somebody wrote them so: principals of IAM in full,
/// and operators.
fn certain_places(document: &PolicyDocument) -> BTreeSet<Span> {
    let is_certain =
        |entry: &&PrincipalEntry| entry.kind == PrincipalKind::Aws && entry.value.known().is_some_and(is_whole);
    let principals = entries(document).filter(is_certain).map(|entry| entry.span);
    let conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    let operators = conditions.map(|condition| &condition.operator);
    let legible = operators.filter(|operator| operator.value.chars().all(|c| c.is_ascii_alphabetic() || c == ':'));
    principals.chain(legible.map(|operator| operator.span)).collect()
}
