//! Which tools can send an ExternalId, how, and since when: a snapshot of 2026, row by row with how sure it is.

use crate::situation::Situation;

/// One tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capability {
    /// The tool, as [`crate::call::Call::tool`] names it.
    pub tool: &'static str,
    /// Words by which a text that is not understood shows the tool.
    pub signs: &'static [&'static str],
    /// The field, or `None` when there is none.
    pub field: Option<&'static str>,
    /// What else there is to know: since which version, where it is dropped.
    pub note: &'static str,
}

macro_rules! tools {
    ($($tool:literal [$($sign:literal),*] $field:expr, $note:literal;)*) => {
        /// Every tool that is known. "None" is a finding with a date: August 2026.
        pub const CAPABILITIES: &[Capability] =
            &[$(Capability { tool: $tool, signs: &[$($sign),*], field: $field, note: $note },)*];
    };
}

tools! {
    "aws-cli" ["aws sts assume-role"] Some("--external-id"), "it is no global option: other commands send it only through a profile";
    "shared-config" ["role_arn ="] Some("external_id"), "in the profile that holds role_arn; it is not taken from source_profile, and a profile with web_identity_token_file never sends it";
    "boto3" ["boto3"] Some("ExternalId="), "";
    "botocore" ["botocore"] Some("extra_args={\"ExternalId\": …}"), "";
    "aws-sdk-js" ["assumeRole("] Some("ExternalId"), "";
    "aws-sdk-js-v2" ["ChainableTemporaryCredentials", "TemporaryCredentials"] Some("ExternalId"), "ChainableTemporaryCredentials takes it under params";
    "aws-sdk-js-v3" ["AssumeRoleCommand", "fromTemporaryCredentials"] Some("ExternalId"), "fromTemporaryCredentials takes it under params";
    "aws-sdk-go-v1" ["github.com/aws/aws-sdk-go/"] Some("ExternalID"), "in AssumeRoleProvider of stscreds; AssumeRoleInput spells it ExternalId";
    "aws-sdk-go-v2" ["github.com/aws/aws-sdk-go-v2/"] Some("ExternalID"), "in AssumeRoleOptions of stscreds; AssumeRoleInput spells it ExternalId";
    "aws-sdk-go" ["AssumeRoleInput", "stscreds"] Some("ExternalId"), "AssumeRoleOptions of stscreds spells it ExternalID";
    "aws-sdk-java-v1" ["STSAssumeRoleSessionCredentialsProvider"] Some("withExternalId"), "";
    "aws-sdk-java-v2" ["StsAssumeRoleCredentialsProvider"] Some("externalId"), "in the request that the provider is given";
    "aws-sdk-java" ["AssumeRoleRequest"] Some("externalId"), "in version 1 of the SDK withExternalId";
    "aws-sdk-rust" ["aws_sdk_sts", "aws_config"] Some("external_id"), "";
    "aws-sdk-net" ["AssumeRoleAWSCredentials", "Amazon.SecurityToken"] Some("ExternalId"), "in AssumeRoleAWSCredentialsOptions or in the request";
    "aws-sdk-ruby" ["Aws::AssumeRoleCredentials", "Aws::STS"] Some("external_id:"), "";
    "aws-sdk-cpp" ["Aws::STS::Model"] Some("SetExternalId"), "role profiles are not in the default chain of every release";
    "aws-sdk-php" ["AssumeRoleCredentialProvider"] Some("ExternalId"), "profiles drop it: the provider for INI files sends only the role and the session name";
    "terraform" ["provider \"aws\""] Some("external_id"), "in the block assume_role; the block assume_role_with_web_identity has none";
    "terraform-backend" ["backend \"s3\""] Some("external_id"), "in assume_role; a provider and a backend are configured apart";
    "terragrunt" ["iam_role ="] Some("external_id"), "in remote_state.config; iam_role and --iam-assume-role have none";
    "configure-aws-credentials" ["configure-aws-credentials"] Some("role-external-id"), "it reaches STS only on the path with access keys; with OIDC it has no effect";
    "vault" ["vault write", "role_arns="] Some("external_id"), "on aws/roles/NAME with credential_type=assumed_role";
    "grafana" ["assumeRoleArn", "grafana"] Some("jsonData.externalId"), "libraries before 0.38.6 drop it on some paths: upgrade, or use a profile";
    "external-secrets" ["external-secrets.io"] Some("spec.provider.aws.externalID"), "";
    "external-dns" ["--aws-assume-role"] Some("--aws-assume-role-external-id"), "";
    "keda" ["TriggerAuthentication"] Some("podIdentity.externalID"), "since May 2026; before that there is none";
    "kiam" ["iam.amazonaws.com/role"] Some("iam.amazonaws.com/external-id"), "kube2iam has none";
    "cert-manager" ["cert-manager.io"] None, "use a profile, or a wrapper that exports temporary credentials";
    "sops" [".sops.yaml"] None, "use a profile with role_arn and external_id";
    "msk-iam-auth" ["IAMLoginModule", "awsRoleArn"] Some("awsRoleExternalId"), "since 1.1.7, and ignored when awsRoleAccessKeyId is set too; older: awsProfileName with a profile that has external_id";
    "crossplane" ["assumeRoleChain"] Some("externalID"), "one for each hop";
    "pulumi" ["aws:assumeRole", "pulumi"] Some("externalId"), "in assumeRole of the provider";
    "packer" ["amazon-ebs"] Some("external_id"), "in the block assume_role";
    "cdk" ["DefaultStackSynthesizer"] Some("deployRoleExternalId"), "one for each role: fileAssetPublishingExternalId, imageAssetPublishingExternalId, lookupRoleExternalId";
    "prometheus" ["sigv4:"] Some("external_id"), "recent releases only: older ones have role_arn alone";
    "yace" ["discovery:"] Some("externalId"), "beside each roleArn";
    "vector" ["auth.assume_role"] Some("auth.external_id"), "";
    "fluent-bit" ["[OUTPUT]"] Some("external_id"), "es, opensearch, http, opentelemetry and prometheus_remote_write spell it aws_external_id";
    "iceberg" ["client.assume-role."] Some("client.assume-role.external-id"), "";
    "hadoop-s3a" ["fs.s3a.assumed.role."] Some("fs.s3a.assumed.role.external.id"), "recent releases only; other spellings are passed over";
    "trino" ["s3.iam-role"] Some("s3.external-id"), "older releases: hive.s3.external-id; the exchange refuses it together with access keys";
    "cockroachdb" ["ASSUME_ROLE="] Some(";external_id="), "behind each role of the chain";
    "cloud-custodian" ["custodian run"] Some("--external-id"), "";
    "kube2iam" ["kube2iam"] None, "kiam has an annotation for it";
    "eks-service-account" ["eks.amazonaws.com/role-arn"] None, "web identity has no such parameter: bind the token's sub and aud, or assume a second role with AssumeRole";
    "aws-vault" ["aws-vault"] Some("external_id"), "in the profile; its web-identity path never sends it, and it is unmaintained";
    "rclone" ["rclone"] Some("role_external_id"), "";
    "prowler" ["prowler"] Some("--external-id"), "";
    "jenkins" ["withAWS"] Some("externalId"), "";
    "ansible" ["sts_assume_role"] Some("external_id"), "the option assume_role_arn of plugins has none";
}

