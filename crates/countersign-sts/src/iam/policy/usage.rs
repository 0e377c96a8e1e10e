//! Who uses a managed policy, and as what.

use crate::iam::account;
use crate::iam::holder::Kind;
use crate::protocol::Checks;
use crate::service::Call;
use crate::world::Entity;

/// As what a policy is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::iam) enum Usage {
    PermissionsPolicy,
    PermissionsBoundary,
}

impl Usage {
    pub(in crate::iam) fn read(checks: &mut Checks<'_>) -> Option<Self> {
        checks.choice(
            "PolicyUsageFilter",
            &[("PermissionsPolicy", Self::PermissionsPolicy), ("PermissionsBoundary", Self::PermissionsBoundary)],
        )
    }
}

/// The users, groups and roles that use the policy of this ARN as `usage`.
pub(in crate::iam) fn users<'c>(call: &Call<'c>, arn: &str, usage: Usage) -> impl Iterator<Item = (Kind, &'c Entity)> {
    let uses = move |entity: &Entity| match usage {
        Usage::PermissionsPolicy => entity.attached.iter().any(|attached| attached == arn),
        Usage::PermissionsBoundary => entity.boundary.as_deref() == Some(arn),
    };
    let groups = account(call).into_iter().flat_map(|account| account.groups.iter());
    let groups = groups.map(|group| (Kind::Group, &group.entity));
    let users = account(call).into_iter().flat_map(|account| account.users.iter());
    let users = users.map(|user| (Kind::User, &user.entity));
    let roles = account(call).into_iter().flat_map(|account| account.roles.iter());
    let roles = roles.map(|role| (Kind::Role, &role.entity));
    groups.chain(users).chain(roles).filter(move |(_, entity)| uses(entity))
}

pub(in crate::iam) fn count(call: &Call<'_>, arn: &str, usage: Usage) -> usize {
    users(call, arn, usage).count()
}
