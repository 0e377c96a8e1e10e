//! Users, groups and roles alike: what policies are attached to.

use std::borrow::Cow;

use super::permission::Asked;
use super::{group, role, user};
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
    User(Cow<'c, User>),
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

    /// Its name, which a call that attaches policies must have.
    pub(super) fn required<'p>(self, checks: &mut Checks<'p>) -> &'p str {
        match self {
            Self::User => checks.required("UserName", Constraint::NAME_64),
            Self::Group => checks.required("GroupName", Constraint::NAME_128),
            Self::Role => checks.required("RoleName", Constraint::NAME_64),
        }
    }

    /// The one of that name, in any case.
    pub(super) fn named<'c>(self, call: &Call<'c>, name: &str) -> Option<Holder<'c>> {
        match self {
            Self::User => user::named(call, name).map(Holder::User),
            Self::Group => group::named(call, name).map(Holder::Group),
            Self::Role => role::named(call, name).map(Holder::Role),
        }
    }

    /// The one of that name, or the error that there is none.
    pub(super) fn found<'c>(self, call: &Call<'c>, name: &str) -> Result<Holder<'c>, ApiError> {
        match self {
            Self::User => user::found(call, name).map(Holder::User),
            Self::Group => group::found(call, name).map(Holder::Group),
            Self::Role => role::found(call, name).map(Holder::Role),
        }
    }

    /// Asks for an action on the one of that name.
    pub(super) fn ask_on<'a, 'c>(self, call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
        match self {
            Self::User => user::ask_on(call, action, name),
            Self::Group => group::ask_on(call, action, name),
            Self::Role => role::ask_on(call, action, name),
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
            Self::User(user) => Change::User(account, Edit::put(User { entity, ..user.as_ref().clone() })),
            Self::Group(_) => Change::Group(account, Edit::put(Group { entity })),
            Self::Role(role) => Change::Role(account, Edit::put(Role { entity, ..(*role).clone() })),
        }
    }
}
