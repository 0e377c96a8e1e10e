//! Reads the corpus at the root of the repository.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use countersign_policy::request::{Caller, Request, RequestContext};
use serde_json::Value;

/// Every case of every file in `corpus/<folder>`, with the file's name.
pub(crate) fn cases(folder: &str) -> Vec<(String, Value)> {
    let path = format!("{}/../../corpus/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(&path).expect(&path).map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
        let text = std::fs::read_to_string(file).unwrap();
        let Value::Array(array) = serde_json::from_str(&text).expect("JSON") else { panic!("{file:?} is not a list") };
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        cases.extend(array.into_iter().map(|case| (name.clone(), case)));
    }
    cases
}

/// The request of an evaluation case.
#[allow(dead_code, reason = "not every test that reads the corpus has requests")]
pub(crate) fn request(request: &Value) -> Request {
    let principal = request["principal"].as_str().unwrap();
    let caller = match request["principal_type"].as_str() {
        Some("Service") => Caller::service(principal),
        Some("Federated") => Caller::federated(principal),
        _ => Caller::parse(principal).unwrap(),
    };
    let mut context = RequestContext::new();
    for (key, values) in request["context"].as_object().unwrap() {
        context.set(key.as_str(), values.as_array().unwrap().iter().map(|value| value.as_str().unwrap()));
    }
    Request {
        caller,
        action: request["action"].as_str().unwrap().into(),
        role: request["resource"].as_str().unwrap().into(),
        context,
    }
}
