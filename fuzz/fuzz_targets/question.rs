//! Any text as an evidence bundle, and any as the answers to what is asked: what is no answer changes nothing, what was asked is not
//! asked again, and questions come to an end.

#![no_main]

use countersign_diagnose::Evidence;
use countersign_diagnose::evidence::PolicyText;
use countersign_diagnose::question::{Answer, Topic, next};
use libfuzzer_sys::fuzz_target;

/// Nobody is asked more.
const MOST: usize = 64;

fuzz_target!(|text: &str| {
    // The bundle, and the answers.
    let mut parts = text.split('\0');
    let bundle = parts.next().unwrap_or_default();
    let mut evidence = Evidence::from_case(bundle)
        .unwrap_or_else(|_| Evidence { error_text: Some(bundle.to_owned()), ..Evidence::default() });
    let mut asked: Vec<Topic> = Vec::new();
    while let Some(question) = next(&evidence, &asked) {
        assert!(!asked.contains(&question.topic), "asked again: {question:?}");
        assert!(question.answers.len() > 1, "nothing to tell apart: {question:?}");
        asked.push(question.topic.clone());
        assert!(asked.len() < MOST, "{asked:?}");
        let answer = match parts.next() {
            None | Some("") => Answer::Nothing,
            Some(policy) if policy.starts_with('{') => Answer::Policy(PolicyText::new("answer.json", policy)),
            Some(words) => Answer::Text(words.to_owned()),
        };
        let before = format!("{evidence:?}");
        if question.topic.put(&mut evidence, answer).is_err() {
            assert_eq!(format!("{evidence:?}"), before);
        }
    }
});
