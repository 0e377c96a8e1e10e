//! Random trust policies. Few accounts, names and values, so that statements meet; every operator and principal form.

use std::fmt;

use countersign_policy::account::AccountId;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::PolicyDocument;
use countersign_policy::prove::Setting;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

pub(crate) const OWN: &str = "111111111111";
pub(crate) const VENDOR: &str = "999988887777";
pub(crate) const OTHER: &str = "666666666666";
/// Every proof's present: 2026-09-21T14:13:20Z.
pub(crate) const NOW: i64 = 1_790_000_000;

/// A policy as its author writes it. `Debug` is the JSON, so that a failing law prints what to paste into a bug report.
#[derive(Clone)]
pub(crate) struct TrustPolicy {
    pub(crate) version: Option<&'static str>,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) effect: &'static str,
    pub(crate) principal: Principal,
    pub(crate) actions: Actions,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
pub(crate) enum Principal {
    Everyone,
    Listed(Vec<(&'static str, String)>),
    Excepted(Vec<(&'static str, String)>),
}

#[derive(Debug, Clone)]
pub(crate) struct Actions {
    pub(crate) element: &'static str,
    pub(crate) patterns: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) operator: String,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

impl TrustPolicy {
    pub(crate) fn json(&self) -> Value {
        let mut policy = Map::new();
        if let Some(version) = self.version {
            policy.insert("Version".into(), json!(version));
        }
        policy.insert("Statement".into(), self.statements.iter().map(Statement::json).collect());
        Value::Object(policy)
    }

    pub(crate) fn document(&self) -> PolicyDocument {
        PolicyDocument::parse(&self.json().to_string())
    }

    pub(crate) fn with(&self, statement: Statement) -> Self {
        let mut longer = self.clone();
        longer.statements.push(statement);
        longer
    }

    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.statements.iter().flat_map(|statement| &statement.conditions)
    }

    /// The principals it names, whatever the statement does with them.
    pub(crate) fn principals(&self) -> Vec<(&'static str, String)> {
        let named = |statement: &Statement| match &statement.principal {
            Principal::Everyone => Vec::new(),
            Principal::Listed(entries) | Principal::Excepted(entries) => entries.clone(),
        };
        self.statements.iter().flat_map(named).collect()
    }
}

impl Statement {
    fn json(&self) -> Value {
        let mut statement = Map::from_iter([("Effect".to_owned(), json!(self.effect))]);
        let map = |entries: &[(&'static str, String)]| {
            let mut kinds = Map::new();
            for (kind, text) in entries {
                kinds.entry(*kind).or_insert_with(|| json!([])).as_array_mut().expect("a list").push(json!(text));
            }
            Value::Object(kinds)
        };
        match &self.principal {
            Principal::Everyone => statement.insert("Principal".into(), json!("*")),
            Principal::Listed(entries) => statement.insert("Principal".into(), map(entries)),
            Principal::Excepted(entries) => statement.insert("NotPrincipal".into(), map(entries)),
        };
        statement.insert(self.actions.element.into(), json!(self.actions.patterns));
        let mut operators = Map::new();
        for condition in &self.conditions {
            let keys = operators.entry(condition.operator.clone()).or_insert_with(|| json!({}));
            let values = keys.as_object_mut().expect("a map").entry(condition.key.clone()).or_insert_with(|| json!([]));
            values.as_array_mut().expect("a list").extend(condition.values.iter().map(|value| json!(value)));
        }
        if !operators.is_empty() {
            statement.insert("Condition".into(), operators.into());
        }
        Value::Object(statement)
    }
}

impl fmt::Debug for TrustPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.json())
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.json())
    }
}

/// What a key's values look like, so that most operators meet values of their own type.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Arn,
    Bool,
    Number,
    Date,
    Address,
}

