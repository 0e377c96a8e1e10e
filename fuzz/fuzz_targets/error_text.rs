//! Any text as a pasted error: spans lie in it, what was found stands where it is said to, and there is a limit to it.

#![no_main]

use countersign_diagnose::message::{Denial, Found, read};
use countersign_policy::document::Span;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let denials = read(text);
    assert!(denials.len() <= 64);
    for denial in &denials {
        for span in spans(denial) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} lies outside: {denial:?}");
        }
    }
    assert!(denials.is_sorted_by_key(|denial| denial.span.start), "{denials:?}");
    assert_eq!(read(text), denials);
});

fn spans(denial: &Denial) -> Vec<Span> {
    let Denial {
        span,
        operation,
        code,
        status,
        request_id,
        caller,
        action,
        resource,
        reason,
        claims,
        says: _,
        denies: _,
        printer: _,
    } = denial;
    let found: [&Option<Found>; 7] = [operation, code, status, request_id, caller, action, resource];
    let mut spans = vec![*span];
    spans.extend(found.into_iter().flatten().map(|found| found.span));
    spans.extend(
        reason.iter().flat_map(|reason| [Some(reason.span), reason.policy_arn.as_ref().map(|arn| arn.span)]).flatten(),
    );
    spans.extend(claims.iter().map(|claim| claim.span));
    spans
}
