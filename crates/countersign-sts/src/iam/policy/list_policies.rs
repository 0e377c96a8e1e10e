//! ListPolicies.

use super::managed::{self, Managed, View};
use super::usage::{self, Usage};
use crate::iam::permission::ask;
use crate::iam::reading;
use crate::protocol::{ApiError, Checks, Constraint, Element, Page, Value};
use crate::service::{Call, Operation};

pub(in crate::iam) static OPERATION: Operation = reading("ListPolicies", respond);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    Aws,
    Local,
}

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let scope = checks.choice("Scope", &[("All", Scope::All), ("AWS", Scope::Aws), ("Local", Scope::Local)]);
    let only_attached = checks.boolean("OnlyAttached")?.unwrap_or(false);
    let prefix = checks.optional("PathPrefix", Constraint::POLICY_PATH).unwrap_or("/");
    let usage = Usage::read(&mut checks);
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:ListPolicies", "*".to_owned()).shown_as(format!("policy path {prefix}")).allowed()?;
    let in_scope = |managed: &Managed<'_>| match (scope, managed) {
        (Some(Scope::Local), Managed::OfAws { .. }) | (Some(Scope::Aws), Managed::Own(_)) => false,
        (Some(Scope::All | Scope::Aws | Scope::Local) | None, _) => true,
    };
    let is_used = |managed: &Managed<'_>| {
        let arn = managed.arn(call);
        let uses = |usage| usage::count(call, &arn, usage) > 0;
        match usage {
            Some(usage) => uses(usage),
            None => !only_attached || uses(Usage::PermissionsPolicy) || uses(Usage::PermissionsBoundary),
        }
    };
    let listed = managed::all(call).into_iter();
    let listed = listed.filter(in_scope).filter(|managed| managed.path().starts_with(prefix)).filter(is_used);
    let keyed = listed.map(|managed| (managed.arn(call), managed));
    Ok(page.cut(keyed).elements("Policies", |managed| Value::Structure(managed.members(call, View::Listed))))
}
