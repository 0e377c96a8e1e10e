//! Validation never panics, points at pieces of the text, sorted by place, and says all that reading said.
#![no_main]

use countersign_fuzz::{check_spans, policy};
use countersign_policy::document::{Limits, PolicyDocument, validate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (text, _) = policy(input);
    let document = PolicyDocument::parse(&text);
    let problems = validate(&document, &text, Limits::default());
    check_spans(&document, &problems, &text);
    assert!(problems.is_sorted_by_key(|problem| problem.span.start), "not sorted by place: {problems:?}");
    for problem in &problems {
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
    }
    for problem in &document.problems {
        assert!(problems.contains(problem), "dropped: {problem:?}");
    }
});
