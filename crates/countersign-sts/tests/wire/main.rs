//! Runs the wire cases in `tests/wire/cases`: a world, calls to it in order, and what each is answered.
//!
//! A call is signed `as` a declared key, an out-of-the-box account, or the session that an earlier call `keep`s; `raw` ones
//! are sent as they stand. `after` is how many seconds after the start of the file's clock it is sent.

#![cfg(test)]

mod case;
mod saml;
mod sign;
mod token;
mod trail;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use case::{Answer, Call, File, Raw, Sent};
use countersign_policy::condition::date::{self, Moment};
use countersign_sts::{Endpoint, Notation, Request, Response, Strictness, World};
use sign::Credentials;

const STS: &str = "2011-06-15";

fn run(file: &File) -> usize {
    let strictness = if file.strict { Strictness::Strict } else { Strictness::OutOfTheBox };
    let world = World::declared(file.world.get(), Notation::Json, strictness)
        .unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let endpoint = Endpoint::new(world, [7; 32]);
    let start = date::parse("2026-11-22T04:10:00Z").unwrap();
    let mut kept: HashMap<String, Credentials> = HashMap::new();
    for call in &file.calls {
        let now = start.plus_seconds(call.after);
        let response = match &call.raw {
            Some(raw) => send_raw(&endpoint, raw, now),
            None => send(&endpoint, call, &kept, now),
        };
        let fields = fields(&response.body);
        check(call, &response, &fields);
        if let Some(name) = &call.keep {
            kept.insert(name.clone(), Credentials::of(&fields));
        }
    }
    file.calls.len()
}

fn send(endpoint: &Endpoint, call: &Call, kept: &HashMap<String, Credentials>, now: Moment) -> Response {
    let mut form: Vec<(String, String)> = vec![("Version".into(), STS.into())];
    for (name, value) in &call.send {
        let value = match value {
            // Long texts are written as their length.
            Sent::Text(text) => {
                let repeated = text.strip_prefix("repeat ").and_then(|count| count.parse().ok());
                repeated.map_or(text.clone(), |count| "x".repeat(count))
            }
            Sent::Jwt { jwt } => jwt.sign(now.seconds()),
            Sent::Saml { saml } => saml.write(now),
        };
        form.push((name.clone(), value));
    }
    let body = sign::encode(&form);
    let mut headers: Vec<(String, String)> = vec![
        ("host".into(), "127.0.0.1:4566".into()),
        ("content-type".into(), "application/x-www-form-urlencoded; charset=utf-8".into()),
        ("user-agent".into(), "wire/1".into()),
    ];
    let mut credentials =
        call.signer.as_ref().map(|signer| kept.get(signer).cloned().unwrap_or_else(|| Credentials::declared(signer)));
    if let Some(credentials) = &mut credentials {
        if let Some(token_of) = &call.token_of {
            credentials.token = kept[token_of].token.clone();
        }
        let signed_at = now.plus_seconds(call.clock_off);
        headers.extend(sign::header(
            credentials,
            &headers,
            &body,
            signed_at,
            call.region.as_deref().unwrap_or("us-east-1"),
        ));
    }
    respond(endpoint, "POST", "/", &headers, &body, now)
}

fn send_raw(endpoint: &Endpoint, raw: &Raw, now: Moment) -> Response {
    let headers: Vec<(String, String)> = raw.headers.clone().into_iter().collect();
    let target = match &raw.presign {
        Some(presign) => sign::presigned(&Credentials::declared(&presign.signer), &presign.query, presign.expires, now),
        None => raw.target.clone(),
    };
    let headers = if raw.presign.is_some() { vec![("host".into(), "127.0.0.1:4566".into())] } else { headers };
    respond(endpoint, &raw.method, &target, &headers, &raw.body, now.plus_seconds(raw.delay))
}

fn respond(
    endpoint: &Endpoint,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &str,
    now: Moment,
) -> Response {
    let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let source_ip = Some([203, 0, 113, 10].into());
    endpoint.respond(&Request { method, target, headers: &headers, body: body.as_bytes(), source_ip }, now)
}

/// The texts in a body by the names of their elements; only the innermost name counts.
fn fields(body: &str) -> BTreeMap<String, String> {
    let document = roxmltree::Document::parse(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(document.root_element().tag_name().namespace(), Some("https://sts.amazonaws.com/doc/2011-06-15/"));
    let leaves =
        document.descendants().filter(|node| node.is_element() && !node.children().any(|child| child.is_element()));
    leaves
        .map(|node| {
            let parent = node.parent().map(|parent| parent.tag_name().name()).unwrap_or_default();
            let name = node.tag_name().name();
            let outer = parent.ends_with("Result") || ["Error", "ErrorResponse", "ResponseMetadata"].contains(&parent);
            let path = if outer { name.to_owned() } else { format!("{parent}/{name}") };
            (path, node.text().unwrap_or_default().to_owned())
        })
        .collect()
}

/// Some messages name a request of a service behind STS.
fn without_ids(message: &str) -> String {
    match message.split_once("Request ID: ") {
        Some((before, rest)) if rest.as_bytes().get(36) == Some(&b';') => {
            format!("{before}Request ID: <uuid>{}", &rest[36..])
        }
        Some(_) | None => message.to_owned(),
    }
}

fn check(call: &Call, response: &Response, fields: &BTreeMap<String, String>) {
    let fact = &call.fact;
    assert_eq!(fields["RequestId"], response.request_id, "{fact}");
    match &call.answer {
        Answer::Error { error, status, message } => {
            assert_eq!((&fields["Code"], &without_ids(&fields["Message"])), (error, message), "{fact}");
            assert_eq!((response.status, fields["Type"].as_str()), (*status, "Sender"), "{fact}");
        }
        Answer::Result { result, absent } => {
            assert_eq!(response.status, 200, "{fact}: {}", response.body);
            for (name, text) in result {
                assert_eq!(fields.get(name), Some(text), "{fact}: {name}");
            }
            for name in absent {
                assert_eq!(fields.get(name), None, "{fact}: {name}");
            }
        }
    }
}

#[test]
fn calls_are_answered_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/cases");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut calls = 0;
    for path in paths {
        eprintln!("{}", path.display());
        let text = std::fs::read_to_string(&path).unwrap();
        calls += run(&serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}")));
    }
    assert!(calls >= 150, "only {calls} calls: the cases are gone");
}
