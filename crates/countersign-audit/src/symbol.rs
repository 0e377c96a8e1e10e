//! Values a template has by name only, and that the owner of its roles knows: `data.aws_caller_identity`, `AWS::AccountId`
//! and their like. Readers put them into policies as holes of these names; [`crate::examine`] fills them.

use countersign_policy::document::PolicyDocument;
use countersign_policy::prove::partition_of;

use crate::examine::Options;

/// The account the role is deployed to.
pub const OWN_ACCOUNT: &str = "own account";
/// The partition it is deployed to.
pub const OWN_PARTITION: &str = "own partition";
/// The organization it is deployed in.
pub const OWN_ORGANIZATION: &str = "own organization";
/// `amazonaws.com`, or what it is in the partition.
pub const URL_SUFFIX: &str = "url suffix";

/// How the own account is written where nobody says which it is.
pub const UNSAID_ACCOUNT: &str = "000000000000";

/// The policy with the owner's values in place.
pub(crate) fn fill(document: &PolicyDocument, account: Option<&str>, options: &Options) -> PolicyDocument {
    let partition = partition_of(document).to_owned();
    document.resolve(|name| match name {
        OWN_ACCOUNT => Some(account.unwrap_or(UNSAID_ACCOUNT).to_owned()),
        OWN_PARTITION => Some(partition.clone()),
        OWN_ORGANIZATION => {
            Some(options.own_organizations.first().cloned().unwrap_or_else(|| "o-0000000000".to_owned()))
        }
        URL_SUFFIX if partition == "aws-cn" => Some("amazonaws.com.cn".to_owned()),
        URL_SUFFIX => Some("amazonaws.com".to_owned()),
        _ => None,
    })
}

/// Whether a policy speaks of the account it is deployed to.
pub(crate) fn names_own_account(document: &PolicyDocument) -> bool {
    document.holes().iter().any(|name| &**name == OWN_ACCOUNT)
}
