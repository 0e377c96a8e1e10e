//! Reads a world from JSON or TOML.

mod error;
mod form;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::document::{Limits, Problem, Severity, validate};
use data_encoding::BASE32_NOPAD;

pub use error::DeclarationError;
use form::{Boundary, Declared, DeclaredAccount, DeclaredEntity, DeclaredKey, DeclaredRole, DeclaredUser};

use crate::world::mint::entity_id;
use crate::world::{
    AccessKey, Change, DEFAULT_MAX_SESSION_DURATION, Edit, Entity, Group, InstanceProfile, KeyOwner, KeyStatus,
    ManagedPolicy, MfaDevice, OidcProvider, Policy, Role, SamlProvider, Settings, Strictness, User, World,
};

/// How a world is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// JSON.
    Json,
    /// TOML.
    Toml,
}

impl World {
    /// Reads a world.
    ///
    /// # Errors
    /// [`DeclarationError`] when the text has another form, or declares what AWS would not have.
    pub fn declared(text: &str, notation: Notation, strictness: Strictness) -> Result<Self, DeclarationError> {
        let declared: Declared = match notation {
            Notation::Json => serde_json::from_str(text)?,
            Notation::Toml => toml::from_str(text).map_err(|error| DeclarationError::toml(&error, text))?,
        };
        let mut world = Self::new(strictness);
        for (id, account) in declared.accounts {
            for change in Declaring::new(id.parse()?).account(account)? {
                world.apply(change);
            }
        }
        for (id, mut organization) in declared.organizations {
            organization.id = id;
            world.apply(Change::Organization(Edit::put(organization)));
        }
        world.settle();
        Ok(world)
    }

    /// Gives roles without an id theirs, and the users and roles in trust policies: once all are there.
    pub fn settle(&mut self) {
        let mut named = Vec::new();
        for (id, account) in &self.accounts {
            for role in account.roles.iter().filter(|role| role.entity.id.is_empty()) {
                let entity = Entity { id: entity_id("AROA", *id, &role.entity.name), ..role.entity.clone() };
                named.push(Change::Role(*id, Edit::put(Role { entity, ..role.clone() })));
            }
        }
        named.into_iter().for_each(|change| self.apply(change));
        let mut settled = Vec::new();
        for (id, account) in &self.accounts {
            for role in account.roles.iter() {
                let trust_policy = self.with_known_ids(&role.trust_policy);
                if trust_policy != role.trust_policy {
                    settled.push(Change::Role(*id, Edit::put(Role { trust_policy, ..role.clone() })));
                }
            }
        }
        settled.into_iter().for_each(|change| self.apply(change));
    }
}

/// An account being declared.
struct Declaring {
    id: AccountId,
    partition: String,
    changes: Vec<Change>,
}

impl Declaring {
    fn new(id: AccountId) -> Self {
        Self { id, partition: "aws".to_owned(), changes: Vec::new() }
    }

