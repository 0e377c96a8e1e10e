//! Any text as a pasted error: spans lie in it, what was found stands where it is said to, and there is a limit to it.

#![no_main]

use countersign_fuzz::readers::check_denials;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| check_denials(text));