type Row = (u32, &'static str, Kind, &'static [&'static str]);

/// Keys, how often, and what their conditions require.
const KEYS: &[Row] = &[
    (
        30,
        "sts:ExternalId",
        Kind::Text,
        &[
            "v1",
            "V1",
            "tenant-7f2",
            "v*",
            "ab*",
            "*",
            "a?",
            "??",
            "?1",
            "v1x",
            "my id",
            "12345",
            "true",
            "",
            "${sts:ExternalId}",
            "${aws:PrincipalAccount}",
            "${aws:username}",
            "x-${aws:PrincipalTag/t}",
            "${aws:PrincipalTag/t, 'v1'}",
            "${sts:RoleSessionName}",
            "v${*}",
            "${aws:RequestTag/t}",
        ],
    ),
    (
        6,
        "aws:PrincipalArn",
        Kind::Arn,
        &[
            "arn:aws:iam::999988887777:role/Collector",
            "arn:aws:iam::999988887777:role/*",
            "arn:aws:iam::*:role/Collector",
            "arn:aws:iam::*:user/*",
            "*",
            "*Collector",
            "*:role/*",
            "arn:aws:sts::*:federated-user/fed",
            "arn:aws:iam::${aws:PrincipalAccount}:role/Collector",
            "arn:*:iam::9*:*/ann",
            "arn:aws:iam::*:user/${aws:username}",
            "arn:aws:iam::666666666666:root",
        ],
    ),
    (
        6,
        "aws:PrincipalAccount",
        Kind::Text,
        &[VENDOR, OTHER, OWN, "9*", "6666666666??", "*", "444455556666", "${aws:PrincipalAccount}"],
    ),
    (
        6,
        "aws:PrincipalOrgID",
        Kind::Text,
        &["o-acmeacme01", "o-acmeacme02", "o-*", "o-acmeacme0?", "O-ACMEACME01", "${aws:PrincipalOrgID}"],
    ),
    (
        3,
        "aws:PrincipalOrgPaths",
        Kind::Text,
        &["o-acmeacme01/*", "o-acmeacme01/r-ab12/ou-1/", "*/r-ab12/*", "o-acmeacme02/r-cd34/"],
    ),
    (
        5,
        "aws:PrincipalTag/t",
        Kind::Text,
        &["v1", "V1", "v*", "x", "", "${aws:username}", "${sts:ExternalId}", "${aws:PrincipalTag/u}"],
    ),
    (2, "aws:PrincipalTag/u", Kind::Text, &["v1", "x", "${aws:PrincipalTag/t}"]),
    (5, "aws:RequestTag/t", Kind::Text, &["v1", "V1", "v*", "x", "", "${aws:PrincipalTag/t}"]),
    (4, "aws:TagKeys", Kind::Text, &["t", "T", "u", "t*", "*", ""]),
    (2, "sts:TransitiveTagKeys", Kind::Text, &["t", "u", "*"]),
    (
        4,
        "sts:RoleSessionName",
        Kind::Text,
        &["s1", "v1", "s*", "x", "${aws:username}", "${sts:ExternalId}", "${sts:SourceIdentity}"],
    ),
    (4, "sts:SourceIdentity", Kind::Text, &["ann", "v1", "a*", "${aws:username}", "${sts:RoleSessionName}"]),
    (1, "aws:SourceIdentity", Kind::Text, &["ann", "a*"]),
    (
        3,
        "aws:SourceIp",
        Kind::Address,
        &["203.0.113.0/24", "203.0.113.7", "0.0.0.0/0", "::/0", "10.0.0.0/8", "192.0.2.1/32", "203.0.113.*", "no"],
    ),
    (2, "aws:SourceVpce", Kind::Text, &["vpce-1", "vpce-*", "vpce-2"]),
    (1, "aws:VpcSourceIp", Kind::Address, &["10.0.0.0/8", "10.1.0.0/16"]),
    (4, "aws:MultiFactorAuthPresent", Kind::Bool, &["true", "false"]),
    (2, "aws:MultiFactorAuthAge", Kind::Number, &["3600", "0", "100", "-5", "1.5", "no", "1"]),
    (
        2,
        "aws:CurrentTime",
        Kind::Date,
        &["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2030", "2020-01-01", "no", "1795000000"],
    ),
    (1, "aws:EpochTime", Kind::Date, &["1800000000", "1700000000", "2027-01-01", "18*"]),
    (3, "aws:username", Kind::Text, &["ann", "bob", "a*", "${aws:PrincipalTag/t}", "Ann"]),
    (
        3,
        "aws:userid",
        Kind::Text,
        &["AIDA*", "AROA*", "*:s1", "*:s*", "AROAEXAMPLEID12345678:*", "${aws:PrincipalAccount}:*", "*:fed"],
    ),
    (2, "aws:PrincipalType", Kind::Text, &["User", "AssumedRole", "FederatedUser"]),
    (
        3,
        "aws:SourceArn",
        Kind::Arn,
        &[
            "arn:aws:s3:::bucket",
            "arn:aws:*:*:111111111111:*",
            "arn:aws:lambda:us-east-1:666666666666:function:f",
            "*",
            "arn:aws:*111111111111*",
        ],
    ),
    (3, "aws:SourceAccount", Kind::Text, &[OWN, OTHER, "*", "1*"]),
    (1, "aws:SourceOrgID", Kind::Text, &["o-acmeacme01"]),
    (2, "aws:PrincipalIsAWSService", Kind::Bool, &["true", "false"]),
    (1, "aws:PrincipalServiceName", Kind::Text, &["lambda.amazonaws.com", "*"]),
    (
        3,
        "token.actions.githubusercontent.com:sub",
        Kind::Text,
        &["repo:acme/app:*", "repo:acme*", "*", "repo:acme/app:ref:refs/heads/main"],
    ),
    (2, "token.actions.githubusercontent.com:aud", Kind::Text, &["sts.amazonaws.com"]),
    (1, "saml:aud", Kind::Text, &["https://signin.aws.amazon.com/saml"]),
    (2, "iam:ResourceTag/t", Kind::Text, &["v1", "x", "${aws:PrincipalTag/t}"]),
    (1, "aws:SecureTransport", Kind::Bool, &["true", "false"]),
    (1, "aws:RequestedRegion", Kind::Text, &["us-east-1", "eu-*"]),
    (1, "aws:ExternalId", Kind::Text, &["v1"]),
    (1, "example:key", Kind::Text, &["v1"]),
    (1, "STS:externalid", Kind::Text, &["v1", "v*"]),
];

const TEXT: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];
const ARN: &[&str] =
    &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "StringLike", "StringNotLike", "StringEquals"];
