//! Any text as an evidence bundle: the answer is the same twice, a diff changes what it says, and the JSON of it holds nothing
//! that steers a terminal.

#![no_main]

use std::ops::ControlFlow;

use countersign_audit::report::{inert, json_text};
use countersign_diagnose::Evidence;
use countersign_diagnose::diagnosis::{Verdict, diagnose};
use countersign_policy::condition::date;
use countersign_policy::evaluate::Decision;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut asked = 0;
    let mut patience = || {
        asked += 1;
        if asked < 20 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    // What is no bundle is an error.
    let mut evidence = Evidence::from_case_while(text, &mut patience)
        .unwrap_or_else(|_| Evidence { error_text: Some(text.to_owned()), ..Evidence::default() });
    evidence.now = date::parse("2026-11-22T04:10:00Z");
    let diagnosis = diagnose(&evidence);
    let json = json_text(&diagnosis).expect("a diagnosis has a JSON form");
    assert_eq!(json, json_text(&diagnose(&evidence)).expect("likewise"));
    assert!(json.lines().all(|line| inert(line) == line), "{json:?}");
    if diagnosis.after == Some(Decision::Allowed) {
        assert!(diagnosis.before.is_some_and(|before| before != Decision::Allowed), "{json}");
    }
    if diagnosis.status == Verdict::None {
        assert!(diagnosis.causes.is_empty());
    }
    for cause in &diagnosis.causes {
        if let Some(patch) = &cause.patch {
            assert_ne!(patch.before, patch.after, "{}", cause.id);
        }
    }
});
