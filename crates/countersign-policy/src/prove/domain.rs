//! Which values a context key can have in a call by a class of caller (semantics reference §4 and §7, the set `Real`).

use super::class::{CallerClass, Shape};
use super::pattern::{CharSet, Pattern};
use super::setting::Setting;
use crate::account::AccountId;
use crate::assumptions::Assumption;
use crate::condition::date::Moment;
use crate::evaluate::Principal;
use crate::request::context_key::{self, Arity, KeyType, SetBy};

/// The values a key can have.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    /// The key can be absent.
    pub(crate) optional: bool,
    /// The values it has when present; `None`: it never is.
    pub(crate) words: Option<Words>,
    /// One value or a set.
    pub(crate) arity: Arity,
}

#[derive(Debug, Clone)]
pub(crate) enum Words {
    /// Text in one of these patterns, of so many characters, outside of the excluded ones.
    Text {
        patterns: Vec<Pattern>,
        excluded: Vec<Pattern>,
        min: usize,
        max: usize,
    },
    Bool,
    Number,
    Date {
        from: Moment,
    },
    /// An address; `public`: one that can be seen from the internet.
    IpAddress {
        public: bool,
    },
}

/// `[\w+=,.@:/-]`: an ExternalId's characters (rule E1).
pub(crate) const EXTERNAL_ID: CharSet =
    CharSet::of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@:/-");
/// `[\w+=,.@-]`: names of sessions, roles, users and source identities.
const NAME: CharSet = CharSet::of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-");
/// An IAM path may hold any printable ASCII character.
const NAME_OR_SLASH: CharSet = CharSet::printable();
const DIGIT: CharSet = CharSet::of(b"0123456789");
const UNIQUE_ID: CharSet = CharSet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
/// Longest text a key can carry.
const LONGEST: usize = 2048;

/// The way a request takes to STS; the keys of the two exclude each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Internet,
    VpcEndpoint,
}

/// One class, one shape, one way: everything a domain depends on.
#[derive(Debug, Clone)]
pub(crate) struct Profile<'a> {
    pub(crate) class: &'a CallerClass,
    pub(crate) shape: Shape,
    pub(crate) network: Network,
    pub(crate) action: &'a str,
    pub(crate) setting: &'a Setting,
    /// Accounts that stand for themselves: own ones and those the policies mention.
    pub(crate) known_accounts: &'a std::collections::BTreeSet<AccountId>,
    /// Principals the policies name.
    pub(crate) named: &'a [Principal],
    /// Organization ids that count as the owner's.
    pub(crate) own_organizations: &'a [String],
    /// Others that conditions name: their unnamed members are a class of their own.
    pub(crate) other_organizations: &'a [String],
    pub(crate) membership: Membership,
}

/// Whether callers of a named account can be members of an organization that is named too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    /// They are outside: a question about third parties.
    Outside,
    /// They may be inside.
    Any,
}

fn text(patterns: Vec<Pattern>, min: usize, max: usize) -> Words {
    Words::Text { patterns, excluded: Vec::new(), min, max }
}

fn free() -> Words {
    text(vec![Pattern::any()], 1, LONGEST)
}

/// A tag's value: it may be empty.
fn tag_value() -> Words {
    text(vec![Pattern::any()], 0, 256)
}

fn fixed(value: &str) -> Words {
    text(vec![Pattern::literal(value)], 0, usize::from(u16::MAX))
}

const NEVER: Domain = Domain { optional: true, words: None, arity: Arity::Single };

