//! What holds of every request, however broken: it is answered, in XML that can be read, and lets nobody in.

#![cfg(test)]

use countersign_policy::condition::date::Moment;
use countersign_sts::{Endpoint, Request, Strictness, World};
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
