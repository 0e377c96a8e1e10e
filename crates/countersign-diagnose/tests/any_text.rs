//! Laws of readers over texts made of the pieces that steer them: no panic, places inside the text, and an answer that does not
//! depend on how the text came in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(unreachable_pub, reason = "the fuzz targets reach it")]
mod readers;

use countersign_diagnose::{Evidence, diagnose};
use proptest::prelude::*;

/// What stands in trails.
const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    " ",
    "\"a\"",
    "\"Records\":[",
    "\"CloudTrailEvent\":",
    "\\u0065",
    "1",
    "tru",
    "é",
    "\"errorCode\":\"AccessDenied\"",
    "\"eventName\":\"AssumeRole\"",
    "{\"eventVersion\":\"1\",",
    "\"eventTime\":\"2026-08-01T10:00:00Z\"",
    "\"userIdentity\":{\"arn\":\"arn:aws:iam::111122223333:user/ann\"}",
    "\"requestParameters\":null",
    "\u{1}",
    "\u{feff}",
    "\r",
    "{\"eventName\":\"AssumeRole\",\"errorCode\":\"x\"}",
];

/// What stands in errors.
const WORDS: &[&str] = &[
    "User: ",
    "arn:aws:iam::111122223333:role/a",
    "arn:",
    "is not authorized to perform: sts:AssumeRole",
    " on resource: ",
    "because no ",
    "identity-based policy allows the ",
    "with an explicit deny in ",
    "a service control policy",
    ": ",
    "An error occurred (AccessDenied) ",
    "when calling the AssumeRole operation: ",
    " is invalid",
    "]",
    "}",
    "<Code>",
    "</",
    "\u{1b}[31m",
    "\u{1b}]0;",
    "\u{7}",
    "\\u00",
    "&quot;",
    "&",
    "\u{202e}",
    "\u{200b}",
    "“",
    "\n",
    "│ ",
    "> ",
    "minimum field size of",
    "Value '",
    "' at '",
    "' failed to satisfy constraint",
    "The role with name ",
    " cannot be found",
    "Invalid principal in policy",
    "\"AWS\":\"",
    "é",
    "x",
    "***",
    "for https://",
    "No OpenIDConnect provider found in your account",
];

fn text_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![30 => prop::sample::select(pieces).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn how_a_trail_is_cut_makes_no_difference(text in text_of(JSON), size in 1_usize..40) {
        readers::check_trail(text.as_bytes(), size);
    }

    #[test]
    fn what_an_error_says_stands_in_it(text in text_of(WORDS)) {
        readers::check_denials(&text);
        let evidence = Evidence { error_text: Some(text), ..Evidence::default() };
        let json = serde_json::to_string(&diagnose(&evidence)).unwrap();
        prop_assert_eq!(json, serde_json::to_string(&diagnose(&evidence)).unwrap());
    }
}
