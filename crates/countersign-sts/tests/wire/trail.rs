//! Runs the cases in `tests/wire/trail`: a world, calls to it in order, and the CloudTrail events that each leaves.
//!
//! Calls are written as in `tests/wire/cases`. In an expected event `"*"` stands for any text that is not empty, and `"…x"` for
//! one that ends with `x`; the members that all events have in common are checked here and not written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use countersign_policy::condition::date::{self, Moment};
use countersign_sts::trail::{self, Event, LogFile};
use countersign_sts::{Endpoint, Notation, Request, Strictness, World};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::case::{Sent, Service};
use crate::sign::{self, Credentials};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    world: Box<RawValue>,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    /// What the call shows.
    fact: String,
    /// `id secret` of a key, a 12-digit account, or a kept session. Unsigned when absent.
    #[serde(rename = "as")]
    signer: Option<String>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    service: Service,
    send: BTreeMap<String, Sent>,
    keep: Option<String>,
    events: Vec<Value>,
}

const HOST: &str = "127.0.0.1:4566";

/// The events of every call, after checking them.
fn run(file: &File) -> Vec<Event> {
    let world = World::declared(file.world.get(), Notation::Json, Strictness::OutOfTheBox).unwrap();
    let endpoint = Endpoint::new(world, [7; 32]).recording();
    let now = date::parse("2026-11-22T04:10:00Z").unwrap();
    let mut kept: HashMap<String, Credentials> = HashMap::new();
    let (mut all, mut ids) = (Vec::new(), HashSet::new());
    for call in &file.calls {
        let fact = &call.fact;
        let mut form = vec![("Version".to_owned(), call.service.version().to_owned())];
        form.extend(call.send.iter().map(|(name, value)| (name.clone(), value.text(now))));
        let body = sign::encode(&form);
        let mut headers = vec![("host".to_owned(), HOST.to_owned()), ("user-agent".to_owned(), "trail/1".to_owned())];
        if let Some(signer) = &call.signer {
            let credentials = kept.get(signer).cloned().unwrap_or_else(|| Credentials::declared(signer));
            let region = call.region.as_deref().unwrap_or("us-east-1");
            headers.extend(sign::header(&credentials, &headers, &body, now, (region, call.service.signing_name())));
        }
        let headers: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let source_ip = Some([203, 0, 113, 10].into());
        let request = Request { method: "POST", target: "/", headers: &headers, body: body.as_bytes(), source_ip };
        let response = endpoint.respond(&request, now);
        if let Some(name) = &call.keep {
            kept.insert(name.clone(), Credentials::of(&credentials(&response.body)));
        }
        let events = trail::events(&response.record.unwrap());
        let found: Vec<Value> = events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
        let expected: Vec<Value> = call.events.iter().map(|event| whole(event, call)).collect();
        assert!(
            found.len() == expected.len()
                && expected.iter().zip(&found).all(|(expected, found)| meets(expected, found)),
            "{fact}: {}",
            serde_json::to_string_pretty(&found).unwrap()
        );
        for event in &found {
            assert_eq!(event["requestID"], response.request_id, "{fact}");
            assert!(ids.insert(event["eventID"].clone()), "{fact}: an event id is used twice");
        }
        if let [first, second] = found.as_slice() {
            assert_eq!(first["sharedEventID"], second["sharedEventID"], "{fact}");
        }
        all.extend(events);
    }
    all
}

/// The texts of the credentials in a body, under the names that `Credentials::of` looks for.
fn credentials(body: &str) -> BTreeMap<String, String> {
    let document = roxmltree::Document::parse(body).unwrap();
    let found = document
        .descendants()
        .find(|node| node.has_tag_name(("https://sts.amazonaws.com/doc/2011-06-15/", "Credentials")));
    let leaves = found.unwrap_or_else(|| panic!("{body}")).children().filter(|node| node.is_element());
    leaves
        .map(|node| (format!("Credentials/{}", node.tag_name().name()), node.text().unwrap_or_default().to_owned()))
        .collect()
}

/// An expected event with the members that all have.
fn whole(event: &Value, call: &Call) -> Value {
    let mut whole = json!({
        "eventVersion": "1.11",
        "eventTime": "2026-11-22T04:10:00Z",
        "eventSource": format!("{}.amazonaws.com", call.service.signing_name()),
        "eventName": call.send["Action"].text(Moment::from_seconds(0)),
        "awsRegion": call.region.as_deref().unwrap_or("us-east-1"),
        "sourceIPAddress": "203.0.113.10",
        "userAgent": "trail/1",
        "requestID": "*",
        "eventID": "*",
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "eventCategory": "Management",
        "tlsDetails": { "clientProvidedHostHeader": HOST },
    });
    whole.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
    whole
}

fn meets(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.len() == found.len()
                && expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| meets(value, found)))
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(expected, found)| meets(expected, found))
        }
        (Value::String(expected), Value::String(found)) => match expected.strip_prefix('…') {
            Some(end) => found.ends_with(end) && found != end,
            None => (expected == "*" && !found.is_empty()) || expected == found,
        },
        _ => expected == found,
    }
}

impl Sent {
    fn text(&self, now: Moment) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Jwt { jwt } => jwt.sign(now.seconds()),
            Self::Saml { saml } => saml.write(now),
            Self::Document(document) => document.to_string(),
        }
    }
}

fn all_events() -> Vec<Event> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/trail");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut events = Vec::new();
    for path in paths {
        eprintln!("{}", path.display());
        let text = std::fs::read_to_string(&path).unwrap();
        events.extend(run(&serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"))));
    }
    events
}

#[test]
fn calls_leave_the_events_that_are_written() {
    assert!(all_events().len() >= 15, "the cases are gone");
}

#[test]
fn equal_calls_at_equal_endpoints_leave_equal_events() {
    assert_eq!(all_events(), all_events());
}

#[test]
fn files_are_named_as_in_the_bucket_and_hold_every_event_once() {
    let events = all_events();
    let files = LogFile::of(events.clone());
    let names: HashSet<&str> = files.iter().map(|file| file.key.as_str()).collect();
    assert_eq!(names.len(), files.len());
    assert_eq!(files.iter().map(|file| file.records.len()).sum::<usize>(), events.len());
    for file in &files {
        let (account, region) = (file.records[0].recipient(), file.records[0].region());
        assert!(file.records.iter().all(|event| (event.recipient(), event.region()) == (account, region)));
        let start =
            format!("AWSLogs/{account}/CloudTrail/{region}/2026/11/22/{account}_CloudTrail_{region}_20261122T0410Z_");
        let unique = file.key.strip_prefix(&start).unwrap().strip_suffix(".json.gz").unwrap();
        assert!(unique.len() == 16 && unique.chars().all(|letter| letter.is_ascii_alphanumeric()), "{unique}");
        let text: Value = serde_json::from_str(&file.text()).unwrap();
        assert_eq!(text["Records"].as_array().unwrap().len(), file.records.len());
    }
}
