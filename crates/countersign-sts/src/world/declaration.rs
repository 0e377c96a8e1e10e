//! Reads a world from JSON.

use std::collections::BTreeMap;

use countersign_policy::account::{AccountId, AccountIdError};
use countersign_policy::document::{Limits, PolicyDocument, Problem, Severity, validate};
use data_encoding::BASE32_NOPAD;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::mint::entity_id;
use super::{
    AccessKey, Account, DEFAULT_MAX_SESSION_DURATION, Entity, KeyOwner, KeyStatus, MfaDevice, Role, Strictness, User,
    World,
};

/// Why a declared world cannot be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclarationError {
    /// The text is not JSON of the form.
    #[error("the world cannot be read")]
    Form(#[from] serde_json::Error),
    /// A key of `accounts` is not an account id.
    #[error(transparent)]
    Account(#[from] AccountIdError),
    /// IAM would refuse a policy.
    #[error("{place}: {problem}")]
    Policy {
        /// Whose policy it is.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A path is not `/` or `/…/`.
    #[error("{place}: the path `{path}` does not begin and end with `/`")]
    Path {
        /// Whose path it is.
        place: String,
        /// The path.
        path: String,
    },
    /// The seed of an MFA device is not base32.
    #[error("{place}: the seed of the MFA device `{serial_number}` is not base32")]
    Seed {
        /// The user.
        place: String,
        /// The device.
        serial_number: String,
    },
    /// `max-session-duration` is out of bounds.
    #[error("{place}: max-session-duration `{seconds}` is not from 3600 to 43200")]
    Duration {
        /// The role.
        place: String,
        /// What was declared.
        seconds: u32,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    #[serde(default)]
    accounts: BTreeMap<String, DeclaredAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DeclaredAccount {
    #[serde(default = "commercial")]
    partition: String,
    #[serde(default)]
    root_keys: Vec<DeclaredKey>,
    #[serde(default)]
    users: BTreeMap<String, DeclaredUser>,
    #[serde(default)]
    roles: BTreeMap<String, DeclaredRole>,
    /// By ARN.
    #[serde(default)]
    managed_policies: BTreeMap<String, Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredKey {
    id: String,
    secret: String,
    #[serde(default)]
    inactive: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DeclaredUser {
    #[serde(default = "root_path")]
    path: String,
    id: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    policies: Vec<Box<RawValue>>,
    boundary: Option<Box<RawValue>>,
    #[serde(default)]
    keys: Vec<DeclaredKey>,
    #[serde(default)]
    mfa_devices: Vec<DeclaredDevice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DeclaredDevice {
    serial_number: String,
    /// In base32, as authenticator apps take it.
    seed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DeclaredRole {
    #[serde(default = "root_path")]
    path: String,
    id: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    policies: Vec<Box<RawValue>>,
    boundary: Option<Box<RawValue>>,
    trust_policy: Box<RawValue>,
    max_session_duration: Option<u32>,
}

fn commercial() -> String {
    "aws".to_owned()
}

fn root_path() -> String {
    "/".to_owned()
}

impl World {
    /// Reads a world.
    ///
    /// # Errors
    /// [`DeclarationError`] when the text has another form, or declares what AWS would not have.
    pub fn declared(text: &str, strictness: Strictness) -> Result<Self, DeclarationError> {
        let declared: Declared = serde_json::from_str(text)?;
        let mut world = Self::new(strictness);
        for (id, account) in declared.accounts {
            world.declare(id.parse()?, account)?;
        }
        Ok(world)
    }

    fn declare(&mut self, id: AccountId, declared: DeclaredAccount) -> Result<(), DeclarationError> {
        let mut account = Account { partition: declared.partition, ..Account::default() };
        for (arn, policy) in declared.managed_policies {
            let document = identity_policy(&arn, &policy)?;
            account.managed_policies.insert(arn, document);
        }
        let mut keys: Vec<(KeyOwner, DeclaredKey)> =
            declared.root_keys.into_iter().map(|key| (KeyOwner::Root(id), key)).collect();
        for (name, user) in declared.users {
            let place = format!("user `{name}` of account `{id}`");
            keys.extend(user.keys.into_iter().map(|key| (KeyOwner::User(id, name.clone()), key)));
            let own_id = user.id.unwrap_or_else(|| entity_id("AIDA", id, &name));
            let entity = Entity {
                path: path(&place, user.path)?,
                id: own_id,
                tags: user.tags,
                policies: user
                    .policies
                    .iter()
                    .map(|policy| identity_policy(&place, policy))
                    .collect::<Result<_, _>>()?,
                boundary: user.boundary.map(|policy| identity_policy(&place, &policy)).transpose()?,
            };
            let mfa_devices =
                user.mfa_devices.into_iter().map(|device| mfa_device(&place, device)).collect::<Result<_, _>>()?;
            account.users.insert(name, User { entity, mfa_devices });
        }
        for (name, role) in declared.roles {
            let place = format!("role `{name}` of account `{id}`");
            let own_id = role.id.unwrap_or_else(|| entity_id("AROA", id, &name));
            let entity = Entity {
                path: path(&place, role.path)?,
                id: own_id,
                tags: role.tags,
                policies: role
                    .policies
                    .iter()
                    .map(|policy| identity_policy(&place, policy))
                    .collect::<Result<_, _>>()?,
                boundary: role.boundary.map(|policy| identity_policy(&place, &policy)).transpose()?,
            };
            let max_session_duration = role.max_session_duration.unwrap_or(DEFAULT_MAX_SESSION_DURATION);
            if !(3600..=43_200).contains(&max_session_duration) {
                return Err(DeclarationError::Duration { place, seconds: max_session_duration });
            }
            let trust_policy = trust_policy(&place, &role.trust_policy)?;
            account.roles.insert(name, Role { entity, trust_policy, max_session_duration });
        }
        for (owner, key) in keys {
            let status = if key.inactive { KeyStatus::Inactive } else { KeyStatus::Active };
            self.add_access_key(key.id, AccessKey { secret: key.secret, owner, status });
        }
        self.accounts.insert(id, account);
        Ok(())
    }
}

fn path(place: &str, path: String) -> Result<String, DeclarationError> {
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(path);
    }
    Err(DeclarationError::Path { place: place.to_owned(), path })
}

fn mfa_device(place: &str, device: DeclaredDevice) -> Result<MfaDevice, DeclarationError> {
    let unpadded = device.seed.trim_end_matches('=');
    match BASE32_NOPAD.decode(unpadded.as_bytes()) {
        Ok(seed) => Ok(MfaDevice { serial_number: device.serial_number, seed }),
        Err(_) => Err(DeclarationError::Seed { place: place.to_owned(), serial_number: device.serial_number }),
    }
}

fn trust_policy(place: &str, policy: &RawValue) -> Result<PolicyDocument, DeclarationError> {
    let document = PolicyDocument::parse(policy.get());
    let problems = validate(&document, policy.get(), Limits::default());
    refuse_errors(&format!("trust policy of {place}"), &problems)?;
    Ok(document)
}

fn identity_policy(place: &str, policy: &RawValue) -> Result<PolicyDocument, DeclarationError> {
    let document = PolicyDocument::parse(policy.get());
    refuse_errors(&format!("policy of {place}"), &document.problems)?;
    Ok(document)
}

fn refuse_errors(place: &str, problems: &[Problem]) -> Result<(), DeclarationError> {
    match problems.iter().find(|problem| problem.severity == Severity::Error) {
        None => Ok(()),
        Some(problem) => Err(DeclarationError::Policy { place: place.to_owned(), problem: problem.message.clone() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(account: &str) -> String {
        let text = format!(r#"{{"accounts":{{"111122223333":{account}}}}}"#);
        World::declared(&text, Strictness::Strict).unwrap_err().to_string()
    }

    #[test]
    fn what_aws_would_not_have_is_refused() {
        assert_eq!(
            refusal(
                r#"{"roles":{"R":{"trust-policy":{"Statement":{"Effect":"Allow","Principal":{"AWS":"1"},"Action":"sts:AssumeRole"}}}}}"#
            ),
            "trust policy of role `R` of account `111122223333`: account `1` is not 12 digits"
        );
        assert!(refusal(r#"{"users":{"u":{"path":"x"}}}"#).contains("the path `x`"));
        let device = r#"{"users":{"u":{"mfa-devices":[{"serial-number":"s","seed":"1"}]}}}"#;
        assert!(refusal(device).contains("`s` is not base32"));
        assert!(refusal(r#"{"userz":{}}"#).contains("cannot be read"));
        assert!(World::declared(r#"{"accounts":{"1":{}}}"#, Strictness::Strict).is_err());
        let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}"#;
        assert!(
            refusal(&format!(r#"{{"roles":{{"R":{{"trust-policy":{trust},"max-session-duration":60}}}}}}"#))
                .contains("`60`")
        );
    }
}
