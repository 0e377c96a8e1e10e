//! Reading never panics, and every span is a piece of the text.
#![no_main]

use countersign_fuzz::check_spans;
use countersign_policy::document::{LineIndex, MAX_NESTING, PolicyDocument, decode_policy_text, parse_json, utf8};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let text = match utf8(input) {
        Ok(text) => text,
        Err((problem, valid)) => {
            assert_eq!(problem.span.start as usize, valid.len());
            valid
        }
    };
    let document = PolicyDocument::parse(text);
    check_spans(&document, &document.problems, text);
    if let Err(problem) = parse_json(text, MAX_NESTING) {
        assert!(!document.problems.is_empty(), "not JSON, and nobody says so: {}", problem.message);
    }
    let (decoded, _) = decode_policy_text(text);
    let document = PolicyDocument::parse(&decoded);
    check_spans(&document, &document.problems, &decoded);
    let index = LineIndex::new(&decoded);
    for problem in &document.problems {
        let (start, end) = (index.position(&decoded, problem.span.start), index.position(&decoded, problem.span.end));
        assert!(start <= end && start.line > 0 && start.column > 0);
        assert!(!index.line(&decoded, start.line).contains('\n'));
    }
});
