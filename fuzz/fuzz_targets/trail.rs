//! Any bytes as a CloudTrail file: how they are cut into pieces makes no difference, and what follows a file without damage
//! is read as if it stood alone.

#![no_main]

use countersign_diagnose::evidence::Event;
use countersign_diagnose::trail::{Group, Problems, Trail, Wanted};
use libfuzzer_sys::fuzz_target;

const DENIED: &str =
    r#"{"eventVersion":"1.11","eventName":"AssumeRole","eventTime":"9999-01-01T00:00:00Z","errorCode":"AccessDenied"}"#;

fuzz_target!(|bytes: &[u8]| {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let whole = read(bytes, usize::MAX);
    assert_eq!(read(bytes, usize::from(*size).max(1)), whole);
    assert_eq!(read(bytes, 1), whole);
    // After a text without damage the next one starts anew.
    if whole.4.is_empty() {
        let followed = [bytes, b"\n".as_slice(), DENIED.as_bytes()].concat();
        assert_eq!(read(&followed, usize::MAX).0, whole.0 + 1);
    }
});

type Reading = (usize, usize, Option<Event>, Vec<Group>, Problems);

fn read(bytes: &[u8], size: usize) -> Reading {
    let mut trail = Trail::new(Wanted::default());
    bytes.chunks(size).for_each(|piece| trail.feed(piece));
    let records = trail.records();
    let problems = trail.end();
    let refusals = trail.refusals();
    (refusals.total(), records, refusals.chosen().cloned(), refusals.others(), problems)
}