const NUMBER: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATE: &[&str] =
    &["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"];
const ADDRESS: &[&str] = &["IpAddress", "NotIpAddress"];
const BOOL: &[&str] = &["Bool", "Bool", "Bool", "StringEquals", "StringNotEquals"];
const RARE: &[&str] = &[
    "BinaryEquals",
    "Bool",
    "Null",
    "Null",
    "IpAddress",
    "NumericEquals",
    "DateLessThan",
    "ArnLike",
    "ArnNotEquals",
    "stringEquals",
    "StringEqualz",
];

fn operator(kind: Kind) -> BoxedStrategy<String> {
    let own = match kind {
        Kind::Text => TEXT,
        Kind::Arn => ARN,
        Kind::Bool => BOOL,
        Kind::Number => NUMBER,
        Kind::Date => DATE,
        Kind::Address => ADDRESS,
    };
    let base = prop_oneof![12 => select(own), 1 => select(TEXT), 1 => select(RARE), 2 => Just("Null")];
    let set = prop_oneof![8 => Just(""), 2 => Just("ForAnyValue:"), 2 => Just("ForAllValues:")];
    let if_exists = prop_oneof![4 => Just(""), 1 => Just("IfExists")];
    (set, base, if_exists)
        .prop_map(|(set, base, if_exists)| format!("{set}{base}{}", if base == "Null" { "" } else { if_exists }))
        .boxed()
}

pub(crate) fn condition() -> impl Strategy<Value = Condition> {
    let rows: Vec<(u32, BoxedStrategy<Condition>)> = KEYS
        .iter()
        .map(|(weight, key, kind, values)| {
            let strategy = (operator(*kind), vec(select(*values), 1..3)).prop_map(|(operator, values)| {
                let values = if operator.ends_with("Null") {
                    vec![if values.len() == 1 { "true" } else { "false" }]
                } else {
                    values
                };
                Condition { operator, key: (*key).to_owned(), values: values.into_iter().map(str::to_owned).collect() }
            });
            (*weight, strategy.boxed())
        })
        .collect();
    let condition = proptest::strategy::Union::new_weighted(rows);
    (condition, prop::bool::weighted(0.02)).prop_map(|(mut condition, no_values)| {
        if no_values {
            condition.values.clear();
        }
        condition
    })
}

