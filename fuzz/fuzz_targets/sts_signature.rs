//! Whatever a request says of its signature, in its header or its query string: nobody gets in without a secret. The
//! lines of an input are the target, the `Authorization` header, the date and the session token.
#![no_main]

use countersign_fuzz::calls::{self, now};
use countersign_sts::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let target = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let names = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "host"];
    let mut headers: Vec<(&str, &[u8])> = names.into_iter().zip(lines.filter(|line| !line.is_empty())).collect();
    if headers.len() < names.len() {
        headers.push(("host", b"x"));
    }
    let body = b"Action=GetCallerIdentity&Version=2011-06-15";
    // A query string with the parameters is as good as a body.
    let whole = format!("/?Action=GetCallerIdentity&Version=2011-06-15&{target}");
    for (target, body) in [(target.as_str(), body.as_slice()), (&whole, b"")] {
        let request = Request { method: "GET", target, headers: &headers, body, source_ip: None };
        let answer = calls::endpoint().respond(&request, now());
        assert!((400..500).contains(&answer.status), "{}", answer.body);
        calls::fields(&answer);
    }
});
