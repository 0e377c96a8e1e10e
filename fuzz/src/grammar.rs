//! Policies and calls out of few accounts, keys and values, so that their parts meet.

use countersign_policy::assumptions::{Assumption, Assumptions};
use countersign_policy::condition::date::Moment;
use countersign_policy::prove::Setting;
use countersign_policy::request::{Caller, Request, RequestContext};

use crate::Choices;

const ROLES: [&str; 3] =
    ["arn:aws:iam::111111111111:role/R", "arn:aws:iam:::role/R", "arn:aws-cn:iam::111111111111:role/R"];

const PRINCIPALS: &[(&str, &str)] = &[
    ("AWS", "999988887777"),
    ("AWS", "arn:aws:iam::999988887777:root"),
    ("AWS", "*"),
    ("AWS", "666666666666"),
    ("AWS", "111111111111"),
    ("AWS", "arn:aws:iam::999988887777:role/Collector"),
    ("AWS", "arn:aws:iam::999988887777:role/team/Agent"),
    ("AWS", "arn:aws:iam::999988887777:user/ann"),
    ("AWS", "arn:aws:sts::999988887777:assumed-role/Collector/s1"),
    ("AWS", "arn:aws:sts::999988887777:federated-user/fed"),
    ("AWS", "arn:aws:iam::111111111111:role/Admin"),
    ("AWS", "arn:aws-cn:iam::999988887777:root"),
    ("AWS", "AROAEXAMPLEID12345678"),
    ("AWS", "arn:aws:iam::999988887777:role/*"),
    ("Service", "ec2.amazonaws.com"),
    ("Service", "lambda.amazonaws.com"),
    ("Service", "s3.us-east-1.amazonaws.com"),
    ("Federated", "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"),
    ("Federated", "cognito-identity.amazonaws.com"),
    ("Federated", "arn:aws:iam::111111111111:saml-provider/Corp"),
    ("CanonicalUser", "79a59df900b949e55d96a1e698fbaced"),
];

const ACTIONS: &[&str] = &[
    "sts:AssumeRole",
    "sts:*",
    "*",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:Assume*",
    "STS:assumerole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
    "sts:SetContext",
    "sts:?ssume*Role",
];

/// Keys and values that suit them.
const KEYS: &[(&str, &[&str])] = &[
    ("sts:ExternalId", &["v1", "V1", "tenant-7f2", "v*", "*", "a?", "??", "", "my id", "${aws:PrincipalAccount}"]),
    (
        "aws:PrincipalArn",
        &[
            "arn:aws:iam::999988887777:role/Collector",
            "arn:aws:iam::999988887777:role/*",
            "arn:aws:iam::*:user/ann",
            "arn:*:*::*:*",
            "*Collector*",
        ],
    ),
    ("aws:PrincipalAccount", &["999988887777", "111111111111", "6666*", "??????????77"]),
    ("aws:PrincipalOrgID", &["o-acmeacme01", "o-othe*", "${aws:ResourceOrgID}"]),
    ("aws:PrincipalOrgPaths", &["o-acmeacme01/r-ab12/*", "o-acmeacme01/*"]),
    ("aws:PrincipalType", &["User", "AssumedRole", "Account"]),
    ("aws:PrincipalTag/t", &["v1", "v*", "${aws:RequestTag/t}", "${aws:username}"]),
    ("aws:RequestTag/t", &["v1", "x", "*", "${aws:PrincipalTag/t}"]),
    ("aws:TagKeys", &["t", "u", "*", "t?"]),
    ("sts:TransitiveTagKeys", &["t", "u*"]),
    ("sts:RoleSessionName", &["s1", "${aws:username}", "s*", "?"]),
    ("sts:SourceIdentity", &["ann", "a*", "${aws:username}"]),
    ("aws:SourceIdentity", &["ann", "*"]),
    ("sts:RequestContextProviders", &["arn:aws:iam::aws:contextProvider/IdentityCenter"]),
    ("aws:username", &["ann", "Ann", "a*"]),
    ("aws:userid", &["AROAEXAMPLEID12345678:*", "*:s1", "AIDA*", "${aws:PrincipalAccount}:*"]),
    ("aws:SourceArn", &["arn:aws:s3:::bucket", "arn:aws:*:*:111111111111:*", "*"]),
    ("aws:SourceAccount", &["111111111111", "666666666666", "1*"]),
    ("aws:SourceIp", &["203.0.113.0/24", "2001:db8::/32", "10.0.0.0/8", "0.0.0.0/0", "203.0.113.9"]),
    ("aws:SourceVpce", &["vpce-1", "vpce-*"]),
    ("aws:VpcSourceIp", &["10.0.0.0/8", "10.1.0.0/16"]),
    ("aws:MultiFactorAuthPresent", &["true", "false", "True"]),
    ("aws:MultiFactorAuthAge", &["3600", "0", "-5", "1.5", "1e3", "soon", "99999999999999999999"]),
    ("aws:CurrentTime", &["2026-01-01T00:00:00Z", "2027-01-01", "2030", "1795000000", "never"]),
    ("aws:EpochTime", &["1800000000", "1700000000", "2027-01-01T00:00:00.5+02:00"]),
    ("aws:SecureTransport", &["true", "false"]),
    ("aws:PrincipalIsAWSService", &["true", "false"]),
    ("aws:RequestedRegion", &["us-east-1", "eu-*"]),
    ("iam:ResourceTag/t", &["v1", "${aws:PrincipalTag/t}"]),
    ("token.actions.githubusercontent.com:sub", &["repo:acme/app:*", "repo:acme*", "*"]),
    ("token.actions.githubusercontent.com:aud", &["sts.amazonaws.com"]),
    ("cognito-identity.amazonaws.com:amr", &["authenticated", "unauth*"]),
    ("saml:aud", &["https://signin.aws.amazon.com/saml"]),
    ("example:key", &["v1", "QUJD", "true", "1"]),
    ("STS:externalid", &["v1", "v*"]),
];

