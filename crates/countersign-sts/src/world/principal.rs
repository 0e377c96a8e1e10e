//! Who a caller is in the world: what is true of it, and which policies bind it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_policy::account::AccountId;
use countersign_policy::arn::Arn;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::assume_role::CallerSide;
use countersign_policy::request::caller::Home;
use countersign_policy::request::{Caller, RequestContext};

use super::access_key::OPEN_USER;
use super::mint::entity_id;
use super::policy::FULL_ACCESS;
use super::{Entity, KeyOwner, Role, Strictness, User, World, entity_arn};
use crate::signature::{Session, SessionPrincipal};
use crate::tag_rules;

/// The signer of a request.
pub(crate) struct Principal {
    pub(crate) caller: Caller,
    pub(crate) account: AccountId,
    pub(crate) side: CallerSide<Arc<PolicyDocument>>,
    /// Its own tags, with the session's over them.
    tags: BTreeMap<String, String>,
    /// Set when the credentials are temporary.
    pub(crate) session: Option<Session>,
}

impl World {
    /// The owner of a long-term key; `None` when it is a user that does not exist.
    pub(crate) fn owner(&self, owner: &KeyOwner) -> Option<Principal> {
        match owner {
            KeyOwner::Root(account) => self.root(self.partition(*account), *account),
            KeyOwner::User(account, name) => self.user(*account, &*self.find_user(*account, name)?),
        }
    }

    /// A user by name, in any case: also the one that every account has out of the box.
    pub(crate) fn find_user(&self, account: AccountId, name: &str) -> Option<Cow<'_, User>> {
        let known = self.account(account).and_then(|known| known.users.get(name));
        known.map(Cow::Borrowed).or_else(|| {
            let is_open = self.strictness == Strictness::OutOfTheBox && name.eq_ignore_ascii_case(OPEN_USER);
            is_open.then(|| Cow::Owned(open_user(self.partition(account), account)))
        })
    }

    /// Whether it is the user that every account has out of the box, changed or not: that one comes back.
    pub(crate) fn is_out_of_the_box(&self, account: AccountId, user: &User) -> bool {
        self.strictness == Strictness::OutOfTheBox && user.entity.id == entity_id("AIDA", account, OPEN_USER)
    }

    /// The users of an account in the order of their names, with the one that it has out of the box.
    pub(crate) fn users(&self, account: AccountId) -> Vec<Cow<'_, User>> {
        let known = self.account(account).into_iter().flat_map(|known| known.users.iter());
        let mut users: Vec<_> = known.map(Cow::Borrowed).collect();
        if let Some(open @ Cow::Owned(_)) = self.find_user(account, OPEN_USER) {
            users.push(open);
            users.sort_by_key(|user| user.entity.name.to_ascii_lowercase());
        }
        users
    }

    fn user(&self, account: AccountId, user: &User) -> Option<Principal> {
        let User { entity, groups, .. } = user;
        let arn = entity_arn(self.partition(account), account, "user", &entity.path, &entity.name);
        let mut principal = self.entity_principal(Caller::parse(&arn).ok()?, account, entity)?;
        let groups = groups.iter().filter_map(|name| self.account(account)?.groups.get(name));
        let of_groups = groups.flat_map(|group| self.identity_policies(account, &group.entity));
        principal.side.identity.extend(of_groups);
        Some(principal)
    }

    /// Whose session it is. `None` when the user or role is gone: AWS's documents say that its sessions end, and not how they
    /// are answered; here their tokens are no longer known, also once another of that name is there.
    pub(crate) fn session_principal(&self, session: Session) -> Option<Principal> {
        let mut principal = match &session.principal {
            SessionPrincipal::Root { partition, account } | SessionPrincipal::AssumedRoot { partition, account } => {
                self.root(partition, account.parse().ok()?)?
            }
            SessionPrincipal::User { id } => self.session_user(id)?,
            SessionPrincipal::FederatedUser { partition, account, name, user } => {
                let account: AccountId = account.parse().ok()?;
                let shared = match user {
                    Some(user) => self.session_user(&user.id)?,
                    None => self.root(partition, account)?,
                };
                let arn = format!("arn:{partition}:sts::{account}:federated-user/{name}");
                // The user's tags are not the federated user's.
                Principal { caller: Caller::parse(&arn).ok()?, tags: BTreeMap::new(), ..shared }
            }
            SessionPrincipal::Role { partition, account, path, name, id, session_name } => {
                let account: AccountId = account.parse().ok()?;
                let home = Home { partition: partition.clone(), account };
                let caller = Caller::role_session(&home, path, name, session_name);
                let role = self.account(account)?.roles.get(name).filter(|role| role.entity.id == *id)?;
                self.entity_principal(caller, account, &role.entity)?
            }
        };
        let inline = session.policy.iter().map(|text| Arc::new(PolicyDocument::parse(text)));
        // A managed policy that is gone must not lift the limit it was: an empty document allows nothing.
        let documents = |arn: &String| {
            let policy = self.managed_policy(principal.account, arn);
            policy.map(|policy| Arc::clone(policy.document())).unwrap_or_default()
        };
        principal.side.session = inline.chain(session.policy_arns.iter().map(documents)).collect();
        if let (SessionPrincipal::FederatedUser { .. }, true) = (&session.principal, principal.side.session.is_empty())
        {
            // A federated user may do what session policies allow, and without them nothing.
            principal.side.session.push(Arc::default());
        }
        for tag in &session.tags {
            principal.tags.retain(|key, _| !tag_rules::same_key(key, &tag.key));
            principal.tags.insert(tag.key.clone(), tag.value.clone());
        }
        principal.session = Some(session);
        Some(principal)
    }

    /// A session of a role, as if there were one: of its credentials nothing is known.
    pub(crate) fn role_session(&self, account: AccountId, role: &Role, session_name: &str) -> Option<Principal> {
        let Entity { path, name, .. } = &role.entity;
        let home = Home { partition: self.partition(account).to_owned(), account };
        let caller = Caller::role_session(&home, path.trim_matches('/'), name, session_name);
        self.entity_principal(caller, account, &role.entity)
    }

    /// The user of that id, which may have another name or path than when the session began.
    fn session_user(&self, id: &str) -> Option<Principal> {
        let arn = self.arn_of(id)?;
        let account = Arn::parse(&arn)?.account_id()?;
        self.user(account, &*self.find_user(account, arn.rsplit('/').next()?)?)
    }

    fn root(&self, partition: &str, account: AccountId) -> Option<Principal> {
        let caller = Caller::parse(&format!("arn:{partition}:iam::{account}:root")).ok()?;
        let identity = vec![Arc::clone(FULL_ACCESS.document())];
        let scps = self.service_control(account);
        let side = CallerSide { identity, scps, ..CallerSide::default() };
        Some(Principal { caller, account, side, tags: BTreeMap::new(), session: None })
    }

    fn entity_principal(&self, caller: Caller, account: AccountId, entity: &Entity) -> Option<Principal> {
        // A boundary that is gone still bounds: an empty document allows nothing.
        let boundary = entity.boundary.as_ref().map(|arn| self.managed_policy(account, arn));
        let boundary = boundary.map(|policy| policy.map(|policy| Arc::clone(policy.document())).unwrap_or_default());
        // SCPs do not bind service-linked roles.
        let bound = !entity.path.starts_with("/aws-service-role/");
        let side = CallerSide {
            identity: self.identity_policies(account, entity),
            boundary,
            scps: if bound { self.service_control(account) } else { Vec::new() },
            ..CallerSide::default()
        };
        let caller = caller.with_unique_id(&entity.id);
        Some(Principal { caller, account, side, tags: entity.tags.clone(), session: None })
    }
}

