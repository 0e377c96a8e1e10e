//! A managed policy, whoever manages it, and how answers show it.

use std::collections::BTreeMap;

use countersign_policy::arn::Arn;
use countersign_policy::condition::date::Moment;

use super::usage::{self, Usage};
use crate::iam::{account, arn};
use crate::protocol::Element;
use crate::service::Call;
use crate::world::{ManagedPolicy, Policy, aws_policy_id};

/// A managed policy that the caller's account can use.
#[derive(Debug, Clone, Copy)]
pub(in crate::iam) enum Managed<'c> {
    Own(&'c ManagedPolicy),
    /// AWS's, by its path and name. It has one version here, and its dates are not known.
    OfAws {
        path_and_name: &'c str,
        policy: &'c Policy,
    },
}

/// Which operation shows a policy: AWS leaves out other members in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::iam) enum View {
    Created,
    Whole,
    Listed,
}

/// One version of a policy.
pub(in crate::iam) struct Version<'c> {
    pub(in crate::iam) number: u32,
    pub(in crate::iam) created: i64,
    pub(in crate::iam) policy: &'c Policy,
}

/// The policy of exactly that ARN.
pub(in crate::iam) fn named<'c>(call: &Call<'c>, arn: &str) -> Option<Managed<'c>> {
    let caller = call.principal.account;
    let policy = call.world.managed_policy(caller, arn)?;
    let parsed = Arn::parse(arn)?;
    let (_, _, name) = parsed.kind_path_name()?;
    if parsed.account != "aws" {
        return account(call)?.policies.get(name).map(Managed::Own);
    }
    let path_and_name =
        call.world.aws_policies(caller).find(|(known, _)| parsed.resource.strip_prefix("policy/") == Some(known))?.0;
    Some(Managed::OfAws { path_and_name, policy })
}

/// Every policy that the account can use, in the order of their ARNs.
pub(in crate::iam) fn all<'c>(call: &Call<'c>) -> Vec<Managed<'c>> {
    let own = account(call).into_iter().flat_map(|account| account.policies.iter()).map(Managed::Own);
    let of_aws = call.world.aws_policies(call.principal.account);
    let of_aws = of_aws.map(|(path_and_name, policy)| Managed::OfAws { path_and_name, policy });
    let mut all: Vec<_> = own.chain(of_aws).collect();
    all.sort_by_cached_key(|managed| managed.arn(call));
    all
}

impl<'c> Managed<'c> {
    pub(in crate::iam) fn arn(&self, call: &Call<'_>) -> String {
        match self {
            Self::Own(policy) => arn(call, "policy", &policy.path, &policy.name),
            Self::OfAws { path_and_name, .. } => {
                let partition = call.world.partition(call.principal.account);
                format!("arn:{partition}:iam::aws:policy/{path_and_name}")
            }
        }
    }

    pub(in crate::iam) fn name(&self) -> &'c str {
        match self {
            Self::Own(policy) => &policy.name,
            Self::OfAws { path_and_name, .. } => path_and_name.rsplit('/').next().unwrap_or(path_and_name),
        }
    }

    pub(in crate::iam) fn path(&self) -> String {
        match self {
            Self::Own(policy) => policy.path.clone(),
            Self::OfAws { path_and_name, .. } => match path_and_name.rsplit_once('/') {
                Some((path, _)) => format!("/{path}/"),
                None => "/".to_owned(),
            },
        }
    }

    pub(in crate::iam) fn default_version(&self) -> u32 {
        match self {
            Self::Own(policy) => policy.default_version,
            Self::OfAws { .. } => 1,
        }
    }

    /// The newest first.
    pub(in crate::iam) fn versions(&self) -> Vec<Version<'c>> {
        match self {
            Self::Own(policy) => {
                let newest_first = policy.versions.iter().rev();
                let version = |(number, version): (&u32, &'c crate::world::PolicyVersion)| Version {
                    number: *number,
                    created: version.created,
                    policy: &version.policy,
                };
                newest_first.map(version).collect()
            }
            Self::OfAws { policy, .. } => vec![Version { number: 1, created: 0, policy }],
        }
    }

    /// The version that a call names `v1`.
    pub(in crate::iam) fn version(&self, id: &str) -> Option<Version<'c>> {
        self.versions().into_iter().find(|version| version_id(version.number) == id)
    }

    /// The members of a policy.
    pub(in crate::iam) fn members(&self, call: &Call<'_>, view: View) -> Vec<Element> {
        let no_tags = BTreeMap::new();
        let (id, created, updated, description, tags) = match self {
            Self::Own(policy) => {
                (Some(policy.id.clone()), policy.created, policy.updated, policy.description.as_ref(), &policy.tags)
            }
            Self::OfAws { path_and_name, .. } => (aws_policy_id(path_and_name), 0, 0, None, &no_tags),
        };
        let arn = self.arn(call);
        let mut members = vec![
            Element::leaf("PolicyName", self.name()),
            Element::leaf("PolicyId", id.unwrap_or_default()),
            Element::leaf("Arn", &arn),
            Element::leaf("Path", self.path()),
            Element::leaf("DefaultVersionId", version_id(self.default_version())),
            Element::number("AttachmentCount", usage::count(call, &arn, Usage::PermissionsPolicy)),
            Element::number("PermissionsBoundaryUsageCount", usage::count(call, &arn, Usage::PermissionsBoundary)),
            Element::boolean("IsAttachable", true),
            Element::time("CreateDate", Moment::from_seconds(created)),
            Element::time("UpdateDate", Moment::from_seconds(updated)),
        ];
        match view {
            View::Created => members.extend(crate::iam::tags::element(tags)),
            View::Whole => {
                members.extend(description.map(|description| Element::leaf("Description", description)));
                members.push(Element::tags("Tags", tags));
            }
            View::Listed => {}
        }
        members
    }
}

impl Version<'_> {
    /// The members of a version; its document is shown by the one operation that gets it.
    pub(in crate::iam) fn members(&self, default: u32) -> Vec<Element> {
        vec![
            Element::leaf("VersionId", version_id(self.number)),
            Element::boolean("IsDefaultVersion", self.number == default),
            Element::time("CreateDate", Moment::from_seconds(self.created)),
        ]
    }
}

/// `v1`, as calls and answers name a version.
pub(in crate::iam) fn version_id(number: u32) -> String {
    format!("v{number}")
}
