//! Any bytes as a CloudTrail file: how they are cut into pieces makes no difference, and what follows a file without damage
//! is read as if it stood alone.

#![no_main]

use countersign_fuzz::readers::check_trail;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((size, bytes)) = bytes.split_first() else { return };
    check_trail(bytes, usize::from(*size));
});
