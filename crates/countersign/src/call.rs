//! A call to STS as people describe it, made into the request the evaluator decides. Whatever STS itself would refuse
//! before it asks any policy is an error here.

use std::fmt;
use std::str::FromStr;

use countersign_policy::arn::Arn;
use countersign_policy::request::{Caller, CallerKind, Request, RequestContext};

/// The account a role is put in when nobody says where it is.
const SOME_ACCOUNT: &str = "111122223333";
/// The account it is put in when the caller lives in the first: the call is cross-account unless said otherwise.
const ANOTHER_ACCOUNT: &str = "444455556666";
/// The name of a session nobody named.
const SOME_SESSION: &str = "countersign";

/// Text that STS would refuse as a parameter of the call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error(
        "STS would refuse the ExternalId `{0}`: it takes 2 to 1224 of the characters A-Z a-z 0-9 _ + = , . @ : / -"
    )]
    ExternalId(String),
    #[error("STS would refuse the {0} `{1}`: it takes 2 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -")]
    Name(&'static str, String),
    #[error("STS would refuse the role `{0}`: write it as arn:aws:iam::111122223333:role/Name")]
    Role(String),
    #[error("{0} has no ExternalId parameter; only sts:AssumeRole has")]
    ExternalIdElsewhere(String),
    #[error("STS would refuse the tag key `{0}`: it takes 1 to 128 characters")]
    TagKey(String),
    #[error("STS would refuse the value of tag `{0}`: it takes at most 256 characters")]
    TagValue(String),
    #[error("STS would refuse the tag key `{0}` twice; it folds the case of keys")]
    TagTwice(String),
    #[error("STS would refuse {0} session tags: it takes at most 50")]
    TooManyTags(usize),
    #[error("STS would refuse the transitive tag key `{0}`: it is not among the tags of the call")]
    TransitiveKey(String),
}

/// An ExternalId that STS takes (rule E1: 2 to 1224 of `[\w+=,.@:/-]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExternalId(String);

impl FromStr for ExternalId {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let ok =
            (2..=1224).contains(&text.len()) && text.bytes().all(|byte| is_word(byte) || b"+=,.@:/-".contains(&byte));
        if ok { Ok(Self(text.to_owned())) } else { Err(Refused::ExternalId(text.to_owned())) }
    }
}

/// A role session name or source identity that STS takes (2 to 64 of `[\w+=,.@-]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionName(String);

