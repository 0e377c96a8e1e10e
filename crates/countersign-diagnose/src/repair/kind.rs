//! What is changed, in a word.

use serde::Serialize;

use super::Change;
use crate::call::Name;

/// The kinds of repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixKind {
    /// The call sends an ExternalId, another one, or none.
    SendExternalId,
    /// The call sends another value for another parameter.
    SendParameter,
    /// The call asks for fewer seconds.
    ShortenSession,
    /// The role's trust policy is edited.
    EditTrustPolicy,
    /// A policy of the caller is edited.
    EditIdentityPolicy,
    /// The caller gets one more policy.
    AddIdentityPolicy,
    /// Something that only a person can do.
    ByHand,
}

impl FixKind {
    /// Every kind, with its name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("send-external-id", Self::SendExternalId),
        ("send-parameter", Self::SendParameter),
        ("shorten-session", Self::ShortenSession),
        ("edit-trust-policy", Self::EditTrustPolicy),
        ("edit-identity-policy", Self::EditIdentityPolicy),
        ("add-identity-policy", Self::AddIdentityPolicy),
        ("by-hand", Self::ByHand),
    ];

    /// The kind's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("by-hand", |(name, _)| name)
    }

    /// The kind of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }
}

impl Change {
    pub(crate) fn kind(&self) -> FixKind {
        match self {
            Self::Send { parameter: Name::ExternalId, .. } => FixKind::SendExternalId,
            Self::Send { .. } => FixKind::SendParameter,
            Self::Seconds(_) => FixKind::ShortenSession,
            Self::Trust { .. } => FixKind::EditTrustPolicy,
            Self::Identity(_) => FixKind::EditIdentityPolicy,
            Self::NewIdentity(_) => FixKind::AddIdentityPolicy,
            Self::Nothing
            | Self::HaveKey { .. }
            | Self::WithoutStatement(_)
            | Self::SpeaksOfCall(_)
            | Self::TrustOfService(_)
            | Self::WithoutOwnDenies
            | Self::WithoutLimit(_) => FixKind::ByHand,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_serialized_kinds() {
        for (name, kind) in FixKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
            assert_eq!((kind.name(), FixKind::find(name)), (name, Some(kind)));
        }
    }
}
