//! The permissions that dumps of accounts hold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use countersign_audit::input::{Named, Reading, read};
use countersign_audit::permissions::{Extent, Permissions, PolicyContent};
use countersign_audit::reach::reach;
use serde_json::{Value, json};

fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}
    ]})
}

fn allow(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})
}

fn role(more: Value) -> Value {
    let mut role = json!({
        "RoleName": "app", "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": trust(),
    });
    role.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    role
}

fn reading(file: &Value) -> Reading {
    read("account.json", serde_json::to_string_pretty(file).unwrap().as_bytes(), Named::ByUser)
}

/// The permissions of the one role of the file, which has no problems.
fn permissions(file: &Value) -> Permissions {
    let reading = reading(file);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!(reading.roles.len(), 1);
    reading.roles[0].permissions.clone()
}

fn word(permissions: &Permissions) -> String {
    let reach = reach(permissions);
    let by: Vec<String> = reach.by.iter().map(ToString::to_string).collect();
    let unknown: Vec<String> = reach.unknown.iter().map(ToString::to_string).collect();
    format!("{} {} {}", reach.level, by.join(", "), unknown.join(", ")).trim_end().replace('`', "")
}

fn percent(document: &Value) -> String {
    document.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn inline_policies_are_read_in_every_form() {
    let document = allow("s3:GetObject");
    for form in [document.clone(), json!(document.to_string()), json!(percent(&document))] {
        let inline = json!([{"PolicyName": "objects", "PolicyDocument": form}]);
        let file = json!({"RoleDetailList": [role(json!({"RolePolicyList": inline, "AttachedManagedPolicies": []}))]});
        let permissions = permissions(&file);
        assert_eq!(permissions.extent, Extent::Complete);
        assert_eq!(&*permissions.policies[0].name, "objects");
        assert_eq!(word(&permissions), "reads-data s3:GetObject", "{file}");
    }
}

#[test]
fn a_role_without_policies_is_told_from_one_nothing_is_said_of() {
    let none = json!({"RoleDetailList": [role(json!({"RolePolicyList": [], "AttachedManagedPolicies": []}))]});
    assert_eq!(word(&permissions(&none)), "none");
    let unsaid = "unknown  policies that the input does not list";
    for file in [json!({"Role": role(json!({}))}), json!({"Roles": [role(json!({}))]}), trust()] {
        assert_eq!(word(&permissions(&file)), unsaid, "{file}");
    }
    let half = json!({"RoleDetailList": [role(json!({"RolePolicyList": []}))]});
    assert_eq!(word(&permissions(&half)), unsaid);
}

#[test]
fn managed_policies_are_taken_in_their_default_version_from_the_same_file() {
    let arn = "arn:aws:iam::111122223333:policy/team";
    let attached = json!([{"PolicyName": "team", "PolicyArn": arn}]);
    let versions = json!([
        {"VersionId": "v2", "IsDefaultVersion": false, "Document": allow("*")},
        {"VersionId": "v1", "IsDefaultVersion": true, "Document": percent(&allow("sqs:SendMessage"))},
    ]);
    let roles = json!([role(json!({"RolePolicyList": [], "AttachedManagedPolicies": attached}))]);
    let policies = json!([{"PolicyName": "team", "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": versions}]);
    let with = permissions(&json!({"RoleDetailList": roles, "Policies": policies}));
    assert_eq!(&*with.policies[0].name, "team");
    assert_eq!(word(&with), "writes sqs:SendMessage");
    let in_a_row = json!([{"RoleDetailList": roles}, {"Policies": policies, "RoleDetailList": []}]);
    assert_eq!(word(&permissions(&in_a_row)), "writes sqs:SendMessage");
    let without = permissions(&json!({"RoleDetailList": roles, "Policies": []}));
    assert!(matches!(without.policies[0].content, PolicyContent::Managed(_)));
    assert_eq!(word(&without), format!("unknown  the policy {arn}"));
    let no_default = json!([{"Arn": arn, "PolicyVersionList": [{"VersionId": "v2", "Document": allow("*")}]}]);
    let no_default = permissions(&json!({"RoleDetailList": roles, "Policies": no_default}));
    assert_eq!(word(&no_default), format!("unknown  the policy {arn}"));
}

#[test]
fn what_the_file_says_of_an_aws_policy_comes_before_the_table() {
    let arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let attached = json!([{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": arn}]);
    let roles = json!([role(json!({"RolePolicyList": [], "AttachedManagedPolicies": attached}))]);
    let table = permissions(&json!({"RoleDetailList": roles}));
    assert_eq!(word(&table), "reads-data s3:GetObject");
    let version = json!([{"VersionId": "v9", "IsDefaultVersion": true, "Document": allow("s3:ListBucket")}]);
    let policies = json!([{"Arn": arn, "PolicyVersionList": version}]);
    let own = permissions(&json!({"RoleDetailList": roles, "Policies": policies}));
    assert_eq!(word(&own), "metadata s3:ListBucket");
}

#[test]
fn a_boundary_is_resolved_like_any_managed_policy() {
    let arn = "arn:aws:iam::111122223333:policy/limit";
    let more = json!({
        "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": allow("*")}],
        "AttachedManagedPolicies": [],
        "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn},
    });
    let version = json!([{"VersionId": "v1", "IsDefaultVersion": true, "Document": allow("ec2:Describe*")}]);
    let policies = json!([{"Arn": arn, "PolicyVersionList": version}]);
    let within = permissions(&json!({"RoleDetailList": [role(more.clone())], "Policies": policies}));
    assert_eq!(word(&within), "metadata *");
    let unread = permissions(&json!({"RoleDetailList": [role(more)]}));
    assert_eq!(word(&unread), "administrator *");
}

#[test]
fn what_is_damaged_is_not_taken_for_nothing() {
    let broken = json!([{"PolicyName": "broken", "PolicyDocument": "{\"Statement\": ["}]);
    let file = json!({"RoleDetailList": [role(json!({"RolePolicyList": broken, "AttachedManagedPolicies": []}))]});
    assert_eq!(word(&permissions(&file)), "unknown  the policy broken, which cannot be read");
    let without = json!([{"PolicyName": "empty"}]);
    let file = json!({"RoleDetailList": [role(json!({"RolePolicyList": without, "AttachedManagedPolicies": []}))]});
    assert_eq!(word(&permissions(&file)), "unknown  the policy empty, which cannot be read");
    let nameless = json!([{"PolicyName": "x"}]);
    let file = json!({"RoleDetailList": [role(json!({"RolePolicyList": [], "AttachedManagedPolicies": nameless}))]});
    assert_eq!(word(&permissions(&file)), "unknown  policies that the input does not list");
    let file = json!({"RoleDetailList": [role(json!({"RolePolicyList": {}, "AttachedManagedPolicies": []}))]});
    let reading = reading(&file);
    assert_eq!(reading.problems[0].message, "`RolePolicyList` is an object, not a list");
    assert_eq!(word(&reading.roles[0].permissions), "unknown  policies that the input does not list");
}
