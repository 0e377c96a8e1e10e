//! Whether a change is safe: it lets in nobody but the caller it is for, and something that was checked says so.
//!
//! | change | what is checked |
//! | --- | --- |
//! | of the trust policy | the prover: somebody gets in newly, and nobody but whom it is meant for |
//! | a parameter sent, another role named | the evaluator: the call, denied as it is, is allowed with it |
//! | a parameter left out, fewer seconds | nothing: it asks for less |
//! | of the caller's policies | every statement that is new or changed allows actions of this call on this role, and no others |
//!
//! The causes whose changes are of the second kind, and what a change of theirs is besides safe or not: `external-id-missing`,
//! `external-id-mismatch`, `external-id-malformed`, `session-name-mismatch`, `mfa-missing` and `parameter-malformed` send a value;
//! `role-not-found`, `role-arn-malformed`, `wrong-partition` and `target-not-a-role` name a role; `sts-region-disabled` and
//! `opt-in-region-caller` another region, which no policy is asked about. Without a policy that was asked, none of these is safe.
//! What makes somebody else's decision of a change (`decided_by_owner`) makes it not safe whatever was checked.

use countersign_policy::document::{Effect, PatternElement, Polarity, PolicyDocument, Statement};
use countersign_policy::evaluate::Decision;

use super::Change;
use crate::edit;
use crate::situation::Situation;

/// The actions that passing tags or a source identity adds to a call, with the call's own.
const OF_CALL: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

impl Change {
    /// Whether it was checked that the change lets in nobody but those it is for. `after` is what the evaluator says of this
    /// caller's call with the changes, where it was asked; `others` are the changes that may be made with it.
    pub(crate) fn is_checked(&self, others: &[&Self], situation: &Situation<'_>, after: Option<Decision>) -> bool {
        match self {
            Self::Trust { .. } => self.grants_only_intended(situation) && self.lets_somebody_in(others, situation),
            Self::Send { value: Some(_), .. } => after == Some(Decision::Allowed) && situation.evidence.trust.is_some(),
            Self::Send { value: None, .. } | Self::Seconds(_) => true,
            Self::Identity(edits) => {
                let Some(policy) = situation.evidence.identity.first() else { return false };
                let edited = edit::apply(&policy.text, edits).map(|text| PolicyDocument::parse(&text));
                edited.is_some_and(|edited| allows_only_call(situation, &policy.document, &edited))
            }
            Self::NewIdentity(text) => {
                let nothing = PolicyDocument::parse(r#"{"Statement":[]}"#);
                allows_only_call(situation, &nothing, &PolicyDocument::parse(text))
            }
            Self::Nothing
            | Self::HaveKey { .. }
            | Self::WithoutStatement(_)
            | Self::SpeaksOfCall(_)
            | Self::TrustOfService(_)
            | Self::WithoutOwnDenies
            | Self::WithoutLimit(_) => false,
        }
    }
}

/// Whether what a policy of the caller allows more than before is this call, and what goes with it, on this role.
fn allows_only_call(situation: &Situation<'_>, before: &PolicyDocument, after: &PolicyDocument) -> bool {
    let values = |elements: &[PatternElement]| -> Vec<(Polarity, String)> {
        let each =
            elements.iter().flat_map(|element| element.patterns.iter().map(|pattern| (element.polarity, pattern)));
        each.map(|(polarity, pattern)| (polarity, pattern.value.display())).collect()
    };
    let is_known = |statement: &Statement| {
        before.statements.iter().any(|old| {
            values(&old.actions) == values(&statement.actions) && values(&old.resources) == values(&statement.resources)
        })
    };
    let role = situation.role_text.as_deref().unwrap_or_default();
    after.statements.iter().filter(|statement| !is_known(statement)).all(|statement| {
        let known: Vec<_> = before.statements.iter().flat_map(|old| values(&old.resources)).collect();
        let of_call = |(polarity, action): &(Polarity, String)| {
            *polarity == Polarity::Listed && OF_CALL.iter().any(|known| known.eq_ignore_ascii_case(action))
        };
        let on_role = |resource: &(Polarity, String)| {
            known.contains(resource)
                || resource.0 == Polarity::Listed && resource.1 == role && !role.contains(['*', '?'])
        };
        statement.effect.as_ref().is_some_and(|effect| effect.value == Effect::Allow)
            && values(&statement.actions).iter().all(of_call)
            && values(&statement.resources).iter().all(on_role)
    })
}