/// The user that every account has out of the box: an administrator.
fn open_user(partition: &str, account: AccountId) -> User {
    let entity = Entity {
        name: OPEN_USER.to_owned(),
        path: "/".to_owned(),
        id: entity_id("AIDA", account, OPEN_USER),
        attached: vec![format!("arn:{partition}:iam::aws:policy/AdministratorAccess")],
        ..Entity::default()
    };
    User { entity, groups: Vec::new(), login_profile: None }
}

impl Principal {
    /// Nobody in particular: who makes an unsigned call. It has no account, which the format of ids writes as zeros.
    pub(crate) fn anonymous() -> Self {
        #[expect(clippy::expect_used, reason = "these are twelve digits")]
        let account = "000000000000".parse().expect("an account id");
        let side = CallerSide::default();
        Self { caller: Caller::anonymous(), account, side, tags: BTreeMap::new(), session: None }
    }

    /// The `UserId` that GetCallerIdentity shows, which is `aws:userid`.
    pub(crate) fn user_id(&self) -> String {
        let context = RequestContext::for_caller(&self.caller);
        context.get("aws:userid").and_then(<[String]>::first).cloned().unwrap_or_default()
    }

    /// The context keys that follow from the caller and its credentials.
    pub(crate) fn context(&self, now: Moment) -> RequestContext {
        let mut context = RequestContext::for_caller(&self.caller);
        for (key, value) in &self.tags {
            context.set(format!("aws:PrincipalTag/{key}"), [value]);
        }
        if let Some(session) = &self.session {
            // Long-term credentials do not have this key at all; sessions always do.
            context.set("aws:MultiFactorAuthPresent", [session.mfa_at.is_some().to_string()]);
            if let Some(at) = session.mfa_at {
                context.set("aws:MultiFactorAuthAge", [now.seconds().saturating_sub(at).to_string()]);
            }
            let issued = Moment::from_seconds(session.issued);
            context.set("aws:TokenIssueTime", [issued.to_string()]);
            if let Some(identity) = &session.source_identity {
                context.set("aws:SourceIdentity", [identity]);
            }
            for (key, values) in &session.carried {
                context.set(key, values);
            }
        }
        context
    }
}
