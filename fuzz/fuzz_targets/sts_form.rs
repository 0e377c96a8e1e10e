//! Whatever stands in a query string and a body, an unsigned call is refused in XML that can be read, and a signed one is
//! answered without a failure.
#![no_main]

use countersign_fuzz::calls::{self, Signer, now};
use countersign_sts::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let endpoint = calls::endpoint();
    let (query, body) = input.split_at(usize::from(*input.first().unwrap_or(&0)).min(input.len()));
    let target = format!("/?{}", String::from_utf8_lossy(query));
    let headers: [(&str, &[u8]); 1] = [("host", b"x")];
    let unsigned = Request { method: "POST", target: &target, headers: &headers, body, source_ip: None };
    let refused = endpoint.respond(&unsigned, now());
    assert!((400..500).contains(&refused.status), "{}", refused.body);
    calls::fields(&refused);
    if let Ok(body) = std::str::from_utf8(body) {
        let answer = calls::send(&endpoint, &Signer::admin(), body, "sts");
        assert!(answer.status < 500, "{}", answer.body);
        calls::fields(&answer);
    }
});
