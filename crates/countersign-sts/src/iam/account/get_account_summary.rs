//! GetAccountSummary: what there is, and AWS's default quotas. The endpoint keeps to those of sizes and of what belongs to
//! one user, group, role or policy; how many there are of these in an account is not limited.

use crate::iam::permission::ask;
use crate::iam::reading;
use crate::protocol::{ApiError, Element, Value};
use crate::service::{Call, Operation};
use crate::world::{Account, KeyOwner};

pub(in crate::iam) static OPERATION: Operation = reading("GetAccountSummary", respond);

const QUOTAS: [(&str, u64); 20] = [
    ("AccessKeysPerUserQuota", 2),
    ("AssumeRolePolicySizeQuota", 2048),
    ("AttachedPoliciesPerGroupQuota", 10),
    ("AttachedPoliciesPerRoleQuota", 10),
    ("AttachedPoliciesPerUserQuota", 10),
    ("GroupPolicySizeQuota", 5120),
    ("GroupsPerUserQuota", 10),
    ("GroupsQuota", 300),
    ("InstanceProfilesQuota", 1000),
    ("PoliciesQuota", 1500),
    ("PolicySizeQuota", 6144),
    ("PolicyVersionsInUseQuota", 10_000),
    ("RolePolicySizeQuota", 10_240),
    ("RolesQuota", 1000),
    ("ServerCertificatesQuota", 20),
    ("SigningCertificatesPerUserQuota", 2),
    ("UserPolicySizeQuota", 2048),
    ("UsersQuota", 5000),
    ("VersionsPerPolicyQuota", 5),
    ("GlobalEndpointTokenVersion", 1),
];

fn respond(call: &Call<'_>) -> Result<Vec<Element>, ApiError> {
    ask(call, "iam:GetAccountSummary", "*".to_owned()).allowed()?;
    let nothing = Account::default();
    let account = super::super::account(call).unwrap_or(&nothing);
    let root = KeyOwner::Root(call.principal.account);
    let counts = [
        ("AccountAccessKeysPresent", usize::from(call.world.keys_of(&root).next().is_some())),
        ("AccountMFAEnabled", 0),
        ("AccountSigningCertificatesPresent", 0),
        ("Groups", account.groups.len()),
        ("InstanceProfiles", account.instance_profiles.len()),
        ("MFADevices", account.mfa_devices.len()),
        ("MFADevicesInUse", account.mfa_devices.iter().filter(|device| device.user.is_some()).count()),
        ("Policies", account.policies.len()),
        ("PolicyVersionsInUse", account.policies.iter().map(|policy| policy.versions.len()).sum()),
        ("Providers", account.oidc_providers.len() + account.saml_providers.len()),
        ("Roles", account.roles.len()),
        ("ServerCertificates", 0),
        ("Users", call.world.users(call.principal.account).len()),
    ];
    let counts = counts.into_iter().map(|(name, count)| (name, u64::try_from(count).unwrap_or(u64::MAX)));
    let entries = counts.chain(QUOTAS).map(|(name, count)| (name.to_owned(), Value::Number(count)));
    Ok(vec![Element::map("SummaryMap", entries)])
}
