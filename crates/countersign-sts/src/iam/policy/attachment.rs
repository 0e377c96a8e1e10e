//! AttachRolePolicy, DetachRolePolicy, ListAttachedRolePolicies, and the same for users and groups.

use countersign_policy::arn::Arn;

use super::{not_found, parsed};
use crate::iam::holder::Kind;
use crate::iam::{limit_exceeded, no_such_entity, reading, writing};
use crate::protocol::{ApiError, Checks, Constraint, Element, ErrorCode, Page, Value};
use crate::service::{Call, Operation, Written};

pub(in crate::iam) static ATTACH_TO_ROLE: Operation =
    writing("AttachRolePolicy", |call| attach(call, Kind::Role, "iam:AttachRolePolicy"));
pub(in crate::iam) static ATTACH_TO_USER: Operation =
    writing("AttachUserPolicy", |call| attach(call, Kind::User, "iam:AttachUserPolicy"));
pub(in crate::iam) static ATTACH_TO_GROUP: Operation =
    writing("AttachGroupPolicy", |call| attach(call, Kind::Group, "iam:AttachGroupPolicy"));
pub(in crate::iam) static DETACH_FROM_ROLE: Operation =
    writing("DetachRolePolicy", |call| detach(call, Kind::Role, "iam:DetachRolePolicy"));
pub(in crate::iam) static DETACH_FROM_USER: Operation =
    writing("DetachUserPolicy", |call| detach(call, Kind::User, "iam:DetachUserPolicy"));
pub(in crate::iam) static DETACH_FROM_GROUP: Operation =
    writing("DetachGroupPolicy", |call| detach(call, Kind::Group, "iam:DetachGroupPolicy"));
pub(in crate::iam) static LIST_OF_ROLE: Operation =
    reading("ListAttachedRolePolicies", |call| list(call, Kind::Role, "iam:ListAttachedRolePolicies"));
pub(in crate::iam) static LIST_OF_USER: Operation =
    reading("ListAttachedUserPolicies", |call| list(call, Kind::User, "iam:ListAttachedUserPolicies"));
pub(in crate::iam) static LIST_OF_GROUP: Operation =
    reading("ListAttachedGroupPolicies", |call| list(call, Kind::Group, "iam:ListAttachedGroupPolicies"));

/// What accounts have that never asked for more.
const MOST: usize = 10;

fn attach(call: &Call<'_>, kind: Kind, action: &'static str) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = kind.required_to_attach(&mut checks);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    checks.finish()?;
    kind.ask_within(call, action, name).with("iam:PolicyARN", arn).allowed()?;
    refuse_services_policy(parsed(arn)?, kind)?;
    let holder = kind.modifiable(call, name)?;
    if call.world.managed_policy(call.principal.account, arn).is_none() {
        return Err(no_such_entity(format!("Policy {arn} does not exist or is not attachable.")));
    }
    let mut entity = holder.entity().clone();
    if entity.attached.iter().any(|attached| attached == arn) {
        return Ok(Written::default());
    }
    if entity.attached.len() >= MOST {
        return Err(limit_exceeded(format!("Cannot exceed quota for PoliciesPer{}: {MOST}", kind.title())));
    }
    entity.attached.push(arn.to_owned());
    Ok(Written { result: Vec::new(), changes: vec![holder.becoming(call, entity)] })
}

fn detach(call: &Call<'_>, kind: Kind, action: &'static str) -> Result<Written, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = kind.required_to_attach(&mut checks);
    let arn = checks.required("PolicyArn", Constraint::ARN);
    checks.finish()?;
    kind.ask_within(call, action, name).with("iam:PolicyARN", arn).allowed()?;
    parsed(arn)?;
    let holder = kind.modifiable(call, name)?;
    let mut entity = holder.entity().clone();
    let before = entity.attached.len();
    entity.attached.retain(|attached| attached != arn);
    if entity.attached.len() == before {
        return Err(not_found(arn));
    }
    Ok(Written { result: Vec::new(), changes: vec![holder.becoming(call, entity)] })
}

fn list(call: &Call<'_>, kind: Kind, action: &'static str) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let name = kind.required_to_attach(&mut checks);
    let prefix = checks.optional("PathPrefix", Constraint::POLICY_PATH).unwrap_or("/");
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    kind.ask_on(call, action, name).allowed()?;
    let holder = kind.found(call, name)?;
    let mut attached: Vec<&String> = holder.entity().attached.iter().filter(|arn| is_under(arn, prefix)).collect();
    attached.sort();
    let member = |arn: &String| {
        let name = arn.rsplit('/').next().unwrap_or_default();
        Value::Structure(vec![Element::leaf("PolicyName", name), Element::leaf("PolicyArn", arn)])
    };
    Ok(page.cut(attached.into_iter().map(|arn| (arn, arn))).elements("AttachedPolicies", member))
}

/// The policies of services' own roles belong to those alone. AWS has the text for roles; for users and groups it is
/// assumed to name them.
fn refuse_services_policy(arn: Arn<'_>, kind: Kind) -> Result<(), ApiError> {
    if arn.account == "aws" && arn.resource.starts_with("policy/aws-service-role/") {
        let text = format!("Cannot attach a Service Role Policy to a Customer {}.", kind.title());
        return Err(ApiError::new(ErrorCode::PolicyNotAttachable, text));
    }
    Ok(())
}

fn is_under(arn: &str, prefix: &str) -> bool {
    let path_and_name = arn.split_once(":policy").map_or("", |(_, rest)| rest);
    path_and_name.rsplit_once('/').is_some_and(|(path, _)| format!("{path}/").starts_with(prefix))
}
