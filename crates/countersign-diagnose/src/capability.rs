//! Which tools can send an ExternalId, how, and since when: a snapshot of 2026, row by row with how sure it is.

use serde::Serialize;

use crate::situation::Situation;

/// One tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Capability {
    /// The tool, as [`crate::call::Call::tool`] names it.
    pub tool: &'static str,
    /// Words by which a text that is not understood shows the tool.
    #[serde(skip)]
    pub signs: &'static [&'static str],
    /// The field, or `None` when there is none.
    pub field: Option<&'static str>,
    /// The first release that has it, where that is known and not long ago.
    pub since: Option<&'static str>,
    /// How sure.
    pub sure: Sure,
    /// When somebody last looked: year and month.
    pub checked: &'static str,
    /// What else there is to know: where it is dropped, how it is spelt elsewhere.
    pub note: &'static str,
    /// The way round where the tool has no field, or its release is too old; empty for [`WAY_ROUND`].
    pub instead: &'static str,
}

/// How sure a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sure {
    /// Run, or read in the tool's own source.
    Observed,
    /// Its documentation says so.
    Documented,
}
use Sure::{Documented, Observed};

/// What helps with every tool that reads AWS's shared configuration, best first.
pub const WAY_ROUND: &str = "a profile with role_arn and external_id, a credential_process that assumes the role, or a wrapper that \
                             exports temporary credentials";

/// When the table was made.
const CHECKED: &str = "2026-08";

macro_rules! tools {
    ($($tool:literal [$($sign:literal),*] $field:expr, $since:expr, $sure:expr, $note:literal, $instead:literal;)*) => {
        /// Every tool that is known. "None" is a finding with a date.
        pub const CAPABILITIES: &[Capability] = &[$(Capability {
            tool: $tool,
            signs: &[$($sign),*],
            field: $field,
            since: $since,
            sure: $sure,
            checked: CHECKED,
            note: $note,
            instead: $instead,
        },)*];
    };
}

