//! Groups.

pub(super) mod create_group;
pub(super) mod delete_group;
pub(super) mod get_group;
pub(super) mod list_groups;
pub(super) mod membership;
pub(super) mod update_group;

use countersign_policy::condition::date::Moment;

use super::holder::Kind;
use super::permission::Asked;
use super::{account, no_such_entity};
use crate::protocol::{ApiError, Element, Value};
use crate::service::{Call, Written};
use crate::world::{Change, Edit, Group, User};

/// Asks for an action on the group of that name. Who may not act on it does not learn whether it exists.
pub(super) fn ask_on<'a, 'c>(call: &'a Call<'c>, action: &'static str, name: &str) -> Asked<'a, 'c> {
    Kind::Group.ask_on(call, action, name)
}

/// The group of that name, in any case.
pub(super) fn named<'c>(call: &Call<'c>, name: &str) -> Option<&'c Group> {
    account(call)?.groups.get(name)
}

/// The group of that name, or the error that there is none.
pub(super) fn found<'c>(call: &Call<'c>, name: &str) -> Result<&'c Group, ApiError> {
    named(call, name).ok_or_else(|| no_such_entity(format!("The group with name {name} cannot be found.")))
}

/// The group's ARN.
pub(super) fn arn(call: &Call<'_>, group: &Group) -> String {
    super::arn(call, "group", &group.entity.path, &group.entity.name)
}

/// The users in the group of that name, in the order of their names.
pub(super) fn users<'c>(call: &Call<'c>, name: &str) -> impl Iterator<Item = &'c User> {
    let users = account(call).into_iter().flat_map(|account| account.users.iter());
    users.filter(move |user| is_in(user, name))
}

/// Whether a user is in the group of that name.
pub(super) fn is_in(user: &User, group: &str) -> bool {
    user.groups.iter().any(|own| own.eq_ignore_ascii_case(group))
}

/// The group as it is from now on, and nothing to tell.
pub(super) fn put(call: &Call<'_>, group: Group) -> Written {
    let changes = vec![Change::Group(call.principal.account, Edit::put(group))];
    Written { result: Vec::new(), changes }
}

/// How answers show a group.
pub(super) fn shape(call: &Call<'_>, group: &Group) -> Vec<Element> {
    let entity = &group.entity;
    vec![
        Element::leaf("Path", &entity.path),
        Element::leaf("GroupName", &entity.name),
        Element::leaf("GroupId", &entity.id),
        Element::leaf("Arn", arn(call, group)),
        Element::time("CreateDate", Moment::from_seconds(entity.created)),
    ]
}

/// A group as a member of a list.
pub(super) fn member(call: &Call<'_>, group: &Group) -> Value {
    Value::Structure(shape(call, group))
}
