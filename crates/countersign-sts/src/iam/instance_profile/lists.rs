//! ListInstanceProfiles and ListInstanceProfilesForRole.

use super::shape;
use crate::iam::permission::ask;
use crate::iam::{account, arn, reading, role};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation};
use crate::world::InstanceProfile;

pub(in crate::iam) static ALL: Operation = reading("ListInstanceProfiles", all);
pub(in crate::iam) static FOR_ROLE: Operation = reading("ListInstanceProfilesForRole", for_role);

fn all(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let prefix = checks.optional("PathPrefix", Constraint::PATH_PREFIX).unwrap_or("/");
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:ListInstanceProfiles", arn(call, "instance-profile", prefix, "")).allowed()?;
    Ok(list(call, &page, |profile| profile.path.starts_with(prefix)))
}

fn for_role(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = checks.required("RoleName", Constraint::NAME_64);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    role::ask_on(call, "iam:ListInstanceProfilesForRole", name).allowed()?;
    let name = &role::found(call, name)?.entity.name;
    Ok(list(call, &page, |profile| profile.role.as_ref().is_some_and(|role| role.eq_ignore_ascii_case(name))))
}

fn list(call: &Call<'_>, page: &Page, listed: impl Fn(&InstanceProfile) -> bool) -> Vec<Element> {
    let profiles = account(call).into_iter().flat_map(|account| account.instance_profiles.iter());
    let keyed = profiles.filter(|profile| listed(profile)).map(|profile| (profile.name.to_ascii_lowercase(), profile));
    page.cut(keyed).elements("InstanceProfiles", |profile| Value::Structure(shape::members(call, profile)))
}
