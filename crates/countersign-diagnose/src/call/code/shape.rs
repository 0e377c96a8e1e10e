//! How tools write a role and its ExternalId into their configuration.

use super::entry::{EntryPoint, Key};
use crate::call::Name;

/// The record of one tool.
pub(super) struct Shape {
    /// The key that the record, or its list, is the value of.
    pub(super) within: Option<&'static str>,
    /// A key that stands beside the role.
    pub(super) beside: Option<&'static str>,
    /// The key of the role.
    pub(super) role: &'static str,
    /// The key of the ExternalId; `None` when the tool has none.
    pub(super) external_id: Option<&'static str>,
    /// The tool.
    pub(super) entry: EntryPoint,
}

impl Shape {
    const fn new(tool: &'static str, role: &'static str, external_id: &'static Key) -> Self {
        let entry = EntryPoint::assume_role("", tool).keys(std::slice::from_ref(external_id));
        Self { within: None, beside: None, role, external_id: external_id.spelt, entry }
    }

    const fn without(tool: &'static str, role: &'static str) -> Self {
        let entry = EntryPoint::assume_role("", tool).keys(&[]);
        Self { within: None, beside: None, role, external_id: None, entry }
    }

    const fn keys(self, keys: &'static [Key]) -> Self {
        Self { entry: self.entry.keys(keys).session("*"), ..self }
    }

    const fn within(self, within: &'static str) -> Self {
        Self { within: Some(within), ..self }
    }

    const fn beside(self, beside: &'static str) -> Self {
        Self { beside: Some(beside), ..self }
    }
}

const fn id(spelt: &'static str) -> Key {
    Key::new(Name::ExternalId, spelt)
}

/// What Pulumi takes beside a role.
const PULUMI: &[Key] = &[
    id("externalId"),
    Key::new(Name::RoleSessionName, "sessionName"),
    Key::new(Name::SourceIdentity, "sourceIdentity"),
];
/// What Terraform takes beside a role.
const TERRAFORM: &[Key] = &[
    id("external_id"),
    Key::new(Name::RoleSessionName, "session_name"),
    Key::new(Name::SourceIdentity, "source_identity"),
];

/// The first that fits counts.
pub(super) static SHAPES: &[Shape] = &[
    Shape {
        within: None,
        beside: Some("RoleSessionName"),
        role: "RoleArn",
        external_id: None,
        entry: EntryPoint::assume_role("", "aws-cli"),
    },
    Shape::new("grafana", "assumeRoleArn", &id("externalId")),
    Shape::new("external-secrets", "role", &id("externalID")).within("aws"),
    Shape::new("keda", "roleArn", &id("externalID")).within("podIdentity"),
    Shape::new("crossplane", "roleARN", &id("externalID")).within("assumeRoleChain"),
    Shape::new("yace", "roleArn", &id("externalId")).within("roles"),
    Shape::new("prometheus", "role_arn", &id("external_id")).within("sigv4"),
    Shape::new("vector", "assume_role", &id("external_id")).within("auth"),
    Shape::new("pulumi", "roleArn", &id("externalId")).keys(PULUMI).within("assumeRole"),
    Shape::new("pulumi", "roleArn", &id("externalId")).keys(PULUMI).within("assumeRoles"),
    Shape::new("pulumi", "roleArn", &id("externalId")).keys(PULUMI).within("aws:assumeRole"),
    Shape::new("pulumi", "roleArn", &id("externalId")).keys(PULUMI).within("aws:assumeRoles"),
    // Terraform's JSON.
    Shape::new("terraform", "role_arn", &id("external_id")).keys(TERRAFORM).within("assume_role"),
    Shape::new("terraform-backend", "role_arn", &id("external_id")).within("s3"),
    Shape::new("kiam", "iam.amazonaws.com/role", &id("iam.amazonaws.com/external-id")).within("annotations"),
    Shape::new("trino", "s3.iam-role", &id("s3.external-id")),
    Shape::new("trino", "hive.s3.iam-role", &id("hive.s3.external-id")),
    Shape::new("iceberg", "client.assume-role.arn", &id("client.assume-role.external-id")),
    Shape::new("hadoop-s3a", "fs.s3a.assumed.role.arn", &id("fs.s3a.assumed.role.external.id")),
    Shape::new("rclone", "role_arn", &id("role_external_id")).beside("provider"),
    Shape {
        within: None,
        beside: None,
        role: "eks.amazonaws.com/role-arn",
        external_id: None,
        entry: EntryPoint::web_identity("", "eks-service-account").keys(&[]),
    },
    Shape::without("cert-manager", "role").within("route53"),
    Shape::without("sops", "role").beside("arn"),
];