fn entry() -> impl Strategy<Value = (&'static str, String)> {
    let entry = |kind: &'static str, texts: &'static [&'static str]| {
        select(texts).prop_map(move |text| (kind, text.to_owned()))
    };
    prop_oneof![
        2 => entry("AWS", &["*"]),
        5 => entry("AWS", &["999988887777", "arn:aws:iam::999988887777:root"]),
        3 => entry("AWS", &["666666666666", "111111111111", "arn:aws:iam::111111111111:root", "arn:aws-cn:iam::999988887777:root"]),
        5 => entry("AWS", &[
            "arn:aws:iam::999988887777:role/Collector", "arn:aws:iam::999988887777:user/ann",
            "arn:aws:sts::999988887777:assumed-role/Collector/s1", "arn:aws:sts::999988887777:assumed-role/Collector/session",
            "arn:aws:iam::999988887777:role/team/Agent", "arn:aws:sts::999988887777:federated-user/fed",
            "arn:aws:iam::111111111111:role/Admin", "arn:aws:iam::666666666666:role/Collector",
        ]),
        1 => entry("AWS", &["AROAEXAMPLEID12345678", "arn:aws:iam::999988887777:role/*", "arn:aws:iam::999988887777:group/g"]),
        3 => entry("Service", &["ec2.amazonaws.com", "lambda.amazonaws.com"]),
        3 => entry("Federated", &[
            "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com", "cognito-identity.amazonaws.com",
            "arn:aws:iam::111111111111:saml-provider/Corp",
        ]),
    ]
}

fn principal() -> impl Strategy<Value = Principal> {
    prop_oneof![
        3 => Just(Principal::Everyone),
        14 => vec(entry(), 1..3).prop_map(Principal::Listed),
        1 => vec(entry(), 1..3).prop_map(Principal::Excepted),
    ]
}

fn actions() -> impl Strategy<Value = Actions> {
    let listed: &[&[&str]] = &[
        &["sts:AssumeRole"],
        &["sts:AssumeRole"],
        &["sts:AssumeRole"],
        &["sts:AssumeRole", "sts:TagSession"],
        &["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        &["sts:*"],
        &["sts:*"],
        &["sts:Assume*"],
        &["sts:TagSession"],
        &["sts:SetSourceIdentity"],
        &["STS:assumerole"],
        &["sts:AssumeRoleWithWebIdentity"],
        &["sts:AssumeRoleWithSAML"],
    ];
    let excepted: &[&[&str]] = &[&["sts:TagSession"], &["sts:AssumeRole"], &["sts:AssumeRoleWith*"]];
    prop_oneof![
        12 => select(listed).prop_map(|patterns| Actions { element: "Action", patterns: patterns.to_vec() }),
        1 => select(excepted).prop_map(|patterns| Actions { element: "NotAction", patterns: patterns.to_vec() }),
    ]
}

pub(crate) fn statement(effect: impl Strategy<Value = &'static str>) -> impl Strategy<Value = Statement> {
    (effect, principal(), actions(), vec(condition(), 0..4))
        .prop_map(|(effect, principal, actions, conditions)| Statement { effect, principal, actions, conditions })
}

pub(crate) fn policy() -> impl Strategy<Value = TrustPolicy> {
    let effect = || prop_oneof![2 => Just("Allow"), 1 => Just("Deny")];
    let version = prop_oneof![8 => Just(Some("2012-10-17")), 1 => Just(Some("2008-10-17")), 1 => Just(None)];
    (version, statement(Just("Allow")), vec(statement(effect()), 0..4)).prop_map(|(version, first, rest)| {
        let statements = std::iter::once(first).chain(rest).collect();
        TrustPolicy { version, statements }
    })
}

/// What a proof takes as given.
pub(crate) fn setting() -> impl Strategy<Value = Setting> {
    let role = prop_oneof![12 => Just("arn:aws:iam::111111111111:role/R"), 1 => Just("arn:aws:iam:::role/R"), 1 => Just("arn:aws-cn:iam::111111111111:role/R")];
    let own = prop_oneof![4 => Just(None), 1 => Just(Some(OTHER))];
    let organization = prop_oneof![4 => Just(None), 1 => Just(Some("o-acmeacme01"))];
    let tags =
        prop_oneof![3 => Just(None), 1 => Just(Some(vec![])), 1 => Just(Some(vec![("t".to_owned(), "v1".to_owned())]))];
    (role, own, organization, tags).prop_map(|(role, own, organization, role_tags)| {
        let mut setting = Setting::for_role(role, Moment::from_seconds(NOW));
        setting.own_accounts.extend(own.map(account));
        setting.own_organizations.extend(organization.map(str::to_owned));
        setting.role_tags = role_tags;
        setting
    })
}

pub(crate) fn account(id: &str) -> AccountId {
    id.parse().expect("an account id")
}