impl Capability {
    /// What a person is told.
    #[must_use]
    pub fn say(&self) -> String {
        let how = match self.field {
            Some(field) => format!("in {} it is `{field}`", self.tool),
            None => format!("{} has no field for it (looked at in August 2026)", self.tool),
        };
        if self.note.is_empty() { how } else { format!("{how}: {}", self.note) }
    }
}

/// The tool that makes the call, when it is in the table.
pub(crate) fn of(situation: &Situation<'_>) -> Option<&'static Capability> {
    let by_name = |name: &str| CAPABILITIES.iter().find(|row| row.tool == name);
    if let Some(found) = situation.call().and_then(|call| by_name(call.tool)) {
        return Some(found);
    }
    let request = situation.evidence.request.as_ref().map(|request| request.text.as_str()).unwrap_or_default();
    CAPABILITIES.iter().find(|row| row.signs.iter().any(|sign| request.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_stands_once_and_can_be_recognised() {
        let names: std::collections::BTreeSet<&str> = CAPABILITIES.iter().map(|row| row.tool).collect();
        assert_eq!(names.len(), CAPABILITIES.len());
        assert!(CAPABILITIES.iter().all(|row| !row.signs.is_empty()));
        assert!(CAPABILITIES.iter().any(|row| row.field.is_none() && !row.note.is_empty()));
    }
}
