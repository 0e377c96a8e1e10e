//! PutRolePolicy, GetRolePolicy, ListRolePolicies and DeleteRolePolicy.

use super::{ask_on, ask_within, found, modifiable, put};
use crate::iam::{identity_policy, limit_exceeded, no_such_entity, reading, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation, Written};

pub(in crate::iam) static PUT: Operation = writing("PutRolePolicy", put_policy);
pub(in crate::iam) static GET: Operation = reading("GetRolePolicy", get);
pub(in crate::iam) static LIST: Operation = reading("ListRolePolicies", list);
pub(in crate::iam) static DELETE: Operation = writing("DeleteRolePolicy", delete);

/// All of a role's inline policies together, in characters without white space.
const ROOM: usize = 10_240;

fn put_policy(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let role_name = checks.required("RoleName", Constraint::NAME_64);
    let name = checks.required("PolicyName", Constraint::NAME_128);
    let text = checks.required("PolicyDocument", Constraint::DOCUMENT);
    checks.finish()?;
    ask_within(call, "iam:PutRolePolicy", role_name).allowed()?;
    let mut role = modifiable(call, role_name)?.clone();
    role.entity.inline.insert(name.to_owned(), identity_policy::read(text)?);
    let taken: usize = role.entity.inline.values().map(|policy| identity_policy::size(policy.text())).sum();
    if taken > ROOM {
        let name = &role.entity.name;
        return Err(limit_exceeded(format!("Maximum policy size of {ROOM} bytes exceeded for role {name}")));
    }
    Ok(put(call, role))
}

fn get(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let role_name = checks.required("RoleName", Constraint::NAME_64);
    let name = checks.required("PolicyName", Constraint::NAME_128);
    checks.finish()?;
    ask_on(call, "iam:GetRolePolicy", role_name).allowed()?;
    let entity = &found(call, role_name)?.entity;
    let policy = entity.inline.get(name).ok_or_else(|| absent(name))?;
    Ok(vec![
        Element::leaf("RoleName", &entity.name),
        Element::leaf("PolicyName", name),
        Element::document("PolicyDocument", policy.text()),
    ])
}

fn list(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let role_name = checks.required("RoleName", Constraint::NAME_64);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask_on(call, "iam:ListRolePolicies", role_name).allowed()?;
    let names = found(call, role_name)?.entity.inline.keys();
    Ok(page.cut(names.map(|name| (name, name))).elements("PolicyNames", Value::text))
}

fn delete(call: &Call<'_>) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let role_name = checks.required("RoleName", Constraint::NAME_64);
    let name = checks.required("PolicyName", Constraint::NAME_128);
    checks.finish()?;
    ask_within(call, "iam:DeleteRolePolicy", role_name).allowed()?;
    let mut role = modifiable(call, role_name)?.clone();
    role.entity.inline.remove(name).ok_or_else(|| absent(name))?;
    Ok(put(call, role))
}

fn absent(name: &str) -> ApiError {
    no_such_entity(format!("The role policy with name {name} cannot be found."))
}
