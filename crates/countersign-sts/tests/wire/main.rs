//! Runs the wire cases in `tests/wire/cases`: a world, calls to it in order, and what each is answered.
//!
//! A call is signed `as` a declared key, an out-of-the-box account, or the session that an earlier call `keep`s; `raw` ones
//! are sent as they stand. The `service` is STS unless the file or the call says `iam`. `after` is how many seconds after
//! the start of the file's clock it is sent. What an answer made is `save`d for later calls ([`saved`]).

#![cfg(test)]

mod case;
mod saml;
mod saved;
mod sign;
mod token;
mod trail;
mod unfold;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use case::{Answer, Call, File, Raw, Sent, Service, Told};
use countersign_policy::condition::date::{self, Moment};
use countersign_sts::{Endpoint, Notation, Request, Response, Strictness, World};
use percent_encoding::percent_decode_str;
use saved::Saved;
use sign::Credentials;

fn run(file: &File) -> usize {
    let strictness = if file.strict { Strictness::Strict } else { Strictness::OutOfTheBox };
    let world = World::declared(file.world.get(), Notation::Json, strictness)
        .unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let endpoint = Endpoint::new(world, [7; 32]).recording();
    let start = date::parse("2026-11-22T04:10:00Z").unwrap();
    let mut kept: HashMap<String, Credentials> = HashMap::new();
    let mut saved = Saved::default();
    for call in &file.calls {
        let now = start.plus_seconds(call.after);
        let service = call.service.unwrap_or(file.service);
        let response = match &call.raw {
            Some(raw) => send_raw(&endpoint, raw, now),
            None => send(&endpoint, call, service, (&kept, &saved), now),
        };
        let mut fields = fields(&response.body, service);
        unfold::unfold(&mut fields);
        check(call, &response, &fields, |text| saved.fill(text, now));
        if let Some(decided) = response.record.as_ref().and_then(|record| record.decided.as_ref()) {
            saved.set("the decision", endpoint.authorization_message(decided));
        }
        saved.keep(&call.save, &fields);
        if let Some(name) = &call.keep {
            kept.insert(name.clone(), Credentials::of(&fields));
        }
    }
    file.calls.len()
}

fn send(
    endpoint: &Endpoint,
    call: &Call,
    service: Service,
    (kept, saved): (&HashMap<String, Credentials>, &Saved),
    now: Moment,
) -> Response {
    let mut form: Vec<(String, String)> = vec![("Version".into(), service.version().into())];
    for (name, value) in &call.send {
        let value = match value {
            // Long texts are written as their length.
            Sent::Text(text) => {
                let repeated = text.strip_prefix("repeat ").and_then(|count| count.parse().ok());
                repeated.map_or_else(|| saved.fill(text, now), |count| "x".repeat(count))
            }
            Sent::Jwt { jwt } => jwt.sign(now.seconds()),
            Sent::Saml { saml } => saml.write(now),
            Sent::Document(document) => saved.fill(&document.to_string(), now),
        };
        form.push((name.clone(), value));
    }
    let body = sign::encode(&form);
    let mut headers: Vec<(String, String)> = vec![
        ("host".into(), "127.0.0.1:4566".into()),
        ("content-type".into(), "application/x-www-form-urlencoded; charset=utf-8".into()),
        ("user-agent".into(), "wire/1".into()),
    ];
    let mut credentials = call
        .signer
        .as_ref()
        .map(|signer| kept.get(signer).cloned().unwrap_or_else(|| Credentials::declared(&saved.fill(signer, now))));
    if let Some(credentials) = &mut credentials {
        if let Some(token_of) = &call.token_of {
            credentials.token = kept[token_of].token.clone();
        }
        let signed_at = now.plus_seconds(call.clock_off);
        let scope = (call.region.as_deref().unwrap_or("us-east-1"), service.signing_name());
        headers.extend(sign::header(credentials, &headers, &body, signed_at, scope));
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

/// The texts in a body by the names of their elements: by the innermost name, and by the whole path in the result, where
/// members of lists are numbers: `Roles/1/RoleName`. Policy documents are decoded.
fn fields(body: &str, service: Service) -> BTreeMap<String, String> {
    let document = roxmltree::Document::parse(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let namespace = format!("https://{}.amazonaws.com/doc/{}/", service.signing_name(), service.version());
    assert_eq!(document.root_element().tag_name().namespace(), Some(namespace.as_str()));
    let leaves =
        document.descendants().filter(|node| node.is_element() && !node.children().any(|child| child.is_element()));
    let mut fields = BTreeMap::new();
    for node in leaves {
        let parent = node.parent().map(|parent| parent.tag_name().name()).unwrap_or_default();
        let name = node.tag_name().name();
        let outer = parent.ends_with("Result") || ["Error", "ErrorResponse", "ResponseMetadata"].contains(&parent);
        let path = if outer { name.to_owned() } else { format!("{parent}/{name}") };
        let text = node.text().unwrap_or_default();
        let is_document = name.ends_with("Document") && text.starts_with('%');
        let text = if is_document { percent_decode_str(text).decode_utf8().unwrap().into_owned() } else { text.into() };
        fields.insert(whole_path(node), text.clone());
        fields.insert(path, text);
    }
    fields
}

/// Some messages name a request of a service behind STS.
fn without_ids(message: &str) -> String {
    let parts = message.split_once("Request ID: ").and_then(|(before, rest)| Some((before, rest.split_once(';')?)));
    match parts {
        Some((before, (id, after))) if id.len() == 36 => format!("{before}Request ID: <uuid>;{after}"),
        Some(_) | None => message.to_owned(),
    }
}

fn whole_path(node: roxmltree::Node<'_, '_>) -> String {
    let inside = |node: &roxmltree::Node<'_, '_>| !node.tag_name().name().ends_with("Result");
    let mut parts: Vec<String> = node.ancestors().take_while(inside).filter_map(part).collect();
    parts.reverse();
    parts.join("/")
}

fn part(node: roxmltree::Node<'_, '_>) -> Option<String> {
    let name = node.tag_name().name();
    let number = || node.prev_siblings().filter(roxmltree::Node::is_element).count().to_string();
    node.is_element().then(|| if ["member", "entry"].contains(&name) { number() } else { name.to_owned() })
}

fn check(call: &Call, response: &Response, fields: &BTreeMap<String, String>, fill: impl Fn(&str) -> String) {
    let fact = &call.fact;
    assert_eq!(fields["RequestId"], response.request_id, "{fact}");
    match &call.answer {
        Answer::Error { error, status, message } => {
            let told = |name: &str| fields.get(name).map(String::as_str);
            let expected = (Some(error.as_str()), Some(fill(message)));
            assert_eq!((told("Code"), told("Message").map(without_ids)), expected, "{fact}: {}", response.body);
            let fault = if *status < 500 { "Sender" } else { "Receiver" };
            assert_eq!((response.status, fields["Type"].as_str()), (*status, fault), "{fact}");
        }
        Answer::Result { result, absent } => {
            assert_eq!(response.status, 200, "{fact}: {}", response.body);
            for (name, text) in result {
                match text {
                    Told::Text(text) => assert_eq!(fields.get(name), Some(&fill(text)), "{fact}: {name}"),
                    Told::Document(document) => {
                        let told = fields.get(name).map(|told| serde_json::from_str(told).unwrap());
                        let expected: serde_json::Value = serde_json::from_str(&fill(&document.to_string())).unwrap();
                        assert_eq!(told, Some(expected), "{fact}: {name}");
                    }
                }
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
