//! ListEntitiesForPolicy.

use super::usage::{self, Usage};
use super::{ask_on, found};
use crate::iam::holder::Kind;
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value, truncation};
use crate::service::{Call, Operation};
use crate::world::Entity;

pub(in crate::iam) static LIST: Operation = reading("ListEntitiesForPolicy", respond);

/// No policy is attached to policies: those two filters let nothing through.
const FILTERS: &[(&str, Option<Kind>)] = &[
    ("User", Some(Kind::User)),
    ("Role", Some(Kind::Role)),
    ("Group", Some(Kind::Group)),
    ("LocalManagedPolicy", None),
    ("AWSManagedPolicy", None),
];

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    let filter = checks.choice("EntityFilter", FILTERS);
    let prefix = checks.optional("PathPrefix", Constraint::PATH).unwrap_or("/");
    let usage = Usage::read(&mut checks);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListEntitiesForPolicy", arn).allowed()?;
    found(call, arn)?;
    let mut users: Vec<(Kind, &Entity)> = match usage {
        Some(usage) => usage::users(call, arn, usage).collect(),
        None => {
            let both = [Usage::PermissionsPolicy, Usage::PermissionsBoundary];
            both.into_iter().flat_map(|usage| usage::users(call, arn, usage)).collect()
        }
    };
    users.retain(|(kind, entity)| filter.is_none_or(|filter| filter == Some(*kind)) && entity.path.starts_with(prefix));
    users.sort_by_cached_key(key);
    users.dedup_by_key(|user| key(user));
    let cut = page.cut(users.into_iter().map(|user| (key(&user), user)));
    let mut elements: Vec<Element> =
        [Kind::Group, Kind::User, Kind::Role].into_iter().map(|kind| list(kind, &cut.shown)).collect();
    elements.extend(truncation(cut.marker.as_deref()));
    Ok(elements)
}

fn key((kind, entity): &(Kind, &Entity)) -> String {
    format!("{} {}", kind.noun(), entity.name.to_ascii_lowercase())
}

fn list(kind: Kind, shown: &[(Kind, &Entity)]) -> Element {
    let (list, name, id) = match kind {
        Kind::Group => ("PolicyGroups", "GroupName", "GroupId"),
        Kind::User => ("PolicyUsers", "UserName", "UserId"),
        Kind::Role => ("PolicyRoles", "RoleName", "RoleId"),
    };
    let of_kind = shown.iter().filter(|(other, _)| *other == kind);
    let members = |(_, entity): &(Kind, &Entity)| {
        Value::Structure(vec![Element::leaf(name, &entity.name), Element::leaf(id, &entity.id)])
    };
    Element::list(list, of_kind.map(members))
}