tools! {
    "aws-cli" ["aws sts assume-role"] Some("--external-id"), None, Documented, "it is no global option: other commands send it only through a profile", "";
    "shared-config" ["role_arn ="] Some("external_id"), None, Documented, "in the profile that holds role_arn; it is not taken from source_profile, and a profile with web_identity_token_file never sends it", "";
    "boto3" ["boto3"] Some("ExternalId="), None, Observed, "", "";
    "botocore" ["botocore"] Some("extra_args={\"ExternalId\": …}"), None, Observed, "", "";
    "aws-sdk-js" ["assumeRole("] Some("ExternalId"), None, Observed, "", "";
    "aws-sdk-js-v2" ["ChainableTemporaryCredentials", "TemporaryCredentials"] Some("ExternalId"), None, Observed, "ChainableTemporaryCredentials takes it under params", "";
    "aws-sdk-js-v3" ["AssumeRoleCommand", "fromTemporaryCredentials"] Some("ExternalId"), None, Observed, "fromTemporaryCredentials takes it under params", "";
    "aws-sdk-go-v1" ["github.com/aws/aws-sdk-go/"] Some("ExternalID"), None, Observed, "in AssumeRoleProvider of stscreds; AssumeRoleInput spells it ExternalId", "";
    "aws-sdk-go-v2" ["github.com/aws/aws-sdk-go-v2/"] Some("ExternalID"), None, Observed, "in AssumeRoleOptions of stscreds; AssumeRoleInput spells it ExternalId", "";
    "aws-sdk-go" ["AssumeRoleInput", "stscreds"] Some("ExternalId"), None, Observed, "AssumeRoleOptions of stscreds spells it ExternalID", "";
    "aws-sdk-java-v1" ["STSAssumeRoleSessionCredentialsProvider"] Some("withExternalId"), None, Observed, "", "";
    "aws-sdk-java-v2" ["StsAssumeRoleCredentialsProvider"] Some("externalId"), None, Observed, "in the request that the provider is given", "";
    "aws-sdk-java" ["AssumeRoleRequest"] Some("externalId"), None, Observed, "in version 1 of the SDK withExternalId", "";
    "aws-sdk-rust" ["aws_sdk_sts", "aws_config"] Some("external_id"), None, Observed, "", "";
    "aws-sdk-net" ["AssumeRoleAWSCredentials", "Amazon.SecurityToken"] Some("ExternalId"), None, Observed, "in AssumeRoleAWSCredentialsOptions or in the request", "";
    "aws-sdk-ruby" ["Aws::AssumeRoleCredentials", "Aws::STS"] Some("external_id:"), None, Observed, "", "";
    "aws-sdk-cpp" ["Aws::STS::Model"] Some("SetExternalId"), None, Documented, "role profiles are not in the default chain of every release", "";
    "aws-sdk-php" ["AssumeRoleCredentialProvider"] Some("ExternalId"), None, Observed, "profiles drop it: the provider for INI files sends only the role and the session name", "AssumeRoleCredentialProvider with ExternalId under assume_role_params";
    "terraform" ["provider \"aws\""] Some("external_id"), None, Observed, "in the block assume_role; the block assume_role_with_web_identity has none", "the block assume_role with the credentials of the web identity";
    "terraform-backend" ["backend \"s3\""] Some("external_id"), None, Observed, "in assume_role; before 1.6 it stood at the top level of the backend. A provider and a backend are configured apart", "";
    "terragrunt" ["iam_role ="] Some("external_id"), None, Observed, "in remote_state.config; iam_role and --iam-assume-role have none", "assume_role in remote_state.config";
    "configure-aws-credentials" ["configure-aws-credentials"] Some("role-external-id"), None, Observed, "it reaches STS only on the path with access keys; with OIDC it has no effect", "with OIDC: bind the `sub` and `aud` of the token in the trust policy, or a second step that assumes the role with the first one's credentials";
    "vault" ["vault write", "role_arns="] Some("external_id"), None, Documented, "on aws/roles/NAME with credential_type=assumed_role", "";
    "grafana" ["assumeRoleArn", "grafana"] Some("jsonData.externalId"), Some("0.38.6 of its AWS library"), Observed, "older libraries drop it on some paths", "a profile with role_arn and external_id";
    "external-secrets" ["external-secrets.io"] Some("spec.provider.aws.externalID"), None, Observed, "", "";
    "external-dns" ["--aws-assume-role"] Some("--aws-assume-role-external-id"), None, Observed, "", "";
    "keda" ["TriggerAuthentication"] Some("podIdentity.externalID"), Some("May 2026"), Observed, "it needs roleArn", "";
    "kiam" ["iam.amazonaws.com/role"] Some("iam.amazonaws.com/external-id"), None, Observed, "kube2iam has none", "";
    "cert-manager" ["cert-manager.io"] None, None, Observed, "", "a role of the service account that needs none, or a wrapper that exports temporary credentials";
    "sops" [".sops.yaml"] None, None, Observed, "", "a profile with role_arn and external_id";
    "msk-iam-auth" ["IAMLoginModule", "awsRoleArn"] Some("awsRoleExternalId"), Some("1.1.7"), Observed, "ignored when awsRoleAccessKeyId and awsRoleSecretAccessKey are set too", "awsProfileName with a profile that has external_id";
    "crossplane" ["assumeRoleChain"] Some("externalID"), None, Observed, "one for each hop", "";
    "pulumi" ["aws:assumeRole", "pulumi"] Some("externalId"), None, Documented, "in assumeRole of the provider; since version 7 in assumeRoles, a list", "";
    "packer" ["amazon-ebs"] Some("external_id"), None, Documented, "in the block assume_role", "";
    "cdk" ["DefaultStackSynthesizer"] Some("deployRoleExternalId"), None, Documented, "one for each role: fileAssetPublishingExternalId, imageAssetPublishingExternalId, lookupRoleExternalId", "";
    "prometheus" ["sigv4:"] Some("external_id"), None, Observed, "recent releases only: older ones have role_arn alone", "a profile with role_arn and external_id";
    "yace" ["discovery:"] Some("externalId"), None, Documented, "beside each roleArn", "";
    "vector" ["auth.assume_role"] Some("auth.external_id"), None, Documented, "", "";
    "fluent-bit" ["[OUTPUT]"] Some("external_id"), None, Documented, "es, opensearch, http, opentelemetry and prometheus_remote_write spell it aws_external_id", "";
    "iceberg" ["client.assume-role."] Some("client.assume-role.external-id"), None, Documented, "", "";
    "hadoop-s3a" ["fs.s3a.assumed.role."] Some("fs.s3a.assumed.role.external.id"), None, Observed, "recent releases only; other spellings are passed over", "a credentials provider of your own";
    "trino" ["s3.iam-role"] Some("s3.external-id"), None, Observed, "older releases: hive.s3.external-id; the exchange refuses it together with access keys", "";
    "cockroachdb" ["ASSUME_ROLE="] Some(";external_id="), None, Documented, "behind each role of the chain", "";
    "cloud-custodian" ["custodian run"] Some("--external-id"), None, Observed, "", "";
    "kube2iam" ["kube2iam"] None, None, Observed, "", "kiam, which has an annotation for it, or a service account with a role of its own";
    "eks-service-account" ["eks.amazonaws.com/role-arn"] None, None, Observed, "", "bind the `sub` and `aud` of the token in the trust policy, or assume a second role with AssumeRole";
    "aws-vault" ["aws-vault"] Some("external_id"), None, Observed, "in the profile; its web-identity path never sends it, and it is unmaintained", "";
    "rclone" ["rclone"] Some("role_external_id"), None, Observed, "", "";
    "prowler" ["prowler"] Some("--external-id"), None, Observed, "", "";
    "jenkins" ["withAWS"] Some("externalId"), None, Observed, "", "";
    "ansible" ["sts_assume_role"] Some("external_id"), None, Observed, "the option assume_role_arn of plugins has none", "";
    "vault-auth" ["auth/aws/config/sts"] Some("external_id"), None, Documented, "on auth/aws/config/sts/ACCOUNT; 1.17.0 sent an empty one for entries that were there before", "a later release than 1.17.0";
    "c7n-org" ["c7n-org"] Some("external_id"), None, Observed, "beside the role of each account", "";
    "cognito-sms" ["SmsConfiguration", "sms_configuration"] Some("SmsConfiguration.ExternalId"), None, Documented, "one of the few services that send one", "";
    "eks-pod-identity" ["PodIdentityAssociation", "pod_identity_association", "create-pod-identity-association"] Some("externalId"), None, Documented, "EKS makes it up for targetRoleArn: copy it from the association into the trust policy of that role", "";
    "switch-role" ["switchrole"] None, None, Documented, "", "the CLI or an SDK; people of one's own get a statement without it";
}

