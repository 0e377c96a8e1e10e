//! Principal matching: which callers an entry covers, and how it grants (rules P1–P16).

use crate::account::AccountId;
use crate::arn::Arn;
use crate::assumptions::{Assumption, AssumptionSet, Assumptions};
use crate::document::{PrincipalEntry, PrincipalKind};
use crate::request::{Caller, CallerKind};

/// A principal entry, compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// `"*"`
    Everyone,
    /// `{"AWS": "*"}`
    AwsStar,
    /// A whole account. `partition` is `None` for a bare account id.
    Account {
        /// The partition of the ARN form.
        partition: Option<String>,
        /// The account.
        account: AccountId,
    },
    /// An IAM user, by ARN.
    User(String),
    /// A role: every session of it.
    Role {
        /// The partition.
        partition: String,
        /// The account.
        account: AccountId,
        /// The role's path, without slashes at the ends.
        path: String,
        /// The last path segment.
        name: String,
    },
    /// One role session, by ARN.
    RoleSession(String),
    /// A GetFederationToken session, by ARN.
    FederatedUser(String),
    /// A service principal.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// `AIDA…` or `AROA…`: what IAM shows of a deleted principal.
    UniqueId(String),
    /// Something IAM refuses: matches nobody.
    Invalid(InvalidPrincipal),
}

/// Why IAM refuses a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPrincipal {
    /// `*` or `?` inside (rule P10).
    #[error("a wildcard cannot be part of a principal")]
    PartialWildcard,
    /// A group ARN.
    #[error("a group cannot be a principal")]
    Group,
    /// `${…}` (rule V8).
    #[error("a policy variable cannot be used in a principal")]
    Variable,
    /// S3's kind.
    #[error("`CanonicalUser` is for S3 bucket policies only")]
    CanonicalUser,
    /// A value not in the input.
    #[error("the value is not in the input")]
    Hole,
    /// Anything else.
    #[error("not an account id, an ARN of an account, user, role, role session or federated user, or a unique id")]
    Unrecognized,
}

/// How a matching entry grants; it decides what the caller's own policies must add (rules D3–D9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grant {
    /// The account is trusted: the caller's identity policy must allow too.
    Account,
    /// The role is named: implicit denies of boundary and session policy still limit it.
    Role,
    /// The caller itself is named, or everyone is.
    Direct,
}

/// A caller with what else its request says about it.
pub(crate) struct Identified<'r> {
    pub(crate) caller: &'r Caller,
    /// `AIDA…` or `AROA…`, when known.
    pub(crate) unique_id: Option<&'r str>,
    /// The partition of the role; bare account ids are read in it, and delegation never leaves it (rule P14).
    pub(crate) role_partition: &'r str,
}

impl Principal {
    /// Compiles an entry.
    #[must_use]
    pub fn compile(entry: &PrincipalEntry) -> Self {
        let Some(text) = entry.value.known() else { return Self::Invalid(InvalidPrincipal::Hole) };
        match entry.kind {
            PrincipalKind::Everyone => Self::Everyone,
            PrincipalKind::CanonicalUser => Self::Invalid(InvalidPrincipal::CanonicalUser),
            PrincipalKind::Service if text.contains("${") => Self::Invalid(InvalidPrincipal::Variable),
            PrincipalKind::Service if text.contains(['*', '?']) || text.is_empty() => {
                Self::Invalid(InvalidPrincipal::PartialWildcard)
            }
            PrincipalKind::Service if !text.contains('.') => Self::Invalid(InvalidPrincipal::Unrecognized),
            PrincipalKind::Service => Self::Service(text.to_owned()),
            PrincipalKind::Federated if text.contains("${") => Self::Invalid(InvalidPrincipal::Variable),
            PrincipalKind::Federated if text.contains(['*', '?']) || text.is_empty() => {
                Self::Invalid(InvalidPrincipal::PartialWildcard)
            }
            PrincipalKind::Federated => Self::Federated(text.to_owned()),
            PrincipalKind::Aws => Self::aws(text),
        }
    }

    fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::AwsStar;
        }
        if text.contains("${") {
            return Self::Invalid(InvalidPrincipal::Variable);
        }
        if text.contains(['*', '?']) {
            return Self::Invalid(InvalidPrincipal::PartialWildcard);
        }
        if let Ok(account) = text.parse() {
            return Self::Account { partition: None, account };
        }
        let is_unique_id = |prefix: &str| {
            text.starts_with(prefix) && text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if is_unique_id("AIDA") || is_unique_id("AROA") {
            return Self::UniqueId(text.to_owned());
        }
        Self::aws_arn(text).unwrap_or(Self::Invalid(InvalidPrincipal::Unrecognized))
    }

    fn aws_arn(text: &str) -> Option<Self> {
        let arn = Arn::parse(text)?;
        let account = arn.account_id()?;
        if arn.service == "iam" && arn.resource == "root" {
            return Some(Self::Account { partition: Some(arn.partition.to_owned()), account });
        }
        let (kind, path, name) = arn.kind_path_name()?;
        if name.is_empty() {
            return None;
        }
        match (arn.service, kind) {
            ("iam", "user") => Some(Self::User(text.to_owned())),
            ("iam", "role") => Some(Self::Role {
                partition: arn.partition.to_owned(),
                account,
                path: path.to_owned(),
                name: name.to_owned(),
            }),
            ("iam", "group") => Some(Self::Invalid(InvalidPrincipal::Group)),
            ("sts", "assumed-role") if !path.is_empty() => Some(Self::RoleSession(text.to_owned())),
            ("sts", "federated-user") => Some(Self::FederatedUser(text.to_owned())),
            _ => None,
        }
    }

    /// How the entry grants to the caller, or `None` when it does not cover it. Allocates nothing.
    pub(crate) fn grant(
        &self,
        identified: &Identified<'_>,
        assumptions: Assumptions,
        used: &mut AssumptionSet,
    ) -> Option<Grant> {
        let Identified { caller, unique_id, role_partition } = *identified;
        match self {
            Self::Everyone => Some(Grant::Direct),
            Self::AwsStar => match caller.kind() {
                CallerKind::Service => {
                    used.insert(Assumption::AwsStarCoversServices);
                    assumptions.takes_other(Assumption::AwsStarCoversServices).then_some(Grant::Direct)
                }
                CallerKind::Federated => None,
                CallerKind::Root(_)
                | CallerKind::User(_)
                | CallerKind::RoleSession(_)
                | CallerKind::FederatedUser(_)
                | CallerKind::Anonymous => Some(Grant::Direct),
            },
            Self::Account { partition, account } => {
                let home = caller.home()?;
                let partition = partition.as_deref().unwrap_or(role_partition);
                (home.account == *account && home.partition == partition).then_some(Grant::Account)
            }
            Self::Role { partition, account, name, path: _ } => {
                let home = caller.home()?;
                // Its ARN is taken apart only where that can matter: a policy may name hundreds of roles.
                if home.account != *account || home.partition != *partition {
                    return None;
                }
                let (role, _) = caller.role_and_session()?;
                let same_name = if role == name {
                    true
                } else {
                    let folded = role.eq_ignore_ascii_case(name);
                    if folded {
                        used.insert(Assumption::RoleNameCase);
                    }
                    folded && !assumptions.takes_other(Assumption::RoleNameCase)
                };
                same_name.then_some(Grant::Role)
            }
            Self::User(arn) => {
                (matches!(caller.kind(), CallerKind::User(_)) && caller.name() == arn).then_some(Grant::Direct)
            }
            Self::RoleSession(arn) => {
                let session = matches!(caller.kind(), CallerKind::RoleSession(_));
                (session && caller.name() == arn).then_some(Grant::Direct)
            }
            Self::FederatedUser(arn) => {
                let federated_user = matches!(caller.kind(), CallerKind::FederatedUser(_));
                (federated_user && caller.name() == arn).then_some(Grant::Direct)
            }
            Self::Service(name) => {
                (matches!(caller.kind(), CallerKind::Service) && caller.name() == name).then_some(Grant::Direct)
            }
            Self::Federated(provider) => {
                (matches!(caller.kind(), CallerKind::Federated) && caller.name() == provider).then_some(Grant::Direct)
            }
            Self::UniqueId(id) => {
                let grant = if id.starts_with("AROA") { Grant::Role } else { Grant::Direct };
                (unique_id == Some(id)).then_some(grant)
            }
            Self::Invalid(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Span, Text};

    fn grant(principal: &str, caller: &str) -> Option<Grant> {
        let entry = PrincipalEntry { kind: PrincipalKind::Aws, value: Text::literal(principal), span: Span::default() };
        let caller = Caller::parse(caller).unwrap();
        let identified = Identified { caller: &caller, unique_id: None, role_partition: "aws" };
        Principal::compile(&entry).grant(&identified, Assumptions::default(), &mut AssumptionSet::default())
    }

    #[test]
    fn each_form_covers_its_callers() {
        let session = "arn:aws:sts::999988887777:assumed-role/Collector/s1";
        assert_eq!(grant("999988887777", session), Some(Grant::Account));
        assert_eq!(grant("arn:aws:iam::999988887777:root", session), Some(Grant::Account));
        assert_eq!(grant("arn:aws:iam::999988887777:role/team/Collector", session), Some(Grant::Role));
        assert_eq!(grant("arn:aws:iam::999988887777:role/collector", session), Some(Grant::Role));
        assert_eq!(grant(session, session), Some(Grant::Direct));
        assert_eq!(grant("*", session), Some(Grant::Direct));
        for other in [
            "arn:aws-cn:iam::999988887777:root",
            "arn:aws:iam::999988887777:role/Collector2",
            "arn:aws:iam::999988887777:user/Collector",
            "arn:aws:iam::999988887777:*",
            "arn:aws:sts::999988887777:assumed-role/Collector/s2",
        ] {
            assert_eq!(grant(other, session), None, "{other}");
        }
    }

    #[test]
    fn refused_principals_say_why() {
        let compile = |text: &str| Principal::aws(text);
        assert_eq!(compile("arn:aws:iam::999988887777:role/*"), Principal::Invalid(InvalidPrincipal::PartialWildcard));
        assert_eq!(compile("arn:aws:iam::999988887777:group/ops"), Principal::Invalid(InvalidPrincipal::Group));
        assert_eq!(compile("${aws:PrincipalArn}"), Principal::Invalid(InvalidPrincipal::Variable));
        assert_eq!(compile("1234"), Principal::Invalid(InvalidPrincipal::Unrecognized));
        assert_eq!(compile("AROAEXAMPLEID1234567"), Principal::UniqueId("AROAEXAMPLEID1234567".into()));
    }
}
