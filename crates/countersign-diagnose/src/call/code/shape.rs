//! How tools write a role and its ExternalId into their configuration.

use super::entry::{EntryPoint, Missing};

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
    const fn new(tool: &'static str, role: &'static str, external_id: &'static str) -> Self {
        let entry = EntryPoint::assume_role("", tool).missing(Missing::Spelt(external_id));
        Self { within: None, beside: None, role, external_id: Some(external_id), entry }
    }

    const fn without(tool: &'static str, role: &'static str) -> Self {
        let entry = EntryPoint::assume_role("", tool).missing(Missing::Never);
        Self { within: None, beside: None, role, external_id: None, entry }
    }

    const fn within(self, within: &'static str) -> Self {
        Self { within: Some(within), ..self }
    }

    const fn beside(self, beside: &'static str) -> Self {
        Self { beside: Some(beside), ..self }
    }
}

/// The first that fits counts.
pub(super) static SHAPES: &[Shape] = &[
    Shape::new("aws-cli", "RoleArn", "ExternalId").beside("RoleSessionName"),
    Shape::new("grafana", "assumeRoleArn", "externalId"),
    Shape::new("external-secrets", "role", "externalID").within("aws"),
    Shape::new("keda", "roleArn", "externalID").within("podIdentity"),
    Shape::new("crossplane", "roleARN", "externalID").within("assumeRoleChain"),
    Shape::new("yace", "roleArn", "externalId").within("roles"),
    Shape::new("prometheus", "role_arn", "external_id").within("sigv4"),
    Shape::new("vector", "assume_role", "external_id").within("auth"),
    Shape::new("pulumi", "roleArn", "externalId").within("assumeRole"),
    Shape::new("kiam", "iam.amazonaws.com/role", "iam.amazonaws.com/external-id").within("annotations"),
    Shape::new("trino", "s3.iam-role", "s3.external-id"),
    Shape::new("trino", "hive.s3.iam-role", "hive.s3.external-id"),
    Shape::new("iceberg", "client.assume-role.arn", "client.assume-role.external-id"),
    Shape::new("hadoop-s3a", "fs.s3a.assumed.role.arn", "fs.s3a.assumed.role.external.id"),
    Shape::new("rclone", "role_arn", "role_external_id").beside("provider"),
    Shape {
        within: None,
        beside: None,
        role: "eks.amazonaws.com/role-arn",
        external_id: None,
        entry: EntryPoint::web_identity("", "eks-service-account"),
    },
    Shape::without("cert-manager", "role").within("route53"),
    Shape::without("sops", "role").beside("arn"),
];
