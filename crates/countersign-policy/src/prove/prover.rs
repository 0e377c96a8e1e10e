//! A policy with everything the properties ask of it more than once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::class::{CallerClass, mentioned_accounts, named_principals};
use super::domain::{Membership, Network, Profile};
use super::pattern::Budget;
use super::search::{Answer, Scope, Search, Wish};
use super::setting::Setting;
use super::value::Extra;
use crate::account::AccountId;
use crate::document::{Effect, Polarity, PolicyDocument};
use crate::evaluate::{AttachedTo, Matcher, Policy, Principal, Values};
use crate::request::context_key::{self, SetBy};
use crate::request::{Request, RequestContext};

/// A trust policy ready for proofs. Holes match nothing: see [`super::hole`].
#[derive(Debug)]
pub struct Prover<'a> {
    pub(crate) policy: Policy,
    pub(crate) setting: &'a Setting,
    /// Accounts the policy mentions.
    pub(crate) mentioned: BTreeSet<AccountId>,
    /// Those and the own ones.
    pub(crate) known: BTreeSet<AccountId>,
    pub(crate) named: Vec<Principal>,
    pub(crate) own_organizations: Vec<String>,
    /// Organizations that conditions name and that are not the owner's.
    pub(crate) other_organizations: Vec<String>,
    membership: Membership,
    uses: Uses,
    budget: RefCell<Budget>,
}

/// What the conditions speak of; what none speaks of need not be varied.
#[derive(Debug, Clone, Copy, Default)]
struct Uses {
    network: bool,
    caller_shape: bool,
}

/// Limits on keys that come from a question rather than from the policy.
pub(crate) type Extras = BTreeMap<String, Extra>;

impl<'a> Prover<'a> {
    /// Compiles `document` for proofs under `setting`. All questions to one prover share one budget of steps.
    #[must_use]
    pub fn new(document: &PolicyDocument, setting: &'a Setting) -> Self {
        let policy = Policy::trust(document);
        let mentioned = mentioned_accounts(document);
        let known = mentioned.union(&setting.own_accounts).copied().collect();
        let named = named_principals(&policy);
        let budget = RefCell::new(Budget::new(setting.limits.steps));
        let mut other_organizations = organizations_in(document);
        let own_organizations = if setting.own_organizations.is_empty() {
            std::mem::take(&mut other_organizations)
        } else {
            other_organizations.retain(|id| !setting.own_organizations.contains(id));
            setting.own_organizations.iter().cloned().collect()
        };
        let uses = uses(&policy);
        let membership = Membership::Outside;
        Self {
            policy,
            setting,
            mentioned,
            known,
            named,
            own_organizations,
            other_organizations,
            membership,
            uses,
            budget,
        }
    }

    /// The same, for questions that do not ask about third parties: callers of any account may be in any organization.
    pub(crate) fn with_members(&self) -> Self {
        Self {
            policy: self.policy.clone(),
            setting: self.setting,
            mentioned: self.mentioned.clone(),
            known: self.known.clone(),
            named: self.named.clone(),
            own_organizations: self.own_organizations.clone(),
            other_organizations: self.other_organizations.clone(),
            membership: Membership::Any,
            uses: self.uses,
            budget: RefCell::new(self.budget.borrow().clone()),
        }
    }

    /// The steps that are left.
    pub(crate) fn steps_left(&self) -> u64 {
        self.budget.borrow().left()
    }

    /// The same, with the accounts, principals and organizations of a second policy told apart too.
    pub(crate) fn and(mut self, other: &Prover<'_>) -> Self {
        self.mentioned.extend(&other.mentioned);
        self.known.extend(&other.known);
        let more = other.named.iter().filter(|principal| !self.named.contains(principal)).cloned().collect::<Vec<_>>();
        self.named.extend(more);
        let more = other
            .own_organizations
            .iter()
            .filter(|id| !self.own_organizations.contains(id))
            .cloned()
            .collect::<Vec<_>>();
        self.own_organizations.extend(more);
        let more = other.other_organizations.iter().filter(|id| !self.other_organizations.contains(id)).cloned();
        let more = more.collect::<Vec<_>>();
        self.other_organizations.extend(more);
        self.uses.network |= other.uses.network;
        self.uses.caller_shape |= other.uses.caller_shape;
        self
    }

    /// A request by a caller of `class` that the policy allows, within `extras`: the cheapest of the first shape that has one.
    pub(crate) fn find(&self, class: &CallerClass, action: &str, extras: &Extras) -> Answer {
        self.search(class, action, &[(&self.policy, Wish::Allows)], Scope::Call, extras)
    }

