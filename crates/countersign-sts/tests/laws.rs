//! What holds of every request, however broken: it is answered, in XML that can be read, and lets nobody in.

#![cfg(test)]

use countersign_policy::condition::date::Moment;
use countersign_sts::{Endpoint, Notation, Request, Response, Strictness, World};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

/// Pieces of real requests between arbitrary text, so that more than the first check is reached.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "Action=AssumeRole",
            "&Version=2011-06-15",
            "&Tags.member.",
            "&PolicyArns.member.1.arn=",
            "&X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "&X-Amz-Credential=123456789012/20261122/x/sts/aws4_request",
            "&X-Amz-Date=20261122T041000Z",
            "&X-Amz-Expires=60",
            "&X-Amz-SignedHeaders=host",
            "&X-Amz-Signature=00",
            "AWS4-HMAC-SHA256 ",
            "Credential=123456789012/20261122/us-east-1/sts/aws4_request, ",
            "SignedHeaders=host;x-amz-date, ",
            "Signature=00ff",
            "%",
            "%00",
            "&",
            "=",
            "/../",
            "?",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_request_is_answered_and_none_gets_in_unsigned(
        method in prop::sample::select(vec!["GET", "POST", "PUT", ""]),
        target in text(),
        authorization in text(),
        date in prop::sample::select(vec!["20261122T041000Z", "20269922T041000Z", "x"]),
        token in prop::option::of(text()),
        body in prop::collection::vec(any::<u8>(), 0..64),
        form in text(),
    ) {
        let endpoint = Endpoint::new(World::new(Strictness::OutOfTheBox), [7; 32]);
        let mut headers: Vec<(&str, &[u8])> =
            vec![("host", b"x"), ("authorization", authorization.as_bytes()), ("x-amz-date", date.as_bytes())];
        headers.extend(token.as_ref().map(|token| ("x-amz-security-token", token.as_bytes())));
        let now = Moment::from_seconds(1_795_320_600);
        for (target, body) in [(target.as_str(), body.as_slice()), ("/", form.as_bytes()), (&format!("/?{form}"), b"")] {
            for headers in [headers.as_slice(), headers.get(..1).unwrap_or_default()] {
                let response = endpoint.respond(&Request { method, target, headers, body, source_ip: None }, now);
                prop_assert!((400..500).contains(&response.status), "{}", response.body);
                prop_assert!(roxmltree::Document::parse(&response.body).is_ok(), "{}", response.body);
            }
        }
    }
}

/// A world with a provider of each kind, and a role that trusts both.
fn federated_world() -> World {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../src/web_identity/vectors.json")).unwrap();
    let providers =
        ["oidc-provider/idp.example", "saml-provider/Corp"].map(|name| format!("arn:aws:iam::111122223333:{name}"));
    let world = serde_json::json!({"accounts": {"111122223333": {
        "oidc-providers": {"idp.example": {"client-ids": ["a"], "jwks": vectors["jwks"]}},
        "saml-providers": {"Corp": {"metadata": "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='i'/>"}},
        "roles": {"R": {"trust-policy": {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": providers},
            "Action": ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:TagSession"],
        }}}},
    }}});
    World::declared(&world.to_string(), Notation::Json, Strictness::Strict).unwrap()
}

fn post(endpoint: &Endpoint, form: &[(&str, &str)]) -> Response {
    let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    let body = body.join("&");
    let request =
        Request { method: "POST", target: "/", headers: &[("host", b"x")], body: body.as_bytes(), source_ip: None };
    endpoint.respond(&request, Moment::from_seconds(1_795_320_600))
}

/// What claims, headers and key ids may be, well-formed and not.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        prop::sample::select(vec!["https://idp.example", "a", "RS256", "ES256", "none", "rsa-1", "ec-256", "ann"])
            .prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn claims() -> impl Strategy<Value = serde_json::Value> {
    let names = vec![
        "iss",
        "sub",
        "aud",
        "azp",
        "amr",
        "exp",
        "nbf",
        "iat",
        "https://aws.amazon.com/tags",
        "https://aws.amazon.com/source_identity",
        "https://aws.amazon.com/tags/principal_tags/a",
    ];
    let some = prop::collection::btree_map(prop::sample::select(names), json(), 0..8);
    some.prop_map(|claims| {
        let mut all = serde_json::json!({"iss": "https://idp.example", "sub": "ann", "aud": "a", "exp": 1_795_324_200});
        for (name, value) in claims {
            all[name] = value;
        }
        all
    })
}

/// Pieces of a SAML response.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' xmlns='urn:oasis:names:tc:SAML:2.0:assertion'>",
            "</p:Response>",
            "<Assertion IssueInstant='2026-11-22T04:10:00Z'>",
            "<Issuer>i</Issuer>",
            "</Assertion>",
            "<Subject>",
            "<NameID Format=''>ann</NameID>",
            "</Subject>",
            "<SubjectConfirmation><SubjectConfirmationData NotOnOrAfter='2026-11-22T04:15:00Z' Recipient='https://signin.aws.amazon.com/saml'/></SubjectConfirmation>",
            "<Conditions NotBefore='9999999999999999999'>",
            "<AttributeStatement><Attribute Name='https://aws.amazon.com/SAML/Attributes/Role'><AttributeValue>,</AttributeValue></Attribute></AttributeStatement>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]>",
            "<!--",
            "<![CDATA[",
            "&#0;",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

const ROLE: (&str, &str) = ("RoleArn", "arn:aws:iam::111122223333:role/R");

proptest! {
    #[test]
    fn no_token_gets_in_that_the_issuer_did_not_sign(
        header in json(),
        algorithm in prop::sample::select(vec!["RS256", "ES256", "ES384", "ES512", "HS256", "none"]),
        kid in prop::option::of(prop::sample::select(vec!["rsa-1", "ec-256", "ec-384", "ec-521", "x"])),
        claims in claims(),
        signature in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let endpoint = Endpoint::new(federated_world(), [7; 32]);
        let encode = |part: &serde_json::Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
        let signature = BASE64URL_NOPAD.encode(&signature);
        let named = serde_json::json!({"alg": algorithm, "kid": kid});
        for header in [header, named] {
            let token = format!("{}.{}.{signature}", encode(&header), encode(&claims));
            let form = [("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ROLE,
                ("RoleSessionName", "s1"), ("WebIdentityToken", token.as_str())];
            let response = post(&endpoint, &form);
            prop_assert_eq!(response.status, 400, "{}", response.body);
            prop_assert!(roxmltree::Document::parse(&response.body).is_ok(), "{}", response.body);
        }
    }

    #[test]
    fn every_assertion_is_answered(markup in markup(), raw in any::<String>()) {
        let endpoint = Endpoint::new(federated_world(), [7; 32]);
        let whole = format!(
            "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><Assertion IssueInstant='2026-11-22T04:10:00Z'><Issuer>i</Issuer>{markup}</Assertion></p:Response>"
        );
        for assertion in [BASE64.encode(markup.as_bytes()), BASE64.encode(whole.as_bytes()), raw] {
            let form = [("Action", "AssumeRoleWithSAML"), ("Version", "2011-06-15"), ROLE,
                ("PrincipalArn", "arn:aws:iam::111122223333:saml-provider/Corp"), ("SAMLAssertion", assertion.as_str())];
            let response = post(&endpoint, &form);
            prop_assert!((400..500).contains(&response.status), "{}", response.body);
            prop_assert!(roxmltree::Document::parse(&response.body).is_ok(), "{}", response.body);
        }
    }
}
