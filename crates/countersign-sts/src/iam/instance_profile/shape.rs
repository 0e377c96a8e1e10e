//! How answers show an instance profile.

use countersign_policy::condition::date::Moment;

use crate::iam::role::shape::{self as role_shape, View};
use crate::iam::{arn, role, tags};
use crate::protocol::{Element, Value};
use crate::service::Call;
use crate::world::InstanceProfile;

/// The members of an instance profile. Its role is shown as lists show roles, but for `MaxSessionDuration`.
pub(in crate::iam) fn members(call: &Call<'_>, profile: &InstanceProfile) -> Vec<Element> {
    let role = profile.role.as_ref().and_then(|name| role::named(call, name));
    let shown = role.map(|role| {
        let mut members = role_shape::members(call, role, View::Listed);
        members.retain(|member| member.name != "MaxSessionDuration");
        Value::Structure(members)
    });
    let mut members = vec![
        Element::leaf("Path", &profile.path),
        Element::leaf("InstanceProfileName", &profile.name),
        Element::leaf("InstanceProfileId", &profile.id),
        Element::leaf("Arn", arn(call, "instance-profile", &profile.path, &profile.name)),
        Element::time("CreateDate", Moment::from_seconds(profile.created)),
        Element::list("Roles", shown),
    ];
    members.extend(tags::element(&profile.tags));
    members
}
