//! Inline policies of users, groups and roles: Put…Policy, Get…Policy, List…Policies and Delete…Policy.

use super::holder::Kind;
use super::{identity_policy, limit_exceeded, no_such_entity, reading, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation, Written};

macro_rules! operations {
    ($($kind:ident: $put:ident $get:ident $list:ident $delete:ident;)*) => {
        $(
            pub(super) static $put: Operation =
                writing(concat!("Put", stringify!($kind), "Policy"), |call| {
                    put(call, Kind::$kind, concat!("iam:Put", stringify!($kind), "Policy"))
                });
            pub(super) static $get: Operation =
                reading(concat!("Get", stringify!($kind), "Policy"), |call| {
                    get(call, Kind::$kind, concat!("iam:Get", stringify!($kind), "Policy"))
                });
            pub(super) static $list: Operation =
                reading(concat!("List", stringify!($kind), "Policies"), |call| {
                    list(call, Kind::$kind, concat!("iam:List", stringify!($kind), "Policies"))
                });
            pub(super) static $delete: Operation =
                writing(concat!("Delete", stringify!($kind), "Policy"), |call| {
                    delete(call, Kind::$kind, concat!("iam:Delete", stringify!($kind), "Policy"))
                });
        )*
    };
}

operations! {
    User: PUT_USER_POLICY GET_USER_POLICY LIST_USER_POLICIES DELETE_USER_POLICY;
    Group: PUT_GROUP_POLICY GET_GROUP_POLICY LIST_GROUP_POLICIES DELETE_GROUP_POLICY;
    Role: PUT_ROLE_POLICY GET_ROLE_POLICY LIST_ROLE_POLICIES DELETE_ROLE_POLICY;
}

/// All inline policies together, in characters without white space.
fn room(kind: Kind) -> usize {
    match kind {
        Kind::User => 2048,
        Kind::Group => 5120,
        Kind::Role => 10_240,
    }
}

fn put(call: &Call<'_>, kind: Kind, action: &'static str) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let holder_name = kind.required(&mut checks);
    let name = checks.required("PolicyName", Constraint::NAME_128);
    let text = checks.required("PolicyDocument", Constraint::DOCUMENT);
    checks.finish()?;
    kind.ask_within(call, action, holder_name).allowed()?;
    let holder = kind.modifiable(call, holder_name)?;
    let mut entity = holder.entity().clone();
    entity.inline.insert(name.to_owned(), identity_policy::read(text)?);
    let taken: usize = entity.inline.values().map(|policy| identity_policy::size(policy.text())).sum();
    let room = room(kind);
    if taken > room {
        let (noun, name) = (kind.noun(), &entity.name);
        return Err(limit_exceeded(format!("Maximum policy size of {room} bytes exceeded for {noun} {name}")));
    }
    Ok(Written { result: Vec::new(), changes: vec![holder.becoming(call, entity)] })
}

fn get(call: &Call<'_>, kind: Kind, action: &'static str) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let holder_name = kind.required(&mut checks);
    let name = checks.required("PolicyName", Constraint::NAME_128);
    checks.finish()?;
    kind.ask_on(call, action, holder_name).allowed()?;
    let holder = kind.found(call, holder_name)?;
    let policy = holder.entity().inline.get(name).ok_or_else(|| absent(kind, name))?;
    Ok(vec![
        Element::leaf(kind.name_parameter(), &holder.entity().name),
        Element::leaf("PolicyName", name),
        Element::document("PolicyDocument", policy.text()),
    ])
}

fn list(call: &Call<'_>, kind: Kind, action: &'static str) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let holder_name = kind.required(&mut checks);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    kind.ask_on(call, action, holder_name).allowed()?;
    let holder = kind.found(call, holder_name)?;
    let names = holder.entity().inline.keys();
    Ok(page.cut(names.map(|name| (name, name))).elements("PolicyNames", Value::text))
}

fn delete(call: &Call<'_>, kind: Kind, action: &'static str) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let holder_name = kind.required(&mut checks);
    let name = checks.required("PolicyName", Constraint::NAME_128);
    checks.finish()?;
    kind.ask_within(call, action, holder_name).allowed()?;
    let holder = kind.modifiable(call, holder_name)?;
    let mut entity = holder.entity().clone();
    entity.inline.remove(name).ok_or_else(|| absent(kind, name))?;
    Ok(Written { result: Vec::new(), changes: vec![holder.becoming(call, entity)] })
}

fn absent(kind: Kind, name: &str) -> ApiError {
    no_such_entity(format!("The {} policy with name {name} cannot be found.", kind.noun()))
}
