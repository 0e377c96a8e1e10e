//! Users, groups and roles alike: what policies are attached to.

use std::borrow::Cow;

use super::permission::{Asked, ask};
use super::{account, arn, no_such_entity, role};
use crate::protocol::{ApiError, Checks, Constraint};
use crate::service::Call;
use crate::world::{Change, Edit, Entity, Group, Role, User};

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
    Role,
}

/// A user, a group or a role that exists.
#[derive(Debug, Clone)]
pub(super) enum Holder<'c> {
    User(Box<Cow<'c, User>>),
    Group(&'c Group),
    Role(&'c Role),
}

impl Kind {
    /// As ARNs and messages name it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    /// As quotas name it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Role => "Role",
        }
    }

    /// The parameter that its name is in.
    pub(super) fn name_parameter(self) -> &'static str {
        match self {
            Self::User => "UserName",
            Self::Group => "GroupName",
            Self::Role => "RoleName",
        }
    }

    /// Its name, which a call that attaches policies must have.
    pub(super) fn required_to_attach<'p>(self, checks: &mut Checks<'p>) -> &'p str {
        let constraint = match self {
            Self::Group => Constraint::NAME_128,
            Self::User | Self::Role => Constraint::NAME_64,
        };
        checks.required(self.name_parameter(), constraint)
    }

    /// Its name, which a call must have.
    pub(super) fn required<'p>(self, checks: &mut Checks<'p>) -> &'p str {
        let constraint = match self {
            Self::User | Self::Group => Constraint::NAME_128,
            Self::Role => Constraint::NAME_64,
        };
        checks.required(self.name_parameter(), constraint)
    }

    /// The one of that name, in any case.
    pub(super) fn named<'c>(self, call: &Call<'c>, name: &str) -> Option<Holder<'c>> {
        match self {
            Self::User => call.world.find_user(call.principal.account, name).map(|user| Holder::User(Box::new(user))),
            Self::Group => account(call)?.groups.get(name).map(Holder::Group),
            Self::Role => account(call)?.roles.get(name).map(Holder::Role),
        }
    }

    /// The one of that name, or the error that there is none.
    pub(super) fn found<'c>(self, call: &Call<'c>, name: &str) -> Result<Holder<'c>, ApiError> {
        let noun = self.noun();
        self.named(call, name).ok_or_else(|| no_such_entity(format!("The {noun} with name {name} cannot be found.")))
    }

    /// The one of that name, which callers may change.
    pub(super) fn modifiable<'c>(self, call: &Call<'c>, name: &str) -> Result<Holder<'c>, ApiError> {
        match self {
            Self::User | Self::Group => self.found(call, name),
            Self::Role => role::modifiable(call, name).map(Holder::Role),
        }
    }

    /// The same question as [`Kind::ask_on`], for actions whose permission may depend on the holder's own boundary.
    pub(super) fn ask_within<'a, 'c>(self, call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
        let holder = self.named(call, name);
        let boundary = holder.as_ref().and_then(|holder| holder.entity().boundary.as_deref());
        self.ask_on(call, action, name).with_any("iam:PermissionsBoundary", boundary)
    }

    /// Asks for an action on the one of that name. Who may not act on it does not learn whether it exists.
    pub(super) fn ask_on<'a, 'c>(self, call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
        let shown = format!("{} {name}", self.noun());
        match self.named(call, name) {
            Some(holder) => {
                let entity = holder.entity();
                let asked = ask(call, action, arn(call, self.noun(), &entity.path, &entity.name));
                asked.shown_as(shown).tagged(&entity.tags)
            }
            None => ask(call, action, arn(call, self.noun(), "/", name)).shown_as(shown),
        }
    }
}

impl Holder<'_> {
    pub(super) fn entity(&self) -> &Entity {
        match self {
            Self::User(user) => &user.entity,
            Self::Group(group) => &group.entity,
            Self::Role(role) => &role.entity,
        }
    }

    /// The change that puts `entity` in place of its own.
    pub(super) fn becoming(&self, call: &Call<'_>, entity: Entity) -> Change {
        let account = call.principal.account;
        match self {
            Self::User(user) => Change::User(account, Edit::put(User { entity, ..user.as_ref().as_ref().clone() })),
            Self::Group(_) => Change::Group(account, Edit::put(Group { entity })),
            Self::Role(role) => Change::Role(account, Edit::put(Role { entity, ..(*role).clone() })),
        }
    }
}
