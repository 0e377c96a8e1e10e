//! What in a program makes a call to STS, and how its parameters are spelt.

use crate::call::{Name, Operation};

/// A function, a method or a class that makes a call.
pub(in crate::call) struct EntryPoint {
    /// Its last name.
    pub(super) name: &'static str,
    /// The name of the library or block in the table of what can send an ExternalId.
    pub(in crate::call) tool: &'static str,
    /// The operation.
    pub(super) operation: Operation,
    /// Which argument is the role, and which the session name, when they have no names.
    pub(super) positions: Positions,
    /// The parameters stand in a record under this key.
    pub(super) under: Option<&'static str>,
    /// The session name that is sent when none is given.
    pub(super) session: Option<&'static str>,
    /// How the ExternalId gets in where nothing shows it.
    pub(super) missing: Missing,
}

/// Which arguments are what; from 0.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Positions {
    /// The role.
    pub(super) role: Option<usize>,
    /// The session name.
    pub(super) session: Option<usize>,
}

/// How an ExternalId is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Beside the role, in its way.
    Beside,
    /// As [`Missing::Beside`], and spelt this way in assignments.
    Spelt(&'static str),
    /// By a call behind this one: `.external_id("…")`.
    Link(&'static str),
    /// By one more argument: what stands before the value, and what behind it. `{callee}` is what is called, up to its last
    /// name.
    Argument {
        before: &'static str,
        behind: &'static str,
        /// The name in assignments, when such an argument is there and does not set it.
        spelt: &'static str,
    },
    /// In a record under this key, beside the others.
    Under { before: &'static str, behind: &'static str },
    /// The operation, or the tool, has no such parameter.
    Never,
    /// Whether the tool takes one is not known.
    Unknown,
}

impl EntryPoint {
    /// An entry point of `AssumeRole` that takes named parameters.
    pub(super) const fn assume_role(name: &'static str, tool: &'static str) -> Self {
        let positions = Positions { role: None, session: None };
        let operation = Operation::AssumeRole;
        Self { name, tool, operation, positions, under: None, session: None, missing: Missing::Beside }
    }

    /// An entry point of `AssumeRoleWithWebIdentity`.
    pub(super) const fn web_identity(name: &'static str, tool: &'static str) -> Self {
        let entry = Self::assume_role(name, tool);
        Self { operation: Operation::AssumeRoleWithWebIdentity, missing: Missing::Never, ..entry }
    }

    /// An entry point of `AssumeRoleWithSAML`.
    pub(super) const fn saml(name: &'static str, tool: &'static str) -> Self {
        let entry = Self::assume_role(name, tool);
        Self { operation: Operation::AssumeRoleWithSaml, missing: Missing::Never, ..entry }
    }

    /// The role and the session name are these arguments.
    pub(super) const fn positions(self, role: usize, session: Option<usize>) -> Self {
        Self { positions: Positions { role: Some(role), session }, ..self }
    }

    /// The parameters stand under a key.
    pub(super) const fn under(self, key: &'static str) -> Self {
        Self { under: Some(key), ..self }
    }

    /// The session name that is sent when none is given.
    pub(super) const fn session(self, pattern: &'static str) -> Self {
        Self { session: Some(pattern), ..self }
    }

    /// How the ExternalId gets in.
    pub(super) const fn missing(self, missing: Missing) -> Self {
        Self { missing, ..self }
    }
}

/// The parameter that a key, a setter or a keyword means. Letter case, `_`, `-` and the prefixes of setters are left out:
/// every library spells AWS's names its own way.
pub(in crate::call) fn parameter(name: &str) -> Option<Name> {
    let bare: String = name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    let of = |name: &str| {
        Some(match name {
            "rolearn" | "assumerolearn" | "roletoassume" | "awsrolearn" => Name::RoleArn,
            "rolesessionname" | "sessionname" | "awsrolesessionname" => Name::RoleSessionName,
            "externalid" | "roleexternalid" | "awsroleexternalid" => Name::ExternalId,
            "durationseconds" | "duration" | "roledurationseconds" => Name::DurationSeconds,
            "serialnumber" | "mfaserial" | "mfaserialnumber" => Name::SerialNumber,
            "tokencode" | "mfatoken" => Name::TokenCode,
            "sourceidentity" => Name::SourceIdentity,
            "tags" | "sessiontags" => Name::Tags,
            "transitivetagkeys" => Name::TransitiveTagKeys,
            "policy" | "policyarns" | "inlinesessionpolicy" | "managedsessionpolicies" => Name::SessionPolicy,
            "region" | "awsregion" | "stsregion" => Name::Region,
            "webidentitytoken" | "webidentitytokenfile" => Name::WebIdentityToken,
            _ => return None,
        })
    };
    let prefixed = ["with", "set"].iter().find_map(|prefix| bare.strip_prefix(prefix).and_then(of));
    of(&bare).or(prefixed)
}

/// `external id` in the spelling of another key.
pub(in crate::call) fn spelt_like(key: &str) -> String {
    let is_setter = |prefix: &&&str| {
        key.strip_prefix(**prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    let spelt = match key {
        "role-to-assume" => "role-external-id",
        "awsRoleArn" => "awsRoleExternalId",
        _ if key.contains('_') => "external_id",
        _ if key.contains('-') => "external-id",
        _ => match ["with", "set", "With", "Set"].iter().find(is_setter) {
            Some(prefix) => return format!("{prefix}ExternalId"),
            None if key.starts_with(|c: char| c.is_ascii_uppercase()) => "ExternalId",
            None => "externalId",
        },
    };
    spelt.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_known_in_every_spelling() {
        for name in ["ExternalId", "external_id", "externalId", "ExternalID", "setExternalId", "with_external_id"] {
            assert_eq!(parameter(name), Some(Name::ExternalId), "{name}");
        }
        assert_eq!(parameter("setRoleArn"), Some(Name::RoleArn));
        assert_eq!(parameter("settle"), None);
    }

    #[test]
    fn the_external_id_is_spelt_like_its_neighbour() {
        let spelt = ["RoleArn", "roleArn", "role_arn", "role-to-assume", "withRoleArn", "setRoleArn", "set_role_arn"]
            .map(spelt_like);
        let expected = [
            "ExternalId",
            "externalId",
            "external_id",
            "role-external-id",
            "withExternalId",
            "setExternalId",
            "external_id",
        ];
        assert_eq!(spelt, expected);
    }
}
