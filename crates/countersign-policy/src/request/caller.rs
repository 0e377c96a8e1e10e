//! Who calls STS.

use std::fmt;

use crate::account::AccountId;
use crate::arn::Arn;

/// A caller, with everything principals are matched against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    kind: CallerKind,
    /// The ARN, service name or provider, as given.
    name: String,
    /// `AIDA…` or `AROA…`, when known.
    unique_id: Option<String>,
    /// The role's path when the caller is a session of a role, `""` or `a/b`; session ARNs do not carry it (rule P13).
    role_path: String,
}

/// The kinds of caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallerKind {
    /// The root user of an account.
    Root(Home),
    /// An IAM user.
    User(Home),
    /// A session of a role.
    RoleSession(Home),
    /// A GetFederationToken session.
    FederatedUser(Home),
    /// An AWS service principal.
    Service,
    /// A web identity or SAML provider, in AssumeRoleWithWebIdentity and AssumeRoleWithSAML.
    Federated,
    /// Unsigned. AssumeRole cannot be unsigned (rule D10); kept so that a request can say it.
    Anonymous,
}

/// Where a principal lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The partition of its ARN.
    pub partition: String,
    /// Its account.
    pub account: AccountId,
}

/// The text names no caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallerError {
    /// Not an ARN, account, service or provider.
    #[error("`{0}` is not a caller: write the ARN of a user, role session or role, a service principal, or a provider")]
    Unknown(String),
    /// The ARN is of another kind of resource.
    #[error("`{0}` is an ARN, but not of a user, role, role session, federated user or identity provider")]
    Kind(String),
    /// The account segment is not an account id.
    #[error("`{0}`: the account is not 12 digits")]
    Account(String),
}

impl Caller {
    /// Reads a caller from the text people write: a user, role-session or federated-user ARN, a **role** ARN (meaning a
    /// session of it called `session`), a root ARN, `x.amazonaws.com` (a service), or an OIDC or SAML provider ARN.
    ///
    /// # Errors
    /// [`CallerError`] when the text is none of these.
    pub fn parse(text: &str) -> Result<Self, CallerError> {
        if text.starts_with("arn:") {
            return Self::from_arn(text);
        }
        let shared_providers =
            ["cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"];
        if shared_providers.contains(&text) {
            return Ok(Self::federated(text));
        }
        if text.contains(".amazonaws.com") {
            return Ok(Self::service(text));
        }
        Err(CallerError::Unknown(text.to_owned()))
    }

    fn from_arn(text: &str) -> Result<Self, CallerError> {
        let kind_error = || CallerError::Kind(text.to_owned());
        let arn = Arn::parse(text).ok_or_else(kind_error)?;
        let account = arn.account_id().ok_or_else(|| CallerError::Account(text.to_owned()))?;
        let home = Home { partition: arn.partition.to_owned(), account };
        let with = |kind: CallerKind| Self { kind, name: text.to_owned(), unique_id: None, role_path: String::new() };
        if arn.resource == "root" {
            return Ok(with(CallerKind::Root(home)));
        }
        let (kind, path, name) = arn.kind_path_name().ok_or_else(kind_error)?;
        if name.is_empty() {
            return Err(kind_error());
        }
        match (arn.service, kind) {
            ("iam", "user") => Ok(with(CallerKind::User(home))),
            ("iam", "role") => Ok(Self::role_session(&home, path, name, "session")),
            ("sts", "assumed-role") if !path.is_empty() && !path.contains('/') => {
                Ok(with(CallerKind::RoleSession(home)))
            }
            ("sts", "federated-user") => Ok(with(CallerKind::FederatedUser(home))),
            ("iam", "oidc-provider" | "saml-provider") => Ok(Self::federated(text)),
            _ => Err(kind_error()),
        }
    }

    /// A session of a role.
    #[must_use]
    pub fn role_session(home: &Home, role_path: &str, role_name: &str, session_name: &str) -> Self {
        let name = format!("arn:{}:sts::{}:assumed-role/{role_name}/{session_name}", home.partition, home.account);
        Self { kind: CallerKind::RoleSession(home.clone()), name, unique_id: None, role_path: role_path.to_owned() }
    }