    pub(crate) fn search(
        &self,
        class: &CallerClass,
        action: &str,
        goals: &[(&Policy, Wish)],
        scope: Scope,
        extras: &Extras,
    ) -> Answer {
        let networks: &[Network] =
            if self.uses.network { &[Network::Internet, Network::VpcEndpoint] } else { &[Network::Internet] };
        let shapes = if self.uses.caller_shape { class.shapes() } else { class.shapes().get(..1).unwrap_or_default() };
        let mut unknown = None;
        for (shape, network) in shapes.iter().flat_map(|shape| networks.iter().map(move |network| (*shape, *network))) {
            let profile = Profile {
                class,
                shape,
                network,
                action,
                setting: self.setting,
                known_accounts: &self.known,
                named: &self.named,
                own_organizations: &self.own_organizations,
                other_organizations: &self.other_organizations,
                membership: self.membership,
            };
            match Search::new(&profile, goals, scope, extras).run(&mut self.budget.borrow_mut()) {
                Answer::Impossible => {}
                Answer::Unknown(why) => unknown = unknown.or(Some(why)),
                found @ Answer::Request(..) => return found,
            }
        }
        unknown.map_or(Answer::Impossible, Answer::Unknown)
    }

    /// The actions by which a caller of `class` can get a session.
    pub(crate) fn entry_actions(class: &CallerClass) -> &'static [&'static str] {
        match class {
            CallerClass::Federated(provider) if provider.contains(":saml-provider/") => &["sts:AssumeRoleWithSAML"],
            CallerClass::Federated(_) => &["sts:AssumeRoleWithWebIdentity"],
            CallerClass::Named(_)
            | CallerClass::Account { .. }
            | CallerClass::AnyAccount { .. }
            | CallerClass::Organization { .. }
            | CallerClass::Service(_) => &["sts:AssumeRole"],
        }
    }

    /// The account a principal belongs to, and whether that account is own.
    pub(crate) fn is_own(&self, account: AccountId) -> bool {
        self.setting.own_accounts.contains(&account)
    }

    /// Whether some Allow is open to principals in general: `*`, or everyone but some.
    pub(crate) fn names_everyone(&self) -> bool {
        let allows = self.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        allows.flat_map(|statement| &statement.principals).any(|(polarity, entries)| {
            *polarity == Polarity::Excepted
                || entries.iter().any(|entry| matches!(entry, Principal::Everyone | Principal::AwsStar))
        })
    }

    /// The entries of Allow statements, in order, without repetition.
    pub(crate) fn allowed_entries(&self) -> Vec<&Principal> {
        let allows = self.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        let listed =
            allows.flat_map(|statement| &statement.principals).filter(|(polarity, _)| *polarity == Polarity::Listed);
        let mut entries: Vec<&Principal> = Vec::new();
        for entry in listed.flat_map(|(_, entries)| entries) {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        entries
    }

    /// The service principals some Allow can let in: those it names and, when it is open to everyone, those any statement
    /// names and one that stands for all others.
    pub(crate) fn services(&self) -> Vec<String> {
        let names = |entry: &Principal| match entry {
            Principal::Service(name) => Some(name.clone()),
            _ => None,
        };
        let mut services: Vec<String> = self.allowed_entries().into_iter().filter_map(names).collect();
        if self.names_everyone() {
            services.extend(self.all_entries().filter_map(names));
            services.extend(self.services_in_conditions());
            services.push(ANY_SERVICE.to_owned());
        }
        unique(services)
    }

    /// The identity providers some Allow can let in: those it names and, when it is open to everyone or everyone but some,
    /// those any statement names and three that stand for all others.
    pub(crate) fn providers(&self) -> Vec<String> {
        let names = |entry: &Principal| match entry {
            Principal::Federated(name) => Some(name.clone()),
            _ => None,
        };
        let mut providers: Vec<String> = self.allowed_entries().into_iter().filter_map(names).collect();
        if self.names_everyone() {
            providers.extend(self.all_entries().filter_map(names));
            let own = self.setting.role_arn.split(':').nth(4).unwrap_or_default();
            let conditions = self.policy.statements.iter().flat_map(|statement| &statement.conditions);
            let asked = conditions.filter_map(|condition| context_key::oidc_claim(&condition.key));
            for (provider, _) in asked {
                providers.push(format!("arn:{}:iam::{own}:oidc-provider/{provider}", self.setting.partition()));
            }
            let in_role_account =
                |kind: &str, name: &str| format!("arn:{}:iam::{own}:{kind}/{name}", self.setting.partition());
            providers.push("cognito-identity.amazonaws.com".to_owned());
            providers.push(in_role_account("oidc-provider", "provider.example.com"));
            providers.push(in_role_account("saml-provider", "provider"));
        }
        unique(providers)
    }

    /// A principal and, if it is a role, the sessions of it that the policy names.
    pub(crate) fn with_sessions(&self, principal: &Principal) -> Vec<CallerClass> {
        let is_session_of = |arn: &str| {
            let Principal::Role { partition, account, name, .. } = principal else { return false };
            let head = format!("arn:{partition}:sts::{account}:assumed-role/");
            let role = arn.strip_prefix(&head).and_then(|rest| rest.split('/').next());
            role.is_some_and(|role| role.eq_ignore_ascii_case(name))
        };
        let sessions =
            self.named.iter().filter(|named| matches!(named, Principal::RoleSession(arn) if is_session_of(arn)));
        std::iter::once(principal).chain(sessions).cloned().map(CallerClass::Named).collect()
    }

    fn services_in_conditions(&self) -> impl Iterator<Item = String> + '_ {
        let conditions = self.policy.statements.iter().flat_map(|statement| &statement.conditions);
        let about_services = conditions.filter(|condition| {
            ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList"]
                .iter()
                .any(|key| condition.key.eq_ignore_ascii_case(key))
        });
        about_services.flat_map(|condition| match &condition.values {
            Values::Strings(templates) => {
                templates.iter().filter_map(|template| template.as_literal().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        })
    }

    fn all_entries(&self) -> impl Iterator<Item = &Principal> {
        self.policy.statements.iter().flat_map(|statement| &statement.principals).flat_map(|(_, entries)| entries)
    }

    /// Which statements' principals cover a class, if that is all that tells it from others of its kind: the policy asks
    /// nothing else about who calls.
    pub(crate) fn coverage(&self, class: &CallerClass) -> Option<Vec<bool>> {
        let shape = class.shapes().first().filter(|_| !self.uses.caller_shape)?;
        let caller = class.representative(*shape, &self.known);
        let role = self.setting.role_arn.clone();
        let request = Request { caller, action: "sts:AssumeRole".to_owned(), role, context: RequestContext::new() };
        let mut matcher = Matcher::new(&request, self.setting.assumptions, AttachedTo::Role);
        Some(self.policy.statements.iter().map(|statement| matcher.principals(statement).is_some()).collect())
    }

    /// The classes that make up an account: its unnamed principals, and the ones the policy names.
    pub(crate) fn classes_of_account(&self, partition: &str, account: AccountId) -> Vec<CallerClass> {
        let unnamed = CallerClass::Account { partition: partition.to_owned(), account };
        let named = self.named.iter().map(|principal| CallerClass::Named(principal.clone()));
        std::iter::once(unnamed)
            .chain(named.filter(|class| class.account() == Some(account) && class.partition() == partition))
            .collect()
    }
}

/// Stands for every service no policy names.
pub(crate) const ANY_SERVICE: &str = "service.amazonaws.com";

fn unique(mut names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// Organization ids that conditions spell out.
fn organizations_in(document: &PolicyDocument) -> Vec<String> {
    let conditions = document.statements.iter().flat_map(|statement| &statement.conditions);
    let mut ids: Vec<String> = Vec::new();
    for entry in conditions {
        let key = &entry.key.value;
        let is = |names: [&str; 2]| names.iter().any(|name| key.eq_ignore_ascii_case(name));
        let is_path = is(["aws:PrincipalOrgPaths", "aws:SourceOrgPaths"]);
        if !is_path && !is(["aws:PrincipalOrgID", "aws:SourceOrgID"]) {
            continue;
        }
        for value in entry.values.iter().filter_map(|value| value.value.known()) {
            let id = if is_path { value.split('/').next().unwrap_or_default() } else { value };
            if !id.is_empty() && !id.contains(['*', '?', '$']) && !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
    }
    ids
}

fn uses(policy: &Policy) -> Uses {
    let mut uses = Uses::default();
    let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let keys =
        conditions.flat_map(|condition| condition.variables().map(|variable| &*variable.key).chain([&*condition.key]));
    for row in keys.filter_map(context_key::lookup) {
        match row.set_by {
            SetBy::Network => uses.network = true,
            SetBy::Caller | SetBy::Oidc | SetBy::Saml => uses.caller_shape = true,
            SetBy::ExternalId
            | SetBy::SessionName
            | SetBy::SourceIdentity
            | SetBy::SessionTags
            | SetBy::SessionContext
            | SetBy::CallerAttribute
            | SetBy::Organization
            | SetBy::Mfa
            | SetBy::Clock
            | SetBy::Always
            | SetBy::Sometimes
            | SetBy::ServiceSource
            | SetBy::ServicePrincipal
            | SetBy::RoleTags
            | SetBy::RoleProperty
            | SetBy::NotHere => {}
        }
    }
    uses
}