    fn account(mut self, declared: DeclaredAccount) -> Result<Vec<Change>, DeclarationError> {
        let id = self.id;
        self.partition.clone_from(&declared.partition);
        let settings = Settings {
            partition: declared.partition,
            alias: declared.alias,
            outbound_web_identity_federation: declared.outbound_web_identity_federation,
            disabled_regions: declared.disabled_regions,
            ..Settings::default()
        };
        self.changes.push(Change::Settings(id, settings));
        self.keys(&KeyOwner::Root(id), declared.root_keys);
        for (arn, policy) in declared.managed_policies {
            self.managed_policy(&arn, policy)?;
        }
        for (name, mut group) in declared.groups {
            let place = format!("group `{name}` of account `{id}`");
            let entity = self.entity(&place, "AGPA", name, group.take_entity())?;
            self.changes.push(Change::Group(id, Edit::put(Group { entity })));
        }
        for (name, user) in declared.users {
            self.user(name, user)?;
        }
        for (name, role) in declared.roles {
            self.role(name, role)?;
        }
        for (name, profile) in declared.instance_profiles {
            let path = path(&format!("instance profile `{name}` of account `{id}`"), profile.path)?;
            let own_id = entity_id("AIPA", id, &name);
            let profile = InstanceProfile { path, id: own_id, role: profile.role, name, ..InstanceProfile::default() };
            self.changes.push(Change::InstanceProfile(id, Edit::put(profile)));
        }
        for (url, provider) in declared.oidc_providers {
            let url = url.strip_prefix("https://").unwrap_or(&url).to_owned();
            let (client_ids, thumbprints) = (provider.client_ids, provider.thumbprints);
            let jwks = provider.jwks.map(|jwks| jwks.0);
            let provider = OidcProvider { url, client_ids, thumbprints, jwks, ..OidcProvider::default() };
            self.changes.push(Change::OidcProvider(id, Edit::put(provider)));
        }
        for (name, provider) in declared.saml_providers {
            let provider = SamlProvider { name, metadata: provider.metadata, ..SamlProvider::default() };
            self.changes.push(Change::SamlProvider(id, Edit::put(provider)));
        }
        Ok(self.changes)
    }

    fn user(&mut self, name: String, mut declared: DeclaredUser) -> Result<(), DeclarationError> {
        let id = self.id;
        let place = format!("user `{name}` of account `{id}`");
        let entity = declared.take_entity();
        self.keys(&KeyOwner::User(id, name.clone()), declared.keys);
        for device in declared.mfa_devices {
            let serial_number = device.serial_number;
            let Ok(seed) = BASE32_NOPAD.decode(device.seed.trim_end_matches('=').as_bytes()) else {
                return Err(DeclarationError::Seed { place, serial_number });
            };
            let device = MfaDevice { serial_number, seed, user: Some(name.clone()), ..MfaDevice::default() };
            self.changes.push(Change::MfaDevice(id, Edit::put(device)));
        }
        let entity = self.entity(&place, "AIDA", name, entity)?;
        self.changes.push(Change::User(id, Edit::put(User { entity, groups: declared.groups, login_profile: None })));
        Ok(())
    }

    fn role(&mut self, name: String, mut declared: DeclaredRole) -> Result<(), DeclarationError> {
        let id = self.id;
        let place = format!("role `{name}` of account `{id}`");
        let entity = declared.take_entity();
        let max_session_duration = declared.max_session_duration.unwrap_or(DEFAULT_MAX_SESSION_DURATION);
        if !(3600..=43_200).contains(&max_session_duration) {
            return Err(DeclarationError::Duration { place, seconds: max_session_duration });
        }
        let trust_policy = trust_policy(&place, declared.trust_policy)?;
        let entity = self.entity(&place, "AROA", name, entity)?;
        let role = Role { entity, trust_policy, description: declared.description, max_session_duration };
        self.changes.push(Change::Role(id, Edit::put(role)));
        Ok(())
    }

    fn entity(
        &mut self,
        place: &str,
        prefix: &str,
        name: String,
        declared: DeclaredEntity,
    ) -> Result<Entity, DeclarationError> {
        let inline = declared.policies.0.into_iter();
        let inline = inline.map(|(name, policy)| Ok((name, identity_policy(place, policy)?)));
        let boundary = match declared.boundary {
            None => None,
            Some(Boundary::Arn(arn)) => Some(arn),
            Some(Boundary::Document(policy)) => {
                let arn = format!("arn:{}:iam::{}:policy/{name}-boundary", self.partition, self.id);
                self.managed_policy(&arn, policy)?;
                Some(arn)
            }
        };
        Ok(Entity {
            path: path(place, declared.path)?,
            id: declared.id.unwrap_or_else(|| entity_id(prefix, self.id, &name)),
            created: 0,
            tags: declared.tags,
            inline: inline.collect::<Result<_, DeclarationError>>()?,
            attached: declared.attached,
            boundary,
            name,
        })
    }

