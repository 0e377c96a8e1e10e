//! Managed policies: the accounts' own with their versions, and AWS's.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_policy::account::AccountId;
use serde::{Deserialize, Serialize};

use super::mint::entity_id;
use super::policy_text::PolicyText;
use super::{Policy, World};

/// A customer managed policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ManagedPolicy {
    /// Its name, in the case it was given.
    pub name: String,
    /// `/`, or `/a/b/`.
    pub path: String,
    /// `ANPA…`.
    pub id: String,
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// When its default version last changed, in seconds since the epoch.
    pub updated: i64,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Tags, by key.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its versions by number: `v1` is 1.
    pub versions: BTreeMap<u32, PolicyVersion>,
    /// The number of the version that counts.
    pub default_version: u32,
    /// The number of the newest version there ever was: numbers are not used again.
    pub last_version: u32,
}

/// A version of a managed policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// When it was made, in seconds since the epoch.
    pub created: i64,
    /// What it says.
    pub policy: Policy,
}

impl ManagedPolicy {
    /// A policy of one version at the path `/`, that was always there.
    #[must_use]
    pub fn declared(account: AccountId, name: &str, policy: Policy) -> Self {
        Self {
            name: name.to_owned(),
            path: "/".to_owned(),
            id: entity_id("ANPA", account, name),
            created: 0,
            updated: 0,
            description: None,
            tags: BTreeMap::new(),
            versions: [(1, PolicyVersion { created: 0, policy })].into(),
            default_version: 1,
            last_version: 1,
        }
    }

    /// The version that counts.
    #[must_use]
    pub fn current(&self) -> Option<&Policy> {
        self.versions.get(&self.default_version).map(|version| &version.policy)
    }
}

/// Policies that AWS manages, by path and name: those that are attached most. Of each it has the statements about `iam:` and
/// `sts:`, the actions that calls to this endpoint ask for, as AWS publishes them in its Managed Policy Reference; what it
/// says of other services is left out, so that every call is decided as by the whole policy and other actions are not.
static OF_AWS: LazyLock<BTreeMap<String, Policy>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
    let table: BTreeMap<String, PolicyText> =
        serde_json::from_str(include_str!("aws_policies.json")).expect("policies by name");
    let document = |PolicyText(statements): PolicyText| {
        Policy::new(&format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#))
    };
    table.into_iter().map(|(name, statements)| (name, document(statements))).collect()
});

impl World {
    /// What `account` can attach of AWS's policies, by path and name: those that were declared, and those in the table. All
    /// others have to be declared.
    pub(crate) fn aws_policies(&self, account: AccountId) -> impl Iterator<Item = (&str, &Policy)> {
        let declared = self.account(account).map(|account| &account.aws_policies);
        let is_declared = move |name: &String| declared.is_some_and(|declared| declared.contains_key(name));
        let others = OF_AWS.iter().filter(move |(name, _)| !is_declared(name));
        declared.into_iter().flatten().chain(others).map(|(name, policy)| (name.as_str(), policy))
    }

    pub(super) fn aws_policy(&self, account: AccountId, path_and_name: &str) -> Option<&Policy> {
        let declared = self.account(account).and_then(|account| account.aws_policies.get(path_and_name));
        declared.or_else(|| OF_AWS.get(path_and_name))
    }

    /// Whether only the statements about `iam:` and `sts:` are known of the policy of this ARN: it must not be asked about
    /// other actions.
    pub(crate) fn is_abridged(&self, account: AccountId, arn: &str) -> bool {
        let name = arn.split_once(":iam::aws:policy/").map(|(_, name)| name);
        let is_declared = |name| self.account(account).is_some_and(|account| account.aws_policies.contains_key(name));
        name.is_some_and(|name| name != "AdministratorAccess" && !is_declared(name) && OF_AWS.contains_key(name))
    }
}

/// The id of one of AWS's policies. AWS's own are not known: these are always the same, and belong to no account.
pub(crate) fn aws_policy_id(path_and_name: &str) -> Option<String> {
    let nobody: AccountId = "000000000000".parse().ok()?;
    Some(entity_id("ANPA", nobody, path_and_name))
}

#[cfg(test)]
mod tests {
    use countersign_policy::document::Severity;

    use super::*;

    #[test]
    fn the_table_of_aws_policies_can_be_read_and_speaks_of_iam_and_sts_alone() {
        for (name, policy) in &*OF_AWS {
            let document = policy.document();
            let errors = document.problems.iter().filter(|problem| problem.severity == Severity::Error);
            let messages: Vec<&str> = errors.map(|problem| problem.message.as_str()).collect();
            assert!(messages.iter().all(|message| *message == "`Statement` is empty"), "{name}: {messages:?}");
            for element in document.statements.iter().flat_map(|statement| &statement.actions) {
                let speaks = |text: &str| text == "*" || text.starts_with("iam:") || text.starts_with("sts:");
                let excepts = element.polarity == countersign_policy::document::Polarity::Excepted;
                assert!(excepts || element.patterns.iter().all(|text| speaks(text.value.lossy())), "{name}");
            }
        }
        assert!(OF_AWS.contains_key("service-role/AWSLambdaBasicExecutionRole"));
    }
}
