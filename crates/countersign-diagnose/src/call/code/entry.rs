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
    /// The parameters that can be added.
    pub(super) keys: Keys,
    /// How a parameter is added.
    pub(super) added: Added,
}

/// Which arguments are what; from 0.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Positions {
    /// The role.
    pub(super) role: Option<usize>,
    /// The session name.
    pub(super) session: Option<usize>,
}

/// The parameters that an entry point takes by name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keys {
    /// Those of its operation, spelt as those beside them are.
    OfOperation,
    /// These.
    These(&'static [Key]),
}

/// How a parameter is spelt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) name: Name,
    /// `None`: as those beside it.
    pub(super) spelt: Option<&'static str>,
    /// What its value stands in; `None`: what the language wants for its type.
    pub(super) wrap: Option<[&'static str; 2]>,
}

impl Key {
    pub(super) const fn new(name: Name, spelt: &'static str) -> Self {
        Self { name, spelt: Some(spelt), wrap: None }
    }

    /// Spelt as the role beside it is.
    pub(super) const fn like_the_role(name: Name) -> Self {
        Self { name, spelt: None, wrap: None }
    }

    /// Its value stands in something else than the language's usual.
    pub(super) const fn wrapped(self, wrap: [&'static str; 2]) -> Self {
        Self { wrap: Some(wrap), ..self }
    }
}

/// How a parameter is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// Beside the role, in its way.
    Beside,
    /// By a call behind this one: `.external_id("…")`.
    Link,
    /// By one more argument: what stands before the value, and what behind it. `{package}` is what the entry point is
    /// called on, `{key}` the parameter, `{wrap}` and `{close}` what its value stands in.
    Argument { before: &'static str, behind: &'static str },
    /// In a record of its own, where there is none.
    Under { before: &'static str, behind: &'static str },
}

impl EntryPoint {
    /// An entry point of `AssumeRole` that takes named parameters.
    pub(super) const fn assume_role(name: &'static str, tool: &'static str) -> Self {
        let positions = Positions { role: None, session: None };
        let operation = Operation::AssumeRole;
        let keys = Keys::OfOperation;
        Self { name, tool, operation, positions, under: None, session: None, keys, added: Added::Beside }
    }

    /// An entry point of `AssumeRoleWithWebIdentity`.
    pub(super) const fn web_identity(name: &'static str, tool: &'static str) -> Self {
        let entry = Self::assume_role(name, tool);
        Self { operation: Operation::AssumeRoleWithWebIdentity, ..entry }
    }

    /// An entry point of `AssumeRoleWithSAML`.
    pub(super) const fn saml(name: &'static str, tool: &'static str) -> Self {
        let entry = Self::assume_role(name, tool);
        Self { operation: Operation::AssumeRoleWithSaml, ..entry }
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

    /// The parameters that can be added.
    pub(super) const fn keys(self, keys: &'static [Key]) -> Self {
        Self { keys: Keys::These(keys), ..self }
    }

    /// How they are added.
    pub(super) const fn added(self, added: Added) -> Self {
        Self { added, ..self }
    }

    /// How a parameter is spelt, when it can be added.
    pub(super) fn key(&self, name: Name) -> Option<Key> {
        let takes: &[Name] = match self.operation {
            Operation::AssumeRole => &[
                Name::RoleSessionName,
                Name::ExternalId,
                Name::DurationSeconds,
                Name::SerialNumber,
                Name::TokenCode,
                Name::SourceIdentity,
            ],
            Operation::AssumeRoleWithWebIdentity => &[Name::RoleSessionName, Name::DurationSeconds],
            Operation::AssumeRoleWithSaml => &[Name::DurationSeconds],
            Operation::SwitchRole => &[],
        };
        // These ask a function of the program's for the code.
        if name == Name::TokenCode && matches!(self.under, Some("params" | "extra_args")) {
            return None;
        }
        match self.keys {
            Keys::OfOperation => takes.contains(&name).then_some(Key { name, spelt: None, wrap: None }),
            Keys::These(keys) => keys.iter().find(|key| key.name == name).copied(),
        }
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
            "durationseconds"
            | "duration"
            | "roledurationseconds"
            | "rolesessiondurationseconds"
            | "assumeroledurationseconds"
            | "sessionlength" => Name::DurationSeconds,
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

/// A parameter in the spelling of another one's key.
pub(in crate::call) fn spelt_like(key: &str, name: Name) -> String {
    let aws = name.aws();
    let is_setter = |prefix: &&&str| {
        key.strip_prefix(**prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    let joined_by = |sign: char| {
        let mut out = String::new();
        for c in aws.chars() {
            if c.is_ascii_uppercase() && !out.is_empty() {
                out.push(sign);
            }
            out.push(c.to_ascii_lowercase());
        }
        out
    };
    match key {
        _ if key.contains('_') => joined_by('_'),
        _ if key.contains('-') => joined_by('-'),
        _ => match ["with", "set", "With", "Set"].iter().find(is_setter) {
            Some(prefix) => format!("{prefix}{aws}"),
            None if key.starts_with(|c: char| c.is_ascii_uppercase()) => aws.to_owned(),
            None => {
                let mut letters = aws.chars();
                letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
            }
        },
    }
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
    fn a_parameter_is_spelt_like_its_neighbour() {
        let cases = [
            ("RoleArn", "ExternalId", "RoleSessionName"),
            ("roleArn", "externalId", "roleSessionName"),
            ("role_arn", "external_id", "role_session_name"),
            ("role-arn", "external-id", "role-session-name"),
            ("withRoleArn", "withExternalId", "withRoleSessionName"),
            ("setRoleArn", "setExternalId", "setRoleSessionName"),
            ("set_role_arn", "external_id", "role_session_name"),
        ];
        for (key, id, session) in cases {
            assert_eq!(spelt_like(key, Name::ExternalId), id);
            assert_eq!(spelt_like(key, Name::RoleSessionName), session);
        }
    }
}
