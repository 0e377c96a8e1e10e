//! GetAccountAuthorizationDetails: all users, groups, roles and policies of an account, with their documents.

use std::borrow::Cow;

use crate::iam::permission::ask;
use crate::iam::policy::managed::{self, Managed, View};
use crate::iam::policy::usage::{Usage, count};
use crate::iam::role::shape::boundary;
use crate::iam::{account, group, instance_profile, reading, role, user};
use crate::protocol::{ApiError, Checks, Element, Page, Value, truncation};
use crate::service::{Call, Operation};
use crate::world::{Entity, Group, Role, User};

pub(in crate::iam) static OPERATION: Operation = reading("GetAccountAuthorizationDetails", respond);

/// The kinds that a call can ask for, in the order in which pages go through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    User,
    Group,
    Role,
    LocalManagedPolicy,
    AwsManagedPolicy,
}

enum Detail<'c> {
    User(Cow<'c, User>),
    Group(&'c Group),
    Role(&'c Role),
    Policy(Managed<'c>),
}

const KINDS: [(&str, Kind); 5] = [
    ("User", Kind::User),
    ("Role", Kind::Role),
    ("Group", Kind::Group),
    ("LocalManagedPolicy", Kind::LocalManagedPolicy),
    ("AWSManagedPolicy", Kind::AwsManagedPolicy),
];

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    let mut checks = Checks::without_values(call.parameters);
    let members = checks.list("Filter", 0, usize::MAX)?;
    let filter: Vec<Kind> = members.iter().filter_map(|member| checks.choice(member, &KINDS)).collect();
    let page = Page::read(&mut checks)?;
    checks.finish()?;
    ask(call, "iam:GetAccountAuthorizationDetails", "*".to_owned()).allowed()?;
    let mut details = details(call);
    details.retain(|(kind, _, _)| filter.is_empty() || filter.contains(kind));
    details.sort_by(|(a, a_name, _), (b, b_name, _)| (a, a_name).cmp(&(b, b_name)));
    let keyed = details.into_iter().map(|(kind, name, detail)| (format!("{}{name}", kind as u8), detail));
    let cut = page.cut(keyed);
    let list = |name, of: fn(&Call<'_>, &Detail<'_>) -> Option<Value>| {
        Element::list(name, cut.shown.iter().filter_map(|detail| of(call, detail)))
    };
    let mut result = vec![
        list("UserDetailList", user_detail),
        list("GroupDetailList", group_detail),
        list("RoleDetailList", role_detail),
        list("Policies", policy_detail),
    ];
    result.extend(truncation(cut.marker.as_deref()));
    Ok(result)
}

/// Everything, by kind and name. Of AWS's policies those that are used.
fn details<'c>(call: &Call<'c>) -> Vec<(Kind, String, Detail<'c>)> {
    let account = account(call);
    let users = call.world.users(call.principal.account).into_iter();
    let users = users.map(|user| (Kind::User, user.entity.name.to_ascii_lowercase(), Detail::User(user)));
    let groups = account.into_iter().flat_map(|account| account.groups.iter());
    let groups = groups.map(|group| (Kind::Group, group.entity.name.to_ascii_lowercase(), Detail::Group(group)));
    let roles = account.into_iter().flat_map(|account| account.roles.iter());
    let roles = roles.map(|role| (Kind::Role, role.entity.name.to_ascii_lowercase(), Detail::Role(role)));
    let is_used = |arn: &str| {
        let usages = [Usage::PermissionsPolicy, Usage::PermissionsBoundary];
        usages.into_iter().any(|usage| count(call, arn, usage) > 0)
    };
    let policies = managed::all(call).into_iter().filter_map(|policy| {
        let arn = policy.arn(call);
        let kind = match policy {
            Managed::Own(_) => Kind::LocalManagedPolicy,
            Managed::OfAws { .. } if is_used(&arn) => Kind::AwsManagedPolicy,
            Managed::OfAws { .. } => return None,
        };
        Some((kind, arn, Detail::Policy(policy)))
    });
    users.chain(groups).chain(roles).chain(policies).collect()
}

fn user_detail(call: &Call<'_>, detail: &Detail<'_>) -> Option<Value> {
    let Detail::User(user) = detail else { return None };
    let mut members = user::shape::listed(call, user);
    members.push(inline("UserPolicyList", &user.entity));
    members.push(Element::texts("GroupList", &user.groups));
    members.push(attached(&user.entity));
    members.extend(user.entity.boundary.as_deref().map(boundary));
    members.push(Element::tags("Tags", &user.entity.tags));
    Some(Value::Structure(members))
}

fn group_detail(call: &Call<'_>, detail: &Detail<'_>) -> Option<Value> {
    let Detail::Group(group) = detail else { return None };
    let mut members = group::shape(call, group);
    members.push(inline("GroupPolicyList", &group.entity));
    members.push(attached(&group.entity));
    Some(Value::Structure(members))
}

fn role_detail(call: &Call<'_>, detail: &Detail<'_>) -> Option<Value> {
    let Detail::Role(role) = detail else { return None };
    let name = &role.entity.name;
    let mut members = role::shape::members(call, role, role::shape::View::Listed);
    members.retain(|member| !["Description", "MaxSessionDuration"].contains(&member.name));
    let profiles = account(call).into_iter().flat_map(|account| account.instance_profiles.iter());
    let own = profiles.filter(|profile| profile.role.as_ref().is_some_and(|role| role.eq_ignore_ascii_case(name)));
    let own = own.map(|profile| Value::Structure(instance_profile::shape::members(call, profile)));
    members.push(Element::list("InstanceProfileList", own));
    members.push(inline("RolePolicyList", &role.entity));
    members.push(attached(&role.entity));
    members.extend(role.entity.boundary.as_deref().map(boundary));
    members.push(Element::tags("Tags", &role.entity.tags));
    members.push(Element::parent("RoleLastUsed", Vec::new()));
    Some(Value::Structure(members))
}

fn policy_detail(call: &Call<'_>, detail: &Detail<'_>) -> Option<Value> {
    let Detail::Policy(policy) = detail else { return None };
    let mut members = policy.members(call, View::Whole);
    members.retain(|member| member.name != "Tags");
    let default = policy.default_version();
    let versions = policy.versions().into_iter().map(|version| {
        let document = Element::document("Document", version.policy.text());
        Value::Structure([document].into_iter().chain(version.members(default)).collect())
    });
    members.push(Element::list("PolicyVersionList", versions));
    Some(Value::Structure(members))
}

fn inline(list: &'static str, entity: &Entity) -> Element {
    Element::list(
        list,
        entity.inline.iter().map(|(name, policy)| {
            let document = Element::document("PolicyDocument", policy.text());
            Value::Structure(vec![Element::leaf("PolicyName", name), document])
        }),
    )
}

fn attached(entity: &Entity) -> Element {
    Element::list(
        "AttachedManagedPolicies",
        entity.attached.iter().map(|arn| {
            let name = arn.rsplit('/').next().unwrap_or_default();
            Value::Structure(vec![Element::leaf("PolicyName", name), Element::leaf("PolicyArn", arn)])
        }),
    )
}