impl Profile<'_> {
    fn is_aws_caller(&self) -> bool {
        matches!(self.shape, Shape::RoleSession | Shape::User | Shape::FederatedUser)
    }

    /// The domain of a key (given in any case).
    pub(crate) fn domain(&self, key: &str) -> Domain {
        let Some(row) = context_key::lookup(key) else { return self.unknown_key(key) };
        let domain = |optional, words: Words| Domain { optional, words: Some(words), arity: row.arity };
        let aws = self.is_aws_caller();
        match row.set_by {
            SetBy::ExternalId if self.belongs_to("sts:AssumeRole") => {
                domain(true, text(vec![Pattern::default().then_run(EXTERNAL_ID)], 2, 1224))
            }
            SetBy::ExternalId => NEVER,
            SetBy::SessionName => domain(false, text(vec![Pattern::default().then_run(NAME)], 2, 64)),
            SetBy::SourceIdentity => domain(true, text(vec![Pattern::default().then_run(NAME)], 2, 64)),
            SetBy::SessionTags if row.name.ends_with('/') => domain(true, tag_value()),
            SetBy::SessionTags | SetBy::SessionContext | SetBy::Sometimes => domain(true, typed(row.key_type)),
            // Users come from no identity provider.
            SetBy::CallerAttribute if row.name == "aws:FederatedProvider" && self.shape == Shape::User => NEVER,
            SetBy::CallerAttribute if aws && row.name.ends_with('/') => domain(true, tag_value()),
            SetBy::CallerAttribute if aws => domain(true, typed(row.key_type)),
            SetBy::Mfa if aws => domain(true, typed(row.key_type)),
            SetBy::CallerAttribute | SetBy::Mfa => NEVER,
            SetBy::Caller => self.caller_key(key),
            SetBy::Organization => self.organization_key(key, row.arity),
            SetBy::ServicePrincipal => self.service_key(key, row.arity),
            SetBy::ServiceSource if self.shape == Shape::Service => domain(true, self.source_words(key, row.key_type)),
            SetBy::ServiceSource => NEVER,
            SetBy::Network => match (self.network, key.eq_ignore_ascii_case("aws:SourceIp")) {
                (Network::Internet, true) => domain(self.shape == Shape::Service, Words::IpAddress { public: true }),
                (Network::VpcEndpoint, false) => domain(true, typed(row.key_type)),
                (Network::Internet, false) | (Network::VpcEndpoint, true) => NEVER,
            },
            SetBy::Clock => domain(false, Words::Date { from: self.setting.now }),
            // STS answers HTTPS only.
            SetBy::Always if row.name == "aws:SecureTransport" => domain(false, fixed("true")),
            SetBy::Always => domain(false, typed(row.key_type)),
            SetBy::RoleTags => self.role_tag(key),
            SetBy::RoleProperty => domain(true, free()),
            SetBy::Saml => {
                let persists = ["saml:namequalifier", "saml:sub", "saml:sub_type"].contains(&row.name);
                self.federation_key(self.belongs_to("sts:AssumeRoleWithSAML"), persists, row.arity)
            }
            SetBy::Oidc => {
                let of_provider = match self.class {
                    CallerClass::Federated(provider) => provider_of(provider),
                    _ => None,
                };
                let provider = context_key::oidc_claim(key).map(|(provider, _)| provider);
                let matches = matches!((of_provider, provider), (Some(of), Some(key)) if of.eq_ignore_ascii_case(key));
                let claim = context_key::oidc_claim(key).map_or("", |(_, claim)| claim);
                let persists = ["amr", "aud", "id", "sub"].iter().any(|name| name.eq_ignore_ascii_case(claim));
                self.federation_key(self.belongs_to("sts:AssumeRoleWithWebIdentity") && matches, persists, row.arity)
            }
            SetBy::NotHere => NEVER,
        }
    }

    /// Keys AWS does not document are never present; under the other reading they are whatever a caller likes.
    fn unknown_key(&self, key: &str) -> Domain {
        let closed = key
            .split_once(':')
            .is_none_or(|(prefix, _)| prefix.eq_ignore_ascii_case("sts") || prefix.eq_ignore_ascii_case("saml"));
        let misspelt = closed || context_key::nearest(key).is_some();
        if self.setting.assumptions.takes_other(Assumption::UnknownKeyAbsent) && !misspelt {
            return Domain { optional: true, words: Some(free()), arity: Arity::Single };
        }
        NEVER
    }

    /// Whether the action asked about is `main`, or one that goes with it in a call by such a caller.
    fn belongs_to(&self, main: &str) -> bool {
        let mains = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
        if mains.iter().any(|action| action.eq_ignore_ascii_case(self.action)) {
            return main.eq_ignore_ascii_case(self.action);
        }
        super::prover::Prover::entry_actions(self.class).contains(&main)
    }

    /// Claims are present in federated calls; sessions that came from a provider keep some of them when they chain.
    fn federation_key(&self, here: bool, persists: bool, arity: Arity) -> Domain {
        if here || (persists && self.shape == Shape::RoleSession && self.belongs_to("sts:AssumeRole")) {
            return Domain { optional: true, words: Some(free()), arity };
        }
        NEVER
    }

    fn role_tag(&self, key: &str) -> Domain {
        let Some(tags) = &self.setting.role_tags else {
            return Domain { optional: true, words: Some(free()), arity: Arity::Single };
        };
        let name = key.split_once('/').map_or("", |(_, name)| name);
        match tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(name)) {
            Some((_, value)) => Domain { optional: false, words: Some(fixed(value)), arity: Arity::Single },
            None => NEVER,
        }
    }

    fn service_key(&self, key: &str, arity: Arity) -> Domain {
        let always = |words| Domain { optional: false, words: Some(words), arity };
        if key.eq_ignore_ascii_case("aws:PrincipalIsAWSService") {
            return match self.shape {
                Shape::Federated => NEVER,
                Shape::Service => always(fixed("true")),
                Shape::RoleSession | Shape::User | Shape::FederatedUser => always(fixed("false")),
            };
        }
        match self.class {
            CallerClass::Service(name) if name == super::prover::ANY_SERVICE => {
                let label = CharSet::of(b"abcdefghijklmnopqrstuvwxyz0123456789-.");
                always(text(vec![Pattern::default().then_some(label, 1).then_run(label)], 1, 128))
            }
            CallerClass::Service(name) => always(fixed(name)),
            _ => NEVER,
        }
    }

    fn source_words(&self, key: &str, key_type: KeyType) -> Words {
        if key.eq_ignore_ascii_case("aws:SourceAccount") {
            return text(vec![Pattern::default().then_some(DIGIT, 12)], 12, 12);
        }
        if key.eq_ignore_ascii_case("aws:SourceArn") {
            // arn:partition:service:region:account:resource
            let segment = CharSet::of(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
            let head = Pattern::literal("arn:")
                .then_some(segment, 1)
                .then_run(segment)
                .then(":")
                .then_some(segment, 1)
                .then_run(segment);
            let head = head.then(":").then_run(segment).then(":");
            let with_account =
                head.clone().then_some(DIGIT, 12).then(":").then_some(CharSet::ANY, 1).then_run(CharSet::ANY);
            let without = head.then(":").then_some(CharSet::ANY, 1).then_run(CharSet::ANY);
            return text(vec![with_account, without], 1, LONGEST);
        }
        typed(key_type)
    }

    /// Callers outside the owner's organizations are in some other one, or in none.
    fn organization_key(&self, key: &str, arity: Arity) -> Domain {
        if !self.is_aws_caller() {
            return NEVER;
        }
        let is_id = key.eq_ignore_ascii_case("aws:PrincipalOrgID");
        if let CallerClass::Organization { organization, .. } = self.class {
            let words = if is_id {
                fixed(organization)
            } else {
                text(vec![Pattern::literal(organization).then("/").then_run(CharSet::ANY)], 1, LONGEST)
            };
            return Domain { optional: false, words: Some(words), arity };
        }
        let own = self.class.account().is_some_and(|account| self.setting.own_accounts.contains(&account));
        let (outside_of, also): (&[String], &[String]) = match self.class {
            CallerClass::AnyAccount { .. } => (self.own_organizations, self.other_organizations),
            _ if own || self.membership == Membership::Any => (&[], &[]),
            _ => (self.own_organizations, &[]),
        };
        let excluded = outside_of.iter().chain(also).map(|id| {
            let id = Pattern::literal(id);
            if is_id { id } else { id.then("/").then_run(CharSet::ANY) }
        });
        let patterns = if is_id {
            vec![Pattern::literal("o-").then_run(CharSet::ANY.without(b'/'))]
        } else {
            vec![Pattern::literal("o-").then_run(CharSet::ANY.without(b'/')).then("/").then_run(CharSet::ANY)]
        };
        let words = Words::Text { patterns, excluded: excluded.collect(), min: 1, max: LONGEST };
        Domain { optional: true, words: Some(words), arity }
    }

    fn caller_key(&self, key: &str) -> Domain {
        if !self.is_aws_caller() {
            return NEVER;
        }
        let always = |words| Domain { optional: false, words: Some(words), arity: Arity::Single };
        match key.to_ascii_lowercase().as_str() {
            "aws:principalarn" => always(self.principal_arn()),
            "aws:principalaccount" => match self.class.account() {
                Some(account) => always(fixed(account.as_str())),
                None => always(text(vec![Pattern::default().then_some(DIGIT, 12)], 12, 12)),
            },
            "aws:principaltype" => always(fixed(match self.shape {
                Shape::User => "User",
                Shape::FederatedUser => "FederatedUser",
                Shape::RoleSession | Shape::Service | Shape::Federated => "AssumedRole",
            })),
            "aws:username" => match (self.shape, self.class) {
                (Shape::User, CallerClass::Named(Principal::User(arn))) => {
                    always(fixed(arn.rsplit('/').next().unwrap_or_default()))
                }
                (Shape::User, _) => always(text(vec![Pattern::default().then_run(NAME)], 1, 64)),
                _ => NEVER,
            },
            _ => always(self.user_id()),
        }
    }

    fn user_id(&self) -> Words {
        let unique = |prefix: &str| Pattern::literal(prefix).then_some(UNIQUE_ID, 12).then_run(UNIQUE_ID);
        let pattern = match (self.shape, self.class) {
            (Shape::User, _) => unique("AIDA"),
            (Shape::FederatedUser, CallerClass::Named(Principal::FederatedUser(arn))) => {
                let account = self.class.account().map(|account| account.to_string()).unwrap_or_default();
                Pattern::literal(&format!("{account}:{}", arn.rsplit('/').next().unwrap_or_default()))
            }
            (Shape::FederatedUser, class) => match class.account() {
                Some(account) => Pattern::literal(account.as_str()).then(":").then_some(NAME, 2).then_run(NAME),
                None => Pattern::default().then_some(DIGIT, 12).then(":").then_some(NAME, 2).then_run(NAME),
            },
            (_, CallerClass::Named(Principal::RoleSession(arn))) => {
                unique("AROA").then(":").then(arn.rsplit('/').next().unwrap_or_default())
            }
            _ => unique("AROA").then(":").then_some(NAME, 2).then_run(NAME),
        };
        text(vec![pattern], 1, LONGEST)
    }

    fn principal_arn(&self) -> Words {
        let partition = self.class.partition();
        match self.class {
            CallerClass::Named(Principal::RoleSession(arn)) => {
                // The session's ARN does not say where in the path the role stands.
                let name =
                    crate::arn::Arn::parse(arn).and_then(|arn| arn.kind_path_name()).map_or("", |(_, role, _)| role);
                let account = self.class.account().map(|account| account.to_string()).unwrap_or_default();
                let head = Pattern::literal(&format!("arn:{partition}:iam::{account}:role/"));
                let with_path = head.clone().then_some(NAME, 1).then_run(NAME_OR_SLASH).then("/").then(name);
                text(vec![head.then(name), with_path], 1, LONGEST)
            }
            CallerClass::Named(principal @ Principal::Role { account, path, name, .. })
                if !self.setting.assumptions.takes_other(Assumption::RoleNameCase) =>
            {
                // The policy may spell the role's name in another letter case than the role does.
                let slash = if path.is_empty() { "" } else { "/" };
                let head = Pattern::literal(&format!("arn:{partition}:iam::{account}:role/{path}{slash}"));
                text(
                    vec![Pattern::literal(&super::class::principal_text(principal)), head.then_folded(name)],
                    1,
                    LONGEST,
                )
            }
            CallerClass::Named(principal) => fixed(&super::class::principal_text(principal)),
            CallerClass::Account { .. } | CallerClass::AnyAccount { .. } | CallerClass::Organization { .. } => {
                self.unnamed_arn(partition)
            }
            CallerClass::Service(_) | CallerClass::Federated(_) => fixed(""),
        }
    }

    fn unnamed_arn(&self, partition: &str) -> Words {
        let (service, kind) = match self.shape {
            Shape::User => ("iam", "user"),
            Shape::FederatedUser => ("sts", "federated-user"),
            Shape::RoleSession | Shape::Service | Shape::Federated => ("iam", "role"),
        };
        let before = Pattern::literal(&format!("arn:{partition}:{service}::"));
        let account = match self.class.account() {
            Some(account) => before.clone().then(account.as_str()),
            None => before.clone().then_some(DIGIT, 12),
        };
        let head = account.then(&format!(":{kind}/"));
        let plain = head.clone().then_some(NAME, 1).then_run(NAME);
        let with_path = head.then_some(NAME, 1).then_run(NAME_OR_SLASH).then("/").then_some(NAME, 1).then_run(NAME);
        let patterns = if kind == "federated-user" { vec![plain] } else { vec![plain, with_path] };
        let mut excluded = Vec::new();
        if self.class.account().is_none() {
            let known = self.known_accounts.iter();
            excluded.extend(known.map(|account| before.clone().then(account.as_str()).then_run(CharSet::ANY)));
        }
        for principal in self.named {
            let CallerClass::Account { account: of, .. } = self.class else { break };
            match principal {
                Principal::Role { account, name, .. } if account == of && kind == "role" => {
                    let head = before.clone().then(account.as_str()).then(":role/");
                    excluded.push(head.clone().then_folded(name));
                    excluded.push(head.then_run(CharSet::ANY).then("/").then_folded(name));
                }
                Principal::User(arn) | Principal::FederatedUser(arn) => excluded.push(Pattern::literal(arn)),
                _ => {}
            }
        }
        Words::Text { patterns, excluded, min: 1, max: LONGEST }
    }
}

fn typed(key_type: KeyType) -> Words {
    match key_type {
        KeyType::String | KeyType::Arn => free(),
        KeyType::Numeric => Words::Number,
        KeyType::Date => Words::Date { from: Moment::MIN },
        KeyType::Bool => Words::Bool,
        KeyType::IpAddress => Words::IpAddress { public: false },
    }
}

/// The condition-key prefix of a provider: its URL without scheme, or its name.
pub(crate) fn provider_of(provider: &str) -> Option<&str> {
    match provider.split_once(":oidc-provider/") {
        Some((_, url)) => Some(url),
        None => (!provider.starts_with("arn:")).then_some(provider),
    }
}