    fn managed_policy(&mut self, arn: &str, policy: Policy) -> Result<(), DeclarationError> {
        let policy = identity_policy(arn, policy)?;
        let not_own = || DeclarationError::PolicyArn { arn: arn.to_owned(), account: self.id };
        let parsed = Arn::parse(arn).filter(|arn| arn.service == "iam" && arn.partition == self.partition);
        let parsed = parsed.ok_or_else(not_own)?;
        let (kind, path, name) = parsed.kind_path_name().ok_or_else(not_own)?;
        if kind != "policy" || name.is_empty() {
            return Err(not_own());
        }
        if parsed.account == "aws" {
            let path_and_name = parsed.resource.trim_start_matches("policy/").to_owned();
            self.changes.push(Change::AwsPolicy(self.id, path_and_name, policy));
            return Ok(());
        }
        if parsed.account_id() != Some(self.id) {
            return Err(not_own());
        }
        let mut policy = ManagedPolicy::declared(self.id, name, policy);
        if !path.is_empty() {
            policy.path = format!("/{path}/");
        }
        self.changes.push(Change::Policy(self.id, Edit::put(policy)));
        Ok(())
    }

    fn keys(&mut self, owner: &KeyOwner, keys: Vec<DeclaredKey>) {
        for DeclaredKey { id, secret, inactive } in keys {
            let status = if inactive { KeyStatus::Inactive } else { KeyStatus::Active };
            let key = AccessKey { id, secret, owner: owner.clone(), status, created: 0 };
            self.changes.push(Change::AccessKey(Edit::put(key)));
        }
    }
}

fn path(place: &str, path: String) -> Result<String, DeclarationError> {
    if path.starts_with('/') && path.ends_with('/') {
        return Ok(path);
    }
    Err(DeclarationError::Path { place: place.to_owned(), path })
}

fn trust_policy(place: &str, policy: Policy) -> Result<Policy, DeclarationError> {
    let problems = validate(policy.document(), policy.text(), Limits::default());
    refuse_errors(&format!("trust policy of {place}"), &problems)?;
    Ok(policy)
}

fn identity_policy(place: &str, policy: Policy) -> Result<Policy, DeclarationError> {
    refuse_errors(&format!("policy of {place}"), &policy.document().problems)?;
    Ok(policy)
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
        World::declared(&text, Notation::Json, Strictness::Strict).unwrap_err().to_string()
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
        assert!(refusal(r#"{"managed-policies":{"arn:aws:iam::1:policy/P":{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}}}"#).contains("`arn:aws:iam::1:policy/P`"));
        let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}"#;
        assert!(
            refusal(&format!(r#"{{"roles":{{"R":{{"trust-policy":{trust},"max-session-duration":60}}}}}}"#))
                .contains("`60`")
        );
    }

    #[test]
    fn both_notations_say_the_same() {
        let json = r#"{"organizations":{"o-a1b2c3d4e5":{"management-account":"444455556666","root":"r-ab12",
            "accounts":{"111122223333":{"guardrails":{"scps":[{"Statement":[]}]}}}}},
            "accounts":{"111122223333":{"users":{"ann":{"groups":["all"],"policies":{"p":"{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}"}}}}}}"#;
        let toml = r#"
            [organizations.o-a1b2c3d4e5]
            management-account = "444455556666"
            root = "r-ab12"
            accounts.111122223333.guardrails.scps = [{ Statement = [] }]
            [accounts.111122223333.users.ann]
            groups = ["all"]
            policies.p = '{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'
        "#;
        let json = World::declared(json, Notation::Json, Strictness::Strict).unwrap();
        assert_eq!(json, World::declared(toml, Notation::Toml, Strictness::Strict).unwrap());
        let mut again = World::new(Strictness::Strict);
        for change in json.changes() {
            let line = serde_json::to_string(&change).unwrap();
            again.apply(serde_json::from_str(&line).unwrap());
        }
        assert_eq!(again, json);
    }

    #[test]
    fn a_mistake_in_toml_has_its_line() {
        let error = World::declared("\n[accounts.x\n", Notation::Toml, Strictness::Strict).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
