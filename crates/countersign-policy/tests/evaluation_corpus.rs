//! Every case of `corpus/evaluation` through the library: the trust decision, and the whole decision where a case has
//! caller-side policies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod corpus;

use countersign_policy::assumptions::Assumptions;
use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::assume_role::{CallerSide, SessionRequest, assume_role};
use countersign_policy::evaluate::{AttachedTo, Decision, Policy, evaluate};
use serde_json::Value;

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "Allow",
        Decision::ExplicitDeny => "ExplicitDeny",
        Decision::ImplicitDeny => "ImplicitDeny",
    }
}

fn identity(case: &Value) -> Option<CallerSide> {
    let allow = r#"{"Effect":"Allow","Action":"sts:*","Resource":"*"}"#;
    let deny = r#"{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}"#;
    let statements = match case.get("identity")?.as_str()? {
        "allow" => allow.to_owned(),
        "deny" => format!("{allow},{deny}"),
        _ => return Some(CallerSide::default()),
    };
    let policy = PolicyDocument::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
    Some(CallerSide { identity: vec![policy], ..CallerSide::default() })
}

#[test]
fn every_case_is_decided_as_expected() {
    let (mut wrong, mut run) = (Vec::new(), 0);
    for (file, case) in corpus::cases("evaluation") {
        run += 1;
        let id = case["id"].as_str().unwrap_or("?");
        let document = PolicyDocument::parse(&case["policy"].to_string());
        let request = corpus::request(&case["request"]);
        let explained = evaluate(&document, &request, AttachedTo::Role, Assumptions::default());
        let fast = Policy::trust(&document).decide(&request);
        assert_eq!(fast, explained.decision, "{id}: the fast path and the explained one differ");
        let expected = case["expected"].as_str().unwrap_or("?");
        if word(fast) != expected {
            wrong.push(format!("{file} {id}: expected {expected}, got {}: {}", word(fast), case["why"]));
        }
        if let (Some(side), Some(expected)) = (identity(&case), case["final_expected"].as_str()) {
            let decision =
                assume_role(&document, &request, &side, &SessionRequest::default(), Assumptions::default()).decision;
            if word(decision) != expected {
                wrong.push(format!("{file} {id}: finally expected {expected}, got {}", word(decision)));
            }
        }
    }
    assert!(run >= 110, "only {run} cases found");
    assert!(wrong.is_empty(), "{} of {run} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
