//! How fast one call is answered: `cargo bench -p countersign-sts`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark fails by panicking, and its names say what it times"
)]

#[allow(dead_code, unreachable_pub, reason = "the wire cases sign more than one kind of request")]
#[path = "../tests/wire/sign.rs"]
mod sign;

use countersign_policy::condition::date::{self, Moment};
use countersign_sts::decisions::{Decisions, Room};
use countersign_sts::{Endpoint, Notation, Request, Response, Strictness, World};
use divan::{Bencher, black_box};
use sign::Credentials;

/// Two accounts; the vendor has a user with a policy, and the customer a role with an ExternalId.
const WORLD: &str = r#"{"accounts": {
  "111122223333": {"roles": {"Vendor": {"trust-policy": {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "tenant-7f2"}}}]}}}},
  "999988887777": {"users": {"collector": {
    "policies": [{"Version": "2012-10-17", "Statement": {
      "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::111122223333:role/Vendor"}}],
    "keys": [{"id": "AKIAU3UKDXOYQEXAMPLE", "secret": "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"}]}}}}}"#;

const COLLECTOR: &str = "AKIAU3UKDXOYQEXAMPLE vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv";
const ASSUME: [(&str, &str); 4] = [
    ("Action", "AssumeRole"),
    ("Version", "2011-06-15"),
    ("RoleArn", "arn:aws:iam::111122223333:role/Vendor"),
    ("RoleSessionName", "s1"),
];

fn main() {
    divan::main();
}

/// Times the answer to a signed call, whose status it must have.
fn time(bencher: Bencher<'_, '_>, parameters: &[(&str, &str)], status: u16) {
    let endpoint = Endpoint::new(World::declared(WORLD, Notation::Json, Strictness::Strict).unwrap(), [7; 32]);
    time_at(&endpoint, bencher, parameters, status, |response| response);
}

/// Likewise, with what is done to the response.
fn time_at<T>(
    endpoint: &Endpoint,
    bencher: Bencher<'_, '_>,
    parameters: &[(&str, &str)],
    status: u16,
    done: impl Fn(Response) -> T,
) {
    let now: Moment = date::parse("2026-11-22T04:10:00Z").unwrap();
    let form: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = sign::encode(&form);
    let mut headers: Vec<(String, String)> = vec![
        ("host".into(), "127.0.0.1:4566".into()),
        ("content-type".into(), "application/x-www-form-urlencoded; charset=utf-8".into()),
        ("user-agent".into(), "bench/1".into()),
    ];
    headers.extend(sign::header(&Credentials::declared(COLLECTOR), &headers, &body, now, ("us-east-1", "sts")));
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let request = Request { method: "POST", target: "/", headers: &headers, body: body.as_bytes(), source_ip: None };
    assert_eq!(endpoint.respond(&request, now).status, status);
    bencher.bench_local(|| done(endpoint.respond(black_box(&request), now)));
}

#[divan::bench]
fn assume_role_allowed(bencher: Bencher<'_, '_>) {
    time(bencher, &[&ASSUME[..], &[("ExternalId", "tenant-7f2")]].concat(), 200);
}

/// As a server does it, which remembers the last calls.
#[divan::bench]
fn assume_role_allowed_and_remembered(bencher: Bencher<'_, '_>) {
    let world = World::declared(WORLD, Notation::Json, Strictness::Strict).unwrap();
    let endpoint = Endpoint::new(world, [7; 32]).recording();
    let decisions = Decisions::new(Room::OWN);
    time_at(&endpoint, bencher, &[&ASSUME[..], &[("ExternalId", "tenant-7f2")]].concat(), 200, |response| {
        decisions.keep(response.record.as_ref().unwrap());
        response
    });
}

#[divan::bench]
fn assume_role_denied(bencher: Bencher<'_, '_>) {
    time(bencher, &ASSUME, 403);
}

#[divan::bench]
fn get_caller_identity(bencher: Bencher<'_, '_>) {
    time(bencher, &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")], 200);
}
