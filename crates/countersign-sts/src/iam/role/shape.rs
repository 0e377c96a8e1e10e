//! How answers show a role.

use countersign_policy::condition::date::Moment;

use crate::iam::{arn, tags};
use crate::protocol::Element;
use crate::service::Call;
use crate::world::Role;

/// Which operation shows a role: AWS leaves out other members in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::iam) enum View {
    /// The one that made it.
    Created,
    /// One that is asked for this role.
    Whole,
    /// One that lists roles.
    Listed,
}

/// The members of a role. When it was last used is not kept: `RoleLastUsed` is that of a role that never was.
pub(in crate::iam) fn members(call: &Call<'_>, role: &Role, view: View) -> Vec<Element> {
    let entity = &role.entity;
    let mut members = vec![
        Element::leaf("Path", &entity.path),
        Element::leaf("RoleName", &entity.name),
        Element::leaf("RoleId", &entity.id),
        Element::leaf("Arn", arn(call, "role", &entity.path, &entity.name)),
        Element::time("CreateDate", Moment::from_seconds(entity.created)),
        Element::document("AssumeRolePolicyDocument", &call.world.with_arns(&role.trust_policy)),
    ];
    members.extend(role.description.as_ref().map(|description| Element::leaf("Description", description)));
    if view != View::Created {
        members.push(Element::number("MaxSessionDuration", role.max_session_duration));
    }
    if view != View::Listed {
        members.extend(entity.boundary.as_deref().map(boundary));
        members.extend(tags::element(&entity.tags));
    }
    if view == View::Whole {
        members.push(Element::parent("RoleLastUsed", Vec::new()));
    }
    members
}

/// `PermissionsBoundary`, as roles and users have it.
pub(in crate::iam) fn boundary(arn: &str) -> Element {
    let of_policy = Element::leaf("PermissionsBoundaryType", "Policy");
    Element::parent("PermissionsBoundary", vec![of_policy, Element::leaf("PermissionsBoundaryArn", arn)])
}