impl SessionName {
    /// Checks `text`, which is the parameter `what`.
    pub(crate) fn parse(what: &'static str, text: &str) -> Result<Self, Refused> {
        let ok = (2..=64).contains(&text.len()) && text.bytes().all(|byte| is_word(byte) || b"+=,.@-".contains(&byte));
        if ok { Ok(Self(text.to_owned())) } else { Err(Refused::Name(what, text.to_owned())) }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The ARN of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleArn(String);

impl FromStr for RoleArn {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let is_role = Arn::parse(text).is_some_and(|arn| {
            let named = arn.kind_path_name().is_some_and(|(kind, _, name)| kind == "role" && !name.is_empty());
            arn.service == "iam" && arn.region.is_empty() && arn.account_id().is_some() && named
        });
        if is_role { Ok(Self(text.to_owned())) } else { Err(Refused::Role(text.to_owned())) }
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A call as described: who, and what differs from the plainest call there is.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Who calls.
    pub(crate) caller: Caller,
    /// The action; by default the one this kind of caller uses.
    pub(crate) action: Option<String>,
    /// The role; by default one in another account than the caller's.
    pub(crate) role: Option<RoleArn>,
    /// `ExternalId`
    pub(crate) external_id: Option<ExternalId>,
    /// `RoleSessionName`
    pub(crate) session_name: Option<SessionName>,
    /// `SourceIdentity`
    pub(crate) source_identity: Option<SessionName>,
    /// `Tags`
    pub(crate) tags: Vec<(String, String)>,
    /// `TransitiveTagKeys`
    pub(crate) transitive_tags: Vec<String>,
    /// Keys of the context; they have the last word.
    pub(crate) context: Vec<(String, Vec<String>)>,
}

impl Call {
    /// The plainest call of `caller`.
    pub(crate) fn of(caller: Caller) -> Self {
        Self {
            caller,
            action: None,
            role: None,
            external_id: None,
            session_name: None,
            source_identity: None,
            tags: Vec::new(),
            transitive_tags: Vec::new(),
            context: Vec::new(),
        }
    }

    /// The request with the context AWS would send.
    ///
    /// # Errors
    /// [`Refused`] when STS takes no such call.
    pub(crate) fn request(self) -> Result<Request, Refused> {
        let action = self.action.unwrap_or_else(|| default_action(&self.caller).to_owned());
        let role = self.role.map_or_else(|| default_role(&self.caller), |role| role.0);
        let mut context = RequestContext::for_caller(&self.caller);
        context.set("sts:RoleSessionName", [self.session_name.map_or_else(|| SOME_SESSION.to_owned(), |name| name.0)]);
        context.set("aws:SecureTransport", ["true"]);
        context.set("aws:ViaAWSService", ["false"]);
        if let Some(ExternalId(external_id)) = self.external_id {
            context.set("sts:ExternalId", [external_id]);
        }
        if let Some(source_identity) = self.source_identity {
            context.set("sts:SourceIdentity", [source_identity.0]);
        }
        set_tags(&mut context, self.tags, self.transitive_tags)?;
        for (key, values) in self.context {
            context.set(key, values);
        }
        check(&action, &context)?;
        Ok(Request { caller: self.caller, action, role, context })
    }
}

fn set_tags(
    context: &mut RequestContext,
    tags: Vec<(String, String)>,
    transitive_tags: Vec<String>,
) -> Result<(), Refused> {
    if tags.len() > 50 {
        return Err(Refused::TooManyTags(tags.len()));
    }
    for (at, (key, _)) in tags.iter().enumerate() {
        if tags.iter().take(at).any(|(earlier, _)| earlier.eq_ignore_ascii_case(key)) {
            return Err(Refused::TagTwice(key.clone()));
        }
    }
    let has = |wanted: &String| tags.iter().any(|(key, _)| key.eq_ignore_ascii_case(wanted));
    if let Some(missing) = transitive_tags.iter().find(|key| !has(key)) {
        return Err(Refused::TransitiveKey(missing.clone()));
    }
    if !tags.is_empty() {
        context.set("aws:TagKeys", tags.iter().map(|(key, _)| key.as_str()));
    }
    if !transitive_tags.is_empty() {
        context.set("sts:TransitiveTagKeys", transitive_tags);
    }
    for (key, value) in tags {
        if !(1..=128).contains(&key.chars().count()) {
            return Err(Refused::TagKey(key));
        }
        if value.chars().count() > 256 {
            return Err(Refused::TagValue(key));
        }
        context.set(format!("aws:RequestTag/{key}"), [value]);
    }
    Ok(())
}

/// What holds of the parameters however they were said.
fn check(action: &str, context: &RequestContext) -> Result<(), Refused> {
    if let Some(values) = context.get("sts:ExternalId") {
        values.iter().try_for_each(|value| value.parse::<ExternalId>().map(|_| ()))?;
        let federated = ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"];
        if federated.iter().any(|federated| federated.eq_ignore_ascii_case(action)) {
            return Err(Refused::ExternalIdElsewhere(action.to_owned()));
        }
    }
    for (key, what) in [("sts:RoleSessionName", "RoleSessionName"), ("sts:SourceIdentity", "SourceIdentity")] {
        let values = context.get(key).unwrap_or_default();
        values.iter().try_for_each(|value| SessionName::parse(what, value).map(|_| ()))?;
    }
    Ok(())
}

/// The action this kind of caller gets a role's credentials with.
fn default_action(caller: &Caller) -> &'static str {
    match caller.kind() {
        CallerKind::Federated if caller.name().contains(":saml-provider/") => "sts:AssumeRoleWithSAML",
        CallerKind::Federated => "sts:AssumeRoleWithWebIdentity",
        CallerKind::Root(_)
        | CallerKind::User(_)
        | CallerKind::RoleSession(_)
        | CallerKind::FederatedUser(_)
        | CallerKind::Service
        | CallerKind::Anonymous => "sts:AssumeRole",
    }
}

/// A role in another account than the caller's; an identity provider's own account, where its roles have to be.
fn default_role(caller: &Caller) -> String {
    let provider = Arn::parse(caller.name()).filter(|_| matches!(caller.kind(), CallerKind::Federated));
    let (partition, account) = match (provider, caller.home()) {
        (Some(provider), _) => (provider.partition, provider.account),
        (None, Some(home)) if home.account.as_str() == SOME_ACCOUNT => (home.partition.as_str(), ANOTHER_ACCOUNT),
        (None, Some(home)) => (home.partition.as_str(), SOME_ACCOUNT),
        (None, None) => ("aws", SOME_ACCOUNT),
    };
    format!("arn:{partition}:iam::{account}:role/Example")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(caller: &str) -> Call {
        Call::of(Caller::parse(caller).unwrap())
    }

    #[test]
    fn an_external_id_is_what_sts_takes() {
        for good in ["ab", "a_b+=,.@:/-1", &"x".repeat(1224)] {
            assert!(good.parse::<ExternalId>().is_ok(), "{good}");
        }
        for bad in ["", "a", "a b", "ab\n", "é1", "a*", &"x".repeat(1225)] {
            assert!(bad.parse::<ExternalId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_default_role_is_in_another_account_but_a_providers_own() {
        let role = |caller| call(caller).request().unwrap().role;
        assert_eq!(role("arn:aws-cn:iam::999988887777:user/a"), "arn:aws-cn:iam::111122223333:role/Example");
        assert_eq!(role("arn:aws:iam::111122223333:user/a"), "arn:aws:iam::444455556666:role/Example");
        assert_eq!(
            role("arn:aws:iam::999988887777:oidc-provider/idp.example"),
            "arn:aws:iam::999988887777:role/Example"
        );
        assert_eq!(role("ec2.amazonaws.com"), "arn:aws:iam::111122223333:role/Example");
    }

    #[test]
    fn providers_use_their_own_actions_which_take_no_external_id() {
        let saml = call("arn:aws:iam::999988887777:saml-provider/corp");
        assert_eq!(saml.clone().request().unwrap().action, "sts:AssumeRoleWithSAML");
        let with_id = Call { external_id: "tenant".parse().ok(), ..saml };
        assert_eq!(with_id.request(), Err(Refused::ExternalIdElsewhere("sts:AssumeRoleWithSAML".into())));
        assert_eq!(call("accounts.google.com").request().unwrap().action, "sts:AssumeRoleWithWebIdentity");
    }

    #[test]
    fn an_external_id_cannot_be_smuggled_in_through_the_context() {
        let context = vec![("STS:externalid".to_owned(), vec!["a b".to_owned()])];
        let call = Call { context, ..call("arn:aws:iam::999988887777:user/a") };
        assert_eq!(call.request(), Err(Refused::ExternalId("a b".into())));
    }

    #[test]
    fn a_transitive_tag_is_one_of_the_tags() {
        let tags = vec![("Project".to_owned(), "x".to_owned())];
        let with = |key: &str| {
            let call = call("arn:aws:iam::999988887777:user/a");
            Call { tags: tags.clone(), transitive_tags: vec![key.to_owned()], ..call }.request()
        };
        assert_eq!(with("project").unwrap().context.get("aws:TagKeys"), Some(&["Project".to_owned()][..]));
        assert_eq!(with("Team"), Err(Refused::TransitiveKey("Team".into())));
    }

    #[test]
    fn a_role_is_an_iam_role_arn() {
        assert!("arn:aws:iam::111122223333:role/a/b".parse::<RoleArn>().is_ok());
        for bad in [
            "",
            "Role",
            "arn:aws:iam::1234:role/R",
            "arn:aws:sts::111122223333:assumed-role/R/s",
            "arn:aws:iam::111122223333:role/",
        ] {
            assert!(bad.parse::<RoleArn>().is_err(), "{bad}");
        }
    }
}