impl Capability {
    /// What a person is told.
    #[must_use]
    pub fn say(&self) -> String {
        let sure = match self.sure {
            Observed => "observed",
            Documented => "documented",
        };
        let instead = if self.instead.is_empty() { WAY_ROUND } else { self.instead };
        let mut text = match (self.field, self.since) {
            (None, _) => {
                return format!("{} cannot send one ({sure}, {}); the way round: {instead}", self.tool, self.checked);
            }
            (Some(field), Some(since)) => {
                format!("in {} it is `{field}`, since {since}; with an older release: {instead}", self.tool)
            }
            (Some(field), None) => format!("in {} it is `{field}`", self.tool),
        };
        if !self.note.is_empty() {
            text.push_str(": ");
            text.push_str(self.note);
        }
        if self.since.is_none() && !self.instead.is_empty() {
            text.push_str("; otherwise: ");
            text.push_str(self.instead);
        }
        text
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
    }

    #[test]
    fn who_cannot_send_one_is_told_so_with_a_date_and_a_way_round() {
        let without: Vec<&Capability> = CAPABILITIES.iter().filter(|row| row.field.is_none()).collect();
        assert!(without.len() >= 4, "{without:?}");
        for row in without {
            let said = row.say();
            assert!(
                said.contains("cannot send one") && said.contains("2026-08") && said.contains("the way round: "),
                "{said}"
            );
        }
        let recent = CAPABILITIES.iter().filter(|row| row.since.is_some());
        for said in recent.map(Capability::say) {
            assert!(said.contains("since ") && said.contains("with an older release: "), "{said}");
        }
    }
}
