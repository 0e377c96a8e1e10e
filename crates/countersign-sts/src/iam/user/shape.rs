//! How answers show a user.

use countersign_policy::condition::date::Moment;

use super::arn;
use crate::iam::role::shape::boundary;
use crate::iam::tags;
use crate::protocol::{Element, Value};
use crate::service::Call;
use crate::world::User;

/// The members of a user where it is asked for.
pub(in crate::iam) fn members(call: &Call<'_>, user: &User) -> Vec<Element> {
    let mut members = listed(call, user);
    members.extend(user.entity.boundary.as_deref().map(boundary));
    members.extend(tags::element(&user.entity.tags));
    members
}

/// The members of a user in a list: AWS leaves out its boundary and its tags.
pub(in crate::iam) fn listed(call: &Call<'_>, user: &User) -> Vec<Element> {
    let entity = &user.entity;
    vec![
        Element::leaf("Path", &entity.path),
        Element::leaf("UserName", &entity.name),
        Element::leaf("UserId", &entity.id),
        Element::leaf("Arn", arn(call, user)),
        Element::time("CreateDate", Moment::from_seconds(entity.created)),
    ]
}

/// A user as a member of a list.
pub(in crate::iam) fn member(call: &Call<'_>, user: &User) -> Value {
    Value::Structure(listed(call, user))
}