    /// An AWS service principal such as `ec2.amazonaws.com`.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self { kind: CallerKind::Service, name: name.to_owned(), unique_id: None, role_path: String::new() }
    }

    /// An identity provider: a provider ARN or one of the shared provider names.
    #[must_use]
    pub fn federated(provider: &str) -> Self {
        Self { kind: CallerKind::Federated, name: provider.to_owned(), unique_id: None, role_path: String::new() }
    }

    /// An unsigned caller.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { kind: CallerKind::Anonymous, name: "*".to_owned(), unique_id: None, role_path: String::new() }
    }

    /// The same caller with its unique id (`AIDA…`, `AROA…`).
    #[must_use]
    pub fn with_unique_id(mut self, unique_id: &str) -> Self {
        self.unique_id = Some(unique_id.to_owned());
        self
    }

    /// The kind of caller.
    #[must_use]
    pub fn kind(&self) -> &CallerKind {
        &self.kind
    }

    /// The ARN, service name or provider.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unique id, when known.
    #[must_use]
    pub fn unique_id(&self) -> Option<&str> {
        self.unique_id.as_deref()
    }

    /// Partition and account, for callers that have them.
    #[must_use]
    pub fn home(&self) -> Option<&Home> {
        match &self.kind {
            CallerKind::Root(home)
            | CallerKind::User(home)
            | CallerKind::RoleSession(home)
            | CallerKind::FederatedUser(home) => Some(home),
            CallerKind::Service | CallerKind::Federated | CallerKind::Anonymous => None,
        }
    }

    /// Role name and session name of a role session.
    #[must_use]
    pub fn role_and_session(&self) -> Option<(&str, &str)> {
        match &self.kind {
            CallerKind::RoleSession(_) => {
                Arn::parse(&self.name)?.resource.strip_prefix("assumed-role/")?.split_once('/')
            }
            CallerKind::Root(_)
            | CallerKind::User(_)
            | CallerKind::FederatedUser(_)
            | CallerKind::Service
            | CallerKind::Federated
            | CallerKind::Anonymous => None,
        }
    }

    /// The ARN `aws:PrincipalArn` holds: the *role's* for a role session.
    #[must_use]
    pub fn principal_arn(&self) -> Option<String> {
        let home = self.home()?;
        match self.role_and_session() {
            None => Some(self.name.clone()),
            Some((role, _)) => {
                let slash = if self.role_path.is_empty() { "" } else { "/" };
                Some(format!("arn:{}:iam::{}:role/{}{slash}{role}", home.partition, home.account, self.role_path))
            }
        }
    }

    /// The single-valued context keys that follow from the caller (semantics reference §4.2).
    #[must_use]
    pub fn context(&self) -> Vec<(&'static str, String)> {
        let mut keys = Vec::with_capacity(6);
        if let Some(arn) = self.principal_arn() {
            keys.push(("aws:PrincipalArn", arn));
        }
        if let Some(home) = self.home() {
            keys.push(("aws:PrincipalAccount", home.account.to_string()));
        }
        let last = |separator| self.name.rsplit(separator).next().unwrap_or_default().to_owned();
        match &self.kind {
            CallerKind::Root(home) => {
                keys.push(("aws:PrincipalType", "Account".into()));
                keys.push(("aws:userid", home.account.to_string()));
            }
            CallerKind::User(_) => {
                keys.push(("aws:PrincipalType", "User".into()));
                keys.push(("aws:username", last('/')));
                keys.extend(self.unique_id.clone().map(|id| ("aws:userid", id)));
            }
            CallerKind::RoleSession(_) => {
                keys.push(("aws:PrincipalType", "AssumedRole".into()));
                keys.extend(self.unique_id.as_ref().map(|id| ("aws:userid", format!("{id}:{}", last('/')))));
            }
            CallerKind::FederatedUser(home) => {
                keys.push(("aws:PrincipalType", "FederatedUser".into()));
                keys.push(("aws:userid", format!("{}:{}", home.account, last('/'))));
            }
            CallerKind::Service => {
                keys.push(("aws:PrincipalServiceName", self.name.clone()));
            }
            CallerKind::Federated => {}
            CallerKind::Anonymous => keys.push(("aws:PrincipalType", "Anonymous".into())),
        }
        let is_service = matches!(self.kind, CallerKind::Service);
        if !matches!(self.kind, CallerKind::Federated | CallerKind::Anonymous) {
            keys.push(("aws:PrincipalIsAWSService", is_service.to_string()));
        }
        keys
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_session_has_the_roles_arn_as_principal_arn() {
        let caller = Caller::parse("arn:aws:sts::999988887777:assumed-role/Collector/s1").unwrap();
        assert_eq!(caller.principal_arn().as_deref(), Some("arn:aws:iam::999988887777:role/Collector"));
        let with_path = Caller::parse("arn:aws:iam::999988887777:role/team/Collector").unwrap();
        assert_eq!(with_path.principal_arn().as_deref(), Some("arn:aws:iam::999988887777:role/team/Collector"));
        assert_eq!(with_path.name(), "arn:aws:sts::999988887777:assumed-role/Collector/session");
    }

    #[test]
    fn kinds_are_told_apart() {
        assert!(matches!(Caller::parse("ec2.amazonaws.com").unwrap().kind(), CallerKind::Service));
        assert!(matches!(Caller::parse("cognito-identity.amazonaws.com").unwrap().kind(), CallerKind::Federated));
        assert!(matches!(Caller::parse("arn:aws:iam::999988887777:root").unwrap().kind(), CallerKind::Root(_)));
        for bad in [
            "",
            "ann",
            "arn:aws:s3:::b",
            "arn:aws:iam::1234:user/a",
            "arn:aws:iam::999988887777:group/g",
            "arn:aws:iam::999988887777:user/",
        ] {
            assert!(Caller::parse(bad).is_err(), "{bad}");
        }
    }
}
