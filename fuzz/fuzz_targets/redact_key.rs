//! Any text as a key of pseudonyms: one that is read is written and read again as it was, and hides and restores any text.

#![no_main]

use countersign_diagnose::redact::{Key, redact_text, restore};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // The key, and a text.
    let (stored, text) = text.split_once('\0').unwrap_or((text, text));
    let Ok(mut key) = Key::from_json(stored) else { return };
    let written = key.to_json();
    let again = Key::from_json(&written).expect("a key that was written is read");
    assert_eq!(again.to_json(), written);
    assert_eq!(restore(text, &again), restore(text, &key));
    let hidden = redact_text(text, &mut key);
    assert_eq!(redact_text(&hidden, &mut key), hidden);
    let grown = key.to_json();
    assert_eq!(Key::from_json(&grown).expect("likewise").to_json(), grown);
});