/// Pieces that values outside the lists above are put together from.
const PIECES: &[&str] = &[
    "a",
    "*",
    "?",
    "b",
    "A",
    "-",
    "*a?????????????b*",
    "v1",
    "${aws:username}",
    "${aws:PrincipalTag/t, 'v1'}",
    "${sts:ExternalId}",
    "${*}",
    "${?}",
    "${$}",
    "${",
    "}",
    "1",
    "999988887777",
    ":",
    "/",
    " ",
    "é",
    "ſ",
];

const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "Null",
    "ArnLike",
    "ArnEquals",
    "ArnNotLike",
    "ArnNotEquals",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "BinaryEquals",
    "stringEquals",
    "StringMatches",
];

/// A trust policy, as its text.
pub fn policy(choices: &mut Choices<'_>) -> String {
    let version =
        choices.one_of(&[r#""Version":"2012-10-17","#, r#""Version":"2012-10-17","#, r#""Version":"2008-10-17","#, ""]);
    let count = 1 + choices.below(6);
    let statements: Vec<String> = (0..count).map(|at| statement(choices, at)).collect();
    format!(r#"{{{version}"Statement":[{}]}}"#, statements.join(","))
}

fn statement(choices: &mut Choices<'_>, at: usize) -> String {
    let effect = if at > 0 && choices.below(2) == 1 { "Deny" } else { "Allow" };
    let principal = match choices.below(8) {
        7 => r#""Principal":"*""#.to_owned(),
        6 if choices.once_in(2) => format!(r#""NotPrincipal":{}"#, principals(choices)),
        _ => format!(r#""Principal":{}"#, principals(choices)),
    };
    let element = if choices.once_in(16) { "NotAction" } else { "Action" };
    let actions = list(choices, 3, |choices| choices.one_of(ACTIONS).to_owned());
    let count = choices.below(5);
    let blocks: Vec<String> = (0..count).map(|_| block(choices)).collect();
    let condition = if count == 0 { String::new() } else { format!(r#","Condition":{{{}}}"#, blocks.join(",")) };
    format!(r#"{{"Effect":"{effect}",{principal},"{element}":{actions}{condition}}}"#)
}

/// One map with every kind of principal once.
fn principals(choices: &mut Choices<'_>) -> String {
    let count = 1 + choices.below(3);
    let chosen: Vec<(&str, &str)> = (0..count).map(|_| choices.one_of(PRINCIPALS)).collect();
    let mut map: Vec<String> = Vec::new();
    for kind in ["AWS", "Service", "Federated", "CanonicalUser"] {
        let texts: Vec<String> =
            chosen.iter().filter(|(other, _)| *other == kind).map(|(_, text)| format!(r#""{text}""#)).collect();
        if !texts.is_empty() {
            map.push(format!(r#""{kind}":[{}]"#, texts.join(",")));
        }
    }
    format!("{{{}}}", map.join(","))
}

/// An operator with its keys. Two blocks of one policy may use one operator: a duplicate key, which is judged too.
fn block(choices: &mut Choices<'_>) -> String {
    let set = choices.one_of(&["", "", "", "", "ForAnyValue:", "ForAllValues:"]);
    let suffix = choices.one_of(&["", "", "", "IfExists"]);
    let operator = choices.one_of(OPERATORS);
    let count = 1 + choices.below(4) / 3;
    let keys: Vec<String> = (0..count)
        .map(|_| {
            let (key, values) = key(choices);
            let values = match operator {
                "Null" => list(choices, 1, |choices| choices.one_of(&["false", "true"]).to_owned()),
                _ => list(choices, 4, |choices| value(choices, values)),
            };
            format!(r#""{key}":{values}"#)
        })
        .collect();
    format!(r#""{set}{operator}{suffix}":{{{}}}"#, keys.join(","))
}

/// Half of the conditions speak of the ExternalId.
fn key(choices: &mut Choices<'_>) -> (&'static str, &'static [&'static str]) {
    if choices.below(2) == 0 { KEYS[0] } else { choices.one_of(KEYS) }
}

fn value(choices: &mut Choices<'_>, suited: &[&str]) -> String {
    match choices.below(8) {
        6 => {
            let (_, others) = choices.one_of(KEYS);
            choices.one_of(others).to_owned()
        }
        7 => {
            let count = 1 + choices.below(8);
            (0..count).map(|_| choices.one_of(PIECES)).collect()
        }
        _ => choices.one_of(suited).to_owned(),
    }
}

fn list(choices: &mut Choices<'_>, most: usize, mut value: impl FnMut(&mut Choices<'_>) -> String) -> String {
    let count = choices.below(16);
    if count == 15 {
        return "[]".to_owned();
    }
    let values: Vec<String> = (0..1 + count % most).map(|_| format!(r#""{}""#, value(choices))).collect();
    format!("[{}]", values.join(","))
}

/// A call, likely one of a principal that policies name.
pub fn request(choices: &mut Choices<'_>) -> Request {
    let (kind, name) = choices.one_of(PRINCIPALS);
    let caller = match kind {
        "Service" => Caller::service(name),
        "Federated" => Caller::federated(name),
        _ => Caller::parse(name).unwrap_or_else(|_| {
            Caller::parse("arn:aws:sts::999988887777:assumed-role/Collector/s2").expect("the ARN of a session")
        }),
    };
    let caller = if choices.once_in(8) { caller.with_unique_id("AROAEXAMPLEID12345678") } else { caller };
    let action = choices.one_of(&[
        "sts:AssumeRole",
        "sts:AssumeRole",
        "sts:TagSession",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
        "sts:SetSourceIdentity",
        "sts:SetContext",
    ]);
    let mut context = if choices.once_in(8) { RequestContext::new() } else { RequestContext::for_caller(&caller) };
    for _ in 0..choices.below(12) {
        let (key, suited) = key(choices);
        let count = if choices.once_in(4) { choices.below(4) } else { 1 };
        let values: Vec<String> = (0..count).map(|_| value(choices, suited)).collect();
        context.set(key, values);
    }
    Request { caller, action: action.to_owned(), role: choices.one_of(&ROLES).to_owned(), context }
}

/// Mostly the default readings.
pub fn assumptions(choices: &mut Choices<'_>) -> Assumptions {
    let mut assumptions = Assumptions::default();
    while choices.once_in(3) {
        assumptions = assumptions.with_other(choices.one_of(Assumption::ALL));
    }
    assumptions
}

/// What a proof takes as given.
pub fn setting(choices: &mut Choices<'_>) -> Setting {
    let role = if choices.once_in(8) { choices.one_of(&ROLES) } else { ROLES[0] };
    let mut setting = Setting::for_role(role, Moment::from_seconds(1_790_000_000));
    if choices.once_in(6) {
        setting.own_accounts.extend("666666666666".parse::<countersign_policy::account::AccountId>().ok());
    }
    if choices.once_in(6) {
        setting.own_organizations.insert("o-acmeacme01".to_owned());
    }
    if choices.once_in(4) {
        setting.role_tags = Some(vec![("t".to_owned(), "v1".to_owned())]);
    }
    setting
}
