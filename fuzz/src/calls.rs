//! Calls to the local endpoint: signed, unsigned, and in a world where some are allowed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use countersign_policy::condition::date::Moment;
use countersign_sts::{Endpoint, Notation, Request, Response, Strictness, World};

use crate::Choices;
use crate::sign::{self, Credentials};

/// When the calls are made.
pub fn now() -> Moment {
    Moment::from_seconds(1_795_320_600)
}

const WORLD: &str = r#"{"accounts": {
  "111122223333": {"roles": {
    "Vendor": {"trust-policy": {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
       "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}]}},
    "Next": {"path": "/a/", "trust-policy": {"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}]}}}},
  "999988887777": {"users": {"collector": {
    "policies": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}],
    "keys": [{"id": "AKIAU3UKDXOYQEXAMPLE", "secret": "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"}]}}}}}"#;

static DECLARED: LazyLock<World> =
    LazyLock::new(|| World::declared(WORLD, Notation::Json, Strictness::OutOfTheBox).expect("a world"));

const SIGNERS: [&str; 3] =
    ["AKIAU3UKDXOYQEXAMPLE vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv", "111122223333", "999988887777"];

const ACTIONS: [(&str, &str); 30] = [
    ("2011-06-15", "AssumeRole"),
    ("2011-06-15", "AssumeRole"),
    ("2011-06-15", "AssumeRole"),
    ("2011-06-15", "GetCallerIdentity"),
    ("2011-06-15", "GetSessionToken"),
    ("2011-06-15", "GetFederationToken"),
    ("2011-06-15", "GetAccessKeyInfo"),
    ("2011-06-15", "AssumeRoleWithWebIdentity"),
    ("2011-06-15", "AssumeRoleWithSAML"),
    ("2011-06-15", "DecodeAuthorizationMessage"),
    ("2011-06-15", "AssumeRoot"),
    ("2011-06-15", "GetWebIdentityToken"),
    ("2010-05-08", "CreateRole"),
    ("2010-05-08", "GetRole"),
    ("2010-05-08", "ListRoles"),
    ("2010-05-08", "DeleteRole"),
    ("2010-05-08", "UpdateAssumeRolePolicy"),
    ("2010-05-08", "PutRolePolicy"),
    ("2010-05-08", "AttachRolePolicy"),
    ("2010-05-08", "TagRole"),
    ("2010-05-08", "CreateUser"),
    ("2010-05-08", "CreateAccessKey"),
    ("2010-05-08", "CreatePolicy"),
    ("2010-05-08", "CreatePolicyVersion"),
    ("2010-05-08", "CreateOpenIDConnectProvider"),
    ("2010-05-08", "CreateSAMLProvider"),
    ("2010-05-08", "SimulateCustomPolicy"),
    ("2010-05-08", "SimulatePrincipalPolicy"),
    ("2010-05-08", "GetAccountAuthorizationDetails"),
    ("2010-05-08", "ListPolicies"),
];

const NAMES: [&str; 34] = [
    "RoleArn",
    "RoleSessionName",
    "ExternalId",
    "DurationSeconds",
    "Policy",
    "PolicyArns.member.1.arn",
    "Tags.member.1.Key",
    "Tags.member.1.Value",
    "Tags.member.2.Key",
    "Tags.member.2.Value",
    "TransitiveTagKeys.member.1",
    "SourceIdentity",
    "SerialNumber",
    "TokenCode",
    "WebIdentityToken",
    "SAMLAssertion",
    "PrincipalArn",
    "EncodedMessage",
    "TargetPrincipal",
    "TaskPolicyArn.arn",
    "AccessKeyId",
    "Name",
    "RoleName",
    "UserName",
    "PolicyName",
    "PolicyDocument",
    "AssumeRolePolicyDocument",
    "PolicyArn",
    "Path",
    "PathPrefix",
    "MaxItems",
    "Marker",
    "Url",
    "PolicyInputList.member.1",
];

const VALUES: [&str; 20] = [
    "",
    "a",
    "s1",
    "arn:aws:iam::111122223333:role/Vendor",
    "arn:aws:iam::111122223333:role/a/Next",
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::111122223333:mfa/a",
    "tenant-7f2",
    "900",
    "3600",
    "-1",
    "99999999999999999999",
    "123456",
    "AKIARTX3GSDS7EXAMPLE",
    "/",
    "/a/",
    "Vendor",
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#,
    "{",
];

/// An endpoint over a fresh copy of the world.
pub fn endpoint() -> Endpoint {
    Endpoint::new(DECLARED.clone(), [7; 32])
}

/// The parameters of a call, most of which the operation knows.
pub fn parameters(choices: &mut Choices<'_>) -> BTreeMap<String, String> {
    let (version, action) = choices.one_of(&ACTIONS);
    let mut parameters = BTreeMap::from([("Action".to_owned(), action.to_owned())]);
    parameters.insert("Version".to_owned(), version.to_owned());
    if action == "AssumeRole" && choices.once_in(2) {
        // Half of them only lack what else the choices take away.
        parameters.insert("RoleArn".to_owned(), VALUES[3 + choices.below(2)].to_owned());
        parameters.insert("RoleSessionName".to_owned(), "s1".to_owned());
        parameters.insert("ExternalId".to_owned(), "tenant-7f2".to_owned());
    }
    for _ in 0..choices.below(8) {
        let name = choices.one_of(&NAMES);
        let value = match choices.below(8) {
            0 => (0..choices.below(24))
                .map(|_| char::from(u8::try_from(choices.below(256)).unwrap_or_default()))
                .collect(),
            1 => choices.one_of(&VALUES).repeat(1 + choices.below(60)),
            _ => choices.one_of(&VALUES).to_owned(),
        };
        parameters.insert(name.to_owned(), value);
    }
    parameters
}

/// Who signs a call.
#[derive(Clone)]
pub struct Signer(Credentials);

impl Signer {
    /// The user `admin` of an account.
    pub fn admin() -> Self {
        Self(Credentials::declared("111122223333"))
    }

    /// The session whose credentials an answer holds.
    pub fn of(fields: &BTreeMap<String, String>) -> Self {
        Self(Credentials::of(fields))
    }

    /// A session that an earlier call began, or a key.
    pub fn chosen(choices: &mut Choices<'_>, session: Option<&Self>) -> Self {
        match session {
            Some(session) if choices.once_in(2) => session.clone(),
            Some(_) | None => Self(Credentials::declared(choices.one_of(&SIGNERS))),
        }
    }
}

/// Sends parameters, signed for their service.
pub fn call(endpoint: &Endpoint, signer: &Signer, parameters: BTreeMap<String, String>) -> Response {
    let form: Vec<(String, String)> = parameters.into_iter().collect();
    let service = if form.iter().any(|(_, value)| value == "2010-05-08") { "iam" } else { "sts" };
    send(endpoint, signer, &sign::encode(&form), service)
}

/// Sends a body as it is.
pub fn send(endpoint: &Endpoint, Signer(signer): &Signer, body: &str, service: &str) -> Response {
    let mut headers: Vec<(String, String)> = vec![("host".into(), "127.0.0.1".into())];
    headers.extend(sign::header(signer, &headers, body, now(), ("us-east-1", service)));
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let source_ip = Some([203, 0, 113, 10].into());
    endpoint
        .respond(&Request { method: "POST", target: "/", headers: &headers, body: body.as_bytes(), source_ip }, now())
}

/// The texts in a body by the names of their elements, the innermost and its parent. Panics when it is no XML.
pub fn fields(response: &Response) -> BTreeMap<String, String> {
    let body = &response.body;
    let document = roxmltree::Document::parse(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let leaves =
        document.descendants().filter(roxmltree::Node::is_element).filter(|node| node.first_element_child().is_none());
    leaves
        .map(|node| {
            let parent = node.parent().map(|parent| parent.tag_name().name()).unwrap_or_default();
            (format!("{parent}/{}", node.tag_name().name()), node.text().unwrap_or_default().to_owned())
        })
        .collect()
}
