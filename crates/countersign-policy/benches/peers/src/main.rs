//! One decision on the same one-statement ExternalId policy, by `countersign-policy` and by `iam-rs`, in one run.
//!
//! The two take turns, so that whatever else the machine does hits both, and the fastest turn of each counts.

use std::hint::black_box;
use std::time::Instant;

use countersign_policy::document::PolicyDocument;
use countersign_policy::evaluate::{Decision, Policy};
use countersign_policy::request::{Caller, Request, RequestContext};
use iam_rs::{Arn, Context, Decision as PeerDecision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};

const CALLER: &str = "arn:aws:iam::999988887777:user/collector";
const ROLE: &str = "arn:aws:iam::111111111111:role/Role";
const EXTERNAL_ID: &str = "tenant-7f2";

const ROUNDS: usize = 40;
const CALLS: usize = 100_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("one-statement trust policy with ExternalId; millions of decisions/s, the best of {ROUNDS} turns");
    // iam-rs does not read an account as all of its principals: both policies name the caller.
    for (sent, expected) in [(EXTERNAL_ID, true), ("tenant-7f3", false)] {
        let ours = ours(sent)?;
        let (evaluator, request) = theirs(sent)?;
        assert_eq!(ours.0.decide(&ours.1) == Decision::Allowed, expected, "countersign");
        assert_eq!(evaluator.evaluate(&request)?.decision == PeerDecision::Allow, expected, "iam-rs");
        let (mut our_best, mut their_best) = (0.0f64, 0.0f64);
        for _ in 0..ROUNDS {
            our_best = our_best.max(rate(|| _ = black_box(black_box(&ours.0).decide(black_box(&ours.1)))));
            their_best = their_best.max(rate(|| drop(black_box(black_box(&evaluator).evaluate(black_box(&request))))));
        }
        println!(
            "  {:<8} countersign-policy {our_best:>7.2}   iam-rs {their_best:>7.2}   ratio {:.1}",
            if expected { "allowed" } else { "denied" },
            our_best / their_best
        );
    }
    Ok(())
}

/// Millions of calls a second.
fn rate(call: impl Fn()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    CALLS as f64 / start.elapsed().as_secs_f64() / 1e6
}

/// The policy; `more` is what only one side needs.
fn policy(more: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{CALLER}"}},
        "Action": "sts:AssumeRole", {more}"Condition": {{"StringEquals": {{"sts:ExternalId": "{EXTERNAL_ID}"}}}}}}]}}"#
    )
}

/// Both requests carry these two keys and no other.
fn keys(external_id: &str) -> [(&'static str, String); 2] {
    [("sts:ExternalId", external_id.to_owned()), ("sts:RoleSessionName", "s1".to_owned())]
}

fn ours(external_id: &str) -> Result<(Policy, Request), Box<dyn std::error::Error>> {
    let context: RequestContext = keys(external_id).into_iter().map(|(key, value)| (key, [value])).collect();
    let request =
        Request { caller: Caller::parse(CALLER)?, action: "sts:AssumeRole".into(), role: ROLE.into(), context };
    Ok((Policy::trust(&PolicyDocument::parse(&policy(""))), request))
}

fn theirs(external_id: &str) -> Result<(PolicyEvaluator, IAMRequest), Box<dyn std::error::Error>> {
    let context =
        keys(external_id).into_iter().fold(Context::new(), |context, (key, value)| context.with_string(key, value));
    let caller = Principal::Aws(PrincipalId::String(CALLER.to_owned()));
    let request = IAMRequest::new_with_context(caller, "sts:AssumeRole", Arn::parse(ROLE)?, context);
    // It demands a resource, which trust policies do not have.
    let policy = IAMPolicy::from_json(&policy(r#""Resource": "*", "#))?;
    Ok((PolicyEvaluator::with_policies(vec![policy]), request))
}
