//! What holds of readers whatever they read: for the tests here, and for the fuzz targets, which find other texts.

use countersign_diagnose::evidence::Event;
use countersign_diagnose::message::{Denial, Found, read};
use countersign_diagnose::trail::{Group, Problems, Trail, Wanted};
use countersign_policy::document::Span;

const DENIED: &str =
    r#"{"eventVersion":"1.11","eventName":"AssumeRole","eventTime":"9999-01-01T00:00:00Z","errorCode":"AccessDenied"}"#;

/// How a trail is cut into pieces makes no difference, and what follows one without damage is read as if it stood alone.
pub fn check_trail(bytes: &[u8], size: usize) {
    let whole = trail(bytes, usize::MAX);
    assert_eq!(trail(bytes, size.max(1)), whole);
    assert_eq!(trail(bytes, 1), whole);
    if whole.4.is_empty() {
        let followed = [bytes, b"\n".as_slice(), DENIED.as_bytes()].concat();
        assert_eq!(trail(&followed, usize::MAX).0, whole.0 + 1);
    }
}

type Reading = (usize, usize, Option<Event>, Vec<Group>, Problems);

fn trail(bytes: &[u8], size: usize) -> Reading {
    let mut trail = Trail::new(Wanted::default());
    bytes.chunks(size).for_each(|piece| trail.feed(piece));
    let records = trail.records();
    let problems = trail.end();
    let refusals = trail.refusals();
    (refusals.total(), records, refusals.chosen().cloned(), refusals.others(), problems)
}

/// What an error says stands in it, in order, and there is a limit to it.
pub fn check_denials(text: &str) {
    let denials = read(text);
    assert!(denials.len() <= 64);
    for denial in &denials {
        for span in spans(denial) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} lies outside: {denial:?}");
        }
    }
    assert!(denials.is_sorted_by_key(|denial| denial.span.start), "{denials:?}");
    assert_eq!(read(text), denials);
}

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
